"""What is done with orders, plans and defences; colleagues by name; the way to the import (duty 6.1, B8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from doctorate import actions
from doctorate.forms.base import RemarkForm
from doctorate.forms.orders import CancelForm, ScanForm, SignForm
from doctorate.forms.work import ApprovalForm, ApprovePlanForm, ReopenForm
from doctorate.models import DoctoralOrder, IndividualPlan
from doctorate.pages.defences import Defences
from doctorate.pages.orders import Orders
from doctorate.pages.plans import Plans
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages import choices
from hemis.pages.verbs import verb
from staff.models import Employee


def _answered(request: Request, form_class: type[forms.Form]) -> dict[str, Any]:
    """What the small form on an order's card says.

    Raises:
        DoctorateError: it is not filled in as it should be.
    """
    form = form_class(request.POST, request.FILES)
    if not form.is_valid():
        raise actions.DoctorateError(" ".join(str(text) for found in form.errors.values() for text in found))
    return form.cleaned_data


def _submit(request: Request, order: DoctoralOrder) -> str:
    actions.submit(order, access=request.access)
    return _("The order waits for the signature.")


def _sign(request: Request, order: DoctoralOrder) -> str:
    signed = actions.sign(order, access=request.access, date=_answered(request, SignForm)["date"])
    if signed.state == DoctoralOrder.SIGNED:
        return _("The order is signed; it is executed by itself on its day.")
    return _("The order is signed and executed.")


def _return(request: Request, order: DoctoralOrder) -> str:
    actions.send_back(order, access=request.access, remark=_answered(request, RemarkForm)["remark"])
    return _("The order is returned with your remark.")


def _cancel(request: Request, order: DoctoralOrder) -> HttpResponse:
    undo = actions.create_cancelling_order(order, access=request.access, **_answered(request, CancelForm))
    messages.success(request, _("A cancelling order is formed as a draft; submit it for signature."))
    return redirect(Orders.url_of(undo))


def _scan(request: Request, order: DoctoralOrder) -> str:
    actions.set_scan(order, access=request.access, scan=_answered(request, ScanForm)["scan"])
    return _("The scan is kept.")


def _button(permission: str, do: Callable[[Request, DoctoralOrder], HttpResponse | str]):
    back = Orders.url_name("detail")
    return verb(DoctoralOrder, permission, do, back=back, errors=actions.DoctorateError)


submit = _button("doctoral_order.edit", _submit)
sign = _button("doctoral_order.sign", _sign)
send_back = _button("doctoral_order.sign", _return)
cancel = _button("doctoral_order.edit", _cancel)
scan = _button("doctoral_order.edit", _scan)


def _carried_out(
    request: Request, form: forms.Form, do: Callable[[dict[str, Any]], Any], *, title: str, note: str,
    button: str, said: str, back: str,
) -> HttpResponse:  # fmt: skip
    """A page with one small form: done and back at the card, or asked again with what stands against it."""
    if request.method == "POST" and form.is_valid():
        try:
            do(form.cleaned_data)
        except actions.DoctorateError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, said)
            return redirect(back)
    context = {"title": title, "form": form, "note": note, "button": button, "back_url": back}
    return render(request, "students/simple_form.html", context, status=422 if form.errors else 200)


def _plan(request: Request, pk: int) -> IndividualPlan:
    return get_object_or_404(Plans.rows(request.access, "doctoral_student.edit"), pk=pk)


@page("doctoral_student.edit")
def approve_plan(request: Request, pk: int) -> HttpResponse:
    """Approve an individual plan by a protocol."""
    plan = _plan(request, pk)
    return _carried_out(
        request, ApprovePlanForm(request.POST or None),
        lambda data: actions.approve_plan(plan, access=request.access, **data),
        title=_("Approve the plan: %(who)s") % {"who": plan}, button=_("Approve"),
        note=_("Its stages stand from now on; only how they were done is written."),
        said=_("The plan is approved."), back=Plans.url_of(plan),
    )  # fmt: skip


@page("doctoral_student.edit")
def reopen_plan(request: Request, pk: int) -> HttpResponse:
    """Open an approved plan again, with a reason."""
    plan = _plan(request, pk)
    return _carried_out(
        request, ReopenForm(request.POST or None),
        lambda data: actions.reopen_plan(plan, access=request.access, **data),
        title=_("Open the plan again: %(who)s") % {"who": plan}, button=_("Open again"),
        note=_("The history keeps the reason; the plan is approved anew by another protocol."),
        said=_("The plan is open again."), back=Plans.url_of(plan),
    )  # fmt: skip


@page("doctoral_student.edit")
def approve_defence(request: Request, pk: int) -> HttpResponse:
    """Record the approval of the OAK and the diploma."""
    defence = get_object_or_404(Defences.rows(request.access, "doctoral_student.edit"), pk=pk)
    return _carried_out(
        request, ApprovalForm(request.POST or None, request.FILES or None),
        lambda data: actions.approve_defence(defence, access=request.access, facts=data),
        title=_("Approval by the OAK: %(who)s") % {"who": defence.student}, button=_("Record the approval"),
        note=_("The card of the doctoral student is closed by it; an employee gets the degree on the own card."),
        said=_("The approval is recorded; the status is “defended”."), back=Defences.url_of(defence),
    )  # fmt: skip


@page("doctoral_student.edit")
def colleagues(request: Request) -> HttpResponse:
    """Names of employees for the choice of a supervisor or opponent, of any kafedra: nothing but the name."""
    return choices.people(request, Employee.objects.all())


@page("doctoral_student.edit")
def import_students(request: Request) -> HttpResponse:
    """To the upload of candidates from Excel."""
    return redirect("sheet_upload", code="doctorate.students")
