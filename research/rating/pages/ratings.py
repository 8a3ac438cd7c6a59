"""Ratings, their lines and their verbs (duties 2.8, 3.6, 8.5)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages.charts import Chart, Series
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register
from hemis.pages.verbs import verb
from research.rating import actions, forms, queries
from research.rating.models import Rating, RatingAppeal, RatingLine, UnitLine
from research.rating.pages.criteria import years
from structure.models import Unit
from students.pages.choices import faculties

COLOURS = {Rating.COUNTING: "blue", Rating.COUNTED: "yellow", Rating.FROZEN: "green"}
BACK = "research_ratings_detail"


def _kafedras(access):
    """Kafedras that a rating in the scope has ranked."""
    scope = access.scope("rating.view")
    found = Unit.objects.kafedras().filter(pk__in=RatingLine.objects.for_scope(scope).values("kafedra"))
    return found.order_by("name")


def _ratings(access):
    return Rating.objects.select_related("academic_year")


class RatingFilter(RelatedFilter):
    """Of which rating; where none is chosen, the newest."""

    def __init__(self) -> None:
        super().__init__("rating", _ratings)

    def apply(self, rows, data):
        if self.chosen(data):
            return super().apply(rows, data)
        return rows.filter(rating=queries.latest())

    def context(self, access, data):
        found = super().context(access, data)
        if not found["chosen"] and (newest := queries.latest()):
            found["chosen"] = [str(newest)]
        return found


FACULTY = gettext_lazy("Faculty")
CHANGE = Column("change", gettext_lazy("Change in a year"), numeric=True)
BEFORE = Column("before", gettext_lazy("The year before"), numeric=True)


class TeacherLines(Register):
    app, name = "research", "lines"
    title, title_one = gettext_lazy("Rating of teachers"), gettext_lazy("teacher's rating")
    model, permission, menu, menu_place = RatingLine, "rating", "rating", 30
    columns = [
        Column("place", numeric=True),
        Column("employee", link=True, sort="employee__person__sort_key"),
        Column("kafedra", sort="kafedra__name"),
        Column("faculty", sort="faculty__name", hidden=True),
        Column("total", numeric=True),
        BEFORE,
        CHANGE,
        Column("faculty_place", numeric=True, hidden=True),
        Column("kafedra_place", numeric=True),
        Column("rate", numeric=True, hidden=True),
        Column("rating", sort="rating__academic_year_id", hidden=True),
        Column("rating__state", hidden=True),
    ]
    filters = [
        RatingFilter(),
        RelatedFilter("faculty", faculties("rating.view")),
        RelatedFilter("kafedra", _kafedras),
        RangeFilter("total"),
        RangeFilter("place"),
    ]
    search_person = "employee__person"
    select_related = ("employee__person", "kafedra", "faculty", "rating__academic_year")
    ordering = ("place", "employee__person__sort_key")
    fields = (
        "rating",
        "employee",
        "kafedra",
        "faculty",
        "rate",
        "total",
        "place",
        "faculty_place",
        "kafedra_place",
    )
    detail_template = "rating/line.html"
    empty = gettext_lazy("No rating has been counted yet.")

    @classmethod
    def base_queryset(cls):
        return queries.with_year_before(RatingLine.objects.all())

    @classmethod
    def detail_context(cls, request, obj):
        """Every score with its steps, the years beside each other, and whether one may appeal."""
        own = queries.lines_open_to_appeal(request.access).filter(pk=obj.pk)
        can_ask = request.access.can("rating_appeal.edit")
        return {
            "told": [_linked(one) for one in queries.explained(obj)],
            "chart": _years_chart(obj),
            "may_appeal": can_ask and own.exists(),
            "appeals": RatingAppeal.objects.filter(line=obj)
            if request.access.can("rating_appeal.view")
            else [],
        }


def _linked(told: queries.Told) -> dict[str, Any]:
    """A criterion for the page, each counted thing with the way to its register."""
    rows = [{"item": one, "url": _address(told.url, one.source_id)} for one in told.items]
    return {"part": told.part, "criterion": told.part.criterion, "rows": rows, "value": told.explained.value}


def _address(name: str, key: int) -> str:
    try:
        return reverse(name, args=[key]) if name else ""
    except NoReverseMatch:
        return ""


def _years_chart(line: RatingLine) -> Chart | None:
    rows = queries.years_of(line.employee_id)
    if len(rows) < 2:
        return None
    return Chart(
        _("Marks by years"), _("Academic year"), [str(one.rating.academic_year) for one in rows],
        [Series(_("marks"), [one.total for one in rows], [TeacherLines.url_of(one) for one in rows])],
        totals=False,
    )  # fmt: skip


class _UnitLines(Register):
    app, permission, menu = "research", "rating", "rating"
    title_one = gettext_lazy("unit's rating")
    search = ("unit__name", "unit__code")
    select_related = ("unit__parent", "rating__academic_year")
    ordering = ("place", "unit__name")
    fields = ("rating", "unit", "teachers", "rates", "total", "mean", "place")
    detail_template = "rating/unit.html"
    empty = gettext_lazy("No rating has been counted yet.")
    kind = ""

    @classmethod
    def base_queryset(cls):
        return queries.units_with_year_before(UnitLine.objects.filter(unit__kind=cls.kind))

    @classmethod
    def detail_context(cls, request, obj):
        """The teachers of the unit who are in the reader's scope."""
        lines = RatingLine.objects.for_scope(request.access.scope("rating.view")).filter(rating=obj.rating_id)
        field = "kafedra" if cls.kind == Unit.KAFEDRA else "faculty"
        rows = lines.filter(**{field: obj.unit_id}).select_related("employee__person", "kafedra")
        return {"lines": rows.order_by("place", "employee__person__sort_key")[:500]}


def _unit_columns(*more: Column) -> list[Column]:
    return [
        Column("place", numeric=True),
        Column("unit", link=True, sort="unit__name"),
        *more,
        Column("teachers", numeric=True),
        Column("rates", numeric=True),
        Column("total", numeric=True),
        Column("mean", numeric=True),
        Column("before", gettext_lazy("The year before"), numeric=True),
        Column("change", gettext_lazy("Change in a year"), numeric=True),
        Column("rating", sort="rating__academic_year_id", hidden=True),
    ]


class KafedraLines(_UnitLines):
    model = UnitLine
    name, title, kind, menu_place = "kafedra_lines", gettext_lazy("Rating of kafedras"), Unit.KAFEDRA, 40
    columns = _unit_columns(Column("unit__parent", FACULTY, sort="unit__parent__name"))
    filters = [
        RatingFilter(),
        RelatedFilter("faculty", faculties("rating.view"), lookup="unit__parent", label=FACULTY),
    ]


class FacultyLines(_UnitLines):
    model = UnitLine
    name, title, kind, menu_place = "faculty_lines", gettext_lazy("Rating of faculties"), Unit.FACULTY, 50
    columns = _unit_columns()
    filters = [RatingFilter()]


class Ratings(Register):
    app, name = "research", "ratings"
    title, title_one = gettext_lazy("Ratings"), gettext_lazy("rating")
    model, permission, menu, menu_place = Rating, "rating", "rating", 20
    columns = [
        Column("academic_year", sort="academic_year_id", link=True),
        Column("edition", numeric=True),
        Column("as_of"),
        Column("state", badge=COLOURS),
        Column("teachers", gettext_lazy("Teachers"), numeric=True),
        Column("counted_at", hidden=True),
        Column("frozen_at"),
        Column("appeals_until"),
        Column("reason", hidden=True),
    ]
    filters = [RelatedFilter("academic_year", years), Filter("state")]
    select_related = (
        "academic_year",
        "criteria__academic_year",
        "corrects__academic_year",
        "frozen_by__person",
        "created_by__person",
    )
    fields = (
        "academic_year", "edition", "as_of", "criteria", "state", "teachers", "counted_at", "frozen_at", "frozen_by",
        "appeals_until", "corrects", "reason",
    )  # fmt: skip
    detail_template = "rating/rating.html"
    header_actions = [
        MenuItem("rating", gettext_lazy("Form a rating"), "research_rating_begin", "rating.form")
    ]
    empty = gettext_lazy("A rating is formed when the criteria of the year are approved.")

    @classmethod
    def base_queryset(cls):
        return Rating.objects.annotate(teachers=Count("lines"))

    @classmethod
    def detail_context(cls, request, obj):
        """Which buttons stand there, and where the lines are."""
        forms_it = request.access.can("rating.form")
        appeals = RatingAppeal.objects.filter(line__rating=obj)
        waiting = appeals.filter(state=RatingAppeal.ASKED).count() if forms_it else 0
        upheld = appeals.filter(state=RatingAppeal.UPHELD, result=None).count() if forms_it else 0
        return {
            "may_count": forms_it and obj.state == Rating.COUNTED,
            "may_drop": forms_it and obj.state != Rating.FROZEN,
            "may_correct": forms_it and obj.state == Rating.FROZEN and upheld and not waiting,
            "waiting": waiting,
            "upheld": upheld,
        }


def _ask(request: Request, form, *, title: str, button: str, note: str, back: str, do) -> HttpResponse:
    """A page that asks what a verb needs; its errors stand above the form."""
    if request.method == "POST" and form.is_valid():
        try:
            return do(form.cleaned_data)
        except actions.RatingError as error:
            form.add_error(None, str(error))
    context = {"title": title, "form": form, "button": button, "note": note, "back_url": back}
    return render(request, "rating/ask.html", context, status=422 if form.errors else 200)


def _shown(request: Request, rating: Rating, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect(BACK, pk=rating.pk)


@page("rating.form")
def begin(request: Request) -> HttpResponse:
    """Form the rating of a year."""

    def do(data):
        rating = actions.begin(access=request.access, year=data["academic_year"], as_of=data["as_of"])
        return _shown(request, rating, _("The rating is being counted; the job says when it is ready."))

    return _ask(
        request, forms.BeginForm(request.POST or None), title=_("Form a rating"), button=_("Form"),
        note=_("Until it is frozen, the rating is preliminary and may be counted anew."),
        back=reverse("research_ratings_list"), do=do,
    )  # fmt: skip


@page("rating.form")
def recount(request: Request, pk: int) -> HttpResponse:
    """Count a preliminary rating anew."""
    rating = get_in_scope(Rating, request, "rating.form", pk=pk)

    def do(data):
        actions.recount(rating, access=request.access, as_of=data["as_of"])
        return _shown(request, rating, _("The rating is being counted anew."))

    return _ask(
        request, forms.AsOfForm(request.POST or None, rating=rating), title=_("Count anew"), button=_("Count anew"),
        note=_("Everything is counted from the registers as they are now, by the criteria in force."),
        back=Ratings.url_of(rating), do=do,
    )  # fmt: skip


@page("rating.form")
def correct(request: Request, pk: int) -> HttpResponse:
    """The next edition, for the appeals that were upheld."""
    rating = get_in_scope(Rating, request, "rating.form", pk=pk)

    def do(data):
        made = actions.correct(rating, access=request.access, reason=data["reason"], as_of=data["as_of"])
        return _shown(request, made, _("The correction is being counted; the edition before stays as it is."))

    note = _(
        "Only teachers whose appeals were upheld are counted anew; everybody else keeps what was frozen."
    )
    return _ask(
        request, forms.CorrectForm(request.POST or None, rating=rating), title=_("Correct the rating"),
        button=_("Correct"), note=note, back=Ratings.url_of(rating), do=do,
    )  # fmt: skip


def _freeze(request: Request, rating: Rating) -> str:
    rating = actions.freeze(rating, access=request.access)
    return _("The rating is frozen; appeals are taken until %(day)s.") % {
        "day": f"{rating.appeals_until:%d.%m.%Y}"
    }


def _drop(request: Request, rating: Rating) -> HttpResponse:
    actions.drop(rating, access=request.access)
    messages.success(request, _("The preliminary rating is taken back."))
    return redirect("research_ratings_list")


freeze = verb(Rating, "rating.form", _freeze, back=BACK, errors=actions.RatingError)
drop = verb(Rating, "rating.form", _drop, back=BACK, errors=actions.RatingError)


def _year_of(rating: Rating) -> str:
    """The year, and that its rating may still change."""
    if rating.state == Rating.FROZEN:
        return str(rating.academic_year)
    return f"{rating.academic_year} ({rating.get_state_display()})"  # type: ignore[attr-defined]


LEVELS = {"faculty": Unit.FACULTY, "kafedra": Unit.KAFEDRA}


@page("rating.view")
def compare(request: Request) -> HttpResponse:
    """Kafedras or faculties over the years, by the marks of a full rate."""
    level = request.GET.get("level", "kafedra")
    kind = LEVELS.get(level, Unit.KAFEDRA)
    ratings, units = queries.unit_years(request.access, kind)
    register = FacultyLines if kind == Unit.FACULTY else KafedraLines
    series = [
        Series(
            _year_of(rating),
            [rows[rating.pk].mean if rating.pk in rows else 0 for rows in units.values()],
            [register.url_of(rows[rating.pk]) if rating.pk in rows else "" for rows in units.values()],
        )
        for rating in ratings
    ]
    chart = (
        Chart(
            _("Marks a rate"), _("Faculty") if kind == Unit.FACULTY else _("Kafedra"),
            [unit.name for unit in units], series, stacked=False, horizontal=len(units) > 6, totals=False,
        )
        if units
        else None
    )  # fmt: skip
    context = {"title": _("Years beside each other"), "chart": chart, "level": level, "ratings": ratings}
    return render(request, "rating/compare.html", context)
