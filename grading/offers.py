"""What the journal and the tasks offer to grade sheets: means of current marks, points of tasks, hours missed."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.db.models import Avg, Sum

from attendance.models import Absence, CurrentMark
from attendance.queries import load_of
from curriculum.models import MarkingSystem
from grading import providers
from grading.rules import Attendance
from grading.tasks import queries as tasks

HIGHEST = {MarkingSystem.FIVE: 5}
PER_CENT = 100


def current_means(curriculum_subject: int, group: int) -> dict[int, Decimal]:
    """Mean of a student's current marks of the subject, in per cent of the highest mark: one query.

    Whoever changed the group brings the marks along, so the group asked for does not narrow them.
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


providers.register_current_means(current_means)
providers.register_task_points(tasks.task_points)
providers.register_hours_missed(hours_missed)
