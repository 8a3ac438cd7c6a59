"""Buttons of the order page: each is a POST that asks for its permission and scope first."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.jobs.actions import start
from movement import actions, forms
from movement.jobs import LONG
from movement.kinds import kind_of
from movement.models import Order
from movement.pages import typed

TABS = frozenset({"lines", "checks", "aside", "papers", "agreements"})


def _back(request: Request, pk: int) -> str:
    """To the part of the card that the button stood on."""
    tab = request.POST.get("tab", "")
    return reverse("movement_orders_detail", args=[pk]) + (f"?tab={tab}" if tab in TABS else "")


def _ticked(request: Request, name: str = "line") -> list[int]:
    return [int(value) for value in request.POST.getlist(name) if value.isdigit()]


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
            typed.keep(request, pk)
            return redirect(_back(request, pk))
        if isinstance(result, HttpResponse):
            return result
        messages.success(request, result)
        return redirect(_back(request, pk))

    return view


def _submit(request: Request, order: Order) -> str:
    order = actions.submit(order, access=request.access)
    if order.state == Order.SUBMITTED:
        return _("The order is sent to those who agree to it.")
    return _("The order is submitted for signature.")


def _agree(request: Request, order: Order) -> str:
    order = actions.agree(order, access=request.access, remark=request.POST.get("remark", ""))
    if order.state == Order.AGREED:
        return _("Everybody has agreed; the order waits for the signature.")
    return _("You have agreed to the order.")


def _close(request: Request, order: Order) -> str:
    actions.close(order, access=request.access)
    return _("The order is closed.")


def _return(request: Request, order: Order) -> str:
    """Whoever is asked to agree or would sign; the action asks for the duty."""
    if not request.access.can_any(("order.sign", "order.agree")):
        raise PermissionDenied("order.sign")
    actions.return_with_remarks(order, access=request.access, remark=request.POST.get("remark", ""))
    return _("The order is returned with your remarks.")


def _sign(request: Request, order: Order) -> HttpResponse | str:
    form = forms.SignForm(request.POST)
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
    form = forms.CancelForm(request.POST)
    if not form.is_valid():
        raise actions.OrderError(_("Give the reason and the date."))
    undo = actions.create_cancelling_order(order, access=request.access, **form.cleaned_data)
    messages.success(request, _("A cancelling order is formed as a draft; submit it for signature."))
    return redirect("movement_orders_detail", pk=undo.pk)


def _remove(request: Request, order: Order) -> str:
    removed = actions.remove_lines(order, access=request.access, line_ids=_ticked(request))
    return _("%(count)d people are taken off the list.") % {"count": removed}


def _delete(request: Request, order: Order) -> HttpResponse:
    actions.delete_draft(order, access=request.access)
    messages.success(request, _("The draft is deleted."))
    return redirect("movement_orders_list")


def _excuse(request: Request, order: Order) -> str:
    form = forms.ExcuseForm(request.POST)
    if not form.is_valid():
        raise actions.OrderError(_("Choose the check and write the reason."))
    count = actions.give_reason(order, access=request.access, line_ids=_ticked(request), **form.cleaned_data)
    return _("The reason is written for %(count)d people.") % {"count": count}


def _figure(request: Request, order: Order) -> str:
    form = forms.FigureForm(request.POST)
    if not form.is_valid():
        raise actions.OrderError(_("Enter the figure and what it rests on."))
    count = actions.enter_figure(order, access=request.access, line_ids=_ticked(request), **form.cleaned_data)
    return _("The figure is entered for %(count)d people.") % {"count": count}


def _take_in(request: Request, order: Order) -> str:
    """The ticked of those set aside, with a reason; or figures for them, pasted."""
    if request.POST.get("figures", "").strip():
        return _check_again(request, order)
    count = actions.take_in(
        order,
        access=request.access,
        aside_ids=_ticked(request, "aside"),
        reason=request.POST.get("reason", ""),
    )
    return _("%(count)d people are put on the list.") % {"count": count}


def _check_again(request: Request, order: Order) -> str:
    try:
        figures = forms.read_figures(request.POST["figures"], kind_of(order).facts)
    except ValidationError as error:
        raise actions.OrderError(" ".join(error.messages)) from error
    came, stay = actions.check_again(
        order, access=request.access, figures=figures, basis=request.POST.get("figures_basis", "")
    )
    return _("%(came)d people came onto the list, %(stay)d stay aside.") % {"came": came, "stay": stay}


agree = _verb("order.agree", _agree)
close = _verb("order.execute", _close)
excuse = _verb("order.create", _excuse)
figure = _verb("order.create", _figure)
take_in = _verb("order.create", _take_in)
submit = _verb("order.create", _submit)
return_with_remarks = _verb("order.view", _return)
sign = _verb("order.sign", _sign)
execute = _verb("order.execute", _execute)
cancel = _verb("order.create", _cancel)
remove_lines = _verb("order.create", _remove)
delete_draft = _verb("order.create", _delete)
