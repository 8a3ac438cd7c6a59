"""Saved cuts on a schedule: a job makes the workbook, a notice tells of it (issue 6)."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.jobs.actions import JobError, start
from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import Job
from hemis.notices import kinds as notices
from hemis.notices.actions import notify
from hemis.pages.columns import display
from hemis.pages.models import SavedView
from reports.statistics import asking, cube, sheets
from reports.statistics.declaration import STATISTICS, Statistic
from reports.statistics.models import StatisticSchedule
from staff.rules import add_months

READY = "statistics.ready"
notices.register(READY, gettext_lazy("The statistic “%(name)s” of %(day)s is ready."), "chart-pie")


def statistic_of(view: SavedView) -> Statistic | None:
    """The statistic that a saved view is of; None for views of lists and for what is no more."""
    code = view.register.removeprefix("statistics_")
    return STATISTICS.get(code) if code != view.register else None


def next_day(every: str, day: datetime.date) -> datetime.date:
    """The next time after ``day``: tomorrow, the same day of next week, the first of next month."""
    if every == StatisticSchedule.DAILY:
        return day + datetime.timedelta(days=1)
    if every == StatisticSchedule.WEEKLY:
        return day + datetime.timedelta(days=7)
    return add_months(day.replace(day=1), 1)


@transaction.atomic
def schedule(view: SavedView, every: str) -> StatisticSchedule | None:
    """Send a saved cut from tomorrow on (monthly: from the first); an empty ``every`` ends it.

    Raises:
        ValueError: it is no statistic, or it is never sent so.
    """
    if statistic_of(view) is None:
        raise ValueError(view.register)
    if not every:
        StatisticSchedule.objects.filter(view=view).delete()
        return None
    if every not in dict(StatisticSchedule.EVERY):
        raise ValueError(every)
    today = timezone.localdate()
    first = next_day(every if every == StatisticSchedule.MONTHLY else StatisticSchedule.DAILY, today)
    made, _new = StatisticSchedule.objects.update_or_create(
        view=view, defaults={"every": every, "next_on": first, "last_on": None}
    )
    return made


def send_due_statistics(today: datetime.date | None = None) -> int:
    """Start the jobs of all schedules whose day has come; how many. A second call of the day starts none.

    Each is made with what its owner may see when it is made. Days that were missed are
    made up for once.
    """
    today = today or timezone.localdate()
    due = StatisticSchedule.objects.filter(next_on__lte=today).values_list("pk", flat=True)
    return sum(_send(pk, today) for pk in list(due))


@transaction.atomic
def _send(pk: int, today: datetime.date) -> int:
    """Move one schedule on and start its job, together; nothing when another has done so."""
    found = StatisticSchedule.objects.select_for_update(skip_locked=True, of=("self",))
    one = found.select_related("view__user").filter(pk=pk, next_on__lte=today).first()
    if one is None:
        return 0
    one.last_on, one.next_on = today, next_day(one.every, today)
    one.save(update_fields=["last_on", "next_on"])
    statistic, user = statistic_of(one.view), one.view.user
    if statistic is None or not user.is_active:
        return 0
    params = {"code": statistic.code, "query": one.view.query, "name": one.view.name}
    start("reports.statistic", user=user, params=params, title=one.view.name)
    return 1


@job("reports.statistic")
class StatisticJob(JobKind):
    """``params``: ``code`` of the statistic, ``query`` that asks it, ``name`` under which it is kept."""

    title = gettext_lazy("Statistics")

    def units(self, job: Job) -> list[Any]:
        return [job.params["code"]]

    def run(self, job: Job, keys: list[Any]) -> None:
        """All is done at the end, where the file is kept."""

    def finish(self, job: Job) -> None:
        """The workbook with what the owner may see now, and the notice.

        Raises:
            JobError: the owner no longer has the duty.
        """
        statistic, access = STATISTICS[job.params["code"]], Access.for_user(job.owner)
        if not access.can(statistic.permission):
            raise JobError(_("You no longer have the duty that opens this statistic."))
        question = asking.ask(statistic, QueryDict(job.params["query"]), asking.years())
        table = cube.read(
            statistic, scope=access.scope(statistic.permission), asked=question.asked, rows=question.rows,
            cols=question.cols, measures=question.measures, chosen=question.chosen,
        )  # fmt: skip
        content = sheets.workbook(question, table, access)
        job.result_file.save(f"{statistic.key()}-{job.pk}.xlsx", ContentFile(content), save=False)
        job.message = f"{statistic.title} · {question.when_text}"
        facts = {"name": job.params["name"], "day": display(timezone.localdate())}
        notify([job.owner], READY, facts, reverse("job", args=[job.pk]))
