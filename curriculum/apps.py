from django.apps import AppConfig


class CurriculumConfig(AppConfig):
    name = "curriculum"

    def ready(self) -> None:
        """Make the kind of document known."""
        from curriculum import documents  # noqa: F401
