from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "staff"

    def ready(self) -> None:
        """Make the sheets known."""
        from staff import sheets  # noqa: F401
