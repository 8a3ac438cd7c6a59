"""Pages of payment contracts: register, forming, the student's own (duty 7.1, clause B5)."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.common import FinanceError, faculties, groups, programmes, year_filter
from finance.contracts import actions, forms, queries
from finance.models import Contract, ContractChange, ContractTerms, Invoice, PayerChange
from finance.steps import figure, readable_steps
from hemis.access.guard import is_in_scope
from hemis.base import Request
from hemis.documents.batch import write_pdf, write_zip
from hemis.documents.jobs import in_order
from hemis.jobs.actions import start
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register, Tab
from hemis.pages.verbs import verb
from students.pages import Students

STATE_COLOURS = {
    Contract.DRAFT: "secondary",
    Contract.FORMED: "azure",
    Contract.SIGNED: "green",
    Contract.CANCELLED: "red",
}
AT_ONCE = 20


def _steps(request: Request, contract: Contract) -> dict:
    return {"steps": readable_steps(contract.price_steps), "contract": contract}


def _instalments(request: Request, contract: Contract) -> dict:
    return {"instalments": contract.plan.all(), "contract": contract, "today": timezone.localdate()}


def _changes(request: Request, contract: Contract) -> dict:
    return {"changes": contract.changes.select_related("order").order_by("position")}


def _print(kind: str):
    """One PDF or a ZIP of the chosen contracts; many are a job."""

    def run(request: Request, rows):
        keys = list(rows.filter(document__isnull=False).order_by("number").values_list("document", flat=True))
        if not keys:
            return _("None of these contracts has a PDF yet.")
        if len(keys) > AT_ONCE:
            job = start(
                "documents.batch",
                user=request.user,
                params={"documents": keys, "form": kind},
                title=_("Contracts for printing"),
            )
            return redirect("job", pk=job.pk)
        out = io.BytesIO()
        (write_zip if kind == "zip" else write_pdf)(in_order(keys), out)
        response = HttpResponse(
            out.getvalue(), content_type="application/zip" if kind == "zip" else "application/pdf"
        )
        response["Content-Disposition"] = f'attachment; filename="contracts.{kind}"'
        response["Cache-Control"] = "private, no-store"
        return response

    return run


def _sign_many(request: Request, rows) -> str:
    """Mark the chosen formed contracts as signed today."""
    formed = rows.filter(state=Contract.FORMED)
    for contract in formed:
        actions.mark_signed(contract, access=request.access, on=timezone.localdate())
    return _("%(count)d contracts are marked as signed.") % {"count": len(formed)}


class Contracts(Register):
    app, name, title, title_one = (
        "finance",
        "contracts",
        gettext_lazy("Student contracts"),
        gettext_lazy("contract"),
    )
    model, permission, menu = Contract, "contract", "finance"
    menu_place = 10
    columns = [
        Column("number", link=True),
        Column("date"),
        Column("student__person", gettext_lazy("Student"), sort="student__person__sort_key"),
        Column("group", sort="group__name"),
        Column("programme__speciality", sort="programme__speciality__code"),
        Column("education_form"),
        Column("course"),
        Column("amount", numeric=True),
        Column("current_amount", numeric=True, hidden=True),
        Column("state", badge=STATE_COLOURS),
        Column("contract_type", hidden=True),
        Column("sum_type", hidden=True),
        Column("parties", hidden=True),
        Column("faculty", sort="faculty__name", hidden=True),
        Column("student__number", hidden=True),
        Column("discount", numeric=True, hidden=True),
        Column("signed_on", hidden=True),
        Column("payer_name", hidden=True),
        Column("ended_on", hidden=True),
    ]
    filters = [
        year_filter(),
        RelatedFilter("faculty", faculties),
        RelatedFilter("programme", programmes),
        Filter("form", "education_form"),
        Filter("course"),
        RelatedFilter("group", groups),
        Filter("state"),
        Filter("contract_type"),
        Filter("sum_type"),
        Filter("brought_forward"),
        RangeFilter("date", "date"),
        RangeFilter("amount"),
    ]
    search = ("number", "student__number")
    search_person = "student__person"
    select_related = ("student__person", "group", "programme__speciality", "faculty", "academic_year")
    fields = (
        "number",
        "date",
        "state",
        "student",
        "academic_year",
        "faculty",
        "programme",
        "group",
        "course",
        "contract_type",
        "sum_type",
        "parties",
        "months",
        "discount",
        "graduating",
        "benefit",
        "amount",
        "current_amount",
        "currency",
        "currency_amount",
        "currency_rate",
        "renews",
        "payer_name",
        "payer_tin",
        "payer_address",
        "payer_bank",
        "created_at",
        "created_by",
        "signed_on",
        "cancelled_at",
        "cancelled_by",
        "cancel_reason",
        "ended_on",
        "ended_by",
        "brought_forward",
        "basis",
    )
    tabs = [
        Tab("steps", gettext_lazy("Why so much?"), "finance/_steps.html", _steps),
        Tab("instalments", gettext_lazy("Instalments"), "finance/_instalments.html", _instalments),
        Tab("changes", gettext_lazy("Changes"), "finance/_changes.html", _changes),
    ]
    actions = [
        BulkAction("pdf", gettext_lazy("Print as one PDF"), "contract.view", _print("pdf"), icon="printer"),
        BulkAction("zip", gettext_lazy("Download as ZIP"), "contract.view", _print("zip"), icon="download"),
        BulkAction(
            "sign", gettext_lazy("Mark as signed today"), "contract.create", _sign_many, icon="signature"
        ),
    ]
    detail_template = "finance/contract.html"
    files = ("scan",)
    header_actions = [
        MenuItem("finance", gettext_lazy("Form contracts"), "finance_form_contracts", "contract.create"),
        MenuItem("finance", gettext_lazy("Renew contracts"), "finance_renew_contracts", "contract.create"),
    ]
    empty = gettext_lazy("Set the prices, then form the contracts of a faculty.")

    @classmethod
    def edit_permission(cls) -> str:
        return "contract.create"

    @classmethod
    def summary(cls, rows):
        """Number and sum of the filtered contracts in force."""
        found = queries.totals(rows)
        return [(_("in force"), found["count"]), (_("sum, soʻm"), figure(found["total"] or 0))]

    @classmethod
    def detail_context(cls, request, obj):
        """Which verbs this person may use now."""
        may = is_in_scope(obj, request.access, "contract.create") and not obj.brought_forward
        return {
            "may_sign": may and obj.state == Contract.FORMED,
            "may_cancel": may and obj.state != Contract.CANCELLED,
            "may_invoice": may and obj.state in Contract.IN_FORCE,
            "may_add_scan": may and obj.state == Contract.SIGNED and not obj.scan,
            "scan_form": forms.ScanForm(),
            "signed_form": forms.SignedForm(),
            "cancel_form": forms.CancelForm(),
        }


class IndividualTerms(Register):
    app, name = "finance", "terms"
    title, title_one = gettext_lazy("Individual terms"), gettext_lazy("individual terms")
    model, permission, menu = ContractTerms, "contract", "finance"
    menu_place = 13
    columns = [
        Column("student__person", gettext_lazy("Student"), link=True, sort="student__person__sort_key"),
        Column("academic_year"),
        Column("contract_type"),
        Column("sum_type"),
        Column("parties"),
        Column("months", numeric=True),
        Column("discount", numeric=True),
        Column("payer_name", hidden=True),
        Column("basis", hidden=True),
    ]
    filters = [
        year_filter(),
        Filter("contract_type"),
        Filter("sum_type"),
        Filter("parties"),
    ]
    search_person = "student__person"
    select_related = ("student__person", "academic_year")
    form = forms.ContractTermsForm
    empty = gettext_lazy(
        "Enter a student here when the contract differs: with stipend, a discount, fewer months, a payer."
    )

    @classmethod
    def view_permission(cls) -> str:
        return "contract.create"

    @classmethod
    def edit_permission(cls) -> str:
        return "contract.create"


def _sign(request: Request, contract: Contract) -> str:
    actions.mark_signed(contract, access=request.access, **signature(request))
    return _("The contract is marked as signed.")


def signature(request: Request) -> dict[str, Any]:
    """What the form of a signature says: the day, ``on``, and the signed copy, ``scan``.

    Raises:
        FinanceError: no day, or a file that is none of those that are taken.
    """
    form = forms.SignedForm(request.POST, request.FILES)
    if not form.is_valid():
        raise FinanceError(_first_error(form, _("Give the day of signing.")))
    return {"on": form.cleaned_data["date"], "scan": form.cleaned_data["scan"]}


def _first_error(form, otherwise: str) -> str:
    """What is wrong with the file, where it is the file; else the usual words."""
    return str(form.errors["scan"][0]) if "scan" in form.errors else otherwise


def _scan(request: Request, contract: Contract) -> str:
    form = forms.ScanForm(request.POST, request.FILES)
    if not form.is_valid():
        raise FinanceError(_first_error(form, _("Choose the file.")))
    actions.add_scan(contract, access=request.access, scan=form.cleaned_data["scan"])
    return _("The signed copy is kept.")


def _cancel(request: Request, contract: Contract) -> str:
    actions.cancel(contract, access=request.access, reason=request.POST.get("reason", ""))
    return _("The contract is cancelled and its document revoked.")


def _button(do: Callable[[Request, Contract], str]):
    return verb(Contract, "contract.create", do, back="finance_contracts_detail", errors=FinanceError)


sign = _button(_sign)
cancel = _button(_cancel)
add_scan = _button(_scan)


def with_steps(contracts) -> list[dict]:
    """Contracts with their plan, changes, payers, invoices and readable steps; five queries for all."""
    rows = contracts.select_related("programme__speciality", "academic_year", "faculty").prefetch_related(
        "plan",
        Prefetch("changes", ContractChange.objects.filter(state__in=ContractChange.IN_FORCE)),
        Prefetch("payer_changes", PayerChange.objects.filter(state__in=PayerChange.IN_FORCE)),
        Prefetch("invoices", Invoice.objects.filter(state=Invoice.ISSUED).order_by("year", "position")),
    )
    return [
        {
            "contract": one,
            "steps": readable_steps(one.price_steps),
            "invoices": one.invoices.all(),
            "payer_changes": one.payer_changes.all(),
            "changes": [{"change": x, "steps": readable_steps(x.steps)} for x in one.changes.all()],
        }
        for one in rows
    ]


def _contracts_of(request: Request, student) -> dict:
    scope = request.access.scope("contract.view")
    found = Contract.objects.for_scope(scope).filter(student=student)
    return {"rows": with_steps(found)}


Students.add_tab(
    Tab(
        "contracts",
        gettext_lazy("Contracts"),
        "finance/_student_contracts.html",
        _contracts_of,
        "contract.view",
    )
)
