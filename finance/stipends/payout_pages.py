"""Pages of one-off help, its fund, and payouts: what the bank paid, returned and was told again (duty 7.1)."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from finance.common import FinanceError
from finance.models import Aid, AidFund, Payout, PayoutLine, StipendList
from finance.steps import figure, readable_steps, steps_as_json
from finance.stipends import forms, payouts
from finance.stipends.documents import payout_book
from finance.stipends.payouts import EDIT
from hemis.access.guard import get_in_scope, is_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.home import Todo, register_todo
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register, Tab
from hemis.pages.verbs import verb
from hemis.sheets.pages import workbook
from students.pages.choices import faculties as faculties_of


def _left(request: Request, fund: AidFund) -> dict:
    left = payouts.fund_left(fund.year)
    return {"steps": readable_steps(steps_as_json(left.steps)) if left else []}


class AidFunds(Register):
    app, name = "finance", "aid_funds"
    title, title_one = gettext_lazy("Funds of help to students"), gettext_lazy("fund of help to students")
    model, permission, menu = AidFund, "stipend", "finance"
    menu_place = 45
    columns = [
        Column("year", link=True),
        Column("stipend_budget", numeric=True),
        Column("stipend_percent", numeric=True),
        Column("contract_percent", numeric=True),
        Column("most", numeric=True),
        Column("source"),
        Column("is_confirmed"),
    ]
    form = forms.AidFundForm
    tabs = [Tab("left", gettext_lazy("What is left"), "finance/_why.html", _left)]
    empty = gettext_lazy(
        "Enter the stipend budget of the year; the fund is counted from it and from the contracts."
    )

    @classmethod
    def view_permission(cls) -> str:
        return EDIT


PAID, WAITS, CANCELLED = "paid", "waits", "cancelled"
STATES = {
    PAID: gettext_lazy("paid"), WAITS: gettext_lazy("waits to be paid"), CANCELLED: gettext_lazy("cancelled"),
}  # fmt: skip


def state_of(aid: Aid) -> str:
    """Cancelled, paid or waiting, in words."""
    code = CANCELLED if aid.cancelled_at else PAID if aid.is_paid else WAITS  # type: ignore[attr-defined]
    return str(STATES[code])


class Aids(Register):
    app, name = "finance", "aids"
    title, title_one = gettext_lazy("Help to students"), gettext_lazy("help to a student")
    model, permission, menu = Aid, "stipend", "finance"
    menu_place = 44
    columns = [
        Column("student__person", gettext_lazy("Student"), link=True, sort="student__person__sort_key"),
        Column("student__number"),
        Column("faculty", sort="faculty__name"),
        Column("kind"),
        Column("amount", numeric=True),
        Column("decision"),
        Column("decided_on"),
        Column("state", gettext_lazy("State"), value=state_of, sort="is_paid"),
        Column("reason", hidden=True),
    ]
    filters = [
        RelatedFilter("faculty", faculties_of("stipend.view")),
        Filter("kind"),
        RangeFilter("decided_on", "date"),
        RangeFilter("amount"),
    ]
    search = ("student__number", "decision", "reason")
    search_person = "student__person"
    select_related = ("student__person", "faculty", "made_by__person", "cancelled_by__person")
    fields = (
        "student", "faculty", "kind", "amount", "reason", "decision", "decided_on", "made_at", "made_by",
        "cancelled_at", "cancelled_by", "cancel_reason",
    )  # fmt: skip
    header_actions = [MenuItem("finance", gettext_lazy("Enter a decision on help"), "finance_give_aid", EDIT)]
    detail_template = "finance/aid.html"
    empty = gettext_lazy("Enter the decisions of the commission on one-off help and awards.")

    @classmethod
    def base_queryset(cls):
        return Aid.objects.annotate(
            is_paid=Exists(PayoutLine.objects.filter(aid=OuterRef("pk"), returned_on=None))
        )

    @classmethod
    def summary(cls, rows):
        """The sum of the filtered decisions that stand."""
        total = rows.filter(cancelled_at=None).order_by().aggregate(total=Sum("amount"))["total"]
        return [(_("sum, soʻm"), figure(total or 0))]

    @classmethod
    def detail_context(cls, request, obj):
        """Its payouts, and whether it may be cancelled."""
        lines = list(obj.payouts.select_related("payout").order_by("pk"))
        may = is_in_scope(obj, request.access, EDIT) and not obj.cancelled_at
        return {"lines": lines, "may_cancel": may and all(one.returned_on for one in lines)}


@page(EDIT)
def give_aid(request: Request) -> HttpResponse:
    """Enter what the commission decided: it is posted at once, so the register has no form."""
    form = forms.AidForm(request.POST or None, access=request.access)
    if request.method == "POST" and form.is_valid():
        try:
            made = payouts.give(access=request.access, **form.cleaned_data)
        except FinanceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The decision is entered and posted."))
            return redirect("finance_aids_detail", pk=made.pk)
    context = {
        "title": _("Enter a decision on help"),
        "form": form,
        "button": _("Enter the decision"),
        "note": _(
            "It is posted at once and is not changed afterwards; until it is paid it can be cancelled."
        ),
        "back_url": reverse("finance_aids_list"),
    }
    return render(request, "finance/simple_form.html", context, status=422 if form.errors else 200)


def _cancel(request: Request, aid: Aid) -> str:
    payouts.cancel(aid, access=request.access, reason=request.POST.get("reason", ""))
    return _("The help is cancelled; the fund has its sum again.")


cancel_aid = verb(Aid, EDIT, _cancel, back="finance_aids_detail", errors=FinanceError)


# --- payouts


def _lines(request: Request, payout: Payout) -> dict:
    rows = payout.lines.select_related("student__person", "stipend_line__sheet__faculty", "aid")
    return {
        "lines": rows.order_by("student__person__sort_key", "pk"),
        "may_return": request.access.can(EDIT),
        "form": forms.ReturnForm(),
    }


class Payouts(Register):
    app, name = "finance", "payouts"
    title, title_one = gettext_lazy("Payouts to students"), gettext_lazy("payout to students")
    model, permission, menu = Payout, "stipend", "finance"
    menu_place = 43
    columns = [
        Column("number", link=True),
        Column("date"),
        Column("count", gettext_lazy("Students"), value=lambda row: row.count, sort="count", numeric=True),
        Column("total", gettext_lazy("Sum, soʻm"), value=lambda row: row.total, sort="total", numeric=True),
        Column("returned", gettext_lazy("Returned by the bank"), value=lambda row: row.returned, sort="returned",
               numeric=True),
        Column("made_by", hidden=True),
    ]  # fmt: skip
    filters = [RangeFilter("date", "date")]
    search = ("number",)
    select_related = ("made_by__person",)
    fields = ("number", "date", "made_at", "made_by")
    tabs = [Tab("lines", gettext_lazy("Students"), "finance/_payout_lines.html", _lines)]
    detail_template = "finance/payout.html"
    header_actions = [MenuItem("finance", gettext_lazy("Enter a payout"), "finance_pay_out", EDIT)]
    empty = gettext_lazy(
        "Approve a stipend list or enter help, then enter the payment order by which it was paid."
    )

    @classmethod
    def view_permission(cls) -> str:
        return EDIT

    @classmethod
    def base_queryset(cls):
        return Payout.objects.annotate(
            count=Count("lines"),
            total=Sum("lines__amount", default=0),
            returned=Count("lines", filter=Q(lines__returned_on__isnull=False)),
        )


def _waiting() -> tuple[dict[int, int], int]:
    """Lists with lines to pay and how many, and how many decisions on help wait: two queries."""
    found = payouts.unpaid_lines().order_by().values_list("sheet").annotate(n=Count("pk"))
    return dict(found), payouts.unpaid_aids().count()


@page(EDIT)
def pay_out(request: Request) -> HttpResponse:
    """Enter by which payment order the bank paid a list, or help; what it returned before is paid again."""
    waiting, aids = _waiting()
    sheets = StipendList.objects.for_scope(request.access.scope(EDIT)).filter(pk__in=waiting)
    form = forms.PayoutForm(
        request.POST or None,
        sheets=sheets.select_related("faculty"),
        initial={"sheet": request.GET.get("sheet")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made, without = payouts.pay(access=request.access, **form.cleaned_data)
        except FinanceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The payout is entered and posted."))
            if without:
                messages.warning(
                    request, _("Without a card or account, not paid: %(count)d.") % {"count": without}
                )
            return redirect(f"{Payouts.url_of(made)}?tab=lines")
    context = {
        "title": _("Enter a payout"),
        "form": form,
        "button": _("Enter the payout"),
        "note": _("Waiting: stipends of %(lines)d students, decisions on help: %(aids)d.")
        % {"lines": sum(waiting.values()), "aids": aids},
        "back_url": reverse("finance_payouts_list"),
    }
    return render(request, "finance/simple_form.html", context, status=422 if form.errors else 200)


@page(EDIT)
@require_POST
def take_return(request: Request, pk: int) -> HttpResponse:
    """The bank returned one line of a payout."""
    rows = PayoutLine.objects.for_scope(request.access.scope(EDIT))
    line = get_object_or_404(rows.select_related("payout"), pk=pk)
    form = forms.ReturnForm(request.POST)
    try:
        if not form.is_valid():
            raise FinanceError(_("Say on which day and why the bank returned it."))
        payouts.take_return(line, access=request.access, **form.cleaned_data)
    except FinanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("It is owed to the student again; correct the account and enter the next payout.")
        )
    return redirect(f"{Payouts.url_of(line.payout)}?tab=lines")


@page(EDIT)
def payout_sheet(request: Request, pk: int) -> FileResponse:
    """The workbook of a payout for the bank."""
    payout = get_in_scope(Payout, request, EDIT, pk=pk)
    response = workbook(payout_book(payout), f"payout-{payout.date:%Y-%m-%d}-{payout.pk}.xlsx")
    response["Cache-Control"] = "private, no-store"
    return response


register_todo(
    Todo(
        gettext_lazy("Returned by the bank: to pay again"), EDIT,
        lambda access: payouts.returned_count(), lambda: reverse("finance_pay_out"), "alert-triangle",
    )
)  # fmt: skip
