"""Pages of payments: register, bank statements, the queue of receipts (duty 7.1)."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from finance.common import FinanceError, faculties, groups, year_filter
from finance.contracts.pages import Contracts
from finance.models import Contract
from finance.payments import actions, documents, forms, queries, rules
from finance.payments.models import BankStatement, Payment, PutAside, StatementLine
from finance.steps import figure, typed
from hemis.access.guard import get_in_scope, page
from hemis.access.scope import Access
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.home import Todo, register_todo
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register, Tab
from hemis.sheets.pages import way_to


def _sum(rows, field: str = "amount") -> str:
    return figure(rows.order_by().aggregate(total=Sum(field))["total"] or Decimal(0))


def _statements(access: Access) -> QuerySet[BankStatement]:
    return BankStatement.objects.for_scope(access.scope("payment.view"))


class Payments(Register):
    app, name, title, title_one = "finance", "payments", gettext_lazy("Payments"), gettext_lazy("payment")
    model, permission, menu = Payment, "payment", "finance"
    menu_place = 20
    columns = [
        Column("date"),
        Column("number", link=True),
        Column(
            "contract__student__person", gettext_lazy("Student"), sort="contract__student__person__sort_key"
        ),
        Column("contract", sort="contract__number"),
        Column("contract__group", sort="contract__group__name"),
        Column("amount", numeric=True),
        Column("means"),
        Column("payer", hidden=True),
        Column("contract__faculty", sort="contract__faculty__name", hidden=True),
        Column("contract__academic_year", sort="contract__academic_year", hidden=True),
        Column("comment", hidden=True),
        Column("reverses", sort="reverses", hidden=True),
        Column("made_at", hidden=True),
        Column("made_by", sort="made_by", hidden=True),
    ]
    filters = [
        year_filter("contract__academic_year"),
        RelatedFilter("faculty", faculties, lookup="contract__faculty"),
        RelatedFilter("group", groups, lookup="contract__group"),
        Filter("means"),
        RelatedFilter(
            "statement",
            _statements,
            lookup="line__statement",
            label=gettext_lazy("Bank statement"),
            searched=True,
        ),
        RangeFilter("date", "date"),
        RangeFilter("amount"),
    ]
    search = ("number", "contract__number", "payer", "contract__student__number")
    search_person = "contract__student__person"
    select_related = (
        "contract__student__person", "contract__group", "contract__faculty", "contract__academic_year", "reverses",
        "made_by__person",
    )  # fmt: skip
    fields = (
        "date", "number", "amount", "means", "contract", "contract__student__person", "contract__academic_year",
        "contract__faculty", "contract__group", "payer", "comment", "line", "reverses", "made_at", "made_by",
    )  # fmt: skip
    header_actions = [
        MenuItem("finance", gettext_lazy("Enter a payment"), "finance_payment_enter", "payment.edit"),
        MenuItem("finance", gettext_lazy("Import a bank statement"), "finance_import", "payment.edit"),
    ]
    detail_template = "finance/payment.html"
    empty = gettext_lazy("Import a bank statement, or enter the first payment.")

    @classmethod
    def summary(cls, rows):
        """The sum of the filtered payments, reversals taken off."""
        return [(_("sum, soʻm"), _sum(rows))]

    @classmethod
    def detail_context(cls, request, obj):
        """Whether it can be taken back, by what it was, and its paper."""
        taken_back = Payment.objects.filter(reverses=obj).first()
        return {
            "may_reverse": request.access.can("payment.edit") and not obj.reverses_id and taken_back is None,
            "taken_back": taken_back,
            "may_print": obj.reverses_id is None and taken_back is None and obj.amount > 0,
            "reason_form": forms.ReasonForm(),
        }


@page("payment.edit")
def enter_payment(request: Request) -> HttpResponse:
    """Enter a payment by hand: what is booked is neither edited nor deleted, so the register has no form."""
    form = forms.PaymentForm(request.POST or None, access=request.access, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid() and (made := _entered(form)):
        messages.success(request, _("The payment is entered."))
        return redirect("finance_payments_detail", pk=made.pk)
    context = {
        "title": _("Enter a payment"),
        "form": form,
        "button": _("Enter the payment"),
        "note": _(
            "A payment is posted at once and is not changed afterwards; a mistake is taken back by a reversal."
        ),
        "back_url": reverse("finance_payments_list"),
    }
    return render(request, "finance/simple_form.html", context, status=422 if form.errors else 200)


def _entered(form: forms.PaymentForm) -> Payment | None:
    try:
        return form.write()
    except ValidationError as error:
        form.add_error(None, error)
        return None


@page("payment.edit")
@require_POST
def reverse_payment(request: Request, pk: int) -> HttpResponse:
    """Take a payment back, with a reason."""
    payment = get_in_scope(Payment, request, "payment.edit", pk=pk)
    try:
        actions.reverse(payment, access=request.access, reason=request.POST.get("reason", ""))
    except FinanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The payment is taken back."))
    return redirect("finance_payments_detail", pk=pk)


@page("payment.edit")
def refund(request: Request, pk: int) -> HttpResponse:
    """Give back what was paid too much for a contract."""
    contract = get_in_scope(Contract, request, "payment.edit", pk=pk)
    over = queries.overpaid(contract.pk)
    first = {"date": timezone.localdate(), "amount": typed(over) if over > 0 else None}
    form = forms.RefundForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.refund(access=request.access, contract=contract, **form.cleaned_data)
        except FinanceError as error:
            form.add_error("amount", str(error))
        else:
            messages.success(request, _("The refund is entered."))
            return redirect("finance_payments_detail", pk=made.pk)
    context = {
        "title": _("Give back"),
        "form": form,
        "button": _("Enter the refund"),
        "note": _("Contract %(contract)s, %(student)s: paid too much %(over)s soʻm.")
        % {"contract": contract, "student": contract.student.person, "over": figure(max(over, Decimal(0)))},
        "back_url": reverse("finance_debt_of", args=[contract.pk]),
    }
    return render(request, "finance/simple_form.html", context, status=422 if form.errors else 200)


@page("payment.view")
@require_POST
def payment_receipt(request: Request, pk: int) -> HttpResponse:
    """The paper of a payment, made when it is first asked for."""
    payment = get_in_scope(Payment, request, "payment.view", pk=pk)
    return _receipt(request, payment, "finance_payments_detail", pk)


@page("own.contract")
@require_POST
def my_receipt(request: Request, pk: int) -> HttpResponse:
    """The paper of one's own payment."""
    payment = get_in_scope(Payment, request, "own.contract", pk=pk)
    return _receipt(request, payment, "my_payments")


def _receipt(request: Request, payment: Payment, back: str, *args) -> HttpResponse:
    try:
        return redirect("document_pdf", pk=documents.receipt_of(payment, by=request.user).pk)
    except FinanceError as error:
        messages.error(request, str(error))
        return redirect(back, *args)


# --- bank statements


def _rows_of(request: Request, statement: BankStatement) -> dict:
    """The receipts of a statement that wait; the others are in the register of payments."""
    rows = statement.rows.waiting().order_by("position")  # type: ignore[attr-defined]
    made = reverse(Payments.url_name("list"), query={"statement": statement.pk})
    return {"lines": rows[:200], "count": rows.count(), "doubts": rules.DOUBTS, "payments_url": made}


class Statements(Register):
    app, name = "finance", "statements"
    title, title_one = gettext_lazy("Bank statements"), gettext_lazy("bank statement")
    model, permission, menu = BankStatement, "payment", "finance"
    menu_place = 22
    columns = [
        Column("imported_at"),
        Column("name", link=True),
        Column("account", hidden=True),
        Column("date_from"),
        Column("date_to"),
        Column("lines", numeric=True),
        Column("total", numeric=True),
        Column("added", numeric=True),
        Column("matched", numeric=True),
        Column("imported_by", sort="imported_by", hidden=True),
    ]
    filters = [RangeFilter("date_from", "date"), RangeFilter("date_to", "date")]
    search = ("name", "account")
    select_related = ("imported_by__person",)
    header_actions = [
        MenuItem("finance", gettext_lazy("Import a bank statement"), "finance_import", "payment.edit")
    ]
    tabs = [Tab("waiting", gettext_lazy("In the queue"), "finance/_statement_rows.html", _rows_of)]
    empty = gettext_lazy("Import a bank statement: Excel, CSV or the text exchange of 1C.")


# --- the queue


def _accept(request: Request, rows) -> str:
    """Assign the ticked receipts to the contracts that are suggested."""
    done = failed = 0
    for line in rows.filter(suggested__isnull=False):
        try:
            actions.assign(line, access=request.access, parts=[(line.suggested_id, line.rest)])
            done += 1
        except FinanceError:
            failed += 1
    if failed:
        text = _("%(done)d receipts are assigned, %(failed)d could not be: open them one by one.")
        return text % {"done": done, "failed": failed}
    return _("%(done)d receipts are assigned.") % {"done": done}


class Queue(Register):
    """Receipts that wait for a person."""

    app, name = "finance", "queue"
    title, title_one = gettext_lazy("Receipts to assign"), gettext_lazy("receipt to assign")
    model, permission, menu = StatementLine, "payment", "finance"
    menu_place = 21
    columns = [
        Column("date", link=True),
        Column("number", hidden=True),
        Column("rest", gettext_lazy("Not assigned, soʻm"), numeric=True, sort="rest_sum"),
        Column("payer"),
        Column("purpose"),
        Column(
            "doubt",
            gettext_lazy("Why it waits"),
            value=lambda row: str(rules.DOUBTS.get(row.doubt, "")) if row.doubt else _("taken back or split"),
        ),
        Column("suggested__student__person", gettext_lazy("Suggested student"), sort="suggested__student"),
        Column("suggested", sort="suggested__number", hidden=True),
        Column("confidence", numeric=True),
        Column("amount", numeric=True, hidden=True),
        Column("statement", sort="statement", hidden=True),
    ]
    filters = [
        Filter(
            "doubt",
            choices=lambda access: [(code, str(text)) for code, text in rules.DOUBTS.items() if code],
            label=gettext_lazy("why it waits"),
        ),
        Filter("matched_by"),
        RangeFilter("date", "date"),
        RangeFilter("amount"),
        RangeFilter("confidence"),
    ]
    search = ("number", "payer", "purpose", "payer_tin")
    select_related = ("statement", "suggested__student__person")
    actions = [
        BulkAction(
            "accept",
            gettext_lazy("Assign as suggested"),
            "payment.edit",
            _accept,
            confirm=gettext_lazy("Assign the ticked receipts to the suggested contracts?"),
        )
    ]
    header_actions = [MenuItem("finance", gettext_lazy("Match again"), "finance_match_again", "payment.edit")]
    empty = gettext_lazy("Every receipt is assigned.")

    @classmethod
    def base_queryset(cls):
        return queries.waiting().annotate(rest_sum=F("amount") - F("assigned"))

    @classmethod
    def url_of(cls, obj):
        return reverse("finance_receipt", args=[obj.pk])

    @classmethod
    def summary(cls, rows):
        """What is not yet assigned."""
        return [(_("not assigned, soʻm"), figure(queries.waiting_totals(rows)))]


@page("payment.view")
def receipt(request: Request, pk: int) -> HttpResponse:
    """A receipt: what the bank said, what it may be, what was made of it; assign, split, put aside."""
    line = get_object_or_404(
        StatementLine.objects.for_scope(request.access.scope("payment.view")).select_related("statement"),
        pk=pk,
    )
    may = request.access.can("payment.edit")
    if request.method == "POST" and not may:
        raise PermissionDenied("payment.edit")
    suggested = queries.suggestions(line) if line.rest else []
    first = {"number": suggested[0].number if suggested else "", "amount": typed(line.rest)}
    parts = forms.PartFormSet(request.POST or None, initial=[first, {}, {}])
    if request.method == "POST" and parts.is_valid():
        chosen = [(one["contract"].pk, one["amount"]) for one in parts.cleaned_data if one.get("contract")]
        try:
            actions.assign(line, access=request.access, parts=chosen)
        except FinanceError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The receipt is assigned."))
            return redirect("finance_queue_list")
    context = {
        "title": _("Receipt of %(date)s") % {"date": f"{line.date:%d.%m.%Y}"},
        "line": line,
        "why": rules.DOUBTS.get(line.doubt, "") if line.doubt else "",
        "suggested": suggested,
        "parts": parts,
        "payments": line.payments.select_related("contract__student__person").order_by("pk"),
        "asides": line.asides.select_related("made_by__person").order_by("pk"),
        "may": may,
        "aside_form": forms.AsideForm(),
    }
    failed = request.method == "POST"
    return render(request, "finance/receipt.html", context, status=422 if failed else 200)


@page("payment.edit")
@require_POST
def put_aside(request: Request, pk: int) -> HttpResponse:
    """The rest of a receipt is no fee of a student."""
    line = get_in_scope(StatementLine, request, "payment.edit", pk=pk)
    try:
        actions.put_aside(
            line,
            access=request.access,
            kind=request.POST.get("kind", ""),
            reason=request.POST.get("reason", ""),
        )
    except FinanceError as error:
        messages.error(request, str(error))
        return redirect("finance_receipt", pk=pk)
    messages.success(request, _("The receipt is put aside."))
    return redirect("finance_queue_list")


@page("payment.edit")
@require_POST
def bring_back(request: Request, pk: int) -> HttpResponse:
    """What was put aside waits again."""
    aside = get_in_scope(PutAside, request, "payment.edit", pk=pk)
    try:
        actions.bring_back(aside, access=request.access)
    except FinanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The receipt waits in the queue again."))
    return redirect("finance_receipt", pk=aside.line_id)


@page("payment.edit")
def match_again(request: Request) -> HttpResponse:
    """Look at the queue once more, for contracts are formed meanwhile."""
    if request.method == "POST":
        count = actions.match_again(access=request.access)
        messages.success(request, _("%(done)d receipts are assigned.") % {"done": count})
        return redirect("finance_queue_list")
    context = {
        "title": _("Match again"),
        "count": queries.waiting().count(),
        "back_url": reverse("finance_queue_list"),
    }
    return render(request, "finance/match_again.html", context)


def _payments_of(request: Request, contract) -> dict:
    rows = Payment.objects.filter(contract=contract).order_by("date", "pk")
    return {"payments": rows, "total": sum((one.amount for one in rows), Decimal(0))}


Contracts.add_tab(
    Tab("payments", gettext_lazy("Payments"), "finance/_payments.html", _payments_of, "debt.view")
)
register_todo(
    Todo(
        gettext_lazy("Receipts to assign"),
        "payment.edit",
        lambda access: queries.waiting().count(),
        lambda: reverse("finance_queue_list"),
        icon="cash",
    )
)


import_statement = way_to("finance.statement", permission="payment.edit")
