"""Employment of graduates by programme and year: one statement for the newest answers of all (duty 4.1)."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, ExtractYear, Greatest, TruncDate

from records.models import Employment, SurveyLink
from students.models import Student

GRADUATED = "14"
# Graduates are asked so many months after they left; a night that did not run is made up for so long.
ASKED_AFTER = (1, 3, 6, 12)
MADE_UP_FOR = datetime.timedelta(days=14)
# h_graduate_fields_type: own business in the speciality and in another field.
OWN_BUSINESS = ("27", "28")


def graduates(scope: Any) -> QuerySet[Student]:
    """Graduates in scope with the year of graduation and what the newest answer says."""
    newest = Employment.objects.filter(student=OuterRef("pk")).order_by("-noted_on", "-pk")

    def told(name: str) -> Coalesce:
        return Coalesce(Subquery(newest.values(name)[:1]), Value(""), output_field=CharField())

    return (
        Student.objects.for_scope(scope)
        .filter(current__status=GRADUATED)
        .annotate(
            graduated=ExtractYear("current__valid_from"),
            told_id=Subquery(newest.values("pk")[:1]),
            told_on=Subquery(newest.values("noted_on")[:1]),
            told_status=told("status"),
            told_employer=told("employer"),
            told_profession=told("profession"),
            told_sector=told("sector"),
            told_inactive=told("inactive_kind"),
            told_study=told("study_kind"),
            told_matches=Subquery(newest.values("matches")[:1]),
        )
    )


def months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later; the last of the month where it has no such day."""
    at = day.year * 12 + day.month - 1 + months
    year, month = at // 12, at % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def due_for_survey(day: datetime.date) -> list[int]:
    """Graduates whose 1, 3, 6 or 12 months ended on ``day`` or not long before, not asked since: two queries."""
    longest = datetime.timedelta(days=31 * max(ASKED_AFTER) + MADE_UP_FOR.days)
    rows = Student.objects.filter(current__status=GRADUATED, current__valid_from__range=(day - longest, day))
    due = {}
    for student, since in rows.values_list("pk", "current__valid_from"):
        terms = [months_later(since, months) for months in ASKED_AFTER]
        reached = [one for one in terms if one <= day < one + MADE_UP_FOR]
        if reached:
            due[student] = reached[-1]
    asked = SurveyLink.objects.filter(student__in=due).annotate(
        last=Greatest(TruncDate("created_at"), "reminded_on")
    )
    for student, last in asked.values_list("student", "last"):
        if student in due and last >= due[student]:
            del due[student]
    return sorted(due)


@dataclass
class Line:
    """One programme (or one year) of the monitoring."""

    key: Any
    name: str
    total: int = 0
    by: dict[str, int] = field(default_factory=dict)
    matching: int = 0
    own_business: int = 0

    @property
    def unknown(self) -> int:
        """Graduates of whom nothing is known."""
        return self.by.get("", 0)

    @property
    def placed(self) -> int:
        """Those who work or study on."""
        return self.by.get(Employment.WORKING, 0) + self.by.get(Employment.STUDYING, 0)

    @property
    def share(self) -> Decimal | None:
        """Placed of those of whom something is known, %; one place."""
        known = self.total - self.unknown
        return (Decimal(self.placed * 100) / known).quantize(Decimal("0.1")) if known else None


BY_PROGRAMME, BY_YEAR, BY_FACULTY = "programme", "year", "faculty"
CUTS = {
    BY_PROGRAMME: ("current__programme__speciality", "current__programme__speciality__code",
                   "current__programme__speciality__name"),
    BY_YEAR: ("graduated", "graduated", "graduated"),
    BY_FACULTY: ("current__faculty", "current__faculty__code", "current__faculty__name"),
}  # fmt: skip


def monitoring(rows: QuerySet[Student], cut: str) -> list[Line]:
    """The lines of a cut, in the order of their codes. One query."""
    key, code, name = CUTS[cut]
    found = (
        rows.order_by()
        .values(cut_key=F(key), cut_code=F(code), cut_name=F(name), status=F("told_status"))
        .annotate(
            n=Count("pk"),
            matching=Count("pk", filter=Q(told_matches=True)),
            own=Count("pk", filter=Q(told_sector__in=OWN_BUSINESS)),
        )
        .order_by("cut_code", "status")
    )
    lines: dict[Any, Line] = {}
    for row in found:
        title = str(row["cut_name"]) if cut != BY_PROGRAMME else f"{row['cut_code']} {row['cut_name']}"
        line = lines.setdefault(row["cut_key"], Line(row["cut_key"], title))
        line.total += row["n"]
        line.by[row["status"]] = line.by.get(row["status"], 0) + row["n"]
        line.matching += row["matching"]
        line.own_business += row["own"]
    return list(lines.values())


def by_code(rows: QuerySet[Student], name: str) -> list[tuple[str, int]]:
    """How many graduates have each code of a list (sector, kind of inactivity). One query."""
    found = rows.order_by().exclude(**{name: ""}).values_list(name).annotate(n=Count("pk"))
    return list(found.order_by("-n", name))
