"""What grading knows about students: GPA and debts; and what grading asks of finance."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from decimal import Decimal

from django.utils import timezone

from grading import offers
from grading.debts import debts_count, registered_students
from grading.models import StudentGpa
from hemis.explain import Phrase
from movement import facts
from movement.facts import Known, register_provider


def gpa(students: Collection[int], day: datetime.date) -> dict[int, Known]:
    """The GPA of the last academic year that is computed; students without one are unknown."""
    found = {}
    rows = (
        StudentGpa.objects.filter(student__in=students, academic_year__isnull=False, credits__gt=0)
        .select_related("academic_year")
        .order_by("academic_year")
    )
    for row in rows:
        basis = Phrase("%(year)s, %(subjects)d subjects", year=row.academic_year, subjects=row.subjects)
        if row.missing:
            basis = Phrase(
                "%(basis)s, %(missing)d of them without a result", basis=basis, missing=row.missing
            )
        found[row.student_id] = Known(row.gpa, basis)
    return found


def debts(students: Collection[int], day: datetime.date) -> dict[int, Known]:
    """Subjects not mastered by ``day``, of those who are registered for any."""
    counted = debts_count(students, day)
    basis = Phrase("by closed grade sheets")
    return {
        student: Known(Decimal(counted.get(student, 0)), basis) for student in registered_students(students)
    }


def contract_debts(students: Collection[int]) -> dict[int, Decimal]:
    """What admission to controls asks, where the rules ask for it."""
    known = facts.known(["contract_debt"], students, timezone.localdate())
    return {student: figures["contract_debt"].value for student, figures in known.items()}


register_provider("gpa", gpa)
register_provider("debts", debts)
offers.register_contract_debts(contract_debts)
