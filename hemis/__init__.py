"""HEMIS, the university information system."""

import gc

# What is imported stays until the end; to look through all of it for rubbish while it is read was a seventh of the
# start of every command, worker and server.
gc.set_threshold(50_000, 20, 100)

from hemis.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
