"""Excuses: asked for by the student, accepted, returned, given and withdrawn by the dean's office (duties 2.4, S)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.actions.base import AttendanceError
from attendance.models import Excuse
from hemis.access.holders import holders
from hemis.access.scope import Access
from hemis.notices.actions import notify
from hemis.people.models import User
from students.models import Student

EDIT, OWN = "attendance.edit", "own.attendance"
LONGEST = datetime.timedelta(days=120)


def check_span(starts_on: datetime.date, ends_on: datetime.date) -> None:
    """A span that can be.

    Raises:
        AttendanceError: it ends before it begins, or is longer than an academic leave would be needed for.
    """
    if ends_on < starts_on:
        raise AttendanceError(_("The last day is before the first one."))
    if ends_on - starts_on > LONGEST:
        raise AttendanceError(_("A span of more than four months is an academic leave: it needs an order."))


@transaction.atomic
def excuse(*, access: Access, students: Iterable[Student], facts: dict[str, Any]) -> list[Excuse]:
    """Excuse the students' absences of a span by one document: accepted at once.

    In order: writes the excuses (the database turns the absences of the span), tells the students.

    Raises:
        PermissionDenied: without the duty, or for a student out of scope.
        AttendanceError: a span that cannot be.
    """
    access.require(EDIT)
    check_span(facts["starts_on"], facts["ends_on"])
    keys = {student.pk for student in students}
    allowed = list(Student.objects.for_scope(access.scope(EDIT)).filter(pk__in=keys).order_by("pk"))
    if len(allowed) != len(keys) or not allowed:
        raise AttendanceError(_("A student is not of your faculty."))
    now = timezone.now()
    made = [
        Excuse(
            student=student,
            state=Excuse.ACCEPTED,
            made_by=access.user,
            decided_by=access.user,
            decided_at=now,
            **facts,
        )
        for student in allowed
    ]
    # One paper for many is kept once.
    made[0].save()
    for one in made[1:]:
        one.scan = made[0].scan.name
    Excuse.objects.bulk_create(made[1:])
    _tell(made, "excuse_accepted")
    return made


@transaction.atomic
def ask(*, access: Access, student: Student, facts: dict[str, Any]) -> Excuse:
    """A student hands in a paper; the dean's office is told.

    Raises:
        PermissionDenied: without the duty, or for somebody else.
        AttendanceError: a span that cannot be, or the same is asked for already.
    """
    access.require(OWN)
    if student.person_id != access.scope(OWN).person_id:
        raise AttendanceError(_("One asks for oneself."))
    check_span(facts["starts_on"], facts["ends_on"])
    same = Excuse.objects.filter(student=student, state__in=[Excuse.ASKED, Excuse.ACCEPTED])
    if same.filter(starts_on=facts["starts_on"], ends_on=facts["ends_on"]).exists():
        raise AttendanceError(_("You have asked for these days already."))
    made = Excuse.objects.create(student=student, made_by=access.user, **facts)
    faculty = student.current.faculty_id if student.current else None
    people = holders(EDIT, faculty_id=faculty, roles=frozenset({"dean"}))
    url = reverse("attendance_excuses_detail", args=[made.pk])
    notify(people, "excuse_asked", {"student": student.person.full_name, "span": _span(made)}, url)
    return made


def _decide(pk: int, access: Access, before: str, after: str, remark: str) -> Excuse:
    access.require(EDIT)
    rows = Excuse.objects.for_scope(access.scope(EDIT)).select_for_update(of=("self",))
    found = rows.select_related("student__person").get(pk=pk)
    if found.state != before:
        raise AttendanceError(_("The excuse is in another state already; look at it once more."))
    found.state, found.remark = after, remark.strip()
    found.decided_by, found.decided_at = access.user, timezone.now()
    found.save(update_fields=["state", "remark", "decided_by", "decided_at"])
    return found


@transaction.atomic
def accept(one: Excuse, *, access: Access) -> Excuse:
    """Accept what a student asks for; the absences of the span are excused.

    Raises:
        PermissionDenied: without the duty.
        AttendanceError: it is decided already.
    """
    found = _decide(one.pk, access, Excuse.ASKED, Excuse.ACCEPTED, "")
    _tell([found], "excuse_accepted")
    return found


@transaction.atomic
def give_back(one: Excuse, *, access: Access, remark: str) -> Excuse:
    """Return what a student asks for, with what is wrong.

    Raises:
        PermissionDenied: without the duty.
        AttendanceError: it is decided already, or nothing is said.
    """
    found = _decide(one.pk, access, Excuse.ASKED, Excuse.RETURNED, _said(remark))
    _tell([found], "excuse_returned")
    return found


@transaction.atomic
def withdraw(one: Excuse, *, access: Access, remark: str) -> Excuse:
    """Withdraw an accepted excuse; its absences are without reason again, unless another excuse covers them.

    Raises:
        PermissionDenied: without the duty.
        AttendanceError: it is not accepted, or nothing is said.
    """
    found = _decide(one.pk, access, Excuse.ACCEPTED, Excuse.WITHDRAWN, _said(remark))
    _tell([found], "excuse_withdrawn")
    return found


def _said(remark: str) -> str:
    if not remark.strip():
        raise AttendanceError(_("Say why."))
    return remark


def _span(one: Excuse) -> str:
    return f"{one.starts_on:%d.%m.%Y}–{one.ends_on:%d.%m.%Y}"


def _tell(made: list[Excuse], code: str) -> None:
    """One notice to each student."""
    people = User.objects.filter(
        is_active=True, person__studies__in=[one.student_id for one in made]
    ).distinct()
    facts = {"span": _span(made[0]), "remark": made[0].remark}
    notify(people, code, facts, reverse("my_attendance"))
