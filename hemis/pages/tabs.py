"""Tabs that show the rows of one register on the card of another."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode

from hemis.base import Request
from hemis.pages.register import Register, Tab

MOST_ROWS = 200


def rows_tab(
    code: str, title: str | Promise, register: type[Register], lookup: str, *, permission: str = ""
) -> Tab:
    """The rows of ``register`` whose ``lookup`` is the card's row, in its columns, with a way to add one.

    Whoever sees the card sees the rows; they lead to their own cards, and may be
    added to, where the user has the permission of ``register``. ``permission``
    hides the tab from everyone else.
    """

    def context(request: Request, obj: Model) -> dict[str, Any]:
        rows: Any = register.base_queryset().filter(**{lookup: obj})
        if register.select_related:
            rows = rows.select_related(*register.select_related)
        addable = register.form is not None and register.deletable
        add_url = ""
        if addable and request.access.can(register.edit_permission()):
            add_url = f"{reverse(register.url_name('new'))}?{urlencode({lookup: obj.pk})}"
        return {
            "linked": register,
            "rows": rows.order_by(*register.order(""))[:MOST_ROWS],
            "shown_columns": [
                one for one in register.columns if not one.hidden and one.name.split("__")[0] != lookup
            ],
            "links": request.access.can(register.view_permission()),
            "add_url": add_url,
        }

    return Tab(code, title, "pages/_rows.html", context, permission)
