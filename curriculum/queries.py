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
    return system.rules.in_force(day).last()


def scale_in_force(system: MarkingSystem, day: datetime.date) -> list[rules.Grade]:
    """The system's grades on ``day``: all rows of the newest date that has come, best first."""
    newest = GradeType.objects.filter(system=system).in_force(day).reverse().values("valid_from")[:1]
    rows = GradeType.objects.filter(system=system, valid_from=newest).order_by("-lowest")
    return [rules.Grade(row.lowest, row.mark, row.letter, row.point) for row in rows]


def norms_in_force(education_type: str, day: datetime.date) -> dict[str, rules.Norm]:
    """The law's figures for plans of this education type that begin on ``day``."""
    rows = CurriculumNorm.objects.filter(education_type=education_type).in_force(day)
    return {row.code: rules.Norm(row.low, row.high, row.basis) for row in rows}


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
        name=one.subject.get_name_display(),
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
        # A course's year runs from September to August; what comes before the first September is of the first year.
        day = week.ends_on
        start = day.year if day.month >= rules.AUTUMN[0] else day.year - 1
        years.setdefault(max(1, start - curriculum.start_year_id + 1), []).append(week)
    return [{"course": course, "weeks": found} for course, found in sorted(years.items())]


def kafedra_load(rows: Iterable[CurriculumSubject]) -> dict[str, int]:
    """Academic hours of classes by kafedra."""
    found: dict[str, int] = {}
    for one in rows:
        classes = sum(part.hours for part in one.hours.all() if part.training_type != rules.SELF_STUDY)
        found[str(one.kafedra)] = found.get(str(one.kafedra), 0) + classes
    return dict(sorted(found.items()))


def _figure(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else ""


@dataclass
class _Sum:
    """Credits, hours by kind of training and credits by semester that add up."""

    credit: Decimal = Decimal(0)
    hours: dict[str, int] = field(default_factory=dict)
    semesters: dict[int, Decimal] = field(default_factory=dict)

    def add(self, one: CurriculumSubject) -> None:
        self.credit += one.credit
        for part in one.hours.all():
            self.hours[part.training_type] = self.hours.get(part.training_type, 0) + part.hours
        number = one.semester.number
        self.semesters[number] = self.semesters.get(number, Decimal(0)) + one.credit

    def shown(self, training: list[str], semesters: int) -> dict[str, Any]:
        total = sum(self.hours.values())
        return {
            "credit": _figure(self.credit),
            "total": total,
            "classroom": total - self.hours.get(rules.SELF_STUDY, 0),
            "hours": [self.hours.get(kind, 0) for kind in training],
            "semesters": [_figure(self.semesters.get(n, Decimal(0))) for n in range(1, semesters + 1)],
        }


def plan_by_block(
    curriculum: Curriculum, subjects: list[CurriculumSubject], training: list[str]
) -> dict[str, Any]:
    """The plan as the official form has it: blocks with their subjects, credits by semester, sums.

    A subject of several semesters is one line; of an elective group only the first
    alternative enters the sums.
    """
    whole, seen = _Sum(), set()
    blocks: dict[str, dict[str, Any]] = {}
    for one in sorted(subjects, key=lambda one: one.block.code if one.block else "~"):
        code = one.block.code if one.block else ""
        name = one.block.get_block_display() if one.block else "Boshqa fanlar"  # type: ignore[attr-defined]
        block = blocks.setdefault(code, {"code": code, "name": name, "sum": _Sum(), "lines": {}})
        line = block["lines"].setdefault(
            (one.subject_id, one.elective_group), {"first": one, "sum": _Sum(), "finals": []}
        )
        line["sum"].add(one)
        line["finals"].append(f"{one.get_final_form_display()} ({one.semester.number})")  # type: ignore[attr-defined]
        key = (one.semester_id, one.elective_group)
        if one.elective_group and key in seen:
            continue
        seen.add(key)
        block["sum"].add(one)
        whole.add(one)
    count = curriculum.semester_count
    return {
        "blocks": [_block(number, block, training, count) for number, block in enumerate(blocks.values(), 1)],
        "sum": whole.shown(training, count),
    }


def _block(number: int, block: dict[str, Any], training: list[str], count: int) -> dict[str, Any]:
    rows = [
        {
            "number": f"{number}.{place}", "code": line["first"].subject.code, "name": line["first"].subject.name,
            "kind": str(line["first"].get_kind_display()), "group": line["first"].elective_group,
            "kafedra": line["first"].kafedra.name, "final": ", ".join(line["finals"]),
        }
        | line["sum"].shown(training, count)
        for place, line in enumerate(block["lines"].values(), 1)
    ]  # fmt: skip
    return {
        "number": str(number), "code": block["code"], "name": str(block["name"]), "rows": rows,
    } | block["sum"].shown(training, count)  # fmt: skip
