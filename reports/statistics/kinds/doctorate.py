"""Doctoral students and researchers on any day: kinds, specialities, terms, who is late, who defended (duty 6.1)."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, ExtractYear, Substr
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from doctorate.models import (
    Attestation,
    Defence,
    DoctoralOrder,
    DoctoralPeriod,
    DoctoralStudent,
    PlanStage,
    Supervision,
)
from doctorate.models.specialities import LEVELS, DoctoralSpeciality
from hemis.access.scope import Access, Scope
from hemis.classifiers import queries as classifiers
from hemis.pages.columns import Column
from reports.statistics.declaration import DAY, Asked, Dimension, Measure, Statistic, register
from reports.statistics.dimensions import YES_NO, age_bands, coded, faculty, kafedra, names_of, of_person
from staff.rules import add_months
from structure.models import Unit

PERMISSION = "doctoral_student.view"
PERSON = "student__person__"
OVER, SOON, YEAR, LATER, NONE = "over", "soon", "year", "later", "none"
TERMS = (
    (OVER, _("over")), (SOON, _("ends within three months")), (YEAR, _("ends within a year")), (LATER, _("ends later")),
    (NONE, _("no term")),
)  # fmt: skip


def periods(scope: Scope, asked: Asked) -> QuerySet:
    """How everybody stood on the day, one period each, with what was late then."""
    day = asked.day
    on_the_day = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))
    student = {"student": OuterRef("student")}
    missed = Q(due_on__lt=day)
    attestations = Attestation.objects.filter(missed, Q(held_on=None) | Q(held_on__gt=day), **student)
    stages = PlanStage.objects.filter(missed, Q(done_on=None) | Q(done_on__gt=day), **student)
    led = Supervision.objects.in_force(day).filter(role=Supervision.SUPERVISOR, **student)
    extended = DoctoralPeriod.objects.filter(
        order__kind=DoctoralOrder.EXTENSION,
        order__state=DoctoralOrder.EXECUTED,
        valid_from__lte=day,
        **student,
    )
    defended = Defence.objects.filter(result=Defence.PASSED, defence_date__lte=day, **student)
    studies = Q(status=DoctoralStudent.STUDYING)
    return (
        DoctoralPeriod.objects.for_scope(scope)
        .filter(on_the_day)
        .annotate(
            is_late=_whether(studies & (Exists(attestations) | Exists(stages) | Q(term_to__lt=day))),
            is_alone=_whether(studies & ~Exists(led)),
            was_extended=Exists(extended),
            has_defended=Exists(defended),
        )
    )


def _whether(condition: Q | Combinable) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def term_band(asked: Asked) -> Case:
    """How the term stands on the day; researchers have none."""
    day = asked.day
    return Case(
        When(term_to=None, then=Value(NONE)),
        When(term_to__lt=day, then=Value(OVER)),
        When(term_to__lt=add_months(day, 3), then=Value(SOON)),
        When(term_to__lt=add_months(day, 12), then=Value(YEAR)),
        default=Value(LATER),
        output_field=CharField(),
    )


def branch(asked: Asked) -> Concat:
    """The branch of science: the first two figures of the national code."""
    return Concat(Substr("student__speciality__code", 1, 2), Value(".00.00"), output_field=TextField())


def branches(keys: Collection[str]) -> dict[str, str]:
    return {key: f"{key[:2]} {classifiers.label('h_science_branch', key)}" for key in keys}


def kafedras(access: Access) -> QuerySet:
    """Kafedras that the scope sees."""
    return Unit.objects.kafedras().for_scope(access.scope(PERMISSION))


def specialities(access: Access) -> QuerySet:
    return DoctoralSpeciality.objects.all()


def card(row: DoctoralPeriod) -> str:
    """The card in the list of doctoral students, or of independent researchers."""
    register_name = "researchers" if row.student.is_researcher else "students"
    return reverse(f"doctorate_{register_name}_detail", args=[row.student_id])


def _of(condition: str, **inputs: str):
    return {"sql": f"count(*) FILTER (WHERE {condition})", "inputs": inputs, "unit": _("people")}


DOCTORATE = register(
    Statistic(
        "doctorate",
        _("Doctoral students"),
        PERMISSION,
        periods,
        DoctoralPeriod,
        DAY,
        dimensions=(
            coded("kind", _("Kind"), "student__kind", "h_doctoral_student_type"),
            Dimension("level", _("Level of the degree"), "student__speciality__level", choices=LEVELS),
            Dimension("status", _("Status"), "status", choices=DoctoralStudent.STATUSES),
            Dimension("branch", _("Branch of science"), branch, names=branches),
            Dimension("speciality", _("Scientific speciality"), "student__speciality",
                      names=names_of(DoctoralSpeciality, "code", "name"), offered=specialities, is_wide=True),
            faculty("student__kafedra__parent", PERMISSION),
            kafedra("student__kafedra", kafedras),
            Dimension("term", _("Term"), term_band, choices=TERMS),
            Dimension("late", _("Late"), "is_late", choices=YES_NO),
            Dimension("extended", _("Term extended"), "was_extended", choices=YES_NO),
            Dimension("defended", _("Defended"), "has_defended", choices=YES_NO),
            Dimension("admitted", _("Year of admission"), lambda asked: ExtractYear("student__admitted_on"),
                      names=lambda keys: {key: key for key in keys}, is_time=True),
            coded("payment", _("Payment form"), "student__payment_form", "h_payment_form"),
            *of_person(PERSON)[:2],
            age_bands("age", _("Age"), f"{PERSON}birth_date", (25, 30, 35, 40, 45, 50)),
        ),
        measures=(
            Measure("people", _("People"), unit=_("people"), why=_("doctoral students and researchers, by the day")),
            Measure("women", _("Women"), **_of("{gender} = '12'", gender=f"{PERSON}gender"),
                    why=_("of the people, those whose gender is female")),
            Measure("late", _("Late"), **_of("{late}", late="is_late"),
                    why=_("who studies and had on the day an attestation not held, a stage not done or the term over")),
            Measure("alone", _("Without a supervisor"), **_of("{alone}", alone="is_alone"),
                    why=_("who studies and had nobody to lead on the day")),
            Measure("extended", _("Term extended"), **_of("{extended}", extended="was_extended"),
                    why=_("those whose term an executed order had extended by the day")),
            Measure("defended", _("Defended"), **_of("{defended}", defended="has_defended"),
                    why=_("those whose defence was passed by the day")),
            Measure("late_share", _("Late, %"),
                    "round(100.0 * count(*) FILTER (WHERE {late}) / nullif(count(*), 0), 1)", {"late": "is_late"},
                    why=_("late of a hundred"), adds_up=False, digits=1),
        ),
        by=("kind", "status"),
        columns=(
            Column("student__person", _("Name"), link=True),
            Column("student__number", _("Number")),
            Column("student__kind", _("Kind")),
            Column("student__speciality", _("Scientific speciality")),
            Column("student__kafedra", _("Kafedra")),
            Column("status"),
            Column("student__admitted_on"),
            Column("term_to", _("Term to")),
        ),
        help=_("From executed orders and defences, as everybody stood on the day."),
        chosen={"status": DoctoralStudent.HERE},
        select_related=("student__person", "student__speciality", "student__kafedra"),
        ordering=("student__person__sort_key", "pk"),
        link=card,
        place=14,
    )
)  # fmt: skip
