"""Pages of invoices: the register, the form of a contract, the tab of the contract (duty 7.1)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.common import FinanceError, date_input, faculties, groups, year_filter
from finance.contracts.forms import CancelForm
from finance.contracts.pages import Contracts
from finance.invoices import actions
from finance.models import Contract, Invoice
from finance.steps import figure, typed
from hemis.access.guard import get_in_scope, is_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.register import Register, Tab
from hemis.pages.verbs import verb

STATE_COLOURS = {Invoice.ISSUED: "green", Invoice.ANNULLED: "red"}


class Invoices(Register):
    app, name = "finance", "invoices"
    title, title_one = gettext_lazy("Invoices"), gettext_lazy("invoice")
    model, permission, menu = Invoice, "contract", "finance"
    menu_place = 15
    columns = [
        Column("number", link=True, sort="position"),
        Column("date"),
        Column("contract", sort="contract__number"),
        Column(
            "contract__student__person", gettext_lazy("Student"), sort="contract__student__person__sort_key"
        ),
        Column("payer_name"),
        Column("amount", numeric=True),
        Column("state", badge=STATE_COLOURS),
        Column("payer_tin", hidden=True),
        Column("contract__faculty", sort="contract__faculty__name", hidden=True),
        Column("contract__group", sort="contract__group__name", hidden=True),
        Column("made_by", sort="made_by", hidden=True),
    ]
    filters = [
        year_filter("contract__academic_year"),
        RelatedFilter("faculty", faculties, lookup="contract__faculty"),
        RelatedFilter("group", groups, lookup="contract__group"),
        Filter("state"),
        RangeFilter("date", "date"),
        RangeFilter("amount"),
    ]
    search = ("number", "contract__number", "payer_name", "payer_tin")
    search_person = "contract__student__person"
    select_related = (
        "contract__student__person", "contract__faculty", "contract__group", "contract__academic_year",
        "made_by__person", "annulled_by__person",
    )  # fmt: skip
    fields = (
        "number", "date", "state", "contract", "contract__student__person", "contract__academic_year",
        "contract__faculty", "contract__group", "amount", "payer_name", "payer_tin", "payer_address", "payer_bank",
        "made_at", "made_by", "annulled_at", "annulled_by", "annul_reason",
    )  # fmt: skip
    detail_template = "finance/invoice.html"
    empty = gettext_lazy("Open a contract in force and issue its first invoice.")

    @classmethod
    def edit_permission(cls) -> str:
        return "contract.create"

    @classmethod
    def summary(cls, rows):
        """The sum of the filtered invoices that stand."""
        found = rows.filter(state=Invoice.ISSUED).order_by().aggregate(total=Sum("amount"))["total"]
        return [(_("sum, soʻm"), figure(found or 0))]

    @classmethod
    def detail_context(cls, request, obj):
        """Whether it may be annulled."""
        may = is_in_scope(obj, request.access, "contract.create") and obj.state == Invoice.ISSUED
        return {"may_annul": may, "cancel_form": CancelForm()}


class InvoiceForm(forms.Form):
    """Of what sum and of what day."""

    amount = forms.DecimalField(
        label=gettext_lazy("Amount, soʻm"), max_digits=14, decimal_places=2, min_value=0.01
    )
    date = forms.DateField(label=gettext_lazy("Date"), widget=date_input())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"


@page("contract.create")
def issue_invoice(request: Request, pk: int) -> HttpResponse:
    """Issue an invoice by a contract: what is left of it stands in the field."""
    contract = get_in_scope(Contract, request, "contract.create", pk=pk)
    left = contract.current_amount - actions.invoiced(contract)
    first = {"amount": typed(left) if left > 0 else None, "date": timezone.localdate()}
    form = InvoiceForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.issue_invoice(
                contract, access=request.access, amount=data["amount"], on=data["date"]
            )
        except FinanceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The invoice is issued."))
            return redirect("finance_invoices_detail", pk=made.pk)
    payer = actions.payer_of(contract)
    context = {
        "title": _("Invoice by contract %(number)s") % {"number": contract.number},
        "form": form,
        "button": _("Issue the invoice"),
        "note": _("Payer: %(payer)s. Of the contract's %(sum)s soʻm %(left)s can still be invoiced.")
        % {"payer": payer["name"], "sum": figure(contract.current_amount), "left": figure(max(left, 0))},
        "back_url": reverse("finance_contracts_detail", args=[contract.pk]),
    }
    return render(request, "finance/simple_form.html", context, status=422 if form.errors else 200)


def _annul(request: Request, invoice: Invoice) -> str:
    actions.annul(invoice, access=request.access, reason=request.POST.get("reason", ""))
    return _("The invoice is annulled.")


annul = verb(Invoice, "contract.create", _annul, back="finance_invoices_detail", errors=FinanceError)


def _invoices_of(request: Request, contract: Contract) -> dict:
    rows = list(contract.invoices.order_by("year", "position"))  # type: ignore[attr-defined]
    total = sum((one.amount for one in rows if one.state == Invoice.ISSUED), contract.current_amount * 0)
    may = is_in_scope(contract, request.access, "contract.create") and contract.state in Contract.IN_FORCE
    left = contract.current_amount - total
    return {
        "invoices": rows,
        "total": total,
        "left": left,
        "may_invoice": may and left > 0,
        "object": contract,
    }


Contracts.add_tab(Tab("invoices", gettext_lazy("Invoices"), "finance/_invoices.html", _invoices_of))
