"""What pages, checks and documents of curricula read."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Prefetch

from curriculum import rules
from curriculum.models import (
    Curriculum,
    CurriculumNorm,
    CurriculumSubject,
    GradeType,
    MarkingRule,
    MarkingSystem,
    SubjectControl,
    SubjectHours,
)
from hemis.classifiers import queries as classifiers


def rule_in_force(system: MarkingSystem, day: datetime.date) -> MarkingRule | None:
    """What the marking system asks on ``day``."""
    return system.rules.filter(valid_from__lte=day).order_by("-valid_from").first()


def scale_in_force(system: MarkingSystem, day: datetime.date) -> list[rules.Grade]:
    """The system's grades on ``day``: all rows of the newest date that has come, best first."""
    newest = (
        GradeType.objects.filter(system=system, valid_from__lte=day)
        .order_by("-valid_from")
        .values("valid_from")[:1]
    )
    rows = GradeType.objects.filter(system=system, valid_from=newest).order_by("-lowest")
    return [rules.Grade(row.lowest, row.mark, row.letter, row.point) for row in rows]


def norms_in_force(education_type: str, day: datetime.date) -> dict[str, rules.Norm]:
    """The law's figures for plans of this education type that begin on ``day``."""
    rows = CurriculumNorm.objects.filter(education_type=education_type, valid_from__lte=day)
    return {row.code: rules.Norm(row.low, row.high, row.basis) for row in rows.order_by("valid_from")}


def subjects_of(curriculum: Curriculum) -> list[CurriculumSubject]:
    """All subjects of a plan with hours and controls, in the order of the plan: three queries."""
    return list(
        CurriculumSubject.objects.filter(curriculum=curriculum)
        .select_related("subject", "semester", "block", "kafedra", "sheet_kind", "teacher__person")
        .prefetch_related(
            Prefetch("hours", SubjectHours.objects.order_by("training_type")),
            Prefetch("controls", SubjectControl.objects.order_by("control")),
        )
        .order_by("semester__number", "position", "subject__name", "pk")
    )


def _as_rule(one: CurriculumSubject) -> rules.PlanSubject:
    return rules.PlanSubject(
        name=one.subject.name,
        semester=one.semester.number,
        credit=one.credit,
        hours={part.training_type: part.hours for part in one.hours.all()},
        controls={part.control: part.max_points for part in one.controls.all()},
        in_semester=one.in_semester,
        elective_group=one.elective_group,
        elective=one.kind == "12",
        has_parts=one.sheet_kind.has_parts,
    )


def plan_of(curriculum: Curriculum, subjects: Iterable[CurriculumSubject] | None = None) -> rules.Plan:
    """The plan as the checks see it."""
    rows = list(subjects) if subjects is not None else subjects_of(curriculum)
    day = datetime.date(curriculum.start_year_id, *rules.AUTUMN)
    busy = (
        curriculum.weeks.exclude(kind=rules.HOLIDAY)
        .filter(semester__isnull=False)
        .order_by()
        .values_list("semester__number", "kind")
        .annotate(count=Count("pk"))
    )
    of_year: dict[int, int] = {}
    theory: dict[int, int] = dict.fromkeys(range(1, curriculum.semester_count + 1), 0)
    for semester, kind, count in busy:
        course = (semester + 1) // rules.SEMESTERS_A_YEAR
        of_year[course] = of_year.get(course, 0) + count
        if kind == rules.THEORY:
            theory[semester] = count
    return rules.Plan(
        semesters=curriculum.semester_count,
        hours_per_credit=curriculum.hours_per_credit,
        highest=curriculum.marking_system.highest,
        subjects=[_as_rule(one) for one in rows],
        norms=norms_in_force(curriculum.speciality.education_type, day),
        weeks_of_year=of_year,
        theory_weeks=theory,
    )


@dataclass
class SemesterView:
    """A semester of the plan as the page shows it."""

    semester: Any
    rows: list[dict[str, Any]] = field(default_factory=list)
    credit: Decimal = Decimal(0)
    extra_credit: Decimal = Decimal(0)
    hours: int = 0
    classroom: int = 0


def plan_by_semester(
    curriculum: Curriculum, subjects: list[CurriculumSubject] | None = None
) -> tuple[list[str], list[str], list[SemesterView]]:
    """Kinds of training and of control in use, and the semesters with rows and totals.

    An elective group counts once; additional subjects have a total of their own.
    """
    rows = subjects if subjects is not None else subjects_of(curriculum)
    training = _in_order("h_training_type", (part.training_type for one in rows for part in one.hours.all()))
    controls = _in_order("h_exam_type", (part.control for one in rows for part in one.controls.all()))
    views = {one.pk: SemesterView(one) for one in curriculum.semesters.select_related("academic_year")}
    seen: set[tuple[int, str]] = set()
    for one in rows:
        view = views[one.semester_id]
        hours = {part.training_type: part.hours for part in one.hours.all()}
        points = {part.control: part.max_points for part in one.controls.all()}
        view.rows.append(
            {
                "subject": one,
                "hours": [hours.get(kind, "") for kind in training],
                "total": sum(hours.values()),
                "controls": [points.get(kind, "") for kind in controls],
            }
        )
        key = (one.semester_id, one.elective_group)
        if one.elective_group and key in seen:
            continue
        seen.add(key)
        if not one.in_semester:
            view.extra_credit += one.credit
            continue
        view.credit += one.credit
        view.hours += sum(hours.values())
        view.classroom += sum(hours.values()) - hours.get(rules.SELF_STUDY, 0)
    return training, controls, list(views.values())


def _in_order(list_code: str, used: Iterable[str]) -> list[str]:
    wanted = set(used)
    return [code for code in classifiers.options(list_code) if code in wanted]


def labels(list_code: str, codes: Iterable[str]) -> list[str]:
    """Names of codes in the reader's language."""
    return [classifiers.label(list_code, code) for code in codes]


def graph_of(curriculum: Curriculum) -> list[dict[str, Any]]:
    """The year's graph: a row for each course with its weeks in order."""
    years: dict[int, list[Any]] = {}
    for week in curriculum.weeks.select_related("semester").order_by("number"):
        # A course's year runs from September to August.
        day = week.ends_on
        start = day.year if day.month >= rules.AUTUMN[0] else day.year - 1
        years.setdefault(start - curriculum.start_year_id + 1, []).append(week)
    return [{"course": course, "weeks": found} for course, found in sorted(years.items())]


def kafedra_load(rows: Iterable[CurriculumSubject]) -> dict[str, int]:
    """Academic hours of classes by kafedra."""
    found: dict[str, int] = {}
    for one in rows:
        classes = sum(part.hours for part in one.hours.all() if part.training_type != rules.SELF_STUDY)
        found[str(one.kafedra)] = found.get(str(one.kafedra), 0) + classes
    return dict(sorted(found.items()))
