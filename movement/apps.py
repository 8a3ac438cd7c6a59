from importlib import import_module

from django.apps import AppConfig

# What makes itself known when it is imported: kinds of documents, jobs and notices, listeners to orders.
KNOWN = (
    "documents", "jobs", "beginnings", "notices", "applications.notices", "applications.actions",
    "clearance.documents", "clearance.actions", "parents.actions",
)  # fmt: skip


class MovementConfig(AppConfig):
    name = "movement"

    def ready(self) -> None:
        """Make the kinds of documents, jobs and notices known."""
        for module in KNOWN:
            import_module(f"movement.{module}")
