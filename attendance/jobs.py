"""Long work of attendance: letters to many students."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance import actions, queries
from hemis.access.scope import Access
from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import Job
from students.models import Student


@job("attendance.letters")
class Letters(JobKind):
    """``params``: ``students`` (keys) and ``half`` (its code); each gets the letters that are due."""

    title = gettext_lazy("Letters on absence")
    permission = "attendance.edit"
    chunk = 5

    def units(self, job: Job) -> list[Any]:
        """The students, in the order of the list."""
        return job.params["students"]

    def run(self, job: Job, keys: list[Any]) -> None:
        """Issue what is due to each; who needs no letter is told of as not done."""
        access, half = Access.for_user(job.owner), queries.half_year(job.params["half"])
        for key in keys:
            try:
                actions.issue_letters(key, access=access, half=half)
            except actions.AttendanceError as error:
                raise JobError(str(error)) from error

    def label(self, job: Job, key: Any) -> str:
        found = Student.objects.filter(pk=key).select_related("person").first()
        return str(found) if found else ""

    def finish(self, job: Job) -> None:
        failed = job.failures.count()
        job.message = _("Students who got letters: %(count)d") % {"count": len(job.units or []) - failed}
