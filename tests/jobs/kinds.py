"""Kinds of jobs for the tests; each unit leaves a mark that could be doubled or lost."""

from __future__ import annotations

import os
import uuid

from django.contrib.auth.models import Group
from django.db import connection

from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job

GATE = 99_001


def marks(job_pk: int) -> list[str]:
    """The units done, once for each time that they were done."""
    names = Group.objects.filter(name__startswith=f"job-{job_pk}/").values_list("name", flat=True)
    return sorted(name.split("/")[1] for name in names)


@job("tests.mark")
class Mark(JobKind):
    """Marks each unit; refuses those named in ``bad``, breaks on those in ``broken``."""

    title = "Marking"
    chunk = 4

    def units(self, job):
        return [f"{number:03}" for number in range(job.params["count"])]

    def run(self, job, keys):
        job.note(f"at {keys[0]}")
        for key in keys:
            Group.objects.create(name=f"job-{job.pk}/{key}/{uuid.uuid4()}")
            if key in job.params.get("bad", ()):
                raise JobError(f"{key} is refused")
            if key in job.params.get("broken", ()):
                raise ValueError("a secret that the page must not show")

    def label(self, job, key):
        return f"unit {key}"

    def finish(self, job):
        job.message = f"marked {len(marks(job.pk))}"


@job("tests.permitted")
class Permitted(Mark):
    permission = "student.edit"


@job("tests.gate")
class Gate(Mark):
    """Stops in the middle of the work before a gate that the test keeps shut, and says that it is there."""

    def run(self, job, keys):
        super().run(job, keys)
        if job.params["gate"] not in keys:
            return
        with open(job.params["pipe"], "w") as pipe:  # noqa: PTH123
            pipe.write(f"{os.getpid()}\n")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GATE])
