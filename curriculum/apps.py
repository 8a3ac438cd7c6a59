from django.apps import AppConfig


class CurriculumConfig(AppConfig):
    name = "curriculum"

    def ready(self) -> None:
        """Make the kinds of documents and the sheets known."""
        from curriculum import documents  # noqa: F401
        from curriculum.materials import documents as _plans  # noqa: F401
        from curriculum.materials import sheets  # noqa: F401
