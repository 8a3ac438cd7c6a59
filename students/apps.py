from django.apps import AppConfig


class StudentsConfig(AppConfig):
    name = "students"

    def ready(self) -> None:
        """Make the sheets, the kinds of documents and the jobs known."""
        from students import documents, jobs, quota_sheet, sheets  # noqa: F401
