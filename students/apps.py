from django.apps import AppConfig


class StudentsConfig(AppConfig):
    name = "students"

    def ready(self) -> None:
        """Make the sheets known, and what the structure should know of groups and students."""
        from students import sheets, unit_links  # noqa: F401
