from django.apps import AppConfig


class StudentsConfig(AppConfig):
    name = "students"

    def ready(self) -> None:
        """Make the sheets known."""
        from students import sheets  # noqa: F401
