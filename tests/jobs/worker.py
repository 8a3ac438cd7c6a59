"""A real worker that knows the kinds of the tests and ends when no job is left."""

from __future__ import annotations

import sys

import django
from celery.signals import task_postrun


def main() -> None:
    django.setup()
    from hemis.celery import app
    from hemis.jobs.models import Job
    from tests.jobs import kinds  # noqa: F401

    @task_postrun.connect(weak=False)
    def end_when_done(**kwargs) -> None:
        if not Job.objects.filter(state__in=Job.UNFINISHED).exists():
            app.control.broadcast("shutdown")

    # It is alone and looks for no neighbours.
    alone = ["--concurrency", "1", "--without-mingle", "--without-gossip"]
    app.worker_main(["worker", *alone, "--loglevel", "WARNING", *sys.argv[1:]])


if __name__ == "__main__":
    main()
