from django.apps import AppConfig


class CurriculumConfig(AppConfig):
    name = "curriculum"

    def ready(self) -> None:
        """Make the kind of document and the sheets known."""
        from curriculum import documents, sheets  # noqa: F401
