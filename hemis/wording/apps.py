from importlib import import_module

from django.apps import AppConfig


class WordingConfig(AppConfig):
    name = "hemis.wording"
    label = "wording"

    def ready(self) -> None:
        """Make the sheet known, and let workers keep up with changed texts before each task."""
        from celery.signals import task_prerun

        from hemis.wording import overlay

        import_module("hemis.wording.sheets")
        task_prerun.connect(overlay.before_task, dispatch_uid="wording.keep_up")
