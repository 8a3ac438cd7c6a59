"""What the pages of this app share: buttons, colours, choices of filters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from records.actions import RecordsError


def verb(model: Any, permission: str, back: str, do: Callable[[Request, Any], str | HttpResponse]):
    """A button of a card: POST, permission and scope first, errors in words, then the card ``back`` again."""

    @page(permission)
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        row = get_in_scope(model, request, permission, pk=pk)
        try:
            result = do(request, row)
        except (RecordsError, ValidationError) as error:
            messages.error(request, "; ".join(getattr(error, "messages", [str(error)])))
            return redirect(back, pk=pk)
        if isinstance(result, HttpResponse):
            return result
        messages.success(request, result)
        return redirect(back, pk=pk)

    return view


def may(request: Request, row: Any, permission: str) -> bool:
    """Whether the row lies in the scope of a permission."""
    if not request.access.can(permission):
        return False
    rows: Any = type(row)._default_manager
    return rows.for_scope(request.access.scope(permission)).filter(pk=row.pk).exists()
