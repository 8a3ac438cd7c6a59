"""HEMIS, the university information system."""

from hemis.celery import app as celery_app

__all__ = ["celery_app"]
