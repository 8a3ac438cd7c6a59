"""Pages of debts: the register, the cut by units, the reminders, the student's own (duties 7.1, B5, S)."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.common import current_year, faculties, groups, programmes, year_filter
from finance.debts import queries, rules
from finance.models import Contract
from finance.payments.models import Payment
from finance.steps import figure, readable_steps, steps_as_json, typed
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.classifiers.queries import label
from hemis.jobs.actions import start
from hemis.pages import menu
from hemis.pages.columns import Column
from hemis.pages.filters import DayFilter, Filter, RelatedFilter
from hemis.pages.forms import number_of
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register
from hemis.sheets.pages import workbook
from hemis.sheets.writing import book
from structure.models import Unit
from students.models import AcademicYear

LISTS = {"course": "h_course", "form": "h_education_form"}


ON_THE_DAY = DayFilter("on", queries.with_debts, label=gettext_lazy("On the day"))


def _day(data) -> datetime.date:
    """The day that the address names, else today."""
    return ON_THE_DAY.day(data) or timezone.localdate()


def _sum(name: str):
    """A sum of the row, without tiyin where it has none."""

    def value(row):
        found = getattr(row, name)
        return None if found is None else typed(found)

    return value


def _standing(row) -> rules.Standing:
    """The sums of a contract that the query brought along."""
    return rules.Standing(row.charged or rules.ZERO, row.due or rules.ZERO, row.paid or rules.ZERO)


class _OwingFilter(Filter):
    """What the student owes on the day that the address names."""

    def __init__(self):
        super().__init__(
            "owing",
            "owing",
            gettext_lazy("debt"),
            lambda access: [(code, str(title)) for code, (title, _sql) in queries.OWING.items()],
        )

    def apply(self, rows, data):
        chosen = self.chosen(data)
        return queries.owing(rows, chosen, _day(data)) if chosen else rows


def _remind(request: Request, rows):
    """Remind the students of the ticked contracts."""
    keys = list(rows.values_list("pk", flat=True))
    params = {"contracts": keys, "day": timezone.localdate().isoformat()}
    job = start("finance.remind_debts", user=request.user, params=params, access=request.access)
    return redirect("job", pk=job.pk)


class Debts(Register):
    """Contracts that were charged, with what is due, paid and owed on a day."""

    app, name = "finance", "debts"
    title, title_one = gettext_lazy("Debts"), gettext_lazy("debt")
    model, permission, menu = Contract, "debt", "finance"
    menu_place = 30
    columns = [
        Column("number", link=True),
        Column("student__person", gettext_lazy("Student"), sort="student__person__sort_key"),
        Column("group", sort="group__name"),
        Column("charged", gettext_lazy("Charged, soʻm"), numeric=True, sort="charged", value=_sum("charged")),
        Column("due", gettext_lazy("Due by the day, soʻm"), numeric=True, sort="due", value=_sum("due")),
        Column("paid", gettext_lazy("Paid, soʻm"), numeric=True, sort="paid", value=_sum("paid")),
        Column("overdue", gettext_lazy("Overdue, soʻm"), numeric=True, sort="overdue", value=_sum("overdue")),
        Column("owed", gettext_lazy("Left to pay, soʻm"), numeric=True, sort="owed", value=_sum("owed")),
        Column(
            "percent",
            gettext_lazy("Paid, %"),
            numeric=True,
            hidden=True,
            value=lambda row: _standing(row).percent,
        ),
        Column("course", hidden=True),
        Column("faculty", sort="faculty__name", hidden=True),
        Column("programme__speciality", sort="programme__speciality__code", hidden=True),
        Column("education_form", hidden=True),
        Column("student__number", hidden=True),
        Column("student__uzasbo_number", hidden=True),
        Column("student__person__phone", hidden=True),
        Column("state", hidden=True),
        Column("ended_on", hidden=True),
    ]
    filters = [
        ON_THE_DAY,
        _OwingFilter(),
        year_filter(),
        RelatedFilter("faculty", faculties),
        RelatedFilter("programme", programmes),
        RelatedFilter("group", groups),
        Filter("course"),
        Filter("form", "education_form"),
        Filter("state"),
    ]
    search = ("number", "student__number")
    search_person = "student__person"
    select_related = (
        "student__person", "group", "faculty", "programme__speciality", "academic_year",
    )  # fmt: skip
    ordering = ("faculty__name", "group__name", "student__person__sort_key")
    actions = [
        BulkAction(
            "remind",
            gettext_lazy("Remind the students"),
            "debt.remind",
            _remind,
            icon="bell",
            confirm=gettext_lazy("Remind the ticked students? Who was reminded within a week is left out."),
        )
    ]
    column_sets = {
        "expulsion": (
            gettext_lazy("List for expulsion orders"),
            (
                "student__person", "student__number", "faculty", "group", "course", "number", "charged", "due", "paid",
                "overdue",
            ),
        )
    }  # fmt: skip
    header_actions = [MenuItem("finance", gettext_lazy("By units"), "finance_debts_by", "debt.view")]
    empty = gettext_lazy("Contracts that are formed stand here.")

    @classmethod
    def base_queryset(cls):
        return queries.with_debts(Contract.objects.charged(), timezone.localdate())

    @classmethod
    def url_of(cls, obj):
        return reverse("finance_debt_of", args=[obj.pk])

    @classmethod
    def summary(cls, rows):
        """Sums over the filtered contracts."""
        found = queries.totals(rows)
        return [
            (_("paid, soʻm"), figure(found.paid)),
            (_("overdue, soʻm"), figure(found.late)),
            (_("left to pay, soʻm"), figure(found.charged - found.paid)),
        ]


def _account(contracts, day: datetime.date) -> list[dict]:
    """Each contract with its plan as it was kept, its payments and why so much is owed: four queries."""
    rows = list(contracts)
    keys = [one.pk for one in rows]
    plans = queries.plans(keys)
    payments: dict[int, list[Payment]] = {}
    for one in Payment.objects.filter(contract__in=keys).select_related("reversed_by").order_by("date", "pk"):
        payments.setdefault(one.contract_id, []).append(one)
    made = []
    for contract in rows:
        standing = _standing(contract)
        explained = rules.overdue([(contract.number, standing)])
        made.append(
            {
                "contract": contract,
                "standing": standing,
                "plan": rules.kept(plans.get(contract.pk, []), standing.paid, day),
                "payments": payments.get(contract.pk, []),
                "total": standing.paid,
                "steps": readable_steps(steps_as_json(explained.steps)),
            }
        )
    return made


@page("debt.view")
def debt_of(request: Request, pk: int) -> HttpResponse:
    """One contract: plan, payments, what is owed and why."""
    contract = get_in_scope(Contract, request, "debt.view", pk=pk)
    day = _day(request.GET)
    rows = queries.with_debts(
        Contract.objects.filter(pk=contract.pk).select_related("student__person", "academic_year", "group"),
        day,
    )
    context = {
        "title": str(contract.student.person),
        "rows": _account(rows, day),
        "day": day,
        "reminders": contract.reminders.all()[:5],  # type: ignore[attr-defined]
        "may_pay": request.access.can("payment.edit"),
    }
    return render(request, "finance/debt.html", context)


@page("debt.view")
def debts_by(request: Request) -> HttpResponseBase:
    """Debts on a day by faculty, group, speciality, course or form."""
    by = request.GET.get("by", "faculty")
    by = by if by in queries.CUTS else "faculty"
    day = _day(request.GET)
    year = number_of(request.GET["year"]) if "year" in request.GET else current_year()
    faculty = number_of(request.GET.get("faculty", ""))
    found = queries.cut(by, scope=request.access.scope("debt.view"), day=day, year=year, faculty=faculty)
    rows = [(one, label(LISTS[by], str(one.key)) if by in LISTS else one.label) for one in found]
    total = sum((one.standing for one in found), rules.Standing())
    late = sum((one.overdue for one in found), rules.ZERO)
    if request.GET.get("file") == "xlsx":
        return _cut_sheet(by, rows, total, late)
    context = {
        "title": _("Debts by units"),
        "rows": rows,
        "total": total,
        "late": late,
        "debtors": sum(one.debtors for one in found),
        "count": sum(one.contracts for one in found),
        "by": by,
        "heading": queries.CUTS[by][0],
        "cuts": [(code, title) for code, (title, *_rest) in queries.CUTS.items()],
        "day": day,
        "year": year,
        "years": AcademicYear.objects.all(),
        "faculty": faculty,
        "faculties": faculties(request.access)
        if request.access.can("contract.view")
        else Unit.objects.none(),
        # The register's filter of the same name.
        "filter_name": {"speciality": ""}.get(by, by),
    }
    return render(request, "finance/debts_by.html", context)


def _cut_sheet(by: str, rows, total: rules.Standing, late: Decimal) -> FileResponse:
    headers = [
        str(queries.CUTS[by][0]), _("Contracts"), _("Charged, soʻm"), _("Due by the day, soʻm"), _("Paid, soʻm"),
        _("Overdue, soʻm"), _("Debtors"),
    ]  # fmt: skip
    lines = [
        [
            name,
            one.contracts,
            one.standing.charged,
            one.standing.due,
            one.standing.paid,
            one.overdue,
            one.debtors,
        ]
        for one, name in rows
    ]
    lines.append([_("Total"), "", total.charged, total.due, total.paid, late, ""])
    content = book([(_("Debts by units"), headers, lines)])
    return workbook(content, "debts.xlsx")


@page("own.contract")
def my_payments(request: Request) -> HttpResponse:
    """The student's own: contract, plan, paid, due, why, receipts."""
    day = timezone.localdate()
    own = (
        Contract.objects.charged()
        .filter(student__person=request.access.scope("own.contract").person_id)
        .select_related("academic_year", "student__person")
    )
    rows = _account(queries.with_debts(own, day), day)
    total = sum((one["standing"] for one in rows), rules.Standing())
    context = {"title": _("My payments"), "rows": rows, "day": day, "total": total}
    return render(request, "finance/my_payments.html", context)


menu.register(MenuItem("finance", gettext_lazy("Debts by units"), "finance_debts_by", "debt.view", 31))
menu.register(MenuItem("cabinet", gettext_lazy("My payments"), "my_payments", "own.contract"))
