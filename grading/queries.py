"""What pages and lists read of sheets, admissions, results and debts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from curriculum import relearning
from curriculum.models import (
    CurriculumSubject,
    RatingSheetKind,
    Registration,
    Relearning,
    SubjectControl,
    TeachingAudience,
)
from grading import offers, rules
from grading.debts import counting, debts_count
from grading.models import GradeSheet, SheetLine, SubjectResult
from grading.rulebook import Rulebook
from hemis.base import name_of
from hemis.explain import Explained
from students.models import Group, Student

STUDYING = "11"


# --- who stands on a sheet


def sitting(subjects: Collection[int], groups: Collection[int]) -> QuerySet[Any]:
    """Active registrations of students who study, with ``sits_with``: the group they attend with."""
    found: Any = Registration.objects.active()
    return (
        found.filter(curriculum_subject__in=subjects, student__current__status=STUDYING)
        .annotate(sits_with=Coalesce("group", "student__current__group"))
        .filter(sits_with__in=groups)
        .select_related("student__person")
        .order_by("student__person__sort_key", "student")
    )


def maxima_of(subjects: Collection[int]) -> dict[int, dict[str, Decimal]]:
    """Maximum points by control of each subject."""
    found: dict[int, dict[str, Decimal]] = defaultdict(dict)
    rows = SubjectControl.objects.filter(curriculum_subject__in=subjects)
    for subject, control, most in rows.values_list("curriculum_subject", "control", "max_points"):
        found[subject][control] = Decimal(most)
    return dict(found)


# (student, curriculum subject) → attempt → control → what was got.
Lines = Mapping[tuple[int, int], Mapping[str, Mapping[str, rules.Got]]]


def lines_of(subjects: Collection[int], students: Collection[int], *, states: Collection[str]) -> Lines:
    """What sheets in these states say; an excused absence gives way to the line that came after it."""
    found: dict[tuple[int, int], dict[str, dict[str, rules.Got]]] = defaultdict(lambda: defaultdict(dict))
    rows = (
        SheetLine.objects.filter(
            sheet__curriculum_subject__in=subjects, student__in=students, sheet__state__in=states
        )
        .order_by("pk")
        .values_list(
            "student", "sheet__curriculum_subject", "sheet__attempt", "sheet__control", "status", "points"
        )
    )
    for student, subject, attempt, control, status, points in rows:
        kept = found[student, subject][attempt]
        if control not in kept or kept[control].status == SheetLine.EXCUSED:
            kept[control] = rules.Got(status, points)
    return found


def counted(
    scale: rules.Scale, maxima: Mapping[str, Decimal], attempts: Mapping[str, Mapping[str, rules.Got]],
    attempt: str,
) -> dict[str, rules.Got]:  # fmt: skip
    """What counts up to an attempt: each further one inherits what was reached before it."""
    got = dict(attempts.get("11", {}))
    for code in sorted(one for one in set(attempts) | {attempt} if "11" < one <= attempt):
        got = rules.inherited(scale, maxima, got, attempts.get(code, {}))
    return got


# --- admission


@dataclass
class Candidate:
    """A student before the final control of a subject."""

    student: Student
    verdict: Explained[bool]
    current: Decimal | None
    midterm: Decimal | None
    before: Decimal | None

    @property
    def admitted(self) -> bool:
        return self.verdict.value

    @property
    def why(self) -> str:
        """The steps that bar, in words."""
        return " ".join(str(step.text) for step in self.verdict.steps[:-1] if step.value == "✗")


def admissions(
    lines: Iterable[CurriculumSubject], groups: Collection[int], *, attempt: str = "11", book: Rulebook,
    students: Collection[int] | None = None,
) -> dict[tuple[int, int], list[Candidate]]:  # fmt: skip
    """(curriculum subject, group) → its students with the verdict on the final control; a fixed number of queries.

    ``lines`` come with ``curriculum``. For a further attempt only those whose
    result by the sheet before it is a failure.
    """
    subjects = {one.pk: one for one in lines}
    rows = list(sitting(subjects, groups))
    if students is not None:
        rows = [row for row in rows if row.student_id in set(students)]
    if attempt != "11":
        failed = failed_by(subjects, previous(attempt))
        rows = [row for row in rows if (row.student_id, row.curriculum_subject_id) in failed]
    people = {row.student_id for row in rows}
    maxima, lines_got = maxima_of(subjects), lines_of(subjects, people, states=GradeSheet.ANNOUNCED)
    missed = offers.hours_missed(list(subjects), people)
    limits = book.limits()
    owed = offers.contract_debts(people) if limits.contract else {}
    fees = relearning.unpaid(people) if limits.relearning else {}
    debts = debts_count(people) if attempt != "11" else {}
    found: dict[tuple[int, int], list[Candidate]] = defaultdict(list)
    for row in rows:
        one = subjects[row.curriculum_subject_id]
        scale, most = book.scale(one.curriculum.marking_system_id), maxima.get(one.pk, {})
        got = counted(scale, most, lines_got.get((row.student_id, one.pk), {}), attempt)
        facts = rules.Facts(
            missed.get((row.student_id, one.pk)), debts.get(row.student_id, 0), owed.get(row.student_id),
            fees.get((row.student_id, one.pk)),
        )  # fmt: skip
        verdict = rules.admission(scale, most, got, facts=facts, limits=limits, retake=attempt != "11")
        found[one.pk, row.sits_with].append(
            Candidate(
                row.student, verdict, rules.part(scale, got, rules.CURRENT_ALL),
                rules.part(scale, got, rules.MIDTERM_ALL), rules.before_final(scale, got),
            )
        )  # fmt: skip
    return dict(found)


def previous(attempt: str) -> str:
    """The attempt before: 12 → 11."""
    return str(int(attempt) - 1)


def failed_by(subjects: Collection[int], attempt: str) -> set[tuple[int, int]]:
    """(student, subject) whose result by this attempt is a failure."""
    rows = SubjectResult.objects.filter(curriculum_subject__in=subjects, passed=False, attempt=attempt)
    return set(rows.values_list("student", "curriculum_subject"))


# --- values that a line has had


@dataclass(frozen=True)
class PastValue:
    """What a line said, from when and by which act."""

    points: Decimal | None
    status: str
    act: Any = None

    @property
    def label(self) -> Any:
        return dict(SheetLine.STATUSES)[self.status]


def values_of(line: SheetLine) -> list[PastValue]:
    """Every value of a line since the sheet was closed, oldest first."""
    acts = list(line.corrections.filter(state="confirmed").order_by("decided_at", "pk"))
    if not acts:
        return [PastValue(line.points, line.status)]
    first = PastValue(acts[0].old_points, acts[0].old_status)
    return [first, *(PastValue(act.new_points, act.new_status, act) for act in acts)]


# --- matrices


@dataclass
class Matrix:
    """Group × subject: what each student has got in each subject of a semester."""

    subjects: list[CurriculumSubject] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


def semesters_of(group: Group) -> QuerySet:
    """The semesters of the group's plan."""
    from curriculum.models import CurriculumSemester

    return CurriculumSemester.objects.filter(curriculum__groups__group=group).select_related("academic_year")


def summary(group: Group, semester: Any) -> Matrix:
    """The summary sheet (jamlanma qaydnoma): four queries, whatever the size of the group."""
    subjects = list(
        CurriculumSubject.objects.filter(semester=semester)
        .select_related("subject", "curriculum")
        .order_by("position", "pk")
    )
    results = {
        (one.student_id, one.curriculum_subject_id): one
        for one in SubjectResult.objects.filter(
            curriculum_subject__in=subjects, student__current__group=group
        )
    }
    registered: dict[int, dict[str, Any]] = {}
    for row in sitting([one.pk for one in subjects], [group.pk]):
        one = registered.setdefault(row.student_id, {"student": row.student, "subjects": set()})
        one["subjects"].add(row.curriculum_subject_id)
    taken = {subject for one in registered.values() for subject in one["subjects"]}
    subjects = [one for one in subjects if one.pk in taken]
    matrix = Matrix(subjects)
    for pk, one in registered.items():
        cells = [
            {"registered": subject.pk in one["subjects"], "result": results.get((pk, subject.pk))}
            for subject in subjects
        ]
        known = [cell["result"] for cell in cells if cell["result"]]
        weighted = [
            rules.Weighted("", subject.credit, cell["result"].point if cell["result"] else None)
            for subject, cell in zip(subjects, cells, strict=True)
            if cell["registered"]
        ]
        matrix.rows.append(
            {
                "student": one["student"],
                "cells": cells,
                "gpa": rules.gpa(weighted).value if known else None,
                "debts": sum(not result.passed for result in known),
            }
        )
    return matrix


def results_of(student: Student) -> list[dict[str, Any]]:
    """Subjects of a student by semester with their points as they appear; four queries."""
    found: Any = Registration.objects.active()
    rows = list(
        found.filter(student=student)
        .select_related(
            "curriculum_subject__subject", "curriculum_subject__semester__academic_year",
            "curriculum_subject__curriculum",
        )
        .order_by("semester__number", "curriculum_subject__position")
    )  # fmt: skip
    results = {
        one.curriculum_subject_id: one
        for one in SubjectResult.objects.filter(student=student).select_related("sheet")
    }
    anew = dict(
        Relearning.objects.filter(student=student, state=Relearning.ADMITTED).values_list("owed", "studied")
    )
    lines: dict[int, list[SheetLine]] = defaultdict(list)
    announced = (
        SheetLine.objects.filter(student=student, sheet__state__in=GradeSheet.ANNOUNCED)
        .select_related("sheet")
        .prefetch_related("corrections", "appeals")
        .order_by("sheet__attempt", "sheet__control")
    )
    for line in announced:
        lines[line.sheet.curriculum_subject_id].append(line)
    semesters: dict[int, dict[str, Any]] = {}
    today = timezone.localdate()
    for row in rows:
        subject = row.curriculum_subject
        view = semesters.setdefault(
            subject.semester.number, {"semester": subject.semester, "subjects": [], "credit": Decimal(0)}
        )
        outcome = results.get(subject.pk)
        if outcome and outcome.passed:
            view["credit"] += subject.credit
        view["subjects"].append(
            {
                "subject": subject,
                "lines": lines.get(subject.pk, []),
                "result": outcome,
                "owed": anew.get(subject.pk) not in results
                and (
                    not outcome.passed
                    if outcome
                    else subject.semester.ends_on < today and row.basis != Registration.RELEARNED
                ),
            }
        )
    return list(semesters.values())


def explain(result: SubjectResult, book: Rulebook | None = None) -> Explained | None:
    """Why the result is what it is: the rule applied once more to the closed sheets."""
    subject = result.curriculum_subject
    book = book or Rulebook(result.sheet.held_on)
    scale, maxima = book.scale(subject.curriculum.marking_system_id), maxima_of([subject.pk])[subject.pk]
    got = lines_of([subject.pk], [result.student_id], states=[GradeSheet.CLOSED])
    return rules.result(
        scale, maxima, counted(scale, maxima, got.get((result.student_id, subject.pk), {}), result.attempt)
    )


def gpa_steps(student: int, year: int | None) -> Explained[Decimal]:
    """The GPA of a student with its steps, from the same rows as the set operation."""
    found: Any = Registration.objects.active()
    rows = counting(
        found.filter(student=student).exclude(
            curriculum_subject__sheet_kind__code__in=RatingSheetKind.ATTESTED
        )
    )
    if year is not None:
        rows = rows.filter(semester__academic_year=year)
    own = SubjectResult.objects.filter(
        student=OuterRef("student"), curriculum_subject=OuterRef("curriculum_subject")
    )
    rows = (
        rows.annotate(point=Subquery(own.values("point")[:1]))
        .filter(Q(semester__ends_on__lt=timezone.localdate()) | Q(point__isnull=False))
        .order_by("semester__number", "curriculum_subject__position")
    )
    return rules.gpa(
        rules.Weighted(name, credit, point)
        for name, credit, point in rows.values_list(
            name_of("curriculum_subject__subject"), "curriculum_subject__credit", "point"
        )
    )


# --- teachers of a subject


def teachers_of(
    subjects: Collection[int], groups: Collection[int]
) -> dict[tuple[int, int], list[tuple[str, int]]]:
    """(curriculum subject, group) → (kind of training, teacher) of those who teach it."""
    found: dict[tuple[int, int], list[tuple[str, int]]] = defaultdict(list)
    rows = (
        TeachingAudience.objects.filter(
            curriculum_subject__in=subjects, group__in=groups, teaching__teacher__isnull=False
        )
        .order_by("teaching__training_type", "pk")
        .values_list(
            "curriculum_subject",
            "group",
            "teaching__training_type",
            "teaching__teacher",
            "teaching__assistant",
        )
    )
    for subject, group, training, teacher, assistant in rows:
        found[subject, group].append((training, teacher))
        if assistant:
            found[subject, group].append((training, assistant))
    return dict(found)


def lateness(sheets: QuerySet[GradeSheet], by: str) -> list[Any]:
    """Sheets not signed and not closed in time, by kafedra or examiner."""
    from django.db.models import Count

    today = timezone.localdate()
    person = Concat("examiner__person__last_name", Value(" "), "examiner__person__first_name")
    name = name_of("curriculum_subject__kafedra") if by == "kafedra" else person
    key = {"kafedra": "curriculum_subject__kafedra", "examiner": "examiner"}[by]
    late = Q(state=GradeSheet.OPEN, due_on__lt=today)
    waiting = Q(state__in=(GradeSheet.SIGNED, GradeSheet.CHECKED), due_on__lt=today)
    return list(
        sheets.exclude(state=GradeSheet.CANCELLED)
        .order_by()
        .values(key=F(key), name=name)
        .annotate(
            total=Count("pk"), open=Count("pk", filter=Q(state=GradeSheet.OPEN)), late=Count("pk", filter=late),
            waiting=Count("pk", filter=waiting), closed=Count("pk", filter=Q(state=GradeSheet.CLOSED)),
        )
        .order_by("-late", "-waiting", "name")
    )  # fmt: skip
