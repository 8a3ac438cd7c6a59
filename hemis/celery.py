"""The Celery application: `celery -A hemis worker -B`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemis.settings")

app = Celery("hemis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["hemis.jobs"])
