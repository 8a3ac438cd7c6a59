"""Who is late, and the doctorate in figures (duty 6.1)."""

from __future__ import annotations

from django.db.models import Count
from django.db.models.functions import ExtractYear
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from doctorate import queries, rules
from doctorate.models import DoctoralOrder, DoctoralPeriod, DoctoralStudent
from doctorate.pages.students import Researchers, Students, kafedras, register_of, specialities
from hemis.access.guard import page
from hemis.access.scope import Access
from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.pages.charts import Chart, Series
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.home import Panel, Todo, register_panel, register_todo
from hemis.pages.menu import MenuItem, register
from hemis.pages.register import Register

PERMISSION = "doctoral_student.view"
KINDS = ("11", "12", "13", "14")


class StateFilter(Filter):
    """Late, soon due, in order."""

    def __init__(self) -> None:
        super().__init__(
            "state", "state", _("State"),
            lambda access: [(code, str(text)) for code, text in queries.STATES.items()],
        )  # fmt: skip

    def apply(self, rows, data):
        known = [value for value in self.chosen(data) if value in queries.STATES]
        return rows.filter(state__in=known) if known else rows


class Late(Register):
    """Everybody who studies, by what is late; each with the reasons on the card."""

    app, name, title, title_one = "doctorate", "late", _("Who is late"), _("doctoral student")
    model, permission, menu, menu_place = DoctoralStudent, "doctoral_student", "doctorate", 5
    columns = [
        Column("person", _("Name"), link=True, sort="person__sort_key"),
        Column(
            "state", _("State"), value=lambda row: str(queries.STATES[row.state]), sort="state",
            badge=rules.STATE_COLOURS,
        ),
        Column("kafedra", sort="kafedra__name"), Column("term_to"),
        Column("late_attestations", _("Attestations not held"), numeric=True),
        Column("next_attestation", _("Next attestation")),
        Column("late_stages", _("Stages not done"), numeric=True),
        Column("has_plan", _("Plan approved")), Column("is_led", _("Has a supervisor")),
        Column("kind", hidden=True), Column("speciality", sort="speciality__code", hidden=True),
    ]  # fmt: skip
    filters = [
        StateFilter(), Filter("kind"), RelatedFilter("kafedra", kafedras), RelatedFilter("speciality", specialities),
        RangeFilter("term_to", "date"),
    ]  # fmt: skip
    search = ("number", "theme")
    search_person = "person"
    select_related = ("person", "kafedra", "speciality")
    ordering = ("term_to", "person__sort_key")
    fields = ("person", "number", "kind", "speciality", "kafedra", "admitted_on", "term_to", "theme")
    detail_template = "doctorate/late.html"
    empty = _("Who studies stands here, with what is late and what is due soon.")

    @classmethod
    def base_queryset(cls):
        return queries.with_lateness()

    @classmethod
    def summary(cls, rows):
        counted = dict.fromkeys(queries.STATES, 0)
        for state in rows.order_by().values_list("state", flat=True):
            counted[state] += 1
        return [(queries.STATES[state], count) for state, count in counted.items() if count]

    @classmethod
    def detail_context(cls, request: Request, obj):
        return {
            "lateness": queries.lateness(obj),
            "left": queries.term_left(obj),
            "state_titles": queries.STATES,
            "card_url": register_of(obj).url_of(obj),
        }


def _kinds() -> list[str]:
    return [classifiers.label("h_doctoral_student_type", code) for code in KINDS]


def by_status(access: Access) -> Chart | None:
    """Kind × status of the scope: one query; every figure leads to its list."""
    rows = DoctoralStudent.objects.for_scope(access.scope(PERMISSION)).order_by()
    counted = {
        (kind, status): n for kind, status, n in rows.values_list("kind", "status").annotate(n=Count("pk"))
    }
    if not counted:
        return None
    return Chart(
        title=_("Doctoral students by kind and status"),
        heading=_("Kind"),
        rows=_kinds(),
        series=[
            Series(
                text,
                [counted.get((kind, status), 0) for kind in KINDS],
                [_list_url(kind, status=status) for kind in KINDS],
            )
            for status, text in DoctoralStudent.STATUSES
            if any(counted.get((kind, status)) for kind in KINDS)
        ],
        unit=_("people"),
    )


def _list_url(kind: str, **more: str) -> str:
    register = Researchers if kind in Researchers.kinds else Students
    return f"{reverse(register.url_name('list'))}?{urlencode({'kind': kind, **more})}"


def by_lateness(access: Access) -> Chart | None:
    """Kafedra × state of those who study: two queries."""
    rows = queries.with_lateness().for_scope(access.scope(PERMISSION)).order_by()  # type: ignore[attr-defined]
    counted: dict[tuple[int, str], int] = {}
    names: dict[int, str] = {}
    for pk, name, state in rows.values_list("kafedra", "kafedra__name", "state"):
        names[pk] = name
        counted[pk, state] = counted.get((pk, state), 0) + 1
    if not names:
        return None
    places = sorted(names, key=lambda pk: (-counted.get((pk, rules.LATE), 0), names[pk]))
    url = reverse(Late.url_name("list"))
    return Chart(
        title=_("Who is late, by kafedra"),
        heading=_("Kafedra"),
        rows=[names[pk] for pk in places],
        series=[
            Series(
                text,
                [counted.get((pk, state), 0) for pk in places],
                [f"{url}?{urlencode({'state': state, 'kafedra': str(pk)})}" for pk in places],
            )
            for state, text in queries.STATES.items()
        ],
        horizontal=True,
        unit=_("people"),
    )


SHOWN = {
    DoctoralStudent.STUDYING: _("admitted"),
    DoctoralStudent.COMPLETED: _("completed without defence"),
    DoctoralStudent.DEFENDED: _("defended"),
    DoctoralStudent.EXPELLED: _("expelled"),
}


def by_year(access: Access) -> Chart | None:
    """Admitted, completed, defended, expelled by year: one query over the periods."""
    rows = DoctoralPeriod.objects.for_scope(access.scope(PERMISSION)).order_by().filter(status__in=SHOWN)
    # Extensions, returns and cancellations begin a period too, and admit nobody; what is cancelled did not happen.
    rows = rows.exclude(order__kind__in=("extension", "return", "cancellation"))
    rows = rows.exclude(order__state=DoctoralOrder.CANCELLED)
    found = rows.values_list(ExtractYear("valid_from"), "status").annotate(n=Count("pk"))
    counted = {(year, status): n for year, status, n in found}
    if not counted:
        return None
    years = sorted({year for year, _status in counted})
    return Chart(
        title=_("Admitted, completed, defended, expelled by year"),
        heading=_("Year"),
        rows=[str(year) for year in years],
        series=[
            Series(title, [counted.get((year, status), 0) for year in years])
            for status, title in SHOWN.items()
        ],
        stacked=False,
        unit=_("people"),
    )


@page(PERMISSION)
def overview(request: Request) -> HttpResponse:
    """The doctorate of the scope in figures; each leads to its list."""
    charts = [
        one
        for one in (by_lateness(request.access), by_status(request.access), by_year(request.access))
        if one
    ]
    return render(request, "doctorate/overview.html", {"title": _("Doctorate in figures"), "charts": charts})


register(MenuItem("doctorate", _("Doctorate in figures"), "doctorate_overview", PERMISSION, 55))


def _panel(access: Access) -> dict | None:
    chart = by_status(access)
    return {"chart": chart} if chart else None


register_panel(
    Panel(
        "doctorate", _("Doctoral students by kind and status"), "doctoral_student.edit", "components/panel_chart.html",
        _panel, lambda: reverse("doctorate_overview"),
    )
)  # fmt: skip


def _late(access: Access) -> int:
    return Late.rows(access, "doctoral_student.edit").filter(state=rules.LATE).count()


register_todo(
    Todo(
        _("doctoral students who are late"), "doctoral_student.edit", _late,
        lambda: f"{reverse(Late.url_name('list'))}?state={rules.LATE}", "alert-triangle",
    )
)  # fmt: skip
