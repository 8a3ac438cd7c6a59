"""Teachers and other employees on any day, from the posts held then (duties 1.2, 2.8, 3.7)."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Access, Scope
from hemis.pages.columns import Column
from reports.statistics.declaration import DAY, Asked, Dimension, Measure, Statistic, register
from reports.statistics.dimensions import age, age_bands, coded, faculty, kafedra, of_person, sign_in
from staff import queries
from staff.models import Degree, Position
from staff.models.posts import HOURLY, TEACHING
from structure.models import Unit

PERMISSION = "staff_statistics.view"
NONE = "10"
DUE_STATES = tuple(queries.STATES.items())
PERSON = "employee__person__"


def held(scope: Scope, asked: Asked) -> QuerySet:
    """Posts held on the day."""
    return Position.objects.in_force(asked.day).for_scope(scope)


def highest(kind: str):
    """The highest degree or rank of the employee by the diplomas that there were on the day."""

    def on_the_day(asked: Asked) -> Coalesce:
        rows = Degree.objects.filter(employee=OuterRef("employee"), kind=kind)
        rows = rows.filter(Q(diploma_date=None) | Q(diploma_date__lte=asked.day)).order_by(f"-{kind}")
        return Coalesce(Subquery(rows.values(kind)[:1]), Value(NONE), output_field=CharField())

    return on_the_day


def own_faculty(asked: Asked) -> Case:
    """The faculty itself, or that of the kafedra."""
    return Case(When(unit__kind=Unit.FACULTY, then=F("unit")), default=F("unit__parent"))


def units(access: Access) -> QuerySet:
    """Units that the scope sees, without the faculties."""
    return Unit.objects.for_scope(access.scope(PERMISSION)).exclude(kind=Unit.FACULTY)


def due(rows: Callable[[datetime.date], QuerySet]) -> Callable[[Asked], Subquery]:
    """How an employee stands with a term on the day, as the pages of the kafedra have it (``staff.queries``)."""
    return lambda asked: Subquery(rows(asked.day).filter(pk=OuterRef("employee")).values("state")[:1])


DEGREE = {"person": "employee", "degree": highest("degree")}
STAFF = register(
    Statistic(
        "staff",
        _("Teachers and employees"),
        PERMISSION,
        held,
        Position,
        DAY,
        dimensions=(
            coded("category", _("Category"), "category", "h_employee_type"),
            faculty(own_faculty, PERMISSION),
            kafedra("unit", units),
            coded("unit_kind", _("Kind of unit"), "unit__kind", "h_structure_type"),
            coded("degree", _("Academic degree"), highest("degree"), "h_academic_degree"),
            coded("rank", _("Academic rank"), highest("rank"), "h_academic_rank"),
            coded("post", _("Post"), "post", "h_teacher_position_type", is_wide=True),
            coded("employment", _("Form of employment"), "employment", "h_employment_form"),
            Dimension("rate", _("Rate"), "rate"),
            *of_person(PERSON),
            age_bands("age", _("Age"), f"{PERSON}birth_date", (25, 30, 35, 40, 45, 50, 55, 60, 65, 70)),
            Dimension(
                "development", _("Professional development"), due(queries.with_development), choices=DUE_STATES
            ),
            Dimension("competition", _("Term of the competition"), due(queries.with_term), choices=DUE_STATES),
            sign_in(PERSON),
        ),
        measures=(
            Measure(
                "people", _("People"), "count(DISTINCT {person})", {"person": "employee"}, _("people"),
                why=_("employees with such a post, each once; one with posts in two units counts in both, and once in "
                      "the total"),
                adds_up=False,
            ),
            Measure("posts", _("Posts"), unit=_("posts"), why=_("posts held on the day")),
            Measure(
                "rates", _("Rates"),
                f"coalesce(sum({{rate}}) FILTER (WHERE {{employment}} <> '{HOURLY}'), 0)",
                {"rate": "rate", "employment": "employment"}, _("rates"),
                why=_("sum of the rates of these posts; those paid by the hour have none"), digits=2,
            ),
            Measure(
                "women", _("Women"), "count(DISTINCT {person}) FILTER (WHERE {gender} = '12')",
                {"person": "employee", "gender": f"{PERSON}gender"}, _("people"),
                why=_("of the people, those whose gender is female"), adds_up=False,
            ),
            Measure(
                "with_degree", _("With a degree"), f"count(DISTINCT {{person}}) FILTER (WHERE {{degree}} > '{NONE}')",
                DEGREE, _("people"), why=_("of the people, those with a diploma of a degree dated by the day"),
                adds_up=False,
            ),
            Measure(
                "potential", _("With a degree, %"),
                f"round(100.0 * count(DISTINCT {{person}}) FILTER (WHERE {{degree}} > '{NONE}')"
                " / nullif(count(DISTINCT {person}), 0), 1)",
                DEGREE, why=_("people with a degree of a hundred (scientific potential)"), adds_up=False, digits=1,
            ),
            Measure(
                "average_age", _("Average age"), "round(avg({age}), 1)", {"age": age(f"{PERSON}birth_date")},
                why=_("full years on the day, over the posts"), adds_up=False, digits=1,
            ),
        ),
        by=("kafedra", "degree"),
        columns=(
            Column("employee__person", _("Employee"), link=True),
            Column("employee__number"),
            Column("unit"),
            Column("post"),
            Column("category", hidden=True),
            Column("employment"),
            Column("rate"),
            Column("employee__academic_degree"),
            Column("employee__academic_rank"),
        ),
        help=_("From the posts held on the day; degrees and ranks by the diplomas that there were on it."),
        chosen={"category": (TEACHING,)},
        select_related=("employee__person", "unit"),
        ordering=("employee__person__sort_key", "pk"),
        place=2,
    )
)  # fmt: skip
