"""Pages of balances brought forward: the register, the form, the reversal, the way to Excel (duty 7.1)."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.db.models import Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.common import FinanceError, faculties, groups, year_filter
from finance.contracts.forms import CancelForm
from finance.contracts.pages import STATE_COLOURS
from finance.models import Contract
from finance.opening import actions
from finance.steps import figure
from hemis.access.guard import is_in_scope, page
from hemis.access.scope import Access
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register
from hemis.pages.verbs import verb
from hemis.sheets.pages import way_to
from students.models import AcademicYear, Student


class BroughtForward(Register):
    app, name = "finance", "brought_forward"
    title, title_one = gettext_lazy("Balances of earlier years"), gettext_lazy("balance of an earlier year")
    model, permission, menu = Contract, "contract", "finance"
    menu_place = 32
    columns = [
        Column("number", link=True),
        Column("student__person", gettext_lazy("Student"), sort="student__person__sort_key"),
        Column("academic_year", sort="academic_year"),
        Column("group", sort="group__name"),
        Column("amount", gettext_lazy("Debt (+) or credit (−), soʻm"), numeric=True),
        Column("basis"),
        Column("state", badge=STATE_COLOURS),
        Column("date", hidden=True),
        Column("faculty", sort="faculty__name", hidden=True),
        Column("created_by", hidden=True),
    ]
    filters = [
        year_filter(),
        RelatedFilter("faculty", faculties),
        RelatedFilter("group", groups),
        Filter("state"),
        RangeFilter("date", "date"),
        RangeFilter("amount"),
    ]
    search = ("number", "student__number", "basis")
    search_person = "student__person"
    select_related = ("student__person", "group", "faculty", "academic_year", "created_by__person")
    fields = (
        "number", "date", "student", "academic_year", "faculty", "group", "amount", "basis", "state", "created_at",
        "created_by", "cancelled_at", "cancelled_by", "cancel_reason",
    )  # fmt: skip
    header_actions = [
        MenuItem("finance", gettext_lazy("Enter a balance"), "finance_bring_forward", "contract.create"),
        MenuItem(
            "finance", gettext_lazy("Import balances"), "finance_brought_forward_import", "contract.create"
        ),
    ]
    detail_template = "finance/brought_forward.html"
    empty = gettext_lazy("Enter or import what students owed, or had paid too much, before this program.")

    @classmethod
    def base_queryset(cls):
        return Contract.objects.filter(brought_forward=True)

    @classmethod
    def edit_permission(cls) -> str:
        return "contract.create"

    @classmethod
    def summary(cls, rows):
        """Debts and credits of the filtered balances that stand."""
        found = (
            rows.exclude(state=Contract.CANCELLED)
            .order_by()
            .aggregate(
                debt=Sum("amount", filter=Q(amount__gt=0)), credit=Sum("amount", filter=Q(amount__lt=0))
            )
        )
        return [
            (_("debts, soʻm"), figure(found["debt"] or 0)),
            (_("credits, soʻm"), figure(-(found["credit"] or 0))),
        ]

    @classmethod
    def detail_context(cls, request, obj):
        """Whether it may be reversed."""
        may = is_in_scope(obj, request.access, "contract.create") and obj.state in Contract.IN_FORCE
        return {"may_reverse": may, "cancel_form": CancelForm()}


class BalanceForm(forms.Form):
    """Whose balance, of which year, what it rests on."""

    student = forms.CharField(label=gettext_lazy("student number"), max_length=12)
    year = forms.ModelChoiceField(AcademicYear.objects.all(), label=gettext_lazy("academic year"))
    debt = forms.DecimalField(
        label=gettext_lazy("debt, soʻm"), max_digits=14, decimal_places=2, min_value=0, required=False
    )
    credit = forms.DecimalField(
        label=gettext_lazy("paid too much, soʻm"),
        max_digits=14,
        decimal_places=2,
        min_value=0,
        required=False,
    )
    basis = forms.CharField(label=gettext_lazy("basis"), max_length=500)

    def __init__(self, *args, access: Access, **kwargs):
        super().__init__(*args, **kwargs)
        self.access = access
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-select" if name == "year" else "form-control"

    def clean_student(self) -> Student:
        rows = Student.objects.for_scope(self.access.scope("contract.create"))
        found = rows.filter(number=self.cleaned_data["student"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("No student with this number studies here."))
        return found

    def clean(self):
        data = super().clean() or {}
        if not self.errors and bool(data.get("debt")) == bool(data.get("credit")):
            self.add_error("debt", _("A row has either a debt or a credit."))
        return data

    @property
    def balance(self) -> actions.Balance:
        """What is to be brought forward."""
        data = self.cleaned_data
        amount = (data["debt"] or Decimal(0)) - (data["credit"] or Decimal(0))
        return actions.Balance(data["student"].pk, data["year"].pk, amount, data["basis"])


@page("contract.create")
def bring_forward(request: Request) -> HttpResponse:
    """Enter one balance: it is posted at once, so the register has no form."""
    form = BalanceForm(request.POST or None, access=request.access)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.bring_forward([form.balance], access=request.access)
        except FinanceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The balance is brought forward."))
            return redirect("finance_brought_forward_detail", pk=made[0].pk)
    context = {
        "title": _("Enter a balance"),
        "form": form,
        "button": _("Bring the balance forward"),
        "note": _(
            "A balance is posted at once and is not changed afterwards; a mistake is taken back by a reversal."
        ),
        "back_url": reverse("finance_brought_forward_list"),
    }
    return render(request, "finance/simple_form.html", context, status=422 if form.errors else 200)


def _reverse(request: Request, contract: Contract) -> str:
    actions.reverse(contract, access=request.access, reason=request.POST.get("reason", ""))
    return _("The balance is reversed.")


reverse_balance = verb(
    Contract, "contract.create", _reverse, back="finance_brought_forward_detail", errors=FinanceError
)
import_balances = way_to("finance.brought_forward", permission="contract.create")
