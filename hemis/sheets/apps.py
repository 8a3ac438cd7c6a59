from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "hemis.sheets"
    label = "sheets"

    def ready(self) -> None:
        """Make the jobs known."""
        from hemis.sheets import jobs  # noqa: F401
