"""What everybody who prints or checks a record asks: lines, sums, GPA (diploma, transcript, accreditation)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from django.db.models import QuerySet

from hemis.explain import Explained
from records import rules
from records.models import RecordLine
from students.models import Student


def lines_of(student: Student | int) -> QuerySet[RecordLine]:
    """Subjects that a student has mastered, in the order of study; one query, names frozen in three languages."""
    rows = RecordLine.objects.passed().filter(student=student)
    return rows.select_related("academic_year").order_by("semester", "kind", "subject_name", "pk")


def lines_of_many(students: Collection[int]) -> dict[int, list[RecordLine]]:
    """The same of many students by key, in one query; who has none is left out."""
    found: defaultdict[int, list[RecordLine]] = defaultdict(list)
    rows = RecordLine.objects.passed().filter(student__in=students)
    for line in rows.order_by("student", "semester", "kind", "subject_name", "pk"):
        found[line.student_id].append(line)
    return dict(found)


def totals_of(student: Student | int) -> rules.Totals:
    """Hours, credits, marks and mean points of the record."""
    return rules.totals(lines_of(student))


def gpa_of(student: Student | int) -> Explained[Decimal]:
    """The GPA of the record with its steps: the figure of diploma and transcript."""
    return rules.gpa(lines_of(student))


def history_of(student: Student | int) -> QuerySet[RecordLine]:
    """Every line that a student ever had, superseded ones too, oldest first."""
    rows = RecordLine.objects.filter(student=student)
    return rows.select_related("academic_year", "sheet", "act").order_by("semester", "subject_name", "pk")
