from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PagesConfig(AppConfig):
    name = "hemis.pages"
    label = "pages"

    def ready(self) -> None:
        """Read the panels that the apps declare for the home page in their ``dashboard.py``."""
        autodiscover_modules("dashboard")
