"""The journal, the chart of accounts, the trial balance, the closing of months (duty 7.1)."""

from __future__ import annotations

import datetime

from django import forms
from django.contrib import messages
from django.db.models import Sum
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from finance.common import FinanceError, date_input
from finance.ledger import actions, queries, rules
from finance.ledger.models import PURPOSES, Account, ClosedMonth, Posting
from finance.steps import figure
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages import menu
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter
from hemis.pages.forms import RegisterForm
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register
from hemis.sheets.pages import workbook
from hemis.sheets.writing import book

HEADERS = (
    gettext_lazy("Opening, debit"), gettext_lazy("Opening, credit"), gettext_lazy("Turnover, debit"),
    gettext_lazy("Turnover, credit"), gettext_lazy("Closing, debit"), gettext_lazy("Closing, credit"),
)  # fmt: skip


def _purposes(access) -> list[tuple[str, str]]:
    """Accounts by what they serve: the numbers are accounting's."""
    return [(code, str(title)) for code, title in PURPOSES]


class Journal(Register):
    """Every posting, as its document made it."""

    app, name = "finance", "journal"
    title, title_one = gettext_lazy("Journal of accounting"), gettext_lazy("posting")
    model, permission, menu = Posting, "ledger", "finance"
    menu_place = 40
    columns = [
        Column("date", link=True),
        Column("kind"),
        Column("document"),
        # The card has their names.
        Column("debit", sort="debit__number", value=lambda row: row.debit.number),
        Column("credit", sort="credit__number", value=lambda row: row.credit.number),
        Column("amount", numeric=True),
        Column("contract", sort="contract__number"),
        Column(
            "contract__student__person", gettext_lazy("Student"), sort="contract__student__person__sort_key"
        ),
        Column("document_date", hidden=True),
        Column("made_at", hidden=True),
        Column("made_by", hidden=True),
    ]
    filters = [
        Filter("kind"),
        RangeFilter("date", "date"),
        RangeFilter("amount"),
        Filter("debit", choices=_purposes),
        Filter("credit", choices=_purposes),
    ]
    search = ("document", "contract__number")
    search_person = "contract__student__person"
    select_related = ("debit", "credit", "contract__student__person", "made_by__person")
    empty = gettext_lazy("Contracts and payments are posted here by themselves.")

    @classmethod
    def summary(cls, rows):
        """The sum of the filtered postings."""
        return [(_("sum, soʻm"), figure(rows.order_by().aggregate(total=Sum("amount"))["total"] or 0))]


class AccountForm(RegisterForm):
    """Number and name as the university's accounting has them."""

    class Meta:
        model = Account
        fields = ["number", "name"]


class Accounts(Register):
    app, name = "finance", "accounts"
    title, title_one = gettext_lazy("Chart of accounts"), gettext_lazy("account of the ledger")
    model, permission, menu = Account, "ledger", "finance"
    menu_place = 70
    columns = [Column("number", link=True), Column("name"), Column("purpose")]
    search = ("number", "name")
    form = AccountForm
    deletable = False

    @classmethod
    def edit_permission(cls) -> str:
        return "ledger.close"


class PeriodForm(forms.Form):
    """The days of a trial balance."""

    start = forms.DateField(label=gettext_lazy("From"), widget=date_input())
    end = forms.DateField(label=gettext_lazy("to"), widget=date_input())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean(self):
        data = super().clean() or {}
        if data.get("start") and data.get("end") and data["start"] > data["end"]:
            self.add_error("end", _("The period ends before it begins."))
        return data


def _period(request: Request) -> tuple[PeriodForm, datetime.date, datetime.date]:
    """What the address asks for, else this month."""
    today = timezone.localdate()
    usual = {"start": today.replace(day=1).isoformat(), "end": today.isoformat()}
    form = PeriodForm(request.GET if "start" in request.GET else usual)
    if form.is_valid():
        return form, form.cleaned_data["start"], form.cleaned_data["end"]
    return form, today.replace(day=1), today


@page("ledger.view")
def trial_balance(request: Request) -> HttpResponseBase:
    """Opening, turnover and closing of every account, on the page, on paper and in Excel."""
    form, start, end = _period(request)
    rows = queries.trial_balance(start, end)
    totals = rules.totals(balance for _account, balance in rows)
    if request.GET.get("file") == "xlsx":
        return _sheet(rows, totals, start, end)
    context = {
        "title": _("Trial balance"),
        "form": form,
        "headers": HEADERS,
        "rows": [
            (
                account,
                [(label, getattr(balance, name)) for label, name in zip(HEADERS, rules.COLUMNS, strict=True)],
            )
            for account, balance in rows
        ],
        "totals": [totals[name] for name in rules.COLUMNS],
        "difference": queries.unmatched_difference(),
        "closed": ClosedMonth.objects.select_related("closed_by__person")[:24],
        "next_month": _closable(queries.next_month_to_close()),
        "may_close": request.access.can("ledger.close"),
    }
    return render(request, "finance/trial_balance.html", context, status=422 if form.errors else 200)


def _closable(month: datetime.date | None) -> datetime.date | None:
    """The month, if it is over."""
    return month if month and month < timezone.localdate().replace(day=1) else None


def _sheet(rows, totals, start, end) -> FileResponse:
    lines = [
        [account.number, account.name, *(getattr(balance, name) for name in rules.COLUMNS)]
        for account, balance in rows
    ]
    lines.append(["", _("Total"), *(totals[name] for name in rules.COLUMNS)])
    headers = [_("Account"), _("Name"), *map(str, HEADERS)]
    content = book([(_("Trial balance"), headers, lines)])
    return workbook(content, f"trial-balance-{start:%Y%m%d}-{end:%Y%m%d}.xlsx")


@page("ledger.close")
@require_POST
def close_month(request: Request) -> HttpResponse:
    """Close the first open month that is over."""
    month = _closable(queries.next_month_to_close())
    try:
        if month is None or request.POST.get("month") != month.isoformat():
            raise FinanceError(_("Only a month that is over and not yet closed can be closed."))
        actions.close_month(access=request.access, month=month)
    except FinanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The month %(month)s is closed.") % {"month": f"{month:%m.%Y}"})
    return redirect("finance_trial_balance")


menu.register(MenuItem("finance", gettext_lazy("Trial balance"), "finance_trial_balance", "ledger.view", 41))
