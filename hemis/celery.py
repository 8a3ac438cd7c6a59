"""The Celery application: `celery -A hemis worker --beat`."""

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hemis.settings")

if os.environ.get("HEMIS_ENV") != "production":
    # A demo in a container runs as root; what reaches this worker is JSON from its own broker.
    warnings.simplefilter("ignore", SecurityWarning)

app = Celery("hemis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["hemis.jobs"])
