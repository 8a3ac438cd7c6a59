"""Pages of stipends: who has which, the lists of the months, where they are paid, the student's own (duty 7.1)."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.common import FinanceError
from finance.models import PayoutAccount, StipendAppointment, StipendLine, StipendList
from finance.steps import figure, readable_steps
from finance.stipends import actions, forms
from finance.stipends.documents import bank_book
from finance.stipends.payout_pages import Aids
from finance.stipends.payouts import unpaid_lines
from finance.stipends.queries import amounts_on
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages import menu
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register, Tab
from hemis.pages.verbs import verb
from hemis.sheets.pages import workbook
from students.pages.choices import faculties as faculties_of

STATE_COLOURS = {StipendList.DRAFT: "orange", StipendList.APPROVED: "green"}


# Faculties whose stipends one sees.
_faculties = faculties_of("stipend.view")


def _why(request: Request, one: StipendAppointment) -> dict:
    return {"steps": readable_steps(one.why)}


def _lines_of_one(request: Request, one: StipendAppointment) -> dict:
    return {"lines": _told(one.lines.select_related("sheet").order_by("month"))}


def _told(lines) -> list[dict]:
    return [{"line": one, "steps": readable_steps(one.steps)} for one in lines]


class Appointments(Register):
    app, name = "finance", "stipends"
    title, title_one = gettext_lazy("Stipends"), gettext_lazy("stipend")
    model, permission, menu = StipendAppointment, "stipend", "finance"
    menu_place = 40
    columns = [
        Column("student__person", gettext_lazy("Student"), link=True, sort="student__person__sort_key"),
        Column("student__number"),
        Column("faculty", sort="faculty__name"),
        Column("rate"),
        Column("valid_from"),
        Column("valid_to"),
        Column("ended_on"),
        Column("order", hidden=True),
    ]
    filters = [
        RelatedFilter("faculty", _faculties),
        Filter("rate"),
        RangeFilter("valid_from", "date"),
        RangeFilter("valid_to", "date"),
    ]
    search = ("student__number",)
    search_person = "student__person"
    select_related = ("student__person", "faculty", "order", "ended_by")
    fields = ("student", "faculty", "rate", "valid_from", "valid_to", "order", "ended_on", "ended_by")
    tabs = [
        Tab("why", gettext_lazy("Why this stipend?"), "finance/_why.html", _why),
        Tab("months", gettext_lazy("Months"), "finance/_stipend_months.html", _lines_of_one),
    ]
    empty = gettext_lazy("Stipends are appointed by orders of the kind “Appointment of stipends”.")


def _lines(request: Request, sheet: StipendList) -> dict:
    rows = sheet.lines.select_related("student__person").order_by("student__person__sort_key", "pk")
    return {"lines": _told(rows), "sheet": sheet}


class StipendLists(Register):
    app, name = "finance", "stipend_lists"
    title, title_one = gettext_lazy("Stipend lists"), gettext_lazy("stipend list")
    model, permission, menu = StipendList, "stipend", "finance"
    menu_place = 41
    columns = [
        Column("month", link=True, value=lambda row: f"{row.month:%m.%Y}"),
        Column("faculty", sort="faculty__name"),
        Column("paid", gettext_lazy("Paid to"), numeric=True),
        Column("unpaid", gettext_lazy("Not paid to"), numeric=True),
        Column("total", numeric=True),
        Column("state", badge=STATE_COLOURS),
        Column("approved_at", hidden=True),
    ]
    filters = [RelatedFilter("faculty", _faculties), RangeFilter("month", "date"), Filter("state")]
    select_related = ("faculty", "made_by__person", "approved_by__person")
    fields = ("month", "faculty", "total", "state", "made_at", "made_by", "approved_at", "approved_by")
    tabs = [Tab("lines", gettext_lazy("Students"), "finance/_stipend_lines.html", _lines)]
    detail_template = "finance/stipend_list.html"
    header_actions = [
        MenuItem(
            "finance", gettext_lazy("Form the lists of a month"), "finance_form_stipends", "stipend.edit"
        )
    ]
    empty = gettext_lazy("Form the lists of a month from the stipends that orders have appointed.")

    @classmethod
    def base_queryset(cls):
        return StipendList.objects.annotate(
            paid=Count("lines", filter=Q(lines__amount__gt=0)),
            unpaid=Count("lines", filter=Q(lines__amount=0)),
        )

    @classmethod
    def summary(cls, rows):
        """The sum of the filtered lists."""
        found = StipendList.objects.filter(pk__in=rows.values("pk")).aggregate(total=Sum("total"))
        return [(_("sum, soʻm"), figure(found["total"] or 0))]

    @classmethod
    def detail_context(cls, request, obj):
        """Whether the list may still be changed by this person."""
        may = request.access.can("stipend.edit") and obj.state == StipendList.DRAFT
        to_pay = request.access.can("stipend.edit") and obj.state == StipendList.APPROVED
        return {
            "may_approve": may,
            "without_account": obj.lines.filter(amount__gt=0, account="").count(),
            "to_pay": unpaid_lines().filter(sheet=obj).count() if to_pay else 0,
        }


class PayoutAccounts(Register):
    app, name = "finance", "payout_accounts"
    title, title_one = gettext_lazy("Accounts for stipends"), gettext_lazy("account for stipends")
    model, permission, menu = PayoutAccount, "stipend", "finance"
    menu_place = 42
    columns = [
        Column("student__person", gettext_lazy("Student"), link=True, sort="student__person__sort_key"),
        Column("student__number"),
        Column("number"),
        Column("bank"),
    ]
    search = ("student__number", "number")
    search_person = "student__person"
    select_related = ("student__person",)
    form = forms.PayoutAccountForm
    header_actions = [
        MenuItem("finance", gettext_lazy("From Excel"), "finance_payout_accounts_import", "stipend.edit")
    ]
    empty = gettext_lazy("Enter the cards of the students, or take them from Excel.")

    @classmethod
    def view_permission(cls) -> str:
        return "stipend.edit"


@page("stipend.edit")
def form_lists(request: Request) -> HttpResponse:
    """Form the lists of a month, of one faculty or all; drafts are counted anew."""
    form = forms.MonthForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        month, faculty = form.cleaned_data["month"], form.cleaned_data["faculty"]
        try:
            refused: list[str] = []
            if faculty:
                made = [actions.form_list(access=request.access, faculty=faculty, month=month)]
            else:
                made, refused = actions.form_lists(access=request.access, month=month)
        except FinanceError as error:
            form.add_error(None, str(error))
        else:
            for text in refused:
                messages.info(request, text)
            messages.success(request, _("%(count)d lists are formed.") % {"count": len(made)})
            if len(made) == 1:
                return redirect(f"{StipendLists.url_of(made[0])}?tab=lines")
            return redirect("finance_stipend_lists_list")
    context = {
        "title": _("Form the lists of a month"),
        "form": form,
        "button": _("Form"),
        "note": _(
            "Who has a stipend by an order is listed; who gets nothing in the month stands there with the reason."
        ),
        "back_url": reverse("finance_stipend_lists_list"),
    }
    return render(request, "finance/simple_form.html", context, status=422 if form.errors else 200)


def _approve(request: Request, sheet: StipendList) -> str:
    actions.approve(sheet, access=request.access)
    return _("The list is approved and goes to the bank as it stands.")


def _recount(request: Request, sheet: StipendList) -> HttpResponse:
    actions.form_list(access=request.access, faculty=sheet.faculty, month=sheet.month)
    messages.success(request, _("The list is counted anew."))
    return redirect(f"{StipendLists.url_of(sheet)}?tab=lines")


def _drop(request: Request, sheet: StipendList) -> HttpResponse:
    actions.drop(sheet, access=request.access)
    messages.success(request, _("The draft is taken back."))
    return redirect("finance_stipend_lists_list")


def _button(do: Callable[[Request, StipendList], HttpResponse | str]):
    return verb(StipendList, "stipend.edit", do, back="finance_stipend_lists_detail", errors=FinanceError)


approve = _button(_approve)
recount = _button(_recount)
drop = _button(_drop)


@page("stipend.view")
def bank(request: Request, pk: int) -> FileResponse:
    """The workbook for the bank."""
    sheet = get_in_scope(StipendList, request, "stipend.view", pk=pk)
    name = f"stipend-{sheet.month:%Y-%m}-{sheet.faculty.code}.xlsx"
    response = workbook(bank_book(sheet), name)
    response["Cache-Control"] = "private, no-store"
    return response


@page("own.stipend")
def my_stipend(request: Request) -> HttpResponse:
    """The student's own stipend: kind, why, until when, and what each approved month paid."""
    person = request.access.scope("own.stipend").person_id
    appointed = StipendAppointment.objects.filter(student__person=person).select_related("order", "faculty")
    lines = StipendLine.objects.filter(student__person=person, sheet__state=StipendList.APPROVED)
    rows = list(appointed.order_by("-valid_from"))
    known: dict = {}
    for day in {one.valid_from for one in rows}:
        known[day] = amounts_on(day)
    context = {
        "title": _("My stipend"),
        "rows": [
            {"one": one, "steps": readable_steps(one.why), "amount": known[one.valid_from].get(one.rate)}
            for one in rows
        ],
        "lines": _told(lines.select_related("sheet").order_by("-month")),
        "aids": Aids.base_queryset()
        .filter(student__person=person, cancelled_at=None)
        .order_by("-decided_on"),
    }
    return render(request, "finance/my_stipend.html", context)


menu.register(
    MenuItem("finance", gettext_lazy("Form stipend lists"), "finance_form_stipends", "stipend.edit", 41)
)
menu.register(MenuItem("cabinet", gettext_lazy("My stipend"), "my_stipend", "own.stipend"))
