"""What is done with orders, plans and defences; colleagues by name; the way to the import (duty 6.1, B8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from doctorate import actions
from doctorate.forms.base import RemarkForm
from doctorate.forms.orders import CancelForm, ScanForm, SignForm
from doctorate.forms.work import ApprovalForm, ApprovePlanForm, ReopenForm
from doctorate.models import Defence, DoctoralOrder, IndividualPlan
from doctorate.pages.defences import Defences
from doctorate.pages.orders import Orders
from doctorate.pages.plans import Plans
from hemis.access.guard import page
from hemis.base import Request
from hemis.people import names
from staff.models import Employee

FOUND = 20


def _order_verb(permission: str, form_class: type[forms.Form] | None, run: Callable) -> Callable:
    """A verb on an order by POST: what it refuses is said on the order's card."""

    @page(permission)
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        order = get_object_or_404(Orders.rows(request.access), pk=pk)
        form = form_class(request.POST, request.FILES) if form_class else None
        try:
            if form is not None and not form.is_valid():
                raise actions.DoctorateError(
                    " ".join(text for errors in form.errors.values() for text in errors)
                )
            found, said = run(request, order, form.cleaned_data if form else {})
        except actions.DoctorateError as error:
            messages.error(request, str(error))
            return redirect(Orders.url_of(order))
        messages.success(request, said)
        return redirect(Orders.url_of(found) if found else "doctorate_orders_list")

    return view


def _submit(request: Request, order: DoctoralOrder, data: dict[str, Any]):
    actions.submit(order, access=request.access)
    return order, _("The order waits for the signature.")


def _sign(request: Request, order: DoctoralOrder, data: dict[str, Any]):
    signed = actions.sign(order, access=request.access, date=data["date"])
    if signed.state == DoctoralOrder.SIGNED:
        return order, _("The order is signed; it is executed by itself on its day.")
    return order, _("The order is signed and executed.")


def _return(request: Request, order: DoctoralOrder, data: dict[str, Any]):
    actions.send_back(order, access=request.access, remark=data["remark"])
    return order, _("The order is returned with your remark.")


def _cancel(request: Request, order: DoctoralOrder, data: dict[str, Any]):
    undo = actions.create_cancelling_order(order, access=request.access, **data)
    return undo, _("A cancelling order is formed as a draft; submit it for signature.")


def _scan(request: Request, order: DoctoralOrder, data: dict[str, Any]):
    actions.set_scan(order, access=request.access, scan=data["scan"])
    return order, _("The scan is kept.")


submit = _order_verb("doctoral_order.edit", None, _submit)
sign = _order_verb("doctoral_order.sign", SignForm, _sign)
send_back = _order_verb("doctoral_order.sign", RemarkForm, _return)
cancel = _order_verb("doctoral_order.edit", CancelForm, _cancel)
scan = _order_verb("doctoral_order.edit", ScanForm, _scan)


def _asked(
    request: Request, form: forms.Form, *, title: str, note: str, button: str, back: str
) -> HttpResponse:
    context = {"title": title, "form": form, "note": note, "button": button, "back_url": back}
    return render(request, "doctorate/verb.html", context, status=422 if form.is_bound else 200)


def _done(request: Request, form: forms.Form, verb: Callable[[dict[str, Any]], Any], said: str) -> bool:
    """Whether the verb of a valid form went through; a refusal stands at its field."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        verb(form.cleaned_data)
    except actions.DoctorateError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    messages.success(request, said)
    return True


def _plan(request: Request, pk: int) -> IndividualPlan:
    return get_object_or_404(Plans.rows(request.access, "doctoral_student.edit"), pk=pk)


@page("doctoral_student.edit")
def approve_plan(request: Request, pk: int) -> HttpResponse:
    """Approve an individual plan by a protocol."""
    plan = _plan(request, pk)
    form = ApprovePlanForm(request.POST or None)
    back = Plans.url_of(plan)
    if _done(
        request,
        form,
        lambda data: actions.approve_plan(plan, access=request.access, **data),
        _("The plan is approved."),
    ):
        return redirect(back)
    return _asked(
        request, form, title=_("Approve the plan: %(who)s") % {"who": plan}, back=back, button=_("Approve"),
        note=_("Its stages stand from now on; only how they were done is written."),
    )  # fmt: skip


@page("doctoral_student.edit")
def reopen_plan(request: Request, pk: int) -> HttpResponse:
    """Open an approved plan again, with a reason."""
    plan = _plan(request, pk)
    form = ReopenForm(request.POST or None)
    back = Plans.url_of(plan)
    if _done(
        request,
        form,
        lambda data: actions.reopen_plan(plan, access=request.access, **data),
        _("The plan is open again."),
    ):
        return redirect(back)
    return _asked(
        request, form, title=_("Open the plan again: %(who)s") % {"who": plan}, back=back, button=_("Open again"),
        note=_("The history keeps the reason; the plan is approved anew by another protocol."),
    )  # fmt: skip


@page("doctoral_student.edit")
def approve_defence(request: Request, pk: int) -> HttpResponse:
    """Record the approval of the OAK and the diploma."""
    defence = get_object_or_404(Defences.rows(request.access, "doctoral_student.edit"), pk=pk)
    if defence.result != Defence.PASSED:
        raise Http404
    form = ApprovalForm(request.POST or None, request.FILES or None)
    back = Defences.url_of(defence)
    said = _("The approval is recorded; the status is “defended”.")
    if _done(
        request, form, lambda data: actions.approve_defence(defence, access=request.access, facts=data), said
    ):
        return redirect(back)
    return _asked(
        request, form, title=_("Approval by the OAK: %(who)s") % {"who": defence.student}, back=back,
        button=_("Record the approval"),
        note=_("The card of the doctoral student is closed by it; an employee gets the degree on the own card."),
    )  # fmt: skip


@page("doctoral_student.edit")
def colleagues(request: Request) -> HttpResponse:
    """Names of employees for the choice of a supervisor or opponent, of any kafedra: nothing but the name."""
    text = request.GET.get("q", "").strip()
    rows = Employee.objects.select_related("person")
    if text:
        rows = rows.filter(person__search=names.search_query(text))
    found = rows.order_by("person__sort_key", "pk")[:FOUND]
    return JsonResponse({"results": [{"value": str(row.pk), "text": str(row)} for row in found]})


@page("doctoral_student.edit")
def import_students(request: Request) -> HttpResponse:
    """To the upload of candidates from Excel."""
    return redirect("sheet_upload", code="doctorate.students")
