"""From the lists of those who missed too many lessons, or owe, to the order of expulsion (duties 2.2, 2.4, 7.1)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.pages.reports import StudentAttendance
from finance.debts.pages import Debts
from hemis.base import Request
from hemis.pages.register import BulkAction

MOST = 200


def _expel(request: Request, rows) -> HttpResponse | str:
    """To the questions of an expulsion order, with the ticked students named."""
    return _answers(request, rows.order_by("person__sort_key").values_list("pk", "current__faculty"))


def _expel_debtors(request: Request, rows) -> HttpResponse | str:
    """The same with the students of the ticked contracts; one may owe by two."""
    named = rows.order_by("student__person__sort_key", "student").values_list(
        "student", "student__current__faculty"
    )
    return _answers(request, named.distinct())


def _answers(request: Request, named) -> HttpResponse | str:
    found = list(named[: MOST + 1])
    faculties = {faculty for _pk, faculty in found}
    if len(faculties) > 1:
        messages.error(request, _("An order is of one faculty: narrow the list to one."))
        return ""
    if len(found) > MOST:
        messages.error(request, _("At most %(count)d students at once.") % {"count": MOST})
        return ""
    query = [("faculty", faculties.pop()), *(("pk", pk) for pk, _faculty in found)]
    return redirect(reverse("order_answers", args=["11"]) + "?" + urlencode(query))


StudentAttendance.add_action(
    BulkAction("expel", gettext_lazy("Form an order of expulsion"), "order.create", _expel, icon="file-text")
)
Debts.add_action(
    BulkAction(
        "expel", gettext_lazy("Form an order of expulsion"), "order.create", _expel_debtors, icon="file-text"
    )
)
