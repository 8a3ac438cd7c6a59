from django.apps import AppConfig


class MovementConfig(AppConfig):
    name = "movement"

    def ready(self) -> None:
        """Make the kinds of documents and jobs known."""
        from movement import beginnings, documents, jobs, notices  # noqa: F401
        from movement.applications import actions  # noqa: F401
        from movement.clearance import actions as sheets  # noqa: F401
        from movement.parents import actions as links  # noqa: F401
