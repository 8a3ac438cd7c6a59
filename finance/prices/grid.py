"""Base prices as one table, copied from year to year; the dates of the law (duty 7.1)."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.common import FinanceError
from finance.models import BaseCoefficient
from finance.prices import actions, forms
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.forms import number_of
from hemis.sheets.widgets import read_number
from structure.models import Unit
from students.models import AcademicYear, Programme


def _chosen_year(request: Request) -> AcademicYear | None:
    wanted = number_of(request.POST.get("year") or request.GET.get("year", ""))
    chosen = AcademicYear.objects.filter(year=wanted).first()
    return chosen or AcademicYear.objects.order_by("-is_current", "-year").first()


@page("price.edit")
def price_grid(request: Request) -> HttpResponse:
    """Base prices of all programmes of a faculty in one table, one row for each programme and form."""
    year = _chosen_year(request)
    faculty = request.POST.get("faculty") or request.GET.get("faculty", "")
    programmes = Programme.objects.filter(is_active=True).select_related("speciality__faculty")
    if chosen := number_of(faculty):
        programmes = programmes.filter(speciality__faculty=chosen)
    kept = {
        row.programme_id: row for row in BaseCoefficient.objects.filter(academic_year=year, student_type="")
    }
    rows = [GridRow(one, kept.get(one.pk), request.POST) for one in programmes]
    if request.method == "POST" and year:
        if not any(row.bad for row in rows):
            changes = [row.change for row in rows if row.changed]
            stale = actions.set_base_prices(access=request.access, year=year.pk, changes=changes)
            if not stale:
                messages.success(request, _("%(count)d prices are saved.") % {"count": len(changes)})
                return redirect(f"{reverse('finance_price_grid')}?year={year.pk}&faculty={faculty}")
            for row in rows:
                if row.programme.pk in stale:
                    row.bad = {name for name, *_rest in GRID}
        faults = sum(len(row.bad) for row in rows)
        text = _("Nothing is saved: %(count)d cells are not positive numbers or were changed meanwhile.")
        messages.error(request, text % {"count": faults})
    context = {
        "title": _("Base coefficients: table"),
        "rows": rows,
        "year": year,
        "years": AcademicYear.objects.all(),
        "faculties": Unit.objects.faculties(),
        "faculty": faculty,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "finance/price_grid.html", context, status=status)


GRID = (
    ("coefficient", 8, 4, gettext_lazy("base coefficient")),
    ("amount", 14, 2, gettext_lazy("sum a year without stipend, soʻm")),
    ("foreign_amount", 14, 2, gettext_lazy("sum a year for foreign citizens, soʻm")),
)


def _number(text: str, digits: int, places: int) -> Decimal | None:
    """A positive number as people type it; empty is ``None``.

    Raises:
        ValueError: it is none, or has too many digits.
    """
    if not text.strip():
        return None
    value = read_number(text)
    exponent = value.as_tuple().exponent
    if value <= 0 or value >= 10 ** (digits - places) or -int(exponent) > places:
        raise ValueError(text)
    return value


class GridRow:
    """A programme's row of the table: what is kept, what was typed, what is at fault."""

    def __init__(self, programme: Programme, price: BaseCoefficient | None, posted: QueryDict):
        self.programme, self.price = programme, price
        keys = {name: f"{name}-{programme.pk}" for name, *_rest in GRID}
        self.typed = {name: str(posted[key]) for name, key in keys.items() if key in posted}
        self.version = posted.get(f"version-{programme.pk}", "")
        self.values: dict[str, Decimal | None] = {}
        self.bad: set[str] = set()
        for name, digits, places, _label in GRID:
            try:
                self.values[name] = _number(self.typed.get(name, ""), digits, places)
            except ValueError:
                self.bad.add(name)

    @property
    def changed(self) -> bool:
        """Whether something else was typed than is kept."""
        return bool(self.typed) and any(
            value != (getattr(self.price, name) if self.price else None)
            for name, value in self.values.items()
        )

    @property
    def change(self) -> actions.PriceChange:
        return actions.PriceChange(self.programme.pk, number_of(self.version) or None, self.values)

    @property
    def cells(self) -> list[dict]:
        """The three cells, with what was typed."""
        return [
            {"name": name, "label": label, "value": self._text(name), "bad": name in self.bad}
            for name, _digits, _places, label in GRID
        ]

    def _text(self, name: str) -> str:
        value = getattr(self.price, name) if self.price else None
        return self.typed.get(name, f"{value.normalize():f}" if value is not None else "")


@page("price.edit")
def copy_year(request: Request) -> HttpResponse:
    """Copy coefficients from one academic year to another."""
    form = forms.CopyYearForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            count = actions.copy_year(
                access=request.access, source=data["source"].pk, target=data["target"].pk
            )
        except FinanceError as error:
            form.add_error("source", str(error))
        else:
            messages.success(request, _("%(count)d rows are copied.") % {"count": count})
            return redirect(f"{reverse('finance_base_coefficients_list')}?year={data['target'].pk}")
    context = {
        "title": _("Copy from another year"),
        "form": form,
        "button": _("Copy"),
        "note": _(
            "Base and differentiated coefficients and the way of calculation are copied; "
            "what the year has already stays."
        ),
        "back_url": reverse("finance_base_coefficients_list"),
    }
    return render(request, "finance/simple_form.html", context, status=422 if form.errors else 200)


@page("price.edit")
def law_dates(request: Request) -> HttpResponse:
    """Take the instalment dates of regulation 2431 for a year."""
    year = _chosen_year(request)
    if request.method == "POST" and year:
        count = actions.set_law_dates(access=request.access, year=year.pk)
        messages.success(request, _("%(count)d dates are set.") % {"count": count})
        return redirect(f"{reverse('finance_instalment_dates_list')}?year={year.pk}")
    context = {
        "title": _("Dates of the law"),
        "year": year,
        "years": AcademicYear.objects.all(),
        "dates": actions.LAW_DATES,
        "back_url": reverse("finance_instalment_dates_list"),
    }
    return render(request, "finance/law_dates.html", context)
