"""The student's own orders."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from hemis.pages.register import Tab
from movement.documents import extract_for
from movement.models import Order, OrderLine
from students.pages import Students


def _own_lines(request: Request):
    person = request.access.scope("own.order").person_id
    return OrderLine.objects.filter(
        student__person=person, order__state__in=[*Order.DONE, Order.CANCELLED]
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
    line = get_object_or_404(_own_lines(request).filter(order__state__in=Order.DONE), pk=pk)
    return redirect("document_pdf", pk=extract_for(line).pk)


def _orders_of(request: Request, student) -> dict:
    rows = OrderLine.objects.filter(student=student).select_related("order", "programme__speciality", "group")
    return {"lines": rows.order_by("-order__created_at")}


Students.add_tab(
    Tab("orders", gettext_lazy("Orders"), "movement/_student_orders.html", _orders_of, "order.view")
)
register_menu(MenuItem("cabinet", gettext_lazy("My orders"), "my_orders", "own.order"))
