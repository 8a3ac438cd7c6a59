"""Tabs that show the rows of one register on the card of another."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode

from hemis.access.scope import Access
from hemis.base import Request
from hemis.pages.register import Register, Tab

MOST_ROWS = 200


def rows_tab(
    code: str, title: str | Promise, register: type[Register], lookup: str, *, permission: str = ""
) -> Tab:
    """The rows of ``register`` whose ``lookup`` is the card's row, in its columns, with a way to add one.

    Whoever sees the card sees the rows; those in the user's scope of ``register`` lead to
    their own cards, and rows may be added with its permission. ``permission`` hides the tab
    from everyone else.
    """

    def context(request: Request, obj: Model) -> dict[str, Any]:
        rows: Any = register.base_queryset().filter(**{lookup: obj})
        if register.select_related:
            rows = rows.select_related(*register.select_related)
        addable = register.form is not None and register.deletable
        add_url = ""
        if addable and request.access.can(register.edit_permission()):
            add_url = f"{reverse(register.url_name('new'))}?{urlencode({lookup: obj.pk})}"
        found = list(rows.order_by(*register.order(""))[:MOST_ROWS])
        return {
            "linked": register,
            "rows": found,
            "shown_columns": [
                one for one in register.columns if not one.hidden and one.name.split("__")[0] != lookup
            ],
            "within": _within(register, found, request.access),
            "add_url": add_url,
        }

    return Tab(code, title, "pages/_rows.html", context, permission)


def _within(register: type[Register], rows: list[Any], access: Access) -> set[Any]:
    """Keys of the rows whose cards the user may open."""
    if not rows or not access.can(register.view_permission()):
        return set()
    own = register.rows(access).filter(pk__in=[row.pk for row in rows])
    return set(own.values_list("pk", flat=True))
