from importlib import import_module

from django.apps import AppConfig

# What makes itself known when it is imported: kinds of documents, jobs and notices, periodic work.
KNOWN = ("documents", "jobs", "tasks", "notices", "tells")


class AttendanceConfig(AppConfig):
    name = "attendance"

    def ready(self) -> None:
        """Make the kinds of documents, jobs, notices and periodic work known."""
        for module in KNOWN:
            import_module(f"attendance.{module}")
