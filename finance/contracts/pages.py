"""Pages of payment contracts: register, forming, the student's own (duty 7.1, clause B5)."""

from __future__ import annotations

import io
from collections import Counter
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from finance.common import FinanceError, faculties, groups, programmes, years
from finance.contracts import actions, forms, queries, rules
from finance.models import Contract, ContractTerms
from finance.steps import figure, readable_steps
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.documents.batch import write_pdf, write_zip
from hemis.documents.jobs import in_order
from hemis.jobs.actions import start
from hemis.pages import menu
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register, Tab
from students.pages import Students

STATE_COLOURS = {
    Contract.DRAFT: "secondary",
    Contract.FORMED: "azure",
    Contract.SIGNED: "green",
    Contract.CANCELLED: "red",
}
AT_ONCE = 20
SHOWN_ASIDE = 200


def _steps(request: Request, contract: Contract) -> dict:
    return {"steps": readable_steps(contract.price_steps), "contract": contract}


def _instalments(request: Request, contract: Contract) -> dict:
    return {"instalments": contract.instalments.all(), "contract": contract, "today": timezone.localdate()}


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
        RelatedFilter(
            "year",
            years,
            lookup="academic_year",
            label=gettext_lazy("academic year"),
        ),
        RelatedFilter("faculty", faculties),
        RelatedFilter("programme", programmes),
        Filter("form", "education_form"),
        Filter("course"),
        RelatedFilter("group", groups),
        Filter("state"),
        Filter("contract_type"),
        Filter("sum_type"),
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
        "amount",
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
    )
    tabs = [
        Tab("steps", gettext_lazy("Why so much?"), "finance/_steps.html", _steps),
        Tab("instalments", gettext_lazy("Instalments"), "finance/_instalments.html", _instalments),
    ]
    actions = [
        BulkAction("pdf", gettext_lazy("Print as one PDF"), "contract.view", _print("pdf"), icon="printer"),
        BulkAction("zip", gettext_lazy("Download as ZIP"), "contract.view", _print("zip"), icon="download"),
        BulkAction(
            "sign", gettext_lazy("Mark as signed today"), "contract.create", _sign_many, icon="signature"
        ),
    ]
    detail_template = "finance/contract.html"
    header_actions = [
        MenuItem("finance", gettext_lazy("Form contracts"), "finance_form_contracts", "contract.create")
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
        access = request.access
        may = (
            access.can("contract.create")
            and Contract.objects.for_scope(access.scope("contract.create")).filter(pk=obj.pk).exists()
        )
        return {
            "may_sign": may and obj.state == Contract.FORMED,
            "may_cancel": may and obj.state != Contract.CANCELLED,
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
        RelatedFilter(
            "year",
            years,
            lookup="academic_year",
            label=gettext_lazy("academic year"),
        ),
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


def _verb(do):
    """A button of the contract page: POST, permission and scope first, errors in words."""

    @page("contract.create")
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        contract = get_in_scope(Contract, request, "contract.create", pk=pk)
        try:
            messages.success(request, do(request, contract))
        except FinanceError as error:
            messages.error(request, str(error))
        return redirect("finance_contracts_detail", pk=pk)

    return view


def _sign(request: Request, contract: Contract) -> str:
    form = forms.SignedForm(request.POST)
    if not form.is_valid():
        raise FinanceError(_("Give the day of signing."))
    actions.mark_signed(contract, access=request.access, on=form.cleaned_data["date"])
    return _("The contract is marked as signed.")


def _cancel(request: Request, contract: Contract) -> str:
    actions.cancel(contract, access=request.access, reason=request.POST.get("reason", ""))
    return _("The contract is cancelled and its document revoked.")


sign = _verb(_sign)
cancel = _verb(_cancel)


@page("contract.create")
def form_contracts(request: Request) -> HttpResponse:
    """Choose whose contracts; see how many, the sum and who lacks what; start the job."""
    asked = request.POST or ("faculty" in request.GET and forms.FormContractsForm.usual(request.GET)) or None
    form = forms.FormContractsForm(asked, access=request.access)
    context = {"title": _("Form contracts"), "form": form}
    if form.is_bound and form.is_valid():
        if request.method == "POST":
            return _start(request, form)
        context |= _preview(request, form)
    return render(request, "finance/form_contracts.html", context, status=422 if form.errors else 200)


def _preview(request: Request, form: forms.FormContractsForm) -> dict:
    """What would happen; nothing is written."""
    chosen, data = form.selection, form.cleaned_data
    rows = queries.fee_paying(request.access.scope("contract.create"), chosen)
    total, counted = Decimal(0), 0
    aside: list[queries.Proposal] = []
    reasons: Counter[str] = Counter()
    for one in queries.proposals(
        queries.without_contract(rows, chosen.year),
        year=chosen.year,
        on=data["date"],
        contract_type=data["contract_type"],
        sum_type=data["sum_type"],
    ):
        if one.price:
            counted, total = counted + 1, total + one.price.value
            continue
        reasons.update(one.lacks)
        aside.append(one)
    students = rows.count()
    waiting = Contract.objects.filter(
        academic_year=chosen.year, state=Contract.DRAFT, student__in=rows
    ).count()
    return {
        "previewed": True,
        "students": students,
        "counted": counted,
        "total": total,
        "waiting": waiting,
        "done": students - counted - len(aside),
        "aside": aside[:SHOWN_ASIDE],
        "aside_count": len(aside),
        "reasons": [(rules.CannotPrice([name]).texts()[0], number) for name, number in reasons.most_common()],
        "can_start": bool(counted or waiting),
    }


def _start(request: Request, form: forms.FormContractsForm) -> HttpResponse:
    data = form.cleaned_data
    params = {
        "chosen": form.selection.as_json(),
        "date": data["date"].isoformat(),
        "contract_type": data["contract_type"],
        "sum_type": data["sum_type"],
    }
    title = _("Contracts: %(faculty)s, %(year)s") % {"faculty": data["faculty"], "year": data["year"]}
    return redirect(
        "job",
        pk=start(
            "finance.form_contracts", user=request.user, params=params, title=title, access=request.access
        ).pk,
    )


def _with_steps(contracts) -> list[dict]:
    """Contracts with their instalments and readable steps; two queries for all."""
    rows = contracts.select_related("programme__speciality", "academic_year", "faculty").prefetch_related(
        "instalments"
    )
    return [{"contract": one, "steps": readable_steps(one.price_steps)} for one in rows]


@page("own.contract")
def my_contracts(request: Request) -> HttpResponse:
    """The student's own contracts: sum, why, instalments, PDF."""
    own = Contract.objects.filter(student__person=request.access.scope("own.contract").person_id).exclude(
        state=Contract.DRAFT
    )
    context = {"title": _("My contract"), "rows": _with_steps(own), "today": timezone.localdate()}
    return render(request, "finance/my_contracts.html", context)


def _contracts_of(request: Request, student) -> dict:
    scope = request.access.scope("contract.view")
    found = Contract.objects.for_scope(scope).filter(student=student)
    return {"rows": _with_steps(found)}


Students.add_tab(
    Tab(
        "contracts",
        gettext_lazy("Contracts"),
        "finance/_student_contracts.html",
        _contracts_of,
        "contract.view",
    )
)
menu.register(
    MenuItem("finance", gettext_lazy("Form contracts"), "finance_form_contracts", "contract.create", 12)
)
menu.register(MenuItem("cabinet", gettext_lazy("My contract"), "my_contracts", "own.contract"))
