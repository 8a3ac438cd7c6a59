from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NightlyConfig(AppConfig):
    name = "hemis.nightly"
    label = "nightly"

    def ready(self) -> None:
        """Read the steps and checks that the apps declare in their ``nightly.py``, and those of the house."""
        from hemis.nightly import dashboard, house, jobs, tasks  # noqa: F401

        autodiscover_modules("nightly")
