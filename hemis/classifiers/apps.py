from django.apps import AppConfig
from django.db.models.signals import post_delete, post_migrate, post_save
from django.utils.translation import gettext_lazy as _


class ClassifiersConfig(AppConfig):
    name = "hemis.classifiers"
    label = "classifiers"
    verbose_name = _("Classifiers")

    def ready(self):
        from hemis.classifiers.models import ClassifierItem

        post_migrate.connect(_fill_and_guard, sender=self, dispatch_uid="classifiers.fill_and_guard")
        for signal in (post_save, post_delete):
            signal.connect(_forget, sender=ClassifierItem, dispatch_uid=f"classifiers.forget.{id(signal)}")


def _fill_and_guard(using: str, **kwargs) -> None:
    """After every migration: the program's own lists, and guards for new classifier columns."""
    from django.db import connections

    from hemis.classifiers import guards, loading, queries
    from hemis.classifiers.models import ClassifierItem

    if ClassifierItem._meta.db_table not in connections[using].introspection.table_names():
        return
    loading.load_builtin()
    guards.install(using)
    queries.forget()
    queries.options("h_gender")


def _forget(**kwargs) -> None:
    from hemis.classifiers import queries

    queries.invalidate()
