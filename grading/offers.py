"""What others know and grade sheets ask for: means of current marks, points of tasks, hours missed, debts.

The journal and the tasks stand below or beside and are asked as they are; contracts
belong to another room, which makes itself known by ``register_contract_debts``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from django.db.models import Avg, Sum

from attendance.models import Absence, CurrentMark
from attendance.queries import load_of
from curriculum.models import MarkingSystem
from grading.rules import Attendance

HIGHEST = {MarkingSystem.FIVE: 5}
PER_CENT = 100
# Keys of students → soʻm owed.
ContractDebts = Callable[[Collection[int]], Mapping[int, Decimal]]
# (keys of curriculum subjects, keys of students or None for all) whose results have just been written.
ResultsHeard = Callable[[Collection[int], Collection[int] | None], None]
_debts: list[ContractDebts] = []
_heard: list[ResultsHeard] = []


def register_contract_debts(provider: ContractDebts) -> None:
    """Let the room of contracts answer for admission, where the rules ask for it.

    Raises:
        ValueError: somebody else answers already.
    """
    if _debts and provider not in _debts:
        raise ValueError("Two answer for the debts of contracts.")
    if not _debts:
        _debts.append(provider)


def contract_debts(students: Collection[int]) -> Mapping[int, Decimal]:
    """What students owe by their contracts; who is missing is unknown, and nobody is barred for that."""
    return _debts[0](students) if _debts and students else {}


def register_results_heard(listener: ResultsHeard) -> None:
    """Let the academic record hear of results, within the transaction that writes them.

    Raises:
        ValueError: somebody else listens already.
    """
    if _heard and listener not in _heard:
        raise ValueError("Two listen to the results.")
    if not _heard:
        _heard.append(listener)


def tell_results(curriculum_subjects: Collection[int], students: Collection[int] | None) -> None:
    """Results of closed sheets have been written."""
    for listener in _heard:
        listener(curriculum_subjects, students)


def current_means(curriculum_subject: int) -> dict[int, Decimal]:
    """Mean of a student's current marks of the subject, in per cent of the highest mark: one query.

    Whoever changed the group brings the marks along.
    """
    rows = (
        CurrentMark.objects.filter(registration__curriculum_subject=curriculum_subject)
        .order_by()
        .values_list("student", "registration__curriculum_subject__curriculum__marking_system__scale")
        .annotate(mean=Avg("value"))
    )
    return {student: Decimal(mean) * PER_CENT / HIGHEST.get(scale, PER_CENT) for student, scale, mean in rows}


def hours_missed(
    curriculum_subjects: Collection[int], students: Collection[int]
) -> dict[tuple[int, int], Attendance]:
    """Hours without reason by student and subject, of the hours planned in the room: two queries.

    Subjects without hours in the room are not answered for: nothing can be missed there.
    """
    if not students:
        return {}
    planned = load_of(curriculum_subjects)
    rows = (
        Absence.objects.filter(
            student__in=students, registration__curriculum_subject__in=planned, kind=Absence.UNEXCUSED
        )
        .order_by()
        .values_list("student", "registration__curriculum_subject")
        .annotate(hours=Sum("hours"))
    )
    missed = {(student, line): hours for student, line, hours in rows}
    return {
        (student, line): Attendance(Decimal(missed.get((student, line), 0)), Decimal(hours))
        for line, hours in planned.items()
        for student in students
    }
