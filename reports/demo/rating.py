"""The scientific rating of the demo: last year's frozen with appeals, this year's preliminary."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from hemis.people.models import User
from reports.demo import YEAR
from reports.demo.attendance import SCAN
from reports.demo.science import teachers_of_kafedras
from reports.demo.science.deciding import decide
from research.rating import actions, counting, sources
from research.rating.models import CriteriaSet, Criterion, Evidence, Rating, RatingAppeal, RatingLine
from research.rating.template import TEMPLATE
from students.models import AcademicYear

BASIS = "Ilmiy kengash qarori, {year}-yil 30-avgust, № 1"
COUNCIL = "council-member"
# Every so many teachers one has entered a figure of the criterion that no register knows.
EVERY = 6
CAPS = {"work_scientific": 200, "work_methodical": 150, "h_index": 100}


def build(staff: dict[str, User], *, tell: Callable[[str], None]) -> None:
    """Criteria by the ministry's template with limits, figures with evidence, two ratings, two appeals."""
    ratings = []
    for year in (YEAR - 1, YEAR):
        criteria = _criteria(staff, year)
        _evidence(year)
        ratings.append(_counted(staff, criteria))
    _freeze(staff, ratings[0])
    _appeals(staff, ratings[0])
    tell(f"rating of {RatingLine.objects.filter(rating=ratings[1]).count()} teachers in two years")


def _criteria(staff: dict[str, User], year: int) -> CriteriaSet:
    made = CriteriaSet.objects.create(
        academic_year=AcademicYear.objects.get(year=year),
        basis=BASIS.format(year=year),
        created_by=staff["academic"],
    )
    rows = [line.criterion(made, position) for position, line in enumerate(TEMPLATE, start=1)]
    for row in rows:
        row.cap = CAPS.get(row.source)
        row.shared = row.source == "work_scientific"
    more = [
        ("development", "development", "Malaka oshirish", "kurs", 10, 20, ""),
        ("project-leader", "project_leader", "Ilmiy loyiha rahbarligi", "loyiha", 40, None, ""),
        ("project-member", "project_member", "Ilmiy loyihada ishtirok", "loyiha", 15, 30, ""),
        (COUNCIL, sources.EVIDENCE, "Ilmiy kengash va tahrir hayʼati aʼzoligi", "aʼzolik", 10, 30, COUNCIL),
    ]
    rows += [
        Criterion(
            criteria=made, code=code, source=source, title=title, unit=unit, weight=weight, cap=cap, kind=kind,
            position=len(rows) + place,
        )
        for place, (code, source, title, unit, weight, cap, kind) in enumerate(more, start=1)
    ]  # fmt: skip
    Criterion.objects.bulk_create(rows)
    made.state, made.approved_by, made.approved_at = CriteriaSet.APPROVED, staff["rector"], timezone.now()
    made.save(update_fields=["state", "approved_by", "approved_at"])
    return made


def _evidence(year: int) -> None:
    kept = default_storage.save(f"research/demo-{year}.pdf", ContentFile(SCAN))
    held = list(teachers_of_kafedras().items())[::EVERY]
    made = Evidence.objects.bulk_create(
        Evidence(
            academic_year_id=year, code=COUNCIL, employee_id=employee, kafedra_id=kafedra, quantity=1 + number % 2,
            title="Ilmiy jurnal tahrir hayʼati aʼzosi", scan=kept,
        )
        for number, (employee, kafedra) in enumerate(held)
    )  # fmt: skip
    decide(Evidence, [(one.pk, one.kafedra_id) for one in made])


def _counted(staff: dict[str, User], criteria: CriteriaSet) -> Rating:
    rating = Rating.objects.create(
        academic_year=criteria.academic_year,
        criteria=criteria,
        as_of=timezone.localdate(),
        created_by=staff["academic"],
    )
    for step in counting.steps_of(rating):
        counting.do_step(rating, step)
    return actions.counted(rating)


def _freeze(staff: dict[str, User], rating: Rating) -> None:
    CriteriaSet.objects.filter(pk=rating.criteria_id).update(state=CriteriaSet.LOCKED)
    rating.state, rating.frozen_by, rating.frozen_at = Rating.FROZEN, staff["academic"], timezone.now()
    rating.appeals_until = timezone.localdate() + datetime.timedelta(days=10)
    rating.save(update_fields=["state", "frozen_by", "frozen_at", "appeals_until"])


def _appeals(staff: dict[str, User], rating: Rating) -> None:
    """One waits, one was rejected."""
    lines = list(RatingLine.objects.filter(rating=rating).order_by("-place", "pk")[:2])
    texts = ("Scopus bazasidagi maqolam hisobga olinmagan.", "Uslubiy qoʻllanmam guvohnomasi koʻrsatilmagan.")
    made = RatingAppeal.objects.bulk_create(
        RatingAppeal(line=line, text=text) for line, text in zip(lines, texts, strict=False)
    )
    if made:
        RatingAppeal.objects.filter(pk=made[-1].pk).update(
            state=RatingAppeal.REJECTED, decision="Guvohnoma oʻquv yilidan keyin olingan.",
            decided_by=staff["academic"], decided_at=timezone.now(),
        )  # fmt: skip
