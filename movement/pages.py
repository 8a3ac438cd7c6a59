"""Pages of orders (duties 2.2, 3.5, clause B8) and the student's own orders."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.jobs.actions import start
from hemis.pages import home
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from hemis.pages.register import Register, Tab
from hemis.people import names
from movement import actions, queries
from movement.documents import extract_for
from movement.forms import AdmissionForm, CancelForm, JournalForm, OrderForm, RemarkForm, SignForm, WhoForm
from movement.jobs import LONG
from movement.kinds import kind_of
from movement.models import Order, OrderLine
from structure.models import Unit
from students.models import Candidate
from students.pages import Students

ON_A_PAGE = 50
STATE_COLOURS = {
    Order.DRAFT: "secondary",
    Order.SUBMITTED: "orange",
    Order.SIGNED: "azure",
    Order.EXECUTED: "green",
    Order.CANCELLED: "red",
}


def _faculties(access):
    scope = access.scope("order.view")
    found = Unit.objects.faculties()
    return found if scope.everything else found.filter(pk__in=scope.faculty_ids)


def _may_change_list(access, order: Order) -> bool:
    """A draft that is no cancelling order, in the scope of those who form it."""
    if order.state != Order.DRAFT or order.cancels_id or not access.can("order.create"):
        return False
    return Order.objects.for_scope(access.scope("order.create")).filter(pk=order.pk).exists()


def _lines(request: Request, order: Order) -> dict:
    """The list, searched and paged, with what the order changes for each."""
    lines = queries.lines_of(order)
    text = request.GET.get("q", "").strip()
    if text:
        found = names.search_query(text)
        lines = lines.filter(Q(candidate__person__search=found) | Q(student__person__search=found))
    shown = Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page"))
    return {"lines": shown, "q": text, "editable": _may_change_list(request.access, order)}


def _changes(request: Request, order: Order) -> dict:
    """What executing the order changes: people by speciality and form, groups before and after."""
    totals = [
        row | {
            "form": classifiers.label("h_education_form", row["education_form"]),
            "payment": classifiers.label("h_payment_form", row["payment_form"]),
        }
        for row in queries.totals(order)
    ]  # fmt: skip
    return {"totals": totals, "groups": queries.group_changes(order), "people": order.lines.count()}


def _checks(request: Request, order: Order) -> dict:
    """Every check of everybody on the list, failures first; a group is counted with all who come to it."""
    if order.cancels_id:
        return {"checked": [], "lines": None}
    lines = list(queries.lines_of(order))
    found = kind_of(order).checks(order, lines)
    lines.sort(key=lambda line: min((check.ok, not check.blocking) for check in found[line.pk]))
    shown = Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page"))
    blocked = sum(any(check.blocking and not check.ok for check in found[line.pk]) for line in lines)
    return {
        "checked": [(line, found[line.pk]) for line in shown.object_list], "lines": shown, "blocked": blocked,
    }  # fmt: skip


class Orders(Register):
    app, name, title, title_one = "movement", "orders", gettext_lazy("Orders"), gettext_lazy("order")
    model, permission, menu = Order, "order", "movement"
    columns = [
        Column("number", sort="number_value"),
        Column("date"),
        Column("title", link=True),
        Column("kind"),
        Column("faculty", sort="faculty__name"),
        Column("effective_date"),
        Column("state", badge=STATE_COLOURS),
        Column("people", gettext_lazy("People"), value=lambda row: row.people, sort="people", numeric=True),
        Column("signed_by", sort=None, hidden=True),
        Column("created_at", hidden=True),
    ]
    filters = [
        Filter("kind"),
        Filter("state"),
        RelatedFilter("faculty", _faculties),
        RangeFilter("date", "date"),
    ]
    search = ("number", "title")
    select_related = ("faculty", "signed_by__person", "created_by__person", "document")
    fields = (
        "kind",
        "number",
        "date",
        "title",
        "basis",
        "faculty",
        "effective_date",
        "state",
        "created_by",
        "created_at",
        "signed_by",
        "signed_at",
        "executed_by",
        "executed_at",
        "remark",
        "cancels",
    )
    tabs = [
        Tab("lines", gettext_lazy("People"), "movement/_lines.html", _lines),
        Tab("changes", gettext_lazy("What will change"), "movement/_changes.html", _changes),
        Tab("checks", gettext_lazy("Checks"), "movement/_checks.html", _checks),
    ]
    detail_template = "movement/order.html"
    empty = gettext_lazy("Form the first order from the candidates.")
    header_actions = [
        MenuItem("movement", gettext_lazy("Journal of orders"), "order_journal", "order.view"),
        MenuItem("movement", gettext_lazy("New admission order"), "order_admission", "order.create"),
    ]
    form = OrderForm
    deletable = False

    @classmethod
    def edit_permission(cls):
        return "order.create"

    @classmethod
    def rows(cls, access, permission=""):
        """Only a draft is changed; everything later is frozen."""
        found = super().rows(access, permission)
        return found.filter(state=Order.DRAFT) if permission == cls.edit_permission() else found

    @classmethod
    def base_queryset(cls):
        return queries.with_people(Order.objects.all())

    @classmethod
    def detail_context(cls, request, obj):
        """Which verbs this person may use now."""

        def may(permission: str) -> bool:
            if not request.access.can(permission):
                return False
            return Order.objects.for_scope(request.access.scope(permission)).filter(pk=obj.pk).exists()

        state = obj.state
        return {
            "may_submit": state == Order.DRAFT and may("order.create"),
            "may_add": _may_change_list(request.access, obj) and kind_of(obj).makes_students,
            "may_sign": state == Order.SUBMITTED
            and obj.created_by_id != request.user.pk
            and may("order.sign"),
            "may_return": state == Order.SUBMITTED and may("order.sign"),
            "may_execute": state == Order.SIGNED and may("order.execute"),
            "may_cancel": state == Order.EXECUTED
            and not obj.cancels_id
            and not obj.cancelled_by.exists()
            and may("order.create"),
            "cancelled_by": obj.cancelled_by.all(),
            "sign_form": SignForm(),
            "remark_form": RemarkForm(),
            "cancel_form": CancelForm(),
        }


def _verb(permission: str, do: Callable[[Request, Order], HttpResponse | str]):
    """A button of the order page: POST, permission and scope first, errors in words."""

    @page(permission)
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        order = get_in_scope(Order, request, permission, pk=pk)
        try:
            result = do(request, order)
        except actions.OrderError as error:
            messages.error(request, str(error))
            return redirect("movement_orders_detail", pk=pk)
        if isinstance(result, HttpResponse):
            return result
        messages.success(request, result)
        return redirect("movement_orders_detail", pk=pk)

    return view


def _submit(request: Request, order: Order) -> str:
    actions.submit(order, access=request.access)
    return _("The order is submitted for signature.")


def _return(request: Request, order: Order) -> str:
    actions.return_with_remarks(order, access=request.access, remark=request.POST.get("remark", ""))
    return _("The order is returned with your remarks.")


def _sign(request: Request, order: Order) -> HttpResponse | str:
    form = SignForm(request.POST)
    if not form.is_valid():
        raise actions.OrderError(_("Give the date of the order."))
    date = form.cleaned_data["date"]
    if order.lines.count() > LONG:
        params = {"order": order.pk, "date": date.isoformat()}
        title = _("Signing: %(order)s") % {"order": order.title}
        job = start("movement.sign", user=request.user, access=request.access, params=params, title=title)
        return redirect("job", pk=job.pk)
    actions.sign(order, access=request.access, date=date)
    return _("The order is signed.")


def _execute(request: Request, order: Order) -> HttpResponse | str:
    if order.lines.count() > LONG:
        title = _("Executing: %(order)s") % {"order": order}
        job = start(
            "movement.execute",
            user=request.user,
            access=request.access,
            params={"order": order.pk},
            title=title,
        )
        return redirect("job", pk=job.pk)
    actions.execute(order, access=request.access)
    return _("The order is executed.")


def _cancel(request: Request, order: Order) -> HttpResponse:
    form = CancelForm(request.POST)
    if not form.is_valid():
        raise actions.OrderError(_("Give the reason and the date."))
    undo = actions.create_cancelling_order(order, access=request.access, **form.cleaned_data)
    messages.success(request, _("A cancelling order is formed as a draft; submit it for signature."))
    return redirect("movement_orders_detail", pk=undo.pk)


def _remove(request: Request, order: Order) -> str:
    ticked = [int(value) for value in request.POST.getlist("line") if value.isdigit()]
    removed = actions.remove_lines(order, access=request.access, line_ids=ticked)
    return _("%(count)d people are taken off the list.") % {"count": removed}


def _delete(request: Request, order: Order) -> HttpResponse:
    actions.delete_draft(order, access=request.access)
    messages.success(request, _("The draft is deleted."))
    return redirect("movement_orders_list")


submit = _verb("order.create", _submit)
return_with_remarks = _verb("order.sign", _return)
sign = _verb("order.sign", _sign)
execute = _verb("order.execute", _execute)
cancel = _verb("order.create", _cancel)
remove_lines = _verb("order.create", _remove)
delete_draft = _verb("order.create", _delete)


@page("order.create")
def admission(request: Request) -> HttpResponse:
    """Form an admission order of the candidates who are on no order yet."""
    form = AdmissionForm(request.POST or None, access=request.access)
    rows = Candidate.objects.for_scope(request.access.scope("order.create"))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            order = actions.create_admission_order(
                access=request.access,
                faculty=data["faculty"],
                candidates=form.candidates(rows),
                title=data["title"],
                basis=data["basis"],
                effective_date=data["effective_date"],
            )
        except actions.OrderError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The order is formed as a draft; look at the list and the checks."))
            return redirect(reverse("movement_orders_detail", args=[order.pk]) + "?tab=lines")
    context = {
        "title": _("New admission order"),
        "form": form,
        "free": queries.free_candidates(rows).count(),
        "back_url": reverse("movement_orders_list"),
        "button": _("Form the order"),
    }
    return render(request, "movement/admission.html", context, status=422 if form.errors else 200)


@page("order.create")
def add_people(request: Request, pk: int) -> HttpResponse:
    """More candidates for an admission that is still a draft."""
    order = get_in_scope(Order, request, "order.create", pk=pk)
    form = WhoForm(request.POST if request.method == "POST" else None, access=request.access)
    rows = Candidate.objects.for_scope(request.access.scope("order.create")).filter(
        group__faculty=order.faculty
    )
    if request.method == "POST" and form.is_valid():
        try:
            added = actions.add_people(order, access=request.access, people=form.candidates(rows))
        except actions.OrderError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(count)d people are put on the list.") % {"count": added})
            return redirect(reverse("movement_orders_detail", args=[order.pk]) + "?tab=lines")
    context = {
        "title": _("Put people on the list"), "form": form, "free": queries.free_candidates(rows).count(),
        "back_url": reverse("movement_orders_detail", args=[order.pk]), "button": _("Put on the list"),
    }  # fmt: skip
    return render(request, "movement/admission.html", context, status=422 if form.errors else 200)


@page("order.view")
def journal(request: Request) -> HttpResponse:
    """The journal of signed orders of a year, for the screen and for paper."""
    form = JournalForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    year = asked.get("year") or timezone.localdate().year
    rows = Order.objects.for_scope(request.access.scope("order.view"))
    context = {
        "title": _("Journal of orders, %(year)d") % {"year": year}, "form": form, "year": year,
        "rows": queries.journal(rows, year=year, kind=asked.get("kind", "")),
    }  # fmt: skip
    return render(request, "movement/journal.html", context)


def _own_lines(request: Request):
    person = request.access.scope("own.order").person_id
    return OrderLine.objects.filter(
        student__person=person, order__state__in=[Order.EXECUTED, Order.CANCELLED]
    ).select_related("order__faculty", "student__person", "programme__speciality", "group")


@page("own.order")
def my_orders(request: Request) -> HttpResponse:
    """The orders that concern the student."""
    context = {"title": _("My orders"), "lines": _own_lines(request).order_by("-order__date", "-pk")}
    return render(request, "movement/my_orders.html", context)


@page("own.order")
@require_POST
def my_extract(request: Request, pk: int) -> HttpResponse:
    """The extract from an order that concerns the student."""
    line = get_object_or_404(_own_lines(request).filter(order__state=Order.EXECUTED), pk=pk)
    return redirect("document_pdf", pk=extract_for(line).pk)


def _orders_of(request: Request, student) -> dict:
    lines = OrderLine.objects.filter(student=student).select_related(
        "order", "programme__speciality", "group"
    )
    return {"lines": lines.order_by("-order__created_at")}


def _may_sign(access) -> int:
    submitted = Order.objects.for_scope(access.scope("order.sign")).filter(state=Order.SUBMITTED)
    return submitted.exclude(created_by=access.user).count()


def _may_execute(access) -> int:
    return Order.objects.for_scope(access.scope("order.execute")).filter(state=Order.SIGNED).count()


Students.add_tab(
    Tab("orders", gettext_lazy("Orders"), "movement/_student_orders.html", _orders_of, "order.view")
)
register_menu(MenuItem("movement", gettext_lazy("New admission order"), "order_admission", "order.create"))
register_menu(MenuItem("cabinet", gettext_lazy("My orders"), "my_orders", "own.order"))
home.register_todo(
    home.Todo(
        gettext_lazy("Orders to sign"),
        "order.sign",
        _may_sign,
        lambda: reverse("movement_orders_list") + "?state=submitted",
        "signature",
    )  # fmt: skip
)
home.register_todo(
    home.Todo(
        gettext_lazy("Orders to execute"),
        "order.execute",
        _may_execute,
        lambda: reverse("movement_orders_list") + "?state=signed",
        "checklist",
    )  # fmt: skip
)
