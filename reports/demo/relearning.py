"""Relearning in the demo: the days are open, one student studies a subject anew, another has asked."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

from curriculum import relearning
from curriculum.models import RelearningWindow
from grading import actions, rules
from grading.models import GradeSheet, SheetLine, SubjectResult
from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.people.models import User
from reports.demo import YEAR
from reports.demo.grading import Book, advance, open_sheets
from students.models import Student

LAST, BEFORE = "13", "12"
MOST = 2
FAILING = Decimal(20)


def build(staff: dict[str, User], *, tell: Callable[[str], None]) -> None:
    """The last sheet of a few who failed by the second; they ask, and the first of them is registered."""
    book = Book(staff)
    with acting(staff["academic"].pk, "demo"):
        window = RelearningWindow.objects.create(
            academic_year_id=YEAR, term="11", opens_on=book.today - datetime.timedelta(days=3),
            closes_on=book.today + datetime.timedelta(days=30), basis="Rektor buyrugʻi, 41-son",
        )  # fmt: skip
        _use_up(book)
    asked = 0
    for login, dean in sorted(staff.items()):
        if not login.startswith("dean"):
            continue
        access = Access.for_user(dean)
        students = Student.objects.for_scope(access.scope("relearning.edit")).filter(
            results__passed=False, results__attempt=LAST
        )
        with acting(dean.pk, "demo"):
            for student in students.distinct().select_related("person", "current").order_by("pk"):
                for line in relearning.may_relearn(student):
                    row = relearning.ask(student, line, window=window, access=access)
                    asked += 1
                    places = relearning.places(row)
                    if places and asked % MOST:
                        relearning.admit(row, places[0], access=access, basis="Toʻlov topshiriqnomasi № 118")
    tell(f"{asked} requests for relearning")


def _use_up(book: Book) -> None:
    """The third sheet of who failed by the second; they fail once more."""
    day = datetime.date(YEAR, 6, 25)
    failed = SubjectResult.objects.filter(passed=False, attempt=BEFORE).select_related(
        "curriculum_subject__semester", "sheet"
    )
    for one in failed.order_by("student", "pk")[:MOST]:
        sheets = open_sheets(book, [(one.curriculum_subject, one.sheet.group_id, rules.FINAL)], day, LAST)
        SheetLine.objects.create(
            sheet=sheets[0], student_id=one.student_id, status=SheetLine.GRADED, points=FAILING
        )
        advance(book, sheets, GradeSheet.CLOSED, day)
        actions.recompute([one.curriculum_subject_id], students=[one.student_id])
