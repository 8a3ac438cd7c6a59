from importlib import import_module

from django.apps import AppConfig

# What makes itself known when it is imported: statistics with their pages, gaps, panels of the home page,
# kinds of jobs and notices.
KNOWN = ("statistics.kinds", "completeness.gaps", "statistics.sending", "dashboards")


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        """Make statistics, jobs and panels known to web and worker alike."""
        for module in KNOWN:
            import_module(f"reports.{module}")
