"""What grading tells stipends: the marks of the last finished session, and what is owed."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection

from django.db.models import Count

from finance.stipends.providers import register_marks
from finance.stipends.rules import Marks
from grading import debts
from grading.models import SubjectResult

NAMES = {5: "fives", 4: "fours", 3: "threes"}


def marks(students: Collection[int], day: datetime.date) -> dict[int, Marks]:
    """By student: a fixed number of queries."""
    rows = (
        SubjectResult.objects.filter(student__in=students, curriculum_subject__semester__ends_on__lt=day)
        .order_by()
        .values_list("student", "curriculum_subject__semester__number", "mark")
        .annotate(count=Count("pk"))
    )
    counted: dict[int, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for student, semester, mark, count in rows:
        if mark in NAMES:
            counted[student][semester][NAMES[mark]] = count
        else:
            counted[student][semester].setdefault("fives", 0)
    owed = debts.debts_count(students, day)
    return {
        student: Marks(**counted[student][max(counted[student])], debts=owed.get(student, 0))
        if student in counted
        else Marks(debts=owed[student])
        for student in set(counted) | set(owed)
    }


register_marks(marks)
