"""Debts: what was registered for, is over and has no result; who owes it, and what is used up."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from curriculum.models import CurriculumSubject, RatingSheetKind, Registration, Relearning
from grading.models import GradeSheet, SheetLine, SubjectResult
from grading.rulebook import Rulebook
from students.models import Student

STUDYING = "11"


def owed(day: datetime.date | None = None) -> QuerySet[Registration]:
    """Registrations that are owed: failed by a closed sheet, or without a result after the semester's end.

    What a state attestation commission marks is no debt: it is repeated by its own rules.
    """
    day = day or timezone.localdate()
    results = SubjectResult.objects.filter(
        student=OuterRef("student"), curriculum_subject=OuterRef("curriculum_subject")
    )
    found: Any = Registration.objects.active()
    found = counting(found.exclude(curriculum_subject__sheet_kind__code__in=RatingSheetKind.ATTESTED))
    return found.filter(student__current__status=STUDYING).filter(
        Exists(results.filter(passed=False)) | Q(semester__ends_on__lt=day) & ~Exists(results)
    )


def counting(rows: QuerySet[Registration]) -> QuerySet[Registration]:
    """Without what a relearning with a result has replaced, and without relearnings that have none yet.

    The same as ``curriculum.relearning.COUNTING`` in SQL: the newest study of a subject counts.
    """
    own = SubjectResult.objects.filter(
        student=OuterRef("student"), curriculum_subject=OuterRef("curriculum_subject")
    )
    newer = Relearning.objects.filter(
        student=OuterRef("student"), owed=OuterRef("curriculum_subject"), state=Relearning.ADMITTED,
        studied__results__student=OuterRef("student"),
    )  # fmt: skip
    return rows.filter(~Q(basis=Registration.RELEARNED) | Exists(own)).exclude(Exists(newer))


def used_up(students: Collection[int]) -> dict[int, set[int]]:
    """Lines that students have not passed by all the sheets there are: two queries.

    Where no retakes are allowed, the first sheet is the last.
    """
    book = Rulebook()
    found: dict[int, set[int]] = defaultdict(set)
    rows = (
        owed()
        .filter(student__in=students)
        .annotate(
            last=Subquery(
                SubjectResult.objects.filter(
                    student=OuterRef("student"),
                    curriculum_subject=OuterRef("curriculum_subject"),
                    passed=False,
                ).values("attempt")[:1]
            )
        )
    )
    for student, line, system, last in rows.order_by().values_list(
        "student", "curriculum_subject", "curriculum_subject__curriculum__marking_system", "last"
    ):
        if last and int(last) - 10 >= (book.scale(system).attempts if book.limits().retake_allowed else 1):
            found[student].add(line)
    return dict(found)


def with_result(rows: QuerySet[Registration]) -> QuerySet[Registration]:
    """``last_attempt``, ``last_overall`` and ``last_mark`` beside each registration."""
    own = SubjectResult.objects.filter(
        student=OuterRef("student"), curriculum_subject=OuterRef("curriculum_subject")
    )
    return rows.annotate(
        last_attempt=Subquery(own.values("attempt")[:1]),
        last_overall=Subquery(own.values("overall")[:1]),
        last_mark=Subquery(own.values("mark")[:1]),
    )


def debts_count(students: Collection[int], day: datetime.date | None = None) -> dict[int, int]:
    """How many subjects each of the students owes; who owes nothing is left out."""
    found: dict[int, int] = defaultdict(int)
    for student in owed(day).filter(student__in=students).order_by().values_list("student", flat=True):
        found[student] += 1
    return dict(found)


def registered_students(students: Collection[int]) -> set[int]:
    """Those of whom this app knows anything: registered for a subject."""
    found: Any = Registration.objects.active()
    return set(found.filter(student__in=students).values_list("student", flat=True))


def owed_subjects(student: Student) -> QuerySet[CurriculumSubject]:
    """What a personal schedule may name: debts, excused controls, and the plan's subjects up to now that are missing.

    The plan is the group's; subjects of past and present semesters for which the
    student has no passed result and which are failed, unregistered or without a result.
    """
    group = student.current.group_id if student.current else None
    number = int(student.current.semester) - 10 if student.current else 0
    own = SubjectResult.objects.filter(student=student, curriculum_subject=OuterRef("pk"))
    taken: Any = Registration.objects.active()
    taken = taken.filter(student=student, curriculum_subject=OuterRef("pk"))
    excused = SheetLine.objects.filter(
        student=student, sheet__curriculum_subject=OuterRef("pk"), sheet__state=GradeSheet.CLOSED,
        status=SheetLine.EXCUSED,
    )  # fmt: skip
    of_plan = Q(curriculum__groups__group=group, semester__number__lt=number, kind="11")
    return (
        CurriculumSubject.objects.filter(Exists(taken) | of_plan)
        .exclude(sheet_kind__code__in=RatingSheetKind.ATTESTED)
        .exclude(pk__in=Relearning.objects.filter(student=student, state=Relearning.ADMITTED).values("owed"))
        .filter(
            Exists(own.filter(passed=False))
            | ~Exists(own) & (Exists(excused) | Q(semester__ends_on__lt=timezone.localdate()))
        )
        .select_related("subject", "semester", "curriculum")
        .order_by("semester__number", "position", "pk")
        .distinct()
    )
