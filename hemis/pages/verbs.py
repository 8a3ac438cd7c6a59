"""A button on the page of one row, or a verb for many ticked rows: what it does is a function, all else is the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemis.access.guard import get_in_scope, page
from hemis.base import Request

Errors = type[Exception] | tuple[type[Exception], ...]
Row = TypeVar("Row")
# Refusals that are told one by one; the others are only counted.
TOLD = 10


def verb(
    model: type[Model],
    permission: str,
    do: Callable[[Request, Any], HttpResponse | str],
    *,
    back: str,
    errors: Errors,
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
            messages.error(request, _words(error))
            return redirect(back, pk=pk)
        if isinstance(result, HttpResponse):
            return result
        messages.success(request, result)
        return redirect(back, pk=pk)

    return view


def _words(error: Exception) -> str:
    return "; ".join(getattr(error, "messages", [str(error)]))


def each(request: Request, rows: Iterable[Row], do: Callable[[Row], object], *, errors: Errors) -> int:
    """Do it with one row after another, each by itself; how many were done.

    Whoever is refused stays as it was and is told with the reason.
    """
    done, refused = 0, []
    for row in rows:
        try:
            do(row)
        except errors as error:
            refused.append(f"{row}: {_words(error)}")
        else:
            done += 1
    tell_refused(request, refused)
    return done


def tell_refused(request: Request, refused: Sequence[str]) -> None:
    """The first refusals with their reasons, and how many there are where these are not all."""
    for text in refused[:TOLD]:
        messages.error(request, text)
    if len(refused) > TOLD:
        messages.error(request, _("Refused in all: %(count)d") % {"count": len(refused)})
