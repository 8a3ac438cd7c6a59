from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class HelpConfig(AppConfig):
    name = "hemis.help"
    label = "help"

    def ready(self) -> None:
        """Read the topics and the people to ask that the apps declare in their ``help.py``."""
        from importlib import import_module

        import_module("hemis.help.general")
        autodiscover_modules("help")
