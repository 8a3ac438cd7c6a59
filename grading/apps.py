from importlib import import_module

from django.apps import AppConfig

# What makes itself known when it is imported: kinds of documents, jobs and notices, periodic work.
KNOWN = ("tells", "documents", "seating", "jobs", "notices", "tasks.beat", "tasks.notices")


class GradingConfig(AppConfig):
    name = "grading"

    def ready(self) -> None:
        """Make documents, jobs, notices and periodic work known to web and worker alike."""
        for module in KNOWN:
            import_module(f"grading.{module}")
