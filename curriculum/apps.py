from django.apps import AppConfig


class CurriculumConfig(AppConfig):
    name = "curriculum"

    def ready(self) -> None:
        """Make the kinds of documents and jobs known."""
        from curriculum import documents  # noqa: F401
        from curriculum.solver import jobs  # noqa: F401
