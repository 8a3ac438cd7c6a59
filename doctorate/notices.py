"""What is told: orders on their way, and who is late (duty 6.1, clause B8)."""

from __future__ import annotations

import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from doctorate import rules
from doctorate.models import Attestation, DoctoralOrder, DoctoralStudent, PlanStage, Supervision
from hemis.access.holders import holders
from hemis.notices.actions import notify
from hemis.notices.kinds import register
from hemis.notices.models import Notice
from hemis.people.models import User

register(
    "doctoral_order_submitted",
    _("An order on doctoral students waits for your signature: %(order)s"),
    "signature",
)
register(
    "doctoral_order_returned",
    _("An order on doctoral students came back: %(order)s — %(remark)s"),
    "alert-triangle",
)
register(
    "doctoral_order_executed", _("An order on your doctoral studies is executed: %(order)s"), "file-text"
)
register("doctoral_soon", _("%(who)s: due on %(day)s — %(what)s"), "calendar-time")
register("doctoral_late", _("Doctoral students who are late: %(count)s"), "alert-triangle")

# So many days before, whoever has to do it is reminded once.
REMIND_DAYS = 14


def _url(order: DoctoralOrder) -> str:
    return reverse("doctorate_orders_detail", args=[order.pk])


def tell_signers(order: DoctoralOrder) -> None:
    """Those whose signature it waits for."""
    notify(holders("doctoral_order.sign"), "doctoral_order_submitted", {"order": str(order)}, _url(order))


def tell_author(order: DoctoralOrder) -> None:
    """Who formed it."""
    facts = {"order": str(order), "remark": order.remark}
    if order.created_by:
        notify([order.created_by], "doctoral_order_returned", facts, _url(order))


def tell_those_named(order: DoctoralOrder, students: QuerySet[DoctoralStudent]) -> None:
    """Those on the list and whoever leads them, if they have accounts."""
    led = Supervision.objects.filter(student__in=students, valid_to=None)
    people = User.objects.filter(is_active=True, person__in=students.values("person")) | User.objects.filter(
        is_active=True, person__in=led.values("employee__person")
    )
    notify(people, "doctoral_order_executed", {"order": str(order)})


def _told_today(code: str, day: datetime.date) -> bool:
    """Whether the night has run already: nobody is told twice."""
    return Notice.objects.filter(code=code, created_at__date=day).exists()


def remind(day: datetime.date | None = None) -> int:
    """Each night: whose stage or attestation is due in two weeks, told to the person and the supervisor; how many."""
    day = day or timezone.localdate()
    if _told_today("doctoral_soon", day):
        return 0
    due = day + datetime.timedelta(days=REMIND_DAYS)
    open_here = {"due_on": due, "student__status": DoctoralStudent.STUDYING}
    stages = PlanStage.objects.filter(done_on=None, **open_here).select_related("student__person")
    attestations = Attestation.objects.filter(result="", **open_here).select_related("student__person")
    rows = [(one.student, one.title) for one in stages]
    rows += [(one.student, str(Attestation._meta.verbose_name)) for one in attestations]
    return sum(_remind(student, what, day, due) for student, what in rows)


def _remind(student: DoctoralStudent, what: str, day: datetime.date, due: datetime.date) -> int:
    led = Supervision.objects.in_force(day).filter(student=student)
    persons = {student.person_id, *led.values_list("employee__person", flat=True)} - {None}
    people = User.objects.filter(is_active=True, person__in=persons)
    return notify(people, "doctoral_soon", {"who": str(student), "day": f"{due:%d.%m.%Y}", "what": what})


def tell_of_the_late(count: int, day: datetime.date | None = None) -> int:
    """Each week: how many are late, to the office that keeps the doctorate."""
    if not count or _told_today("doctoral_late", day or timezone.localdate()):
        return 0
    url = f"{reverse('doctorate_late_list')}?state={rules.LATE}"
    return notify(holders("doctoral_student.edit"), "doctoral_late", {"count": count}, url)
