from django.apps import AppConfig


class StudentsConfig(AppConfig):
    name = "students"

    def ready(self) -> None:
        """Make sheets, documents and jobs known, and what the structure should know of groups and students."""
        from students import documents, jobs, name_links, sheets, unit_links  # noqa: F401
