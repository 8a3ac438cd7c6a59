from django.apps import AppConfig


class GradingConfig(AppConfig):
    name = "grading"

    def ready(self):
        """Make the document and job kinds known to web and worker alike."""
        from grading import documents, jobs, notices  # noqa: F401
