from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "finance"

    def ready(self):
        """Make the document and job kinds known to web and worker alike."""
        from finance import documents, jobs  # noqa: F401
