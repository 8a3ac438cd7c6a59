"""Pages of payers that are replaced: the register, the form of a contract, the verbs (duty 7.1)."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.common import FinanceError, faculties, year_filter
from finance.contracts import payers
from finance.contracts.forms import CancelForm, SignedForm
from finance.contracts.pages import Contracts, signature
from finance.models import THREE_SIDED, Contract, PayerChange
from hemis.access.guard import get_in_scope, is_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.register import Register, Tab
from hemis.pages.verbs import verb

STATE_COLOURS = {PayerChange.FORMED: "azure", PayerChange.SIGNED: "green", PayerChange.CANCELLED: "red"}


class PayerChanges(Register):
    app, name = "finance", "payer_changes"
    title, title_one = gettext_lazy("Changes of payers"), gettext_lazy("change of the payer")
    model, permission, menu = PayerChange, "contract", "finance"
    menu_place = 16
    columns = [
        Column("number", gettext_lazy("Number"), link=True, sort="contract__number"),
        Column("date"),
        Column(
            "contract__student__person", gettext_lazy("Student"), sort="contract__student__person__sort_key"
        ),
        Column(
            "old_payer",
            gettext_lazy("Payer before"),
            value=lambda row: row.old_payer or _("the student"),
        ),
        Column("payer_name", value=lambda row: row.payer_name or _("the student"), sort="payer_name"),
        Column("state", badge=STATE_COLOURS),
        Column("payer_tin", hidden=True),
        Column("basis", hidden=True),
        Column("contract__faculty", sort="contract__faculty__name", hidden=True),
    ]
    filters = [
        year_filter("contract__academic_year"),
        RelatedFilter("faculty", faculties, lookup="contract__faculty"),
        Filter("state"),
        RangeFilter("date", "date"),
    ]
    search = ("contract__number", "payer_name", "payer_tin")
    search_person = "contract__student__person"
    select_related = (
        "contract__student__person", "contract__faculty", "contract__academic_year", "made_by__person",
    )  # fmt: skip
    fields = (
        "contract", "date", "basis", "parties", "payer_name", "payer_tin", "payer_address", "payer_bank",
        "state", "made_by", "signed_on", "cancel_reason",
    )  # fmt: skip
    detail_template = "finance/payer_change.html"
    files = ("scan",)
    empty = gettext_lazy("Open a contract in force to give it another payer.")

    @classmethod
    def edit_permission(cls) -> str:
        return "contract.create"

    @classmethod
    def detail_context(cls, request, obj):
        """Which verbs this person may use now."""
        may = is_in_scope(obj, request.access, "contract.create")
        return {
            "may_sign": may and obj.state == PayerChange.FORMED,
            "may_cancel": may and obj.state != PayerChange.CANCELLED,
            "signed_form": SignedForm(),
            "cancel_form": CancelForm(),
        }


class PayerForm(forms.ModelForm):
    """The new sides of a contract and why."""

    not_budget = forms.BooleanField(
        label=gettext_lazy("the payer is not an organisation of the state budget"),
        required=False,
        help_text=gettext_lazy("Organisations of the budget may not pay for study (reg. 2431, point 33)."),
    )

    class Meta:
        model = PayerChange
        fields = ["parties", "payer_name", "payer_tin", "payer_address", "payer_bank", "basis"]
        help_texts = {"basis": gettext_lazy("The application or letter on which the payer is replaced.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            css = "form-select" if name == "parties" else "form-control"
            field.widget.attrs["class"] = "form-check-input" if name == "not_budget" else css

    def clean(self):
        data = super().clean() or {}
        if data.get("parties") == THREE_SIDED:
            if not data.get("payer_name"):
                self.add_error("payer_name", _("A three-sided contract names its payer."))
            if not data.get("not_budget"):
                self.add_error("not_budget", _("Organisations of the budget may not pay for study."))
        elif data.get("payer_name"):
            self.add_error("parties", _("Only a three-sided contract has a payer."))
        return data

    def _post_clean(self):
        """The verb and the database judge the rest: position and paper are not there yet."""


@page("contract.create")
def replace_payer(request: Request, pk: int) -> HttpResponse:
    """Another payer, or none any more, by an extra agreement."""
    contract = get_in_scope(Contract, request, "contract.create", pk=pk)
    form = PayerForm(request.POST or None, initial=payers.sides_of(contract))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = payers.replace_payer(contract, access=request.access, sides=data, basis=data["basis"])
        except FinanceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The payer is replaced; print the agreement and let it be signed."))
            return redirect("finance_payer_changes_detail", pk=made.pk)
    context = {
        "title": _("Another payer of contract %(number)s") % {"number": contract.number},
        "form": form,
        "button": _("Replace the payer"),
        "note": _("Payer now: %(payer)s. The sum, the plan of payment and what is paid stay as they are.")
        % {"payer": contract.payer_name or contract.student.person},
        "back_url": reverse("finance_contracts_detail", args=[contract.pk]),
    }
    return render(request, "finance/simple_form.html", context, status=422 if form.errors else 200)


def _sign(request: Request, change: PayerChange) -> str:
    payers.sign_payer_change(change, access=request.access, **signature(request))
    return _("The change is marked as signed.")


def _cancel(request: Request, change: PayerChange) -> str:
    payers.cancel_payer_change(change, access=request.access, reason=request.POST.get("reason", ""))
    return _("The change is cancelled.")


def _button(do: Callable[[Request, PayerChange], str]):
    return verb(PayerChange, "contract.create", do, back="finance_payer_changes_detail", errors=FinanceError)


sign = _button(_sign)
cancel = _button(_cancel)


def _payers_of(request: Request, contract: Contract) -> dict:
    rows = contract.payer_changes.order_by("position")  # type: ignore[attr-defined]
    may = is_in_scope(contract, request.access, "contract.create") and contract.state in Contract.IN_FORCE
    return {"payer_changes": rows, "may_replace": may, "object": contract}


Contracts.add_tab(Tab("payers", gettext_lazy("Payer"), "finance/_payer_changes.html", _payers_of))
