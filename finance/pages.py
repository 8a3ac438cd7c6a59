"""Registers of prices (duty 7.1)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance import actions, forms
from finance.models import (
    BaseCoefficient,
    CalculationSetting,
    ContractTypeCoefficient,
    DifferentiatedCoefficient,
    InstalmentRule,
    MinimumWage,
    StipendAmount,
)
from hemis.access.guard import page
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register
from structure.models import Unit
from students.models import AcademicYear, Programme


def years(access):
    """Academic years to choose from."""
    return AcademicYear.objects.all()


def faculties(access):
    """Faculties to choose from; prices are the whole university's."""
    return Unit.objects.faculties()


class MinimumWages(Register):
    app, name, title, title_one = "finance", "minimum_wages", gettext_lazy("Minimum wage"), gettext_lazy("minimum wage")
    model, permission, menu = MinimumWage, "price", "finance"
    columns = [Column("amount", link=True, numeric=True), Column("valid_from"), Column("document")]
    search = ("document",)
    form = forms.MinimumWageForm
    empty = gettext_lazy("Enter the minimum wage with the day from which it holds; older ones stay.")


class StipendAmounts(Register):
    app, name = "finance", "stipend_amounts"
    title, title_one = gettext_lazy("Stipend amounts"), gettext_lazy("stipend amount")
    model, permission, menu = StipendAmount, "price", "finance"
    columns = [Column("rate", link=True), Column("amount", numeric=True), Column("valid_from"), Column("document")]
    filters = [Filter("rate")]
    search = ("document",)
    form = forms.StipendAmountForm
    empty = gettext_lazy("Enter the monthly stipends with the day from which they hold.")


class TypeCoefficients(Register):
    app, name = "finance", "contract_types"
    title, title_one = gettext_lazy("Contract types"), gettext_lazy("contract type coefficient")
    model, permission, menu = ContractTypeCoefficient, "price", "finance"
    columns = [Column("contract_type", link=True), Column("coefficient", numeric=True), Column("valid_from")]
    filters = [Filter("contract_type")]
    form = forms.ContractTypeCoefficientForm
    empty = gettext_lazy("Each contract type needs its coefficient.")


class BaseCoefficients(Register):
    app, name = "finance", "base_coefficients"
    title, title_one = gettext_lazy("Base coefficients"), gettext_lazy("base coefficient")
    model, permission, menu = BaseCoefficient, "price", "finance"
    columns = [
        Column("academic_year"), Column("programme__speciality", link=True, sort="programme__speciality__code"),
        Column("programme__education_form"), Column("student_type"), Column("coefficient", numeric=True),
        Column("amount", numeric=True), Column("foreign_amount", numeric=True),
        Column("programme__speciality__faculty", sort="programme__speciality__faculty__name", hidden=True),
    ]
    filters = [
        RelatedFilter("year", years, lookup="academic_year", label=gettext_lazy("academic year")),
        RelatedFilter("faculty", faculties, lookup="programme__speciality__faculty", label=gettext_lazy("faculty")),
        Filter("form", "programme__education_form"), Filter("student_type"),
    ]
    search = ("programme__speciality__code", "programme__speciality__name")
    select_related = ("programme__speciality__faculty", "academic_year")
    form = forms.BaseCoefficientForm
    header_actions = [
        MenuItem("finance", gettext_lazy("Fill in as a table"), "finance_price_grid", "price.edit"),
        MenuItem("finance", gettext_lazy("Copy from another year"), "finance_copy_year", "price.edit"),
    ]
    empty = gettext_lazy("Fill in the table of programmes, or copy last year's.")


class DifferentiatedCoefficients(Register):
    app, name = "finance", "differentiated"
    title, title_one = gettext_lazy("Differentiated coefficients"), gettext_lazy("differentiated coefficient")
    model, permission, menu = DifferentiatedCoefficient, "price", "finance"
    columns = [
        Column("academic_year"), Column("contract_type", link=True), Column("faculty", sort="faculty__name"),
        Column("programme", sort="programme__speciality__code"), Column("coefficient", numeric=True),
    ]
    filters = [
        RelatedFilter("year", years, lookup="academic_year", label=gettext_lazy("academic year")), Filter("contract_type"),
    ]
    select_related = ("programme__speciality", "faculty", "academic_year")
    form = forms.DifferentiatedCoefficientForm
    empty = gettext_lazy("Increased contracts (types 16 and 17) need a differentiated coefficient.")


class InstalmentRules(Register):
    app, name = "finance", "instalment_dates"
    title, title_one = gettext_lazy("Instalment dates"), gettext_lazy("instalment date")
    model, permission, menu = InstalmentRule, "price", "finance"
    columns = [
        Column("academic_year"), Column("course_kind", link=True), Column("share", numeric=True), Column("due_date"),
        Column("extended_to"), Column("basis"),
    ]
    filters = [
        RelatedFilter("year", years, lookup="academic_year", label=gettext_lazy("academic year")), Filter("course_kind"),
    ]
    select_related = ("academic_year",)
    form = forms.InstalmentRuleForm
    header_actions = [MenuItem("finance", gettext_lazy("Dates of the law"), "finance_law_dates", "price.edit")]
    empty = gettext_lazy("Take the dates of the law with one button; extend them where the rector has decided so.")


class CalculationSettings(Register):
    app, name = "finance", "calculation"
    title, title_one = gettext_lazy("Way of calculation"), gettext_lazy("way of calculation")
    model, permission, menu = CalculationSetting, "price", "finance"
    columns = [Column("academic_year", link=True), Column("mode")]
    select_related = ("academic_year",)
    form = forms.CalculationSettingForm
    empty = gettext_lazy("Say whether contract sums are found by coefficient or by sum.")


def _chosen_year(request: HttpRequest) -> AcademicYear | None:
    wanted = request.POST.get("year") or request.GET.get("year", "")
    chosen = AcademicYear.objects.filter(year=wanted).first() if wanted.isdigit() else None
    return chosen or AcademicYear.objects.order_by("-is_current", "-year").first()


@page("price.edit")
def price_grid(request: HttpRequest) -> HttpResponse:
    """Base prices of all programmes of a faculty in one table, one row for each programme and form."""
    year = _chosen_year(request)
    faculty = request.POST.get("faculty") or request.GET.get("faculty", "")
    programmes = Programme.objects.filter(is_active=True).select_related("speciality__faculty")
    if faculty.isdigit():
        programmes = programmes.filter(speciality__faculty=faculty)
    kept = {row.programme_id: row for row in BaseCoefficient.objects.filter(academic_year=year, student_type="")}
    rows = [{"programme": one, "price": kept.get(one.pk)} for one in programmes]
    if request.method == "POST" and year:
        saved, faults = _save_grid(request, rows, year)
        if not faults:
            messages.success(request, _("%(count)d prices are saved.") % {"count": saved})
            return redirect(f"{reverse('finance_price_grid')}?year={year.pk}&faculty={faculty}")
        messages.error(request, _("Nothing is saved: %(count)d cells are not positive numbers or were changed meanwhile.") % {"count": faults})
    for row in rows:
        row.setdefault("cells", _cells(row["price"]))
    context = {
        "title": _("Base coefficients: table"), "rows": rows, "year": year, "years": AcademicYear.objects.all(),
        "faculties": Unit.objects.faculties(), "faculty": faculty,
    }  # fmt: skip
    return render(request, "finance/price_grid.html", context, status=422 if request.method == "POST" else 200)


GRID = (
    ("coefficient", 8, 4, gettext_lazy("base coefficient")),
    ("amount", 14, 2, gettext_lazy("sum a year without stipend, soʻm")),
    ("foreign_amount", 14, 2, gettext_lazy("sum a year for foreign citizens, soʻm")),
)


def _cells(price: BaseCoefficient | None, typed: dict[str, str] | None = None, bad: set[str] | None = None) -> list[dict]:
    """The three cells of a row, with what was typed when it was refused."""
    found = []
    for name, _digits, _places, label in GRID:
        value = getattr(price, name) if price else None
        text = f"{value.normalize():f}" if value is not None else ""
        found.append({"name": name, "label": label, "value": (typed or {}).get(name, text), "bad": name in (bad or ())})
    return found


def _number(text: str, digits: int, places: int) -> Decimal | None:
    """A positive number as people type it; empty is ``None``.

    Raises:
        ValueError: it is none, or has too many digits.
    """
    text = text.replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    exponent = value.as_tuple().exponent
    if not value.is_finite() or value <= 0 or value >= 10 ** (digits - places) or -int(exponent) > places:
        raise ValueError(text)
    return value


@transaction.atomic
def _save_grid(request: HttpRequest, rows: list[dict], year: AcademicYear) -> tuple[int, int]:
    """Save every changed row, or none: returns how many were saved and how many cells are at fault."""
    saved = faults = 0
    changes = []
    for row in rows:
        key = row["programme"].pk
        typed = {name: request.POST.get(f"{name}-{key}", "").strip() for name, *_rest in GRID}
        values, bad = {}, set()
        for name, digits, places, _label in GRID:
            try:
                values[name] = _number(typed[name], digits, places)
            except ValueError:
                bad.add(name)
        price = row["price"]
        version = request.POST.get(f"version-{key}", "")
        changed = not bad and any(values[name] != (getattr(price, name) if price else None) for name in values)
        if changed and version != str(price.version if price else ""):
            bad.update(values)
        row["cells"] = _cells(price, typed, bad)
        faults += len(bad)
        if changed:
            changes.append((row["programme"], price, values))
    if faults:
        return 0, faults
    for programme, price, values in changes:
        price = price or BaseCoefficient(programme=programme, academic_year=year, student_type="")
        if any(values.values()):
            price.version += 1 if price.pk else 0
            for name, value in values.items():
                setattr(price, name, value)
            price.save()
        elif price.pk:
            price.delete()
        saved += 1
    return saved, 0


@page("price.edit")
def copy_year(request: HttpRequest) -> HttpResponse:
    """Copy coefficients from one academic year to another."""
    form = forms.CopyYearForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            count = actions.copy_year(access=request.access, source=data["source"].pk, target=data["target"].pk)
        except actions.ContractError as error:
            form.add_error("source", str(error))
        else:
            messages.success(request, _("%(count)d rows are copied.") % {"count": count})
            return redirect(f"{reverse('finance_base_coefficients_list')}?year={data['target'].pk}")
    context = {
        "title": _("Copy from another year"), "form": form, "button": _("Copy"),
        "note": _("Base and differentiated coefficients and the way of calculation are copied; what the year has already stays."),
        "back_url": reverse("finance_base_coefficients_list"),
    }  # fmt: skip
    return render(request, "finance/simple_form.html", context, status=422 if form.errors else 200)


@page("price.edit")
def law_dates(request: HttpRequest) -> HttpResponse:
    """Take the instalment dates of regulation 2431 for a year."""
    year = _chosen_year(request)
    if request.method == "POST" and year:
        count = actions.set_law_dates(access=request.access, year=year.pk)
        messages.success(request, _("%(count)d dates are set.") % {"count": count})
        return redirect(f"{reverse('finance_instalment_dates_list')}?year={year.pk}")
    context = {
        "title": _("Dates of the law"), "year": year, "years": AcademicYear.objects.all(), "dates": actions.LAW_DATES,
        "back_url": reverse("finance_instalment_dates_list"),
    }  # fmt: skip
    return render(request, "finance/law_dates.html", context)
