from django.apps import AppConfig


class StructureConfig(AppConfig):
    name = "structure"

    def ready(self) -> None:
        """Make the sheets and the first use of rooms known."""
        from structure import bookings, sheets  # noqa: F401
