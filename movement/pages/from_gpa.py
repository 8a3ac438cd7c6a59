"""From the list of GPA straight to an order: who may be promoted, who stays on the course (duty 2.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading.pages.gpa import Gpas
from hemis.base import Request
from hemis.pages.register import BulkAction

# They are named in the address of the next page.
MOST = 400


def _order(slug: str) -> Callable[[Request, Any], HttpResponse | None]:
    """The next page of the order's wizard with the ticked students."""

    def run(request: Request, rows: Any) -> HttpResponse | None:
        found = dict(rows.values_list("student", "student__current__faculty"))
        if len(set(found.values())) != 1:
            messages.error(request, _("An order is of one faculty: filter the list by faculty first."))
            return None
        if len(found) > MOST:
            messages.error(
                request, _("At most %(most)d students at once: filter by course or group.") % {"most": MOST}
            )
            return None
        query = [("faculty", next(iter(found.values()))), *(("pk", pk) for pk in sorted(found))]
        return redirect(f"{reverse('order_answers', args=[slug])}?{urlencode(query)}")

    return run


for code, title in (
    ("14", gettext_lazy("Order: promotion to the next course")),
    ("13", gettext_lazy("Order: retention on the course")),
):
    Gpas.add_action(BulkAction(f"order_{code}", title, "order.create", _order(code), icon="file-text"))
