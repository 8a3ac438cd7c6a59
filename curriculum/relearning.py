"""Relearning (qayta oʻqish): asked for, admitted with a place and a fee, withdrawn (duties 2.3, 2.4; VMQ 824, 41, 45).

What was not passed by all its sheets is studied anew where the subject is taught in
the half-year: the student is registered for that line of the running plan and goes to
its lessons with one of its groups, so teaching, journal and sheets are the usual ones
and the attempts begin anew. Higher floors tell what is used up and what it costs.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import seats
from curriculum.actions import CurriculumError
from curriculum.models import (
    Curriculum,
    CurriculumSubject,
    GroupCurriculum,
    Registration,
    Relearning,
    RelearningCourse,
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
NOT_USED_UP = gettext_lazy("Studied anew is what was not passed, has no sheet left and is not asked for yet.")
# Groups that have lessons and sheets: the active ones, and those of the courses of relearning.
OPEN_GROUPS = Q(is_active=True) | Q(relearning_course__state=RelearningCourse.OPEN)

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

    def contracted(self, students: Collection[int], year: int) -> Collection[int]:
        """Students who have a contract of the year to which a fee may be added."""
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


def contracted(students: Collection[int], window: RelearningWindow) -> Collection[int]:
    """Students whose fee goes into a contract of the year; the others are admitted by a basis. All, without money."""
    return _fees[0].contracted(students, window.academic_year_id) if _fees else students


# --- what may be asked for, and where it is taught


def open_windows(day: datetime.date | None = None) -> QuerySet[RelearningWindow]:
    """The half-years for which one may register on a day."""
    day = day or timezone.localdate()
    return RelearningWindow.objects.filter(opens_on__lte=day, closes_on__gte=day)


def used_up(students: Collection[int]) -> dict[int, set[int]]:
    """Student → lines that no sheet is left for."""
    found: dict[int, set[int]] = {}
    for provider in _used_up:
        for student, lines in provider(students).items():
            found.setdefault(student, set()).update(lines)
    return found


def may_relearn(student: Student) -> QuerySet[CurriculumSubject]:
    """Lines of the student whose sheets are used up and that nobody has asked for yet."""
    keys = used_up([student.pk]).get(student.pk, set())
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
    kind: str = ""

    @property
    def key(self) -> str:
        return f"{self.line.pk}-{self.group.pk}"

    def __str__(self) -> str:
        text = _("%(group)s · semester %(number)s · %(credit)s credits") % {
            "group": self.group, "number": self.line.semester.number, "credit": decimal_text(self.line.credit),
        }  # fmt: skip
        return " · ".join(part for part in (self.kind, text, ", ".join(self.teachers)) if part)


def places(relearning: Relearning) -> list[Place]:
    """Where the student may study the subject in the half-year; six queries.

    In a summer semester nothing runs by itself, so only its courses are left.
    """
    found = offered(relearning.window, relearning.owed.subject_id, only=relearning.pk)
    taken = registered_lines(found, [relearning.student_id]).get(relearning.student_id, ())
    return [one for one in found if not why_not(one, relearning.owed, taken)]


def offered(window: RelearningWindow, subject: int, *, only: int | None = None) -> list[Place]:
    """Every place where the subject is taught in the half-year; ``only``: with the individual plan of a request."""
    return ([] if window.is_summer else _running(window, subject)) + _in_courses(window, subject, only)


def registered_lines(places: Collection[Place], students: Collection[int]) -> dict[int, set[int]]:
    """Student → lines of the places that the student is, or was, registered for: one query."""
    found: dict[int, set[int]] = {}
    lines = {one.line.pk for one in places}
    rows = Registration.objects.filter(student__in=students, curriculum_subject__in=lines)
    for student, line in rows.order_by().values_list("student", "curriculum_subject"):
        found.setdefault(student, set()).add(line)
    return found


def why_not(place: Place, owed: CurriculumSubject, registered: Collection[int]) -> str:
    """Why a line that is owed is not studied anew at a place; empty where it may be.

    A line that the student is registered for is none: attempts would not begin anew there.
    """
    if place.line.pk in registered or place.line.pk == owed.pk:
        return _("The student is registered for the subject of this plan already.")
    if place.line.credit < owed.credit:
        return _("%(credit)s credits are owed; fewer are taught there, %(taught)s.") % {
            "credit": decimal_text(owed.credit), "taught": decimal_text(place.line.credit),
        }  # fmt: skip
    return ""


def _in_courses(window: RelearningWindow, subject: int, only: int | None) -> list[Place]:
    """Courses of the window that are open for the subject; an individual plan is for its own student only."""
    rows = (
        RelearningCourse.objects.filter(
            Q(only=None) | Q(only=only), window=window, state=RelearningCourse.OPEN, line__subject=subject
        )
        .select_related("line__subject", "line__semester", "line__curriculum", "group")
        .order_by("pk")
    )
    courses = list(rows)
    taught = _taught([one.line_id for one in courses], [one.group_id for one in courses])
    return [
        Place(one.line, one.group, tuple(taught.get((one.line_id, one.group_id), ())), one.get_kind_display())
        for one in courses
    ]


def _running(window: RelearningWindow, subject: int) -> list[Place]:
    """Groups whose own plans teach the subject in the half-year."""
    lines = {
        one.pk: one
        for one in CurriculumSubject.objects.filter(
            curriculum__state=Curriculum.APPROVED, curriculum__is_relearning=False, subject=subject,
            semester__academic_year=window.academic_year_id,
        ).select_related("subject", "semester", "curriculum")
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
    taught = _taught(lines, {group.pk for _line, group in pairs})
    return [Place(lines[line], group, tuple(taught.get((line, group.pk), ()))) for line, group in pairs]


def _taught(lines: Collection[int], groups: Collection[int]) -> dict[tuple[int, int], list[str]]:
    """(line, group) → who teaches there: one query."""
    found: dict[tuple[int, int], list[str]] = {}
    rows = TeachingAudience.objects.filter(
        curriculum_subject__in=lines, group__in=groups, teaching__teacher__isnull=False
    ).select_related("teaching__teacher__person")
    for row in rows.order_by("teaching__training_type", "pk"):
        names = found.setdefault((row.curriculum_subject_id, row.group_id), [])
        name = str(row.teaching.teacher.person)
        if name not in names:
            names.append(name)
    return found


# --- verbs


def _own(access: Access, student: Student) -> bool:
    return access.can(OWN) and access.scope(OWN).person_id == student.person_id


def in_scope(access: Access, student: int) -> bool:
    """Whether the office may decide for the student."""
    return access.can(EDIT) and Student.objects.filter(pk=student).for_scope(access.scope(EDIT)).exists()


@transaction.atomic
def ask(student: Student, line: CurriculumSubject, *, window: RelearningWindow, access: Access) -> Relearning:
    """Ask to study a line anew: by the student, or by the dean's office for the student.

    Raises:
        PermissionDenied: neither the student nor the office.
        CurriculumError: not within the days, the line still has sheets, is passed or asked for already,
            or the credits go above the most that the half-year allows.
    """
    if not _own(access, student) and not in_scope(access, student.pk):
        raise PermissionDenied
    if not window.is_open:
        raise CurriculumError(
            _("One registers for relearning from %(from)s to %(to)s.")
            % {"from": f"{window.opens_on:%d.%m.%Y}", "to": f"{window.closes_on:%d.%m.%Y}"}
        )
    if not may_relearn(student).filter(pk=line.pk).exists():
        raise CurriculumError(str(NOT_USED_UP))
    _within_credits(window, student, line)
    return Relearning.objects.create(window=window, student=student, owed=line, asked_by=access.user)


def credits_asked(window: RelearningWindow, students: Collection[int]) -> Mapping[int, Decimal]:
    """Student → credits relearned, or asked for, in the half-year; none where nothing is: one query."""
    rows = Relearning.objects.filter(
        window=window, student__in=students, state__in=[Relearning.ASKED, Relearning.ADMITTED]
    )
    sums = rows.order_by().values("student").annotate(sum=Sum("owed__credit"))
    return defaultdict(Decimal, sums.values_list("student", "sum"))


def above_most(window: RelearningWindow, asked: Decimal, line: CurriculumSubject) -> str:
    """Why a line goes above the most credits that the half-year allows one student; empty where it does not."""
    most = window.most_credits
    if most is None or asked + line.credit <= most:
        return ""
    return _("%(asked)s credits are asked for already; with %(credit)s more they are above the %(most)s allowed.") % {
        "asked": decimal_text(asked), "credit": decimal_text(line.credit), "most": decimal_text(most),
    }  # fmt: skip


def _within_credits(window: RelearningWindow, student: Student, line: CurriculumSubject) -> None:
    """Refuse what goes above the most credits that the half-year allows one student."""
    if window.most_credits is None:
        return
    # Two requests at once are counted one by one.
    Student.objects.select_for_update(of=("self",)).get(pk=student.pk)
    if reason := above_most(window, credits_asked(window, [student.pk])[student.pk], line):
        raise CurriculumError(reason)


def locked(relearning: Relearning, *states: str) -> Relearning:
    """The request, locked, in one of the states that the verb needs.

    Raises:
        CurriculumError: it is in another one.
    """
    found = (
        Relearning.objects.select_for_update(of=("self",))
        .select_related(
            "window",
            "student__person",
            "student__current",
            "owed__subject",
            "owed__semester",
            "owed__curriculum__speciality",
        )
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
    relearning = locked(relearning, Relearning.ASKED)
    if not in_scope(access, relearning.student_id):
        raise PermissionDenied
    if place.key not in {one.key for one in places(relearning)}:
        raise CurriculumError(_("The subject is not taught there in the half-year."))
    fee = quote(relearning.student, relearning.owed, relearning.window)
    _decide(
        relearning, Relearning.ADMITTED, access, studied=place.line, group=place.group, basis=basis.strip()[:255],
        fee=fee.value if fee else None, fee_steps=[step.as_json() for step in fee.steps] if fee else [],
    )  # fmt: skip
    registered = Registration.objects.create(
        student=relearning.student, curriculum_subject=place.line, basis=Registration.RELEARNED,
        group=place.group,
    )  # fmt: skip
    seats.follow_group([registered.pk])
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
    relearning = locked(relearning, Relearning.ASKED)
    if not in_scope(access, relearning.student_id):
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
    office = in_scope(access, relearning.student_id)
    states = [Relearning.ASKED, Relearning.ADMITTED] if office else [Relearning.ASKED]
    if not office and not _own(access, relearning.student):
        raise PermissionDenied
    relearning = locked(relearning, *states)
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
