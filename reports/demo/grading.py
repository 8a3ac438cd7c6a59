"""Grade sheets of the demo: the last year closed with its debts and retakes, this autumn under way."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from random import Random
from typing import Any

from django.db.models.functions import Coalesce
from django.utils import timezone

from curriculum.models import CurriculumSubject, Registration, TeachingAudience
from grading import actions, debts, queries, rules
from grading.models import GradeSheet, SheetLine, SubjectResult
from grading.rulebook import Rulebook
from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.documents.actions import reserve_numbers
from hemis.people.models import User
from reports.demo import YEAR, bulk
from reports.demo.statistics import analyze
from staff.models import Employee, Position
from students.models import Student

SEED = 77
CONTROLS = ("11", "12", "13")
BATCH = 5000
TENTH = Decimal("0.1")
LECTURE = "11"
SCHEDULES = 3  # personal schedules of each faculty
# Of ten midterm sheets of this autumn: how many are closed, checked, signed; the others are being filled.
CLOSED_BY, CHECKED_BY, SIGNED_BY = 4, 6, 8


class Book:
    """Who sits what with which group, who teaches it, and how well each student does."""

    def __init__(self, staff: dict[str, User]):
        self.random = Random(SEED)  # noqa: S311
        self.user = staff["academic"]
        self.today = timezone.localdate()
        self.skill: dict[int, float] = {}
        self.serial: dict[int, int] = {}
        kafedras: dict[int, list[int]] = defaultdict(list)
        posts = Position.objects.filter(category="12", valid_to=None).order_by("employee")
        for unit, employee in posts.values_list("unit", "employee"):
            kafedras[unit].append(employee)
        self.kafedras = kafedras
        self.teachers: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
        rows = TeachingAudience.objects.filter(teaching__teacher__isnull=False).order_by("pk")
        for subject, group, kind, teacher in rows.values_list(
            "curriculum_subject", "group", "teaching__training_type", "teaching__teacher"
        ):
            self.teachers[subject, group].setdefault(kind, teacher)

    def of(self, student: int) -> float:
        """How much of a maximum the student usually gets."""
        if student not in self.skill:
            self.skill[student] = min(0.98, max(0.5, self.random.gauss(0.78, 0.1)))
        return self.skill[student]

    def points(self, student: int, maximum: int, *, least: float = 0.3) -> Decimal:
        share = min(1.0, max(least, self.of(student) + self.random.gauss(0.02, 0.07)))
        return min(Decimal(maximum), (Decimal(maximum) * Decimal(f"{share:.3f}")).quantize(TENTH))

    def examiner(self, subject: CurriculumSubject, group: int, control: str) -> int | None:
        taught = self.teachers.get((subject.pk, group), {})
        if control == rules.FINAL:
            others = [one for one in self.kafedras.get(subject.kafedra_id, []) if one not in taught.values()]
            return others[(subject.pk + group) % len(others)] if others else None
        practice = [one for kind, one in taught.items() if kind != LECTURE]
        lecture = [taught[LECTURE]] if LECTURE in taught else []
        order = practice + lecture if control == rules.CURRENT else lecture + practice
        return order[0] if order else None


def build(staff: dict[str, User], *, tell: Callable[[str], None]) -> None:
    """Both half-years of the last year closed, retakes of its autumn, GPA; midterm sheets of this autumn."""
    book = Book(staff)
    with acting(staff["academic"].pk, "demo"):
        for term, day in (("11", datetime.date(YEAR, 1, 20)), ("12", datetime.date(YEAR, 6, 15))):
            _half_year(book, YEAR - 1, term, day)
        _retakes(book, datetime.date(YEAR, 2, 15))
        _this_autumn(book)
        analyze()
        actions.compute_gpa()
    _schedules(staff, book)
    _disputes(staff, book)
    failed = SubjectResult.objects.filter(passed=False).count()
    tell(
        f"{GradeSheet.objects.count()} grade sheets, {SubjectResult.objects.count()} results, {failed} failed"
    )


def _sitting(year: int, term: str) -> dict[tuple[CurriculumSubject, int], list[int]]:
    """Students by subject and group of a half-year."""
    numbers = [n for n in range(1, 13) if (n % 2 == 1) == (term == "11")]
    rows = (
        Registration.objects.filter(
            is_active=True, semester__academic_year=year, semester__number__in=numbers,
            student__current__status="11",
        )
        .annotate(sits_with=Coalesce("group", "student__current__group"))
        .order_by("curriculum_subject", "student")
        .values_list("curriculum_subject", "sits_with", "student")
    )  # fmt: skip
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for subject, group, student in rows:
        if group:
            found[subject, group].append(student)
    subjects = CurriculumSubject.objects.select_related("semester").in_bulk({key[0] for key in found})
    return {(subjects[subject], group): people for (subject, group), people in found.items()}


def open_sheets(
    book: Book, wanted: Iterable[tuple[CurriculumSubject, int, str]], day: datetime.date, attempt: str = "11"
) -> list[GradeSheet]:
    """Sheets of these controls, as one set, with numbers without gaps."""
    chosen = list(wanted)
    years: dict[int, list[int]] = {}
    for subject, _group, _control in chosen:
        years.setdefault(subject.semester.academic_year_id, []).append(1)
    numbers = {year: iter(reserve_numbers("grade_sheet", year, len(ones))) for year, ones in years.items()}
    return GradeSheet.objects.bulk_create(
        (
            GradeSheet(
                academic_year_id=subject.semester.academic_year_id,
                serial=next(numbers[subject.semester.academic_year_id]), curriculum_subject=subject, group_id=group,
                control=control, attempt=attempt, examiner_id=book.examiner(subject, group, control), held_on=day,
                due_on=day + datetime.timedelta(days=3), opened_by=book.user,
            )
            for subject, group, control in chosen
        ),
        batch_size=BATCH,
    )  # fmt: skip


def advance(book: Book, sheets: list[GradeSheet], state: str, day: datetime.date) -> None:
    """Sign, check and close, each as one statement; a sheet without an examiner stays open."""
    keys = [one.pk for one in sheets if one.examiner_id]
    at = timezone.make_aware(datetime.datetime.combine(day, datetime.time(15)))
    rows = GradeSheet.objects.filter(pk__in=keys)
    steps: list[tuple[str, dict[str, Any]]] = [
        (GradeSheet.SIGNED, {"signed_by": book.user, "signed_at": at}),
        (GradeSheet.CHECKED, {"checked_by": book.user, "checked_at": at}),
        (GradeSheet.CLOSED, {"closed_by": book.user, "closed_at": at}),
    ]
    for name, values in steps:
        rows.update(state=name, **values)
        if name == state:
            return


def _half_year(book: Book, year: int, term: str, day: datetime.date) -> None:
    """Three controls of every subject of every group, closed; some fail, some do not come."""
    sitting = _sitting(year, term)
    usable = [
        key for key in sitting if book.examiner(*key, rules.FINAL) and book.examiner(*key, rules.CURRENT)
    ]
    maxima = queries.maxima_of({subject.pk for subject, _group in usable})
    sheets = open_sheets(
        book, [(subject, group, one) for subject, group in usable for one in sorted(maxima[subject.pk])], day
    )
    before: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    lines = []
    # Controls before the final one first: it is sat by who has got enough.
    for sheet in sorted(sheets, key=lambda one: one.control):
        most = maxima[sheet.curriculum_subject_id]
        for student in sitting[sheet.curriculum_subject, sheet.group_id]:
            status, points, note = SheetLine.GRADED, None, ""
            if sheet.control != rules.FINAL:
                points = book.points(student, int(most[sheet.control]), least=0.45)
                before[student, sheet.curriculum_subject_id] += points
            elif before[student, sheet.curriculum_subject_id] < 30:  # noqa: PLR2004 — 60 % of JN + ON
                status, note = SheetLine.NOT_ADMITTED, "JN + ON yetarli emas"
            elif book.random.random() < 0.01:  # noqa: PLR2004
                status = SheetLine.ABSENT
            else:
                points = book.points(student, int(most[sheet.control]))
            lines.append((sheet.pk, student, points, status, note))
    bulk.write(SheetLine, ("sheet", "student", "points", "status", "note"), lines)
    advance(book, sheets, GradeSheet.CLOSED, day)
    analyze()
    actions.recompute({subject.pk for subject, _group in usable})


def _retakes(book: Book, day: datetime.date) -> None:
    """A second sheet for those who failed in the autumn by the final control; most pass it."""
    failed = SubjectResult.objects.filter(
        passed=False, curriculum_subject__semester__number__in=(1, 3, 5, 7, 9)
    )
    by: dict[tuple[int, int], list[int]] = defaultdict(list)
    rows = failed.filter(final__isnull=False).values_list("curriculum_subject", "sheet__group", "student")
    for subject, group, student in rows.order_by("curriculum_subject", "sheet__group", "student"):
        by[subject, group].append(student)
    subjects = CurriculumSubject.objects.select_related("semester").in_bulk({key[0] for key in by})
    sheets = open_sheets(book, [(subjects[subject], group, rules.FINAL) for subject, group in by], day, "12")
    lines = []
    for sheet in sheets:
        for student in by[sheet.curriculum_subject_id, sheet.group_id]:
            points = Decimal(book.random.choice((32, 34, 36, 31, 28)))
            lines.append((sheet.pk, student, points, SheetLine.GRADED))
    bulk.write(SheetLine, ("sheet", "student", "points", "status"), lines)
    advance(book, sheets, GradeSheet.CLOSED, day)
    actions.recompute(list(subjects))


def _this_autumn(book: Book) -> None:
    """Midterm sheets in every state, current sheets just opened."""
    sitting = _sitting(YEAR, "11")
    maxima = queries.maxima_of({subject.pk for subject, _group in sitting})
    groups: dict[str, list[GradeSheet]] = defaultdict(list)
    held = book.today - datetime.timedelta(days=10)
    lines = []
    for at, sheet in enumerate(open_sheets(book, [(*key, rules.MIDTERM) for key in sitting], held)):
        place = at % 10
        state = GradeSheet.OPEN
        for limit, name in (
            (CLOSED_BY, GradeSheet.CLOSED), (CHECKED_BY, GradeSheet.CHECKED), (SIGNED_BY, GradeSheet.SIGNED),
        ):  # fmt: skip
            if place < limit and sheet.examiner_id:
                state = name
                break
        groups[state].append(sheet)
        most = int(maxima[sheet.curriculum_subject_id][rules.MIDTERM])
        for student in sitting[sheet.curriculum_subject, sheet.group_id]:
            filled = state != GradeSheet.OPEN
            points = book.points(student, most) if filled else None
            lines.append((sheet.pk, student, points, SheetLine.GRADED if filled else SheetLine.EMPTY))
    current = open_sheets(
        book, [(*key, rules.CURRENT) for key in sitting], book.today + datetime.timedelta(days=20)
    )
    lines += [
        (sheet.pk, student, None, SheetLine.EMPTY)
        for sheet in current
        for student in sitting[sheet.curriculum_subject, sheet.group_id]
    ]
    bulk.write(SheetLine, ("sheet", "student", "points", "status"), lines)
    for state in (GradeSheet.SIGNED, GradeSheet.CHECKED, GradeSheet.CLOSED):
        advance(book, groups[state], state, book.today - datetime.timedelta(days=5))
    # Half of what is being filled has time left, the other half is late.
    keys = [one.pk for one in groups[GradeSheet.OPEN]]
    GradeSheet.objects.filter(pk__in=keys[::2]).update(due_on=book.today + datetime.timedelta(days=4))


def _schedules(staff: dict[str, User], book: Book) -> None:
    """A few personal schedules of each faculty: the last one is a draft."""
    due = book.today + datetime.timedelta(days=30)
    for login, user in staff.items():
        if not login.startswith("dean"):
            continue
        access = Access.for_user(user)
        scope = access.scope("personal_schedule.edit")
        owing = (
            SubjectResult.objects.filter(passed=False, student__in=Student.objects.for_scope(scope))
            .order_by("student")
            .values_list("student", flat=True)
            .distinct()[:SCHEDULES]
        )
        with acting(user.pk, "demo"):
            for at, student in enumerate(Student.objects.filter(pk__in=list(owing)).order_by("pk")):
                _schedule(student, access, due, book, is_draft=at == SCHEDULES - 1)


def _disputes(staff: dict[str, User], book: Book) -> None:
    """In two faculties a student appeals against a result of today: one appeal waits, one was upheld.

    Its correction act is confirmed, and another act waits for its second person.
    """
    deans = [user for login, user in sorted(staff.items()) if login.startswith("dean")]
    wanted = 1 + int(Rulebook().number("appeal.members"))  # with the chair
    for at, dean in enumerate(deans[:2]):
        access = Access.for_user(dean)
        mine = GradeSheet.objects.for_scope(access.scope("grade_sheet.close"))  # type: ignore[attr-defined]
        lines = SheetLine.objects.filter(
            sheet__in=mine.filter(state=GradeSheet.CHECKED), student__person__user__isnull=False
        ).order_by("sheet", "student__number")
        line = lines.select_related("sheet", "student__person__user").first()
        if line is None:
            continue
        with acting(dean.pk, "demo"):
            actions.close(line.sheet, access=access)
        student = line.student.person.user
        with acting(student.pk, "demo"):
            appeal = actions.lodge_appeal(
                line,
                text="Uchinchi savolga bergan javobim hisobga olinmagan.",
                access=Access.for_user(student),
            )
        people = book.kafedras.get(line.sheet.curriculum_subject.kafedra_id, [])
        members = list(Employee.objects.filter(pk__in=people).exclude(pk=line.sheet.examiner_id)[:wanted])
        with acting(dean.pk, "demo"):
            if len(members) == wanted and at:
                _uphold(appeal, members, access, Access.for_user(book.user))
            other = lines.model.objects.filter(sheet=line.sheet).exclude(pk=line.pk).order_by("pk").first()
            if other is not None:
                actions.propose_correction(
                    other, value=_better(other), reason="Ball qaydnomaga notoʻgʻri koʻchirilgan.",
                    basis="Yozma ish, tekshiruvchining imzosi bilan", access=access,
                )  # fmt: skip


def _uphold(appeal: Any, members: list[Employee], access: Access, second: Access) -> None:
    actions.set_commission(appeal, chair=members[0], members=members[1:], access=access)
    decided = actions.decide_appeal(
        appeal, upheld=True, decision="Uchinchi savol javobi toʻgʻri, ball qoʻshildi.",
        value=_better(appeal.line), student_was_there=True, access=access,
    )  # fmt: skip
    assert second.user is not None and decided.correction is not None
    with acting(second.user.pk, "demo"):
        actions.confirm_correction(decided.correction, access=second)


def _better(line: SheetLine) -> str:
    """A point more, or a point less for who has them all."""
    points = line.points or Decimal(0)
    return str(points + 1 if points + 1 <= (line.sheet.max_points or Decimal(0)) else points - 1)


def _schedule(student: Student, access: Access, due: datetime.date, book: Book, *, is_draft: bool) -> None:
    failed = SubjectResult.objects.filter(student=student, passed=False).values("curriculum_subject")
    subjects = list(debts.owed_subjects(student).filter(pk__in=failed))[:3]
    examiners = {
        one.pk: Employee.objects.get(pk=who)
        for one in subjects
        if (who := book.examiner(one, student.current.group_id or 0, rules.FINAL))
    }
    schedule = actions.draw_up_schedule(
        student, subjects=subjects, due_on=due, access=access, examiners=examiners,
        order_number="" if is_draft else f"{student.pk}-T", order_date=None if is_draft else book.today,
    )  # fmt: skip
    if not is_draft:
        actions.approve_schedule(schedule, access=access)
