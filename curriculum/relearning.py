"""Relearning (qayta oʻqish): asked for, admitted with a place and a fee, withdrawn (duties 2.3, 2.4; VMQ 824, 41, 45).

What was not passed by all its sheets is studied anew where the subject is taught in
the half-year: the student is registered for that line of the running plan and goes to
its lessons with one of its groups, so teaching, journal and sheets are the usual ones
and the attempts begin anew. Higher floors tell what is used up and what it costs.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum.actions import CurriculumError
from curriculum.models import (
    Curriculum,
    CurriculumSubject,
    GroupCurriculum,
    Registration,
    Relearning,
    RelearningWindow,
    TeachingAudience,
)
from curriculum.registrations import held
from hemis.access.scope import Access
from hemis.explain import Explained, decimal_text
from hemis.people.models import User
from students.models import Group, Student

EDIT, OWN = "relearning.edit", "own.relearning"
AUTUMN = "11"
LAW = "VMQ 824, 31.12.2020, 41, 45-band"
REASON_LENGTH = 500

# --- what higher floors know

# (keys of students) → lines that each has not passed by any sheet there is.
UsedUp = Callable[[Collection[int]], Mapping[int, Collection[int]]]
_used_up: list[UsedUp] = []


class Fees(Protocol):
    """The room of money, as relearning asks it."""

    def quote(
        self, student: Student, line: CurriculumSubject, year: int, on: datetime.date
    ) -> Explained[Decimal]:
        """The fee of a line in soʻm with its steps; CurriculumError where something is not set."""
        ...

    def charge(self, relearning: Relearning) -> bool:
        """Propose the fee as a change of the contract of the year; False where there is no contract."""
        ...

    def withdraw(self, relearning: Relearning, *, reason: str, by: User | None) -> None:
        """The fee falls away."""
        ...

    def unpaid(self, students: Collection[int]) -> Mapping[tuple[int, int], Decimal]:
        """(student, line studied) → soʻm of the fee that are still to be paid; 0 where it is paid."""
        ...


_fees: list[Fees] = []


def register_used_up(provider: UsedUp) -> None:
    """Let the room of sheets say what is left unpassed when they are used up."""
    if provider not in _used_up:
        _used_up.append(provider)


def register_fees(provider: Fees) -> None:
    """Let the room of money answer for fees.

    Raises:
        ValueError: somebody else answers already.
    """
    if _fees and provider not in _fees:
        raise ValueError("Two answer for the fees of relearning.")
    if not _fees:
        _fees.append(provider)


def unpaid(students: Collection[int]) -> Mapping[tuple[int, int], Decimal]:
    """(student, line studied anew) → what of its fee is to be paid; who is missing is in no contract."""
    return _fees[0].unpaid(students) if _fees and students else {}


# --- what may be asked for, and where it is taught


def open_windows(day: datetime.date | None = None) -> QuerySet[RelearningWindow]:
    """The half-years for which one may register on a day."""
    day = day or timezone.localdate()
    return RelearningWindow.objects.filter(opens_on__lte=day, closes_on__gte=day)


def may_relearn(student: Student) -> QuerySet[CurriculumSubject]:
    """Lines of the student whose sheets are used up and that nobody has asked for yet."""
    keys: set[int] = set()
    for provider in _used_up:
        keys |= set(provider([student.pk]).get(student.pk, ()))
    asked = Relearning.objects.filter(student=student, state__in=[Relearning.ASKED, Relearning.ADMITTED])
    return (
        CurriculumSubject.objects.filter(pk__in=keys)
        .exclude(pk__in=asked.values("owed"))
        .select_related("subject", "semester__academic_year", "curriculum")
        .order_by("semester__number", "position", "pk")
    )


def quote(student: Student, line: CurriculumSubject, window: RelearningWindow) -> Explained[Decimal] | None:
    """What relearning the line costs the student in the half-year; None where nobody answers for money.

    Raises:
        CurriculumError: a price or the credits of the year are not set.
    """
    if not _fees:
        return None
    return _fees[0].quote(student, line, window.academic_year_id, timezone.localdate())


@dataclass(frozen=True)
class Place:
    """A group in which the subject is taught in the half-year, and who teaches it there."""

    line: CurriculumSubject
    group: Group
    teachers: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.line.pk}-{self.group.pk}"

    def __str__(self) -> str:
        text = _("%(group)s · semester %(number)s · %(credit)s credits") % {
            "group": self.group, "number": self.line.semester.number, "credit": decimal_text(self.line.credit),
        }  # fmt: skip
        return f"{text} · {', '.join(self.teachers)}" if self.teachers else text


def places(relearning: Relearning) -> list[Place]:
    """Where the subject is taught in the half-year, with no fewer credits than are owed; three queries.

    A line that the student is registered for is none: attempts would not begin anew there.
    """
    window, owed = relearning.window, relearning.owed
    lines = {
        one.pk: one
        for one in CurriculumSubject.objects.filter(
            curriculum__state=Curriculum.APPROVED, subject=owed.subject_id, credit__gte=owed.credit,
            semester__academic_year=window.academic_year_id,
        )
        .exclude(pk=owed.pk)
        .exclude(registrations__student=relearning.student_id)
        .select_related("subject", "semester")
        if one.semester.is_autumn == (window.term == AUTUMN)
    }  # fmt: skip
    given = (
        GroupCurriculum.objects.filter(
            curriculum__in={one.curriculum_id for one in lines.values()}, group__is_active=True
        )
        .select_related("group")
        .order_by("group__name")
    )
    pairs = [
        (one.pk, row.group)
        for row in given
        for one in lines.values()
        if one.curriculum_id == row.curriculum_id
    ]
    taught: dict[tuple[int, int], list[str]] = {}
    rows = TeachingAudience.objects.filter(
        curriculum_subject__in=lines, group__in={group.pk for _line, group in pairs},
        teaching__teacher__isnull=False,
    ).select_related("teaching__teacher__person").order_by("teaching__training_type", "pk")  # fmt: skip
    for row in rows:
        names = taught.setdefault((row.curriculum_subject_id, row.group_id), [])
        name = str(row.teaching.teacher.person)
        if name not in names:
            names.append(name)
    return [Place(lines[line], group, tuple(taught.get((line, group.pk), ()))) for line, group in pairs]


# --- verbs


def _own(access: Access, student: Student) -> bool:
    return access.can(OWN) and access.scope(OWN).person_id == student.person_id


def _in_scope(access: Access, student: int) -> bool:
    return access.can(EDIT) and Student.objects.filter(pk=student).for_scope(access.scope(EDIT)).exists()


@transaction.atomic
def ask(student: Student, line: CurriculumSubject, *, window: RelearningWindow, access: Access) -> Relearning:
    """Ask to study a line anew: by the student, or by the dean's office for the student.

    Raises:
        PermissionDenied: neither the student nor the office.
        CurriculumError: not within the days, or the line still has sheets, is passed or asked for already.
    """
    if not _own(access, student) and not _in_scope(access, student.pk):
        raise PermissionDenied
    if not window.is_open:
        raise CurriculumError(
            _("One registers for relearning from %(from)s to %(to)s.")
            % {"from": f"{window.opens_on:%d.%m.%Y}", "to": f"{window.closes_on:%d.%m.%Y}"}
        )
    if not may_relearn(student).filter(pk=line.pk).exists():
        raise CurriculumError(
            _("Studied anew is what was not passed, has no sheet left and is not asked for yet.")
        )
    return Relearning.objects.create(window=window, student=student, owed=line, asked_by=access.user)


def _locked(relearning: Relearning, access: Access, *states: str) -> Relearning:
    found = (
        Relearning.objects.select_for_update(of=("self",))
        .select_related("window", "student__person", "student__current", "owed__subject", "owed__curriculum")
        .get(pk=relearning.pk)
    )
    if found.state not in states:
        raise CurriculumError(_("It is %(state)s already.") % {"state": found.get_state_display()})
    return found


def _decide(relearning: Relearning, state: str, access: Access, **values) -> None:
    fields = {"state": state, "decided_by": access.user, "decided_at": timezone.now()} | values
    for name, value in fields.items():
        setattr(relearning, name, value)
    relearning.save(update_fields=list(fields))


@transaction.atomic
def admit(relearning: Relearning, place: Place, *, access: Access, basis: str = "") -> Relearning:
    """Register the student where the subject is taught anew.

    In order: reckons the fee and keeps it with its steps, notes the place, registers for
    the line with the group, proposes the fee as a change of the contract of the year.

    Raises:
        PermissionDenied: without the duty or out of scope.
        CurriculumError: decided already, no such place, no price, or no contract and no basis.
    """
    access.require(EDIT)
    relearning = _locked(relearning, access, Relearning.ASKED)
    if not _in_scope(access, relearning.student_id):
        raise PermissionDenied
    if place.key not in {one.key for one in places(relearning)}:
        raise CurriculumError(_("The subject is not taught there in the half-year."))
    fee = quote(relearning.student, relearning.owed, relearning.window)
    _decide(
        relearning, Relearning.ADMITTED, access, studied=place.line, group=place.group, basis=basis.strip()[:255],
        fee=fee.value if fee else None, fee_steps=[step.as_json() for step in fee.steps] if fee else [],
    )  # fmt: skip
    Registration.objects.create(
        student=relearning.student, curriculum_subject=place.line, basis=Registration.RELEARNED,
        group=place.group,
    )  # fmt: skip
    charged = _fees[0].charge(relearning) if _fees else True
    if not charged and not relearning.basis:
        raise CurriculumError(
            _(
                "The student has no contract of the year that the fee could be added to: name the payment as basis."
            )
        )
    return relearning


@transaction.atomic
def refuse(relearning: Relearning, *, access: Access, reason: str) -> Relearning:
    """Refuse with a reason that the student reads.

    Raises:
        CurriculumError: decided already, or no reason.
    """
    access.require(EDIT)
    relearning = _locked(relearning, access, Relearning.ASKED)
    if not _in_scope(access, relearning.student_id):
        raise PermissionDenied
    if not reason.strip():
        raise CurriculumError(_("Give the reason."))
    _decide(relearning, Relearning.REFUSED, access, reason=reason.strip()[:REASON_LENGTH])
    return relearning


@transaction.atomic
def withdraw(relearning: Relearning, *, access: Access, reason: str = "") -> Relearning:
    """Take it back: the student what is only asked for, the office also what is admitted and has no marks.

    In order: ends the registration, takes the fee off the contract, notes the reason.

    Raises:
        CurriculumError: decided otherwise, or lessons, marks or sheets stand on it.
    """
    office = _in_scope(access, relearning.student_id)
    states = [Relearning.ASKED, Relearning.ADMITTED] if office else [Relearning.ASKED]
    if not office and not _own(access, relearning.student):
        raise PermissionDenied
    relearning = _locked(relearning, access, *states)
    if relearning.state == Relearning.ADMITTED:
        if not reason.strip():
            raise CurriculumError(_("Give the reason."))
        row = Registration.objects.select_for_update(of=("self",)).get(
            student=relearning.student_id, curriculum_subject=relearning.studied_id
        )
        for why in held([row.pk]).values():
            raise CurriculumError(why)
        row.is_active, row.ended_by = False, Registration.BY_OFFICE
        row.save(update_fields=["is_active", "ended_by"])
        if _fees:
            _fees[0].withdraw(relearning, reason=reason, by=access.user)
    try:
        with transaction.atomic():
            _decide(relearning, Relearning.WITHDRAWN, access, reason=reason.strip()[:REASON_LENGTH])
    except IntegrityError as error:
        raise CurriculumError(_("Grade sheets stand on it already.")) from error
    return relearning


# --- what counts: the newest study of a subject

# In SQL, beside a registration ``g`` with its result ``res``: a line gives way to its relearning when that has a
# result, and a relearning without one counts nowhere yet.
COUNTING = """
       AND (g.basis <> 'relearned' OR res.id IS NOT NULL)
       AND NOT EXISTS (SELECT 1 FROM curriculum_relearning x
                         JOIN grading_subjectresult z ON z.student_id = x.student_id
                              AND z.curriculum_subject_id = x.studied_id
                        WHERE x.state = 'admitted' AND x.student_id = g.student_id
                          AND x.owed_id = g.curriculum_subject_id)
"""
