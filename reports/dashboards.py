"""Home pages: what waits today besides, what is missing, and trends; all that counts much is fetched after the page.

Each role sees what its duties open: rectorate, dean's office, kafedra, accounting, HR.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncDate, TruncMonth
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.guard import page, signed_in
from hemis.access.models import SignIn
from hemis.access.scope import Access
from hemis.base import Request
from hemis.pages.charts import Chart, Series
from hemis.pages.home import Panel, Todo, register_panel, register_todo
from reports.completeness.declaration import FACULTY, GAPS, KAFEDRA, open_to, overview
from reports.completeness.pages import moment_now, rows_url
from reports.statistics import asking, cube
from reports.statistics.declaration import STATISTICS, Asked, Statistic
from staff.rules import add_months
from students.models import Placement

MONTHS, YEARS, STUDYING = 13, 5, "11"
WEEKS_OF_ROOMS, DAYS_OF_SIGN_INS = 4, 14
SHOWN_GAPS = 8


@dataclass(frozen=True)
class Trend:
    """A small chart of the home page; ``draw(access)`` costs at most five statements."""

    code: str
    title: str | Promise
    permission: str
    draw: Callable[[Access], Chart | None]
    url: Callable[[], str]


TRENDS: dict[str, Trend] = {}


def register_trend(trend: Trend) -> None:
    """Show a trend on the home page of the holders of a permission, fetched once the page stands."""
    TRENDS[trend.code] = trend
    register_panel(
        Panel(
            f"trend_{trend.code}", trend.title, trend.permission, "reports/_later.html",
            lambda access: {"url": reverse("statistics_trend", query={"code": trend.code})}, trend.url, place=60,
        )
    )  # fmt: skip


def page_of(statistic: str, **asked: str) -> Callable[[], str]:
    """The address of a statistic with a cut."""
    return lambda: reverse(STATISTICS[statistic].url_name("page"), query=asked)


def months_before(today: datetime.date, count: int = MONTHS) -> list[datetime.date]:
    """The first days of this month and those before it, in order."""
    first = today.replace(day=1)
    return [add_months(first, -back) for back in reversed(range(count))]


def _month(day: datetime.date) -> str:
    return f"{day:%m.%Y}"


# --- trends


def students_by_month(access: Access) -> Chart | None:
    """How many studied at the end of each month: two statements, each one scan of the placements."""
    today = timezone.localdate()
    rows = Placement.objects.for_scope(access.scope("statistics.view")).filter(status=STUDYING).order_by()
    change: dict[datetime.date, int] = {}
    for name, sign in (("valid_from", 1), ("valid_to", -1)):
        found = rows.filter(**{f"{name}__lte": today}).annotate(at=TruncMonth(name))
        for at, count in found.values_list("at").annotate(n=Count("pk")):
            change[at] = change.get(at, 0) + sign * count
    months = months_before(today)
    before = sum(count for at, count in change.items() if at < months[0])
    values = list(accumulate([before + change.get(months[0], 0), *(change.get(at, 0) for at in months[1:])]))
    if not any(values):
        return None
    return Chart(
        _("Students by month"), _("Month"), [_month(at) for at in months], [Series(_("Students"), values)],
        kind="line", stacked=False, totals=False, unit=_("people"),
    )  # fmt: skip


def cut(
    access: Access,
    statistic: Statistic,
    *,
    rows: str,
    cols: str = "",
    measures: tuple[str, ...] = (),
    since=None,
) -> Chart | None:
    """A cut of a statistic by time: its columns, or its measures, as lines or stacked bars. One statement."""
    today = timezone.localdate()
    asked = Asked(today, since or asking.year_begins(today), today, asking.year_begins(today).year)
    chosen = [statistic.measure(code) for code in measures] or [statistic.measures[0]]
    found = cube.read(
        statistic,
        scope=access.scope(statistic.permission),
        asked=asked,
        rows=rows,
        cols=cols,
        measures=chosen,
    )
    if not found.rows:
        return None
    keys = [key for key, _label in found.rows]
    series = [
        Series(label, [found.cells.get((key, col), (0,))[0] or 0 for key in keys])
        for col, label in found.cols
    ]
    series = series or [
        Series(one.title, [found.row_totals[key][at] or 0 for key in keys]) for at, one in enumerate(chosen)
    ]
    dimension = statistic.dimension(rows)
    return Chart(
        statistic.title, dimension.title if dimension else "", [label for _key, label in found.rows], series,
        stacked=all(one.adds_up for one in chosen), totals=False, unit=chosen[0].unit,
    )  # fmt: skip


def movement_by_month(access: Access) -> Chart | None:
    """People in executed orders by month and kind."""
    since = months_before(timezone.localdate())[0]
    return cut(access, STATISTICS["movement"], rows="month", cols="kind", since=since)


def absences_by_month(access: Access) -> Chart | None:
    return cut(access, STATISTICS["attendance"], rows="month", measures=("without", "with_reason"))


def lessons_by_month(access: Access) -> Chart | None:
    return cut(access, STATISTICS["lessons"], rows="month", measures=("given", "missing"))


def payments_by_month(access: Access) -> Chart | None:
    since = months_before(timezone.localdate())[0]
    return cut(access, STATISTICS["payments"], rows="month", cols="means", since=since)


def staff_by_year(access: Access) -> Chart | None:
    """Teachers, and those with a degree, on the first of September of each year: one statement a year."""
    statistic = STATISTICS["staff"]
    scope = access.scope(statistic.permission)
    begin = asking.year_begins(timezone.localdate())
    days = [begin.replace(year=begin.year - back) for back in reversed(range(YEARS))]
    measures = [statistic.measure("people"), statistic.measure("with_degree")]
    totals = [
        cube.read(
            statistic, scope=scope, asked=Asked(day, day, day, day.year), measures=measures,
            chosen=statistic.chosen,
        ).total
        for day in days
    ]  # fmt: skip
    if not any(total[0] for total in totals):
        return None
    return Chart(
        _("Teachers by year"), _("1 September"), [str(day.year) for day in days],
        [Series(one.title, [total[at] or 0 for total in totals]) for at, one in enumerate(measures)],
        kind="line", stacked=False, totals=False, unit=_("people"),
    )  # fmt: skip


def graduates_by_year(access: Access) -> Chart | None:
    """What is known of the graduates of each year."""
    return cut(
        access,
        STATISTICS["employment"],
        rows="graduated",
        measures=("working", "studying", "seeking", "unknown"),
    )


def works_by_year(access: Access) -> Chart | None:
    """Approved works by the year of issue and sort."""
    return cut(access, STATISTICS["publications"], rows="issued", cols="sort")


def doctorate_by_year(access: Access) -> Chart | None:
    """Doctoral students of today by the year of admission and kind."""
    return cut(access, STATISTICS["doctorate"], rows="admitted", cols="kind")


def rooms_by_pair(access: Access) -> Chart | None:
    """Pairs taken and free in the last four weeks."""
    since = timezone.localdate() - datetime.timedelta(days=WEEKS_OF_ROOMS * 7)
    return cut(access, STATISTICS["rooms"], rows="pair", measures=("taken", "free"), since=since)


def sign_ins_by_day(access: Access) -> Chart | None:
    """Sign-ins of the last two weeks, and attempts that failed: one statement."""
    today = timezone.localdate()
    days = [today - datetime.timedelta(days=back) for back in reversed(range(DAYS_OF_SIGN_INS))]
    begin = timezone.make_aware(datetime.datetime.combine(days[0], datetime.time.min))
    rows = SignIn.objects.filter(at__gte=begin).exclude(outcome=SignIn.OUT).order_by()
    counts: dict[tuple[datetime.date, bool], int] = {}
    for day, outcome, count in (
        rows.annotate(day=TruncDate("at")).values_list("day", "outcome").annotate(n=Count("pk"))
    ):
        key = (day, outcome == SignIn.IN)
        counts[key] = counts.get(key, 0) + count
    if not counts:
        return None
    return Chart(
        _("Sign-ins by day"), _("Day"), [f"{day:%d.%m}" for day in days],
        [
            Series(_("Those who signed in"), [counts.get((day, True), 0) for day in days]),
            Series(_("Did not get in"), [counts.get((day, False), 0) for day in days]),
        ],
        stacked=False, totals=False,
    )  # fmt: skip


for _trend in (
    Trend("students", gettext_lazy("Students by month"), "statistics.view", students_by_month, page_of("students")),
    Trend(
        "movement", gettext_lazy("Orders by month"), "order.view", movement_by_month,
        page_of("movement", rows="month", cols="kind"),
    ),
    Trend(
        "attendance", gettext_lazy("Hours missed by month"), "attendance.view", absences_by_month,
        page_of("attendance", rows="month", cols=""),
    ),
    Trend(
        "lessons", gettext_lazy("Lessons recorded by month"), "journal.view", lessons_by_month,
        page_of("lessons", rows="month", cols=""),
    ),
    Trend(
        "payments", gettext_lazy("Payments by month"), "payment.view", payments_by_month,
        page_of("payments", rows="month", cols="means"),
    ),
    Trend(
        "staff", gettext_lazy("Teachers by year"), "staff_statistics.view", staff_by_year,
        page_of("staff", rows="degree", cols=""),
    ),
    Trend(
        "employment", gettext_lazy("Graduates by year"), "employment.view", graduates_by_year,
        page_of("employment", rows="graduated", cols=""),
    ),
    Trend(
        "publications", gettext_lazy("Works by year"), "publication.view", works_by_year,
        page_of("publications", rows="issued", cols="sort"),
    ),
    Trend(
        "doctorate", gettext_lazy("Doctoral students by year of admission"), "doctoral_student.view",
        doctorate_by_year, page_of("doctorate", rows="admitted", cols="kind"),
    ),
    Trend(
        "rooms", gettext_lazy("Auditoriums by pair"), "room_statistics.view", rooms_by_pair,
        page_of("rooms", rows="pair", cols=""),
    ),
    Trend(
        "sign_ins", gettext_lazy("Sign-ins by day"), "user.view", sign_ins_by_day,
        lambda: reverse("pages_sign_ins_list"),
    ),
):  # fmt: skip
    register_trend(_trend)


@signed_in
def trend(request: Request) -> HttpResponse:
    """The chart of one trend, for the home page."""
    found = TRENDS.get(request.GET.get("code", ""))
    if found is None:
        return redirect("home")
    request.access.require(found.permission)
    chart = found.draw(request.access)
    return render(request, "reports/_trend.html", {"chart": chart})


# --- what is missing


def missing(access: Access) -> list[dict[str, Any]]:
    """The largest gaps in scope, those with the smallest share in order first: two statements and the half-year."""
    moment = moment_now()
    lines: list[dict[str, Any]] = []
    for level in (FACULTY, KAFEDRA):
        gaps = open_to(access, level)
        found = overview(gaps, access, moment)
        lines += [
            {"gap": gap, "count": found.totals[gap.code], "url": rows_url(gap)}
            for gap in gaps
            if found.totals[gap.code].missing
        ]
    return sorted(lines, key=lambda one: (_share(one), -one["count"].missing))[:SHOWN_GAPS]


def _share(line: dict[str, Any]) -> int:
    share: int | None = line["count"].share
    return -1 if share is None else share


@page("completeness.view")
def missing_now(request: Request) -> HttpResponse:
    """The list of what is missing, for the home page."""
    return render(request, "reports/_missing.html", {"lines": missing(request.access)})


register_panel(
    Panel(
        "completeness", gettext_lazy("What is missing"), "completeness.view", "reports/_later.html",
        lambda access: {"url": reverse("completeness_panel")}, lambda: reverse("completeness"), place=10,
    )
)  # fmt: skip


# --- what waits today


def _lacking(code: str, permission: str) -> Callable[[Access], int]:
    """How many rows of a gap lie in the scope of those who close it."""
    return lambda access: GAPS[code].rows(access.scope(permission), moment_now()).count()


for _code, _permission, _icon in (
    ("curriculum_draft", "curriculum.approve", "checklist"),
    ("registered_for_nothing", "registration.edit", "books"),
    ("contract_unsigned", "contract.create", "file-text"),
    ("post_without_order", "employee.edit", "file-text"),
    ("journals", "teaching.assign", "chalkboard"),
):
    register_todo(
        Todo(
            GAPS[_code].title, _permission, _lacking(_code, _permission),
            lambda code=_code: rows_url(GAPS[code]), _icon,
        )
    )  # fmt: skip

urlpatterns = [
    path("trend/", trend, name="statistics_trend"),
    path("completeness/panel/", missing_now, name="completeness_panel"),
]
