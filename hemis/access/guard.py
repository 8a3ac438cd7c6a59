"""Every URL is closed unless it declares its duty or that it is public (law 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.shortcuts import get_object_or_404

from hemis.access import duties
from hemis.base import Request

PUBLIC, SIGNED_IN, PERMISSION = "public", "signed in", "permission"


@dataclass(frozen=True)
class Rule:
    """Who may open a view."""

    kind: str
    permission: str = ""


def page(permission: str) -> Callable:
    """The view needs ``permission``: 403 without it.

    Raises:
        KeyError: at import, when the duty table doesn't know the permission.
    """
    duties.duties_granting(permission)
    return _declare(Rule(PERMISSION, permission))


def _declare(rule: Rule) -> Callable:
    def mark(view):
        view.hemis_access = rule
        return view

    return mark


public = _declare(Rule(PUBLIC))
signed_in = _declare(Rule(SIGNED_IN))


def rule_of(view: Callable) -> Rule | None:
    """The rule a view declares, on itself or on its class."""
    return getattr(view, "hemis_access", None) or getattr(
        getattr(view, "view_class", None), "hemis_access", None
    )


def get_in_scope(model: type[Model], request: Request, permission: str, **lookup):
    """The object, if it lies in the scope of ``permission``; otherwise 404.

    Raises:
        PermissionDenied: without the duty at all.
        Http404: out of scope or absent, which look the same.
    """
    request.access.require(permission)
    rows: Any = model._default_manager
    return get_object_or_404(rows.for_scope(request.access.scope(permission)), **lookup)
