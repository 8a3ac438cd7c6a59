"""Relearning in the demo: the days are open, one student studies a subject anew, another by an individual plan."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from curriculum import relearning, relearning_courses
from curriculum.models import RelearningCourse, RelearningWindow
from grading import actions, rules
from grading.models import GradeSheet, SheetLine, SubjectResult
from grading.models.sheets import ATTEMPTS
from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.people.models import User
from reports.demo import YEAR
from reports.demo.grading import Book, advance, open_sheets
from students.models import Student

LAST = ATTEMPTS[-1]
MOST = 2


def build(staff: dict[str, User], *, tell: Callable[[str], None]) -> None:
    """The last sheets of a few who failed; they ask, and the first of them is registered."""
    book = Book(staff)
    with acting(staff["academic"].pk, "demo"):
        window = RelearningWindow.objects.create(
            academic_year_id=YEAR, term="11", opens_on=book.today - datetime.timedelta(days=3),
            closes_on=book.today + datetime.timedelta(days=30), basis="Rektor buyrugʻi, 41-son",
        )  # fmt: skip
        RelearningWindow.objects.create(
            academic_year_id=YEAR, term="12", is_summer=True, opens_on=datetime.date(YEAR + 1, 6, 1),
            closes_on=datetime.date(YEAR + 1, 6, 28), starts_on=datetime.date(YEAR + 1, 7, 1),
            ends_on=datetime.date(YEAR + 1, 8, 7), minimum=10, most_credits=12, basis="Rektor buyrugʻi, 42-son",
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
                    if asked % MOST == 0:
                        relearning_courses.open_course(
                            row, kind=RelearningCourse.INDIVIDUAL, taught=relearning_courses.usual_hours(line),
                            access=access,
                        )  # fmt: skip
                    elif places:
                        relearning.admit(row, places[0], access=access, basis="Toʻlov topshiriqnomasi № 118")
    tell(f"{asked} requests for relearning")


def _use_up(book: Book) -> None:
    """A few of the failed are admitted to no further sheet either, till none is left."""
    day, done = datetime.date(YEAR, 6, 25), 0
    failed = SubjectResult.objects.filter(passed=False).select_related(
        "curriculum_subject__semester", "sheet"
    )
    for one in failed.order_by("student", "pk"):
        line, group = one.curriculum_subject, one.sheet.group_id
        left = [code for code in ATTEMPTS if code > one.attempt]
        sat = GradeSheet.objects.valid().filter(
            curriculum_subject=line, group=group, control=rules.FINAL, attempt__in=left
        )
        if sat.exists() or not book.examiner(line, group, rules.FINAL):
            continue
        for attempt in left:
            sheets = open_sheets(book, [(line, group, rules.FINAL)], day, attempt)
            SheetLine.objects.create(
                sheet=sheets[0], student_id=one.student_id, status=SheetLine.NOT_ADMITTED
            )
            advance(book, sheets, GradeSheet.CLOSED, day)
            actions.recompute([line.pk], students=[one.student_id])
        done += 1
        if done == MOST:
            return
