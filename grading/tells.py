"""What sheets tell the floors below: subjects mastered, registrations and controls that stay, who sits again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from curriculum import registrations, relearning, standing
from curriculum.exams import offers
from curriculum.models import Registration
from grading import debts, queries
from grading.models import GradeSheet, SheetLine, SubjectResult


def passed(students: Collection[int]) -> dict[int, dict[int, Decimal]]:
    """Subjects that students have mastered by closed sheets, with their credits: one query."""
    rows = SubjectResult.objects.filter(student__in=students, passed=True).values_list(
        "student", "curriculum_subject__subject", "curriculum_subject__credit"
    )
    found: defaultdict[int, dict[int, Decimal]] = defaultdict(dict)
    for student, subject, credit in rows:
        found[student][subject] = max(credit, found[student].get(subject, credit))
    return dict(found)


def held(registered: Collection[int]) -> dict[int, str]:
    """Registrations of students who stand on a sheet of the subject: one query."""
    marked = SheetLine.objects.filter(
        student=OuterRef("student"), sheet__curriculum_subject=OuterRef("curriculum_subject")
    ).exclude(status=SheetLine.EMPTY)
    rows = Registration.objects.filter(Exists(marked), pk__in=registered)
    reason = _("Grade sheets have marks of it.")
    return dict.fromkeys(rows.values_list("pk", flat=True), reason)


def sitters(lines: Collection[int], attempt: str) -> set[tuple[int, int]]:
    """(line, student) who failed by the sheet before this one: one query."""
    failed = queries.failed_by(lines, queries.previous(attempt))
    return {(line, student) for student, line in failed}


def on_sheets(events: Collection[int]) -> set[int]:
    """Controls that a grade sheet was opened for: one query."""
    return set(GradeSheet.objects.filter(event__in=events).values_list("event", flat=True))


standing.register_passed(passed)
offers.register_sitters(sitters)
offers.register_kept(on_sheets)
registrations.register_hold(held)
relearning.register_used_up(debts.used_up)
