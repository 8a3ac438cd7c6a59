"""A button on the page of one row: what it does is a function, all else is the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from hemis.access.guard import get_in_scope, page
from hemis.base import Request


def verb(
    model: type[Model],
    permission: str,
    do: Callable[[Request, Any], HttpResponse | str],
    *,
    back: str,
    errors: type[Exception] | tuple[type[Exception], ...],
):
    """The view of a button: POST only, permission and scope first, ``errors`` in words.

    ``do`` gets the row and answers with the words of success, or with a page of its own.
    Otherwise one is back at the row's page, whose address is named ``back``.
    """

    @page(permission)
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        row = get_in_scope(model, request, permission, pk=pk)
        try:
            result = do(request, row)
        except errors as error:
            messages.error(request, "; ".join(getattr(error, "messages", [str(error)])))
            return redirect(back, pk=pk)
        if isinstance(result, HttpResponse):
            return result
        messages.success(request, result)
        return redirect(back, pk=pk)

    return view
