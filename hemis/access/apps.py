import importlib

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def _grant(using: str, **kwargs) -> None:
    from hemis.access.grants import grant

    grant(using=using)


class AccessConfig(AppConfig):
    name = "hemis.access"
    label = "access"
    verbose_name = _("Roles and history")

    def ready(self) -> None:
        """After every migration the application's role gets its rights; signing in and out is recorded."""
        post_migrate.connect(_grant, sender=self)
        importlib.import_module("hemis.access.sign_ins")
