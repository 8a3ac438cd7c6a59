from django.apps import AppConfig


class CurriculumConfig(AppConfig):
    name = "curriculum"

    def ready(self) -> None:
        """Make the kinds of documents and jobs known."""
        from curriculum import documents  # noqa: F401
        from curriculum.solver import jobs  # noqa: F401
        """Make the kind of document and the sheets known."""
        """Make documents, sheets, notices and what takes rooms known."""
        from curriculum import documents, sheets  # noqa: F401
        from curriculum.materials import documents as plans  # noqa: F401
        from curriculum.materials import sheets as topics  # noqa: F401
        from curriculum.timetable import documents as papers  # noqa: F401
        from curriculum.timetable import notices, occupancy  # noqa: F401
        from curriculum.timetable import sheets as lessons  # noqa: F401
