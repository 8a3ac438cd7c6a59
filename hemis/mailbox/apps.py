from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class MailboxConfig(AppConfig):
    name = "hemis.mailbox"
    label = "mailbox"

    def ready(self) -> None:
        """Make job and notice known, and read the audiences that the apps declare in ``audiences.py``."""
        import_module("hemis.mailbox.jobs")
        autodiscover_modules("audiences")
