"""Forming an admission order of the candidates who are on no order yet."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from movement import actions, queries
from movement.forms import AdmissionForm, WhoForm
from movement.models import Order
from students.models import Candidate


@page("order.create")
def admission(request: Request) -> HttpResponse:
    """Form an admission order of the candidates who are on no order yet."""
    form = AdmissionForm(request.POST or None, access=request.access)
    rows = Candidate.objects.for_scope(request.access.scope("order.create")).filter(arrival=None)
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
        "free": queries.free_candidates(rows.exclude(group=None)).count(),
        "without_group": rows.filter(group=None).count(),
        "back_url": reverse("movement_orders_list"),
        "button": _("Form the order"),
        "to_ask": queries.agreeing("21"),
    }
    return render(request, "movement/admission.html", context, status=422 if form.errors else 200)


@page("order.create")
def add_people(request: Request, pk: int) -> HttpResponse:
    """More candidates for an admission that is still a draft."""
    order = get_in_scope(Order, request, "order.create", pk=pk)
    form = WhoForm(request.POST if request.method == "POST" else None, access=request.access)
    rows = Candidate.objects.for_scope(request.access.scope("order.create")).filter(
        group__faculty=order.faculty, arrival=None
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
