from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "staff"

    def ready(self) -> None:
        """Say what the structure should know of posts; make the sheets known."""
        from staff import sheets, unit_links  # noqa: F401
