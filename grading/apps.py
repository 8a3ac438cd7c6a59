from django.apps import AppConfig


class GradingConfig(AppConfig):
    name = "grading"

    def ready(self):
        """Make the document and job kinds known to web and worker alike."""
        from grading import documents, jobs, notices  # noqa: F401
    def ready(self) -> None:
        """Make the notices and the periodic work of tasks known."""
        from grading.tasks import beat, notices  # noqa: F401
