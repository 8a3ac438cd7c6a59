from django.apps import AppConfig


class CurriculumConfig(AppConfig):
    name = "curriculum"

    def ready(self) -> None:
        """Make documents, notices and what takes rooms known."""
        from curriculum import documents  # noqa: F401
        from curriculum.timetable import documents as papers  # noqa: F401
        from curriculum.timetable import notices, occupancy, sheets  # noqa: F401
