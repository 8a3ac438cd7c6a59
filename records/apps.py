from importlib import import_module

from django.apps import AppConfig

# What makes itself known when it is imported: what is heard, kinds of documents, jobs and notices.
KNOWN = (
    "tells", "documents", "jobs", "notices", "sheets", "blanks.documents", "diplomas.documents", "diplomas.jobs",
    "certificates.documents", "certificates.jobs",
)  # fmt: skip


class RecordsConfig(AppConfig):
    name = "records"

    def ready(self) -> None:
        """Make documents, jobs, notices and listeners known to web and worker alike."""
        for module in KNOWN:
            import_module(f"records.{module}")
