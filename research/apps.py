from importlib import import_module

from django.apps import AppConfig

# What makes itself known when it is imported: notices, sheets, panels of the home page.
KNOWN = ("notices", "sheets", "dashboard", "rating.notices", "rating.jobs", "rating.dashboard")


class ResearchConfig(AppConfig):
    name = "research"

    def ready(self) -> None:
        """Make notices, sheets, jobs and panels known to web and worker alike."""
        for module in KNOWN:
            import_module(f"research.{module}")
