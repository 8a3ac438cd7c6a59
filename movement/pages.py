"""Pages of orders (duties 2.2, 3.5, clause B8) and the student's own orders."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
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
from movement.forms import AdmissionForm, CancelForm, RemarkForm, SignForm
from movement.jobs import LONG
from movement.kinds import kind_of
from movement.models import Order, OrderLine
from structure.models import Unit
from students.models import Candidate
from students.pages import Students

STATE_COLOURS = {
    Order.DRAFT: "secondary", Order.SUBMITTED: "orange", Order.SIGNED: "azure", Order.EXECUTED: "green",
    Order.CANCELLED: "red",
}


def _faculties(access):
    scope = access.scope("order.view")
    found = Unit.objects.faculties()
    return found if scope.everything else found.filter(pk__in=scope.faculty_ids)


def _lines(request: Request, order: Order) -> dict:
    """The list, searched and paged, with what the order changes for each."""
    lines = queries.lines_of(order)
    text = request.GET.get("q", "").strip()
    if text:
        found = names.search_query(text)
        lines = lines.filter(candidate__person__search=found) | lines.filter(student__person__search=found)
    shown = Paginator(lines, 50).get_page(request.GET.get("page"))
    return {"lines": shown, "q": text, "editable": order.state == Order.DRAFT and not order.cancels_id}


def _checks(request: Request, order: Order) -> dict:
    """Every check of the people on this page, failures first."""
    if order.cancels_id:
        return {"checked": [], "lines": None}
    shown = Paginator(queries.lines_of(order), 50).get_page(request.GET.get("page"))
    found = kind_of(order).checks(order, list(shown.object_list))
    checked = [(line, found[line.pk]) for line in shown.object_list]
    checked.sort(key=lambda pair: all(check.ok for check in pair[1]))
    return {"checked": checked, "lines": shown}


class Orders(Register):
    app, name, title, title_one = "movement", "orders", gettext_lazy("Orders"), gettext_lazy("order")
    model, permission, menu = Order, "order", "movement"
    columns = [
        Column("number", link=False), Column("date"), Column("title", link=True), Column("kind"),
        Column("faculty", sort="faculty__name"), Column("effective_date"), Column("state", badge=STATE_COLOURS),
        Column("people", gettext_lazy("People"), value=lambda row: row.people, sort="people", numeric=True),
        Column("signed_by", sort=None, hidden=True), Column("created_at", hidden=True),
    ]
    filters = [
        Filter("kind"), Filter("state"), RelatedFilter("faculty", _faculties), RangeFilter("date", "date"),
    ]
    search = ("number", "title")
    select_related = ("faculty", "signed_by__person", "created_by__person", "document")
    fields = (
        "kind", "number", "date", "title", "basis", "faculty", "effective_date", "state", "created_by", "created_at",
        "signed_by", "signed_at", "executed_by", "executed_at", "remark", "cancels",
    )
    tabs = [
        Tab("lines", gettext_lazy("People"), "movement/_lines.html", _lines),
        Tab("checks", gettext_lazy("Checks"), "movement/_checks.html", _checks),
    ]
    detail_template = "movement/order.html"
    empty = gettext_lazy("Form the first order from the candidates.")
    header_actions = [MenuItem("movement", gettext_lazy("New admission order"), "order_admission", "order.create")]

    @classmethod
    def base_queryset(cls):
        from django.db.models import Count, IntegerField, OuterRef, Subquery
        from django.db.models.functions import Coalesce

        counted = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order").annotate(n=Count("pk")).values("n")
        return Order.objects.annotate(people=Coalesce(Subquery(counted, output_field=IntegerField()), 0))

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
            "may_sign": state == Order.SUBMITTED and obj.created_by_id != request.user.pk and may("order.sign"),
            "may_return": state == Order.SUBMITTED and may("order.sign"),
            "may_execute": state == Order.SIGNED and may("order.execute"),
            "may_cancel": state == Order.EXECUTED and not obj.cancels_id and may("order.create"),
            "sign_form": SignForm(), "remark_form": RemarkForm(), "cancel_form": CancelForm(),
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
        job = start("movement.sign", user=request.user, params={"order": order.pk, "date": date.isoformat()}, title=_("Signing: %(order)s") % {"order": order.title})
        return redirect("job", pk=job.pk)
    actions.sign(order, access=request.access, date=date)
    return _("The order is signed.")


def _execute(request: Request, order: Order) -> HttpResponse | str:
    if order.lines.count() > LONG:
        job = start("movement.execute", user=request.user, params={"order": order.pk}, title=_("Executing: %(order)s") % {"order": order})
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
                access=request.access, faculty=data["faculty"], candidates=form.candidates(rows), title=data["title"],
                basis=data["basis"], effective_date=data["effective_date"],
            )
        except actions.OrderError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The order is formed as a draft; look at the list and the checks."))
            return redirect(reverse("movement_orders_detail", args=[order.pk]) + "?tab=lines")
    context = {
        "title": _("New admission order"), "form": form, "free": queries.free_candidates(rows).count(),
        "back_url": reverse("movement_orders_list"),
    }
    return render(request, "movement/admission.html", context, status=422 if form.errors else 200)


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
    line = get_object_or_404(_own_lines(request), pk=pk)
    return redirect("document_pdf", pk=extract_for(line).pk)


def _orders_of(request: Request, student) -> dict:
    lines = OrderLine.objects.filter(student=student).select_related("order", "programme__speciality", "group")
    return {"lines": lines.order_by("-order__created_at")}


def _may_sign(access) -> int:
    return Order.objects.for_scope(access.scope("order.sign")).filter(state=Order.SUBMITTED).exclude(created_by=access.user).count()


def _may_execute(access) -> int:
    return Order.objects.for_scope(access.scope("order.execute")).filter(state=Order.SIGNED).count()


Students.add_tab(Tab("orders", gettext_lazy("Orders"), "movement/_student_orders.html", _orders_of, "order.view"))
register_menu(MenuItem("movement", gettext_lazy("New admission order"), "order_admission", "order.create"))
register_menu(MenuItem("cabinet", gettext_lazy("My orders"), "my_orders", "own.order"))
home.register_todo(home.Todo(gettext_lazy("Orders to sign"), "order.sign", _may_sign, lambda: reverse("movement_orders_list") + "?state=submitted", "signature"))
home.register_todo(home.Todo(gettext_lazy("Orders to execute"), "order.execute", _may_execute, lambda: reverse("movement_orders_list") + "?state=signed", "checklist"))
