"""Opening a closed journal, with a reason (duty 2.4)."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.actions.base import AttendanceError
from attendance.models import Unlock
from curriculum.models import Lesson
from hemis.access.scope import Access
from hemis.notices.actions import notify
from hemis.people.models import User
from staff.models import Employee
from structure.models import Unit

EDIT = "attendance.edit"
LONGEST = datetime.timedelta(days=31)


@transaction.atomic
def unlock(
    *,
    access: Access,
    until: datetime.datetime,
    reason: str,
    lesson: Lesson | None = None,
    teacher: Employee | None = None,
    days: tuple[datetime.date, datetime.date] | None = None,
) -> Unlock:
    """Open the journal of a lesson, or of a teacher's lessons of some days in the own faculty, until a moment.

    Raises:
        PermissionDenied: without the duty.
        AttendanceError: out of scope, without a reason, or until a moment that is past or far.
    """
    access.require(EDIT)
    scope = access.scope(EDIT)
    if not reason.strip():
        raise AttendanceError(_("Say why."))
    now = timezone.now()
    if not now < until <= now + LONGEST:
        raise AttendanceError(_("Choose a moment within the next 31 days."))
    if (lesson is None) == (teacher is None) or (teacher is None) != (days is None):
        raise AttendanceError(_("Name a lesson, or a teacher and the days."))
    if days and days[1] < days[0]:
        raise AttendanceError(_("The last day is before the first one."))
    faculties = set(scope.faculty_ids)
    if scope.everything:
        faculties = set(Unit.objects.faculties().values_list("pk", flat=True))
    rows = Lesson.objects.filter(teaching__audience__group__faculty__in=faculties)
    rows = rows.filter(pk=lesson.pk) if lesson else rows.filter(teacher=teacher, day__range=days)
    faculty = rows.values_list("teaching__audience__group__faculty", flat=True).first()
    if faculty is None:
        raise AttendanceError(_("There are no such lessons of groups of your faculty."))
    made = Unlock.objects.create(
        faculty_id=faculty, lesson=lesson, teacher=teacher, starts_on=days[0] if days else None,
        ends_on=days[1] if days else None, until=until, reason=reason.strip(), made_by=access.user,
    )  # fmt: skip
    whose = lesson.teacher if lesson else teacher
    people = User.objects.filter(is_active=True, person__employee=whose)
    url = reverse("attendance_lessons_detail", args=[lesson.pk]) if lesson else reverse("attendance_today")
    until_text = f"{timezone.localtime(until):%d.%m.%Y %H:%M}"
    notify(people, "journal_unlocked", {"until": until_text, "reason": made.reason}, url)
    return made
