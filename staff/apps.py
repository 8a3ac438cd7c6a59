from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "staff"

    def ready(self) -> None:
        """Say what the structure should know of posts."""
        from staff import unit_links  # noqa: F401
