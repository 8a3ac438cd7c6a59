"""What the pages of the rating read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from hemis.access.scope import Access
from hemis.explain import Explained
from research.rating import rules, sources
from research.rating.models import (
    CriteriaSet,
    Criterion,
    Rating,
    RatingAppeal,
    RatingItem,
    RatingLine,
    RatingPart,
    UnitLine,
)
from structure.models import Unit
from students.models import AcademicYear


def in_force() -> QuerySet[Rating]:
    """Frozen ratings that no later edition has corrected: one a year."""
    corrected = Rating.objects.filter(corrects=OuterRef("pk"), state=Rating.FROZEN)
    return Rating.objects.filter(~Exists(corrected), state=Rating.FROZEN)


def latest() -> int | None:
    """The rating that lists show first: the newest that is counted, frozen before preliminary of the same year."""
    found = Rating.objects.exclude(state=Rating.COUNTING).order_by("-academic_year_id", "-edition")
    return found.values_list("pk", flat=True).first()


def years_to_rate() -> QuerySet[AcademicYear]:
    """Years with approved criteria and without a rating."""
    criteria = CriteriaSet.objects.filter(academic_year=OuterRef("pk"), state__in=CriteriaSet.IN_FORCE)
    rated = Rating.objects.filter(academic_year=OuterRef("pk"))
    return AcademicYear.objects.filter(Exists(criteria), ~Exists(rated)).order_by("-year")


def asked_figures() -> list[Criterion]:
    """Criteria in force that ask for a figure entered by hand, newest year first."""
    later = CriteriaSet.objects.filter(
        academic_year=OuterRef("criteria__academic_year"), state__in=CriteriaSet.IN_FORCE,
        edition__gt=OuterRef("criteria__edition"),
    )  # fmt: skip
    rows = Criterion.objects.filter(
        ~Exists(later), source=sources.EVIDENCE, criteria__state__in=CriteriaSet.IN_FORCE
    ).select_related("criteria")
    return list(rows.order_by("-criteria__academic_year_id", "position", "pk"))


def lines_open_to_appeal(access: Access) -> QuerySet[RatingLine]:
    """The own lines of ratings in force whose term for appeals runs, and that were not appealed against."""
    person = access.scope("rating_appeal.edit").person_id
    asked = RatingAppeal.objects.filter(line=OuterRef("pk"))
    return RatingLine.objects.filter(
        ~Exists(asked),
        employee__person=person,
        rating__in=in_force(),
        rating__appeals_until__gte=timezone.localdate(),
    )


def with_year_before(rows: QuerySet[RatingLine]) -> QuerySet[RatingLine]:
    """``before``: the teacher's marks in the rating in force of the year before; ``change`` against it."""
    same = RatingLine.objects.filter(
        employee=OuterRef("employee"), rating__in=in_force(),
        rating__academic_year=OuterRef("rating__academic_year") - 1,
    )  # fmt: skip
    rows = rows.annotate(before=Subquery(same.values("total")[:1]))
    return rows.annotate(change=F("total") - F("before"))


def units_with_year_before(rows: QuerySet[UnitLine]) -> QuerySet[UnitLine]:
    """The same of kafedras and faculties, by the marks of a full rate."""
    same = UnitLine.objects.filter(
        unit=OuterRef("unit"),
        rating__in=in_force(),
        rating__academic_year=OuterRef("rating__academic_year") - 1,
    )
    rows = rows.annotate(before=Subquery(same.values("mean")[:1]))
    return rows.annotate(change=F("mean") - F("before"))


@dataclass(frozen=True)
class Told:
    """One criterion of a teacher's rating with every step to its score."""

    part: RatingPart
    explained: Explained[Decimal]
    items: list[RatingItem]
    url: str


def explained(line: RatingLine) -> list[Told]:
    """Every criterion that gave the teacher marks, down to what was counted; two queries."""
    items: dict[int, list[RatingItem]] = defaultdict(list)
    for item in RatingItem.objects.filter(line=line).order_by("criterion_id", "-marks", "pk"):
        items[item.criterion_id].append(item)
    parts = line.parts.select_related("criterion").order_by("criterion__position", "criterion_id")
    return [_told(one, items[one.criterion_id]) for one in parts]


def _told(part: RatingPart, items: list[RatingItem]) -> Told:
    found = part.criterion
    terms = rules.Terms(found.title, found.unit, found.weight, found.cap)
    source = sources.SOURCES.get(found.source)
    counted = [rules.Counted(one.label, one.quantity) for one in items]
    return Told(part, rules.score(terms, counted), items, source.url if source else "")


def years_of(employee_id: int) -> list[RatingLine]:
    """The teacher's line in the rating in force of each year, oldest first."""
    rows = RatingLine.objects.filter(employee=employee_id, rating__in=in_force())
    return list(rows.select_related("rating").order_by("rating__academic_year_id"))


def unit_years(access: Access, kind: str) -> tuple[list[Rating], dict[Unit, dict[int, UnitLine]]]:
    """A rating of each year, oldest first, and what each unit of the scope had in it; two queries.

    Of a year that has none in force its preliminary one.
    """
    rows = Rating.objects.filter(state=Rating.COUNTED, corrects=None) | in_force()
    ratings = list(rows.select_related("academic_year").order_by("academic_year_id"))
    lines = UnitLine.objects.for_scope(access.scope("rating.view")).filter(
        unit__kind=kind, rating__in=ratings
    )
    found: dict[Unit, dict[int, UnitLine]] = defaultdict(dict)
    for one in lines.select_related("unit").order_by("unit__name"):
        found[one.unit][one.rating_id] = one
    return ratings, found
