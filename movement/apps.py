from django.apps import AppConfig


class MovementConfig(AppConfig):
    name = "movement"

    def ready(self) -> None:
        """Make the kinds of documents and jobs known."""
        from movement import documents, jobs  # noqa: F401
