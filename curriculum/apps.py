from importlib import import_module

from django.apps import AppConfig

# What makes itself known when it is imported: kinds of documents, sheets, jobs and notices, users of rooms.
KNOWN = (
    "documents", "sheets", "materials.documents", "materials.sheets", "timetable.documents", "timetable.sheets",
    "timetable.notices", "timetable.occupancy", "solver.jobs", "exams.jobs",
)  # fmt: skip


class CurriculumConfig(AppConfig):
    name = "curriculum"

    def ready(self) -> None:
        """Make documents, sheets, jobs, notices and what takes rooms known."""
        for module in KNOWN:
            import_module(f"curriculum.{module}")
