"""Many debtors of one subject registered for relearning at once by the dean's office (duties 2.3, 2.4; VMQ 824, 41).

What each would get is told before anything is written: the fee, whether it goes into a
contract or needs a basis, or why the student is left as he is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from curriculum import relearning as room
from curriculum.actions import CurriculumError
from curriculum.models import CurriculumSubject, Registration, Relearning, RelearningWindow
from curriculum.registrations import Outcome
from hemis.access.scope import Access
from hemis.explain import Explained
from students.models import Student

MOST = 200


@dataclass(frozen=True)
class Candidate:
    """A debtor and what registering would give: ``reason`` says why it is refused, empty where it is not."""

    student: Student
    owed: CurriculumSubject
    asked: Relearning | None
    fee: Explained[Decimal] | None
    has_contract: bool
    reason: str


def debts_of(keys: Iterable[int], access: Access) -> QuerySet[Registration]:
    """The chosen registrations of the office's own students, as many as are registered at once."""
    mine = Student.objects.for_scope(access.scope(room.EDIT))
    rows = Registration.objects.filter(pk__in=list(keys), student__in=mine)
    return rows.select_related(
        "student__person", "student__current__group", "curriculum_subject__subject",
        "curriculum_subject__semester", "curriculum_subject__curriculum__speciality",
    ).order_by("student__person__sort_key", "pk")[:MOST]  # fmt: skip


def places_for(rows: Collection[Registration], window: RelearningWindow) -> list[room.Place]:
    """Places of the half-year at which at least one of the debtors may study the subject anew; six queries."""
    subject = next(row.curriculum_subject.subject_id for row in rows)
    found = room.offered(window, subject)
    taken = room.registered_lines(found, {row.student_id for row in rows})
    return [
        one
        for one in found
        if not all(room.why_not(one, row.curriculum_subject, taken.get(row.student_id, ())) for row in rows)
    ]


def candidates(
    rows: Collection[Registration], window: RelearningWindow, place: room.Place, *, basis: str
) -> list[Candidate]:
    """What registering each debtor at the place would give; eight queries and the fees.

    A fee costs one query where the university has set the price of a credit, else it is
    reckoned from the price of each student's own contract.
    """
    students = {row.student_id for row in rows}
    facts = _Facts(
        place=place, window=window, basis=basis.strip(),
        used_up=room.used_up(students), registered=room.registered_lines([place], students),
        asked=_asked(rows), credits=room.credits_asked(window, students),
        contracted=set(room.contracted(students, window)),
    )  # fmt: skip
    return [facts.candidate(row) for row in rows]


def _asked(rows: Collection[Registration]) -> dict[tuple[int, int], Relearning]:
    """(student, line) → the request that is not decided against."""
    found = Relearning.objects.filter(
        student__in={row.student_id for row in rows}, state__in=[Relearning.ASKED, Relearning.ADMITTED]
    ).select_related("window__academic_year")
    return {(one.student_id, one.owed_id): one for one in found}


@dataclass(frozen=True)
class _Facts:
    """What is read once for all."""

    place: room.Place
    window: RelearningWindow
    basis: str
    used_up: dict[int, set[int]]
    registered: dict[int, set[int]]
    asked: dict[tuple[int, int], Relearning]
    credits: Mapping[int, Decimal]
    contracted: set[int]

    def candidate(self, row: Registration) -> Candidate:
        student, owed = row.student, row.curriculum_subject
        asked = self.asked.get((student.pk, owed.pk))
        reason, fee = self._why_not(student, owed, asked), None
        if not reason:
            try:
                fee = room.quote(student, owed, self.window)
            except CurriculumError as error:
                reason = str(error)
        return Candidate(student, owed, asked, fee, student.pk in self.contracted, reason)

    def _why_not(self, student: Student, owed: CurriculumSubject, asked: Relearning | None) -> str:
        if owed.subject_id != self.place.line.subject_id:
            return _("Another subject is owed.")
        if asked is not None:
            if asked.state == Relearning.ADMITTED:
                return _("It is %(state)s already.") % {"state": asked.get_state_display()}
            if asked.window_id != self.window.pk:
                return _("It is asked for in another half-year: %(window)s.") % {"window": asked.window}
        elif owed.pk not in self.used_up.get(student.pk, ()):
            return str(room.NOT_USED_UP)
        elif not self.window.is_open:
            return _("The days of registration are over.")
        elif reason := room.above_most(self.window, self.credits[student.pk], owed):
            return reason
        if student.pk not in self.contracted and not self.basis:
            return _("Without a contract of the year: name the basis.")
        return room.why_not(self.place, owed, self.registered.get(student.pk, ()))


@transaction.atomic
def register(
    found: Collection[Candidate], window: RelearningWindow, place: room.Place, *, access: Access, basis: str
) -> Outcome:
    """Register all whom nothing keeps, in one transaction: asks where nobody has asked, then admits.

    Whoever is refused, also by what has changed since it was shown, is left as he was and told with the reason.

    Raises:
        PermissionDenied: without the duty, or a student is out of scope.
    """
    access.require(room.EDIT)
    done, refused = 0, []
    for one in found:
        try:
            if one.reason:
                raise CurriculumError(one.reason)
            with transaction.atomic():
                row: Any = one.asked or room.ask(one.student, one.owed, window=window, access=access)
                room.admit(row, place, access=access, basis=basis)
        except CurriculumError as error:
            refused.append(f"{one.student.person}: {error}")
        except IntegrityError:
            refused.append(_("%(student)s: it has been changed meanwhile.") % {"student": one.student.person})
        else:
            done += 1
    return Outcome(done, tuple(refused))
