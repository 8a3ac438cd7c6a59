"""Every URL is closed unless it declares its duty or that it is public (law 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Model
from django.shortcuts import get_object_or_404
from django.urls import Resolver404, resolve

from hemis.access import duties
from hemis.access.scope import Access
from hemis.base import Request

PUBLIC, SIGNED_IN, PERMISSION = "public", "signed in", "permission"


@dataclass(frozen=True)
class Rule:
    """Who may open a view. ``needs_second_factor`` is off where one is set up, or left for good."""

    kind: str
    permission: str = ""
    needs_second_factor: bool = True


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
own_account = _declare(Rule(SIGNED_IN, needs_second_factor=False))

# Pages of the libraries we mount declare nothing, so their rules stand here. What is not
# named stays closed: signing up, a password reset by e-mail (the university gives one-time
# links, law 11), changing the e-mail, signing in by a code.
ADMIN_RULE = Rule(PERMISSION, "user.manage")
_ENTRANCE, _ACCOUNT = Rule(PUBLIC), Rule(SIGNED_IN, needs_second_factor=False)
LIBRARY_RULES: dict[str, Rule] = {
    "account_login": _ENTRANCE,
    "account_inactive": _ENTRANCE,
    "mfa_authenticate": _ENTRANCE,
    # Also pressed between the password and the second factor, when nobody is signed in yet.
    "account_logout": _ENTRANCE,
    "account_reauthenticate": _ACCOUNT,
    "account_change_password": _ACCOUNT,
    "mfa_index": _ACCOUNT,
    "mfa_reauthenticate": _ACCOUNT,
    "mfa_activate_totp": _ACCOUNT,
    "mfa_deactivate_totp": _ACCOUNT,
    "mfa_view_recovery_codes": _ACCOUNT,
    "mfa_generate_recovery_codes": _ACCOUNT,
    "mfa_download_recovery_codes": _ACCOUNT,
    "usersessions_list": _ACCOUNT,
}
LIBRARIES = ("allauth.account.", "allauth.mfa.", "allauth.usersessions.")


def rule_for(view: Callable, *, url_name: str = "", app_name: str = "") -> Rule | None:
    """The rule that holds for an address: the view's own, or that of the library it comes from."""
    declared = rule_of(view)
    if declared is not None:
        return declared
    if app_name == "admin":
        return ADMIN_RULE
    if getattr(view, "__module__", "").startswith(LIBRARIES):
        return LIBRARY_RULES.get(url_name)
    return None


def rule_of(view: Callable) -> Rule | None:
    """The rule a view declares, on itself or on its class."""
    return getattr(view, "hemis_access", None) or getattr(
        getattr(view, "view_class", None), "hemis_access", None
    )


def opens(access: Access, address: str) -> bool:
    """Whether the person has the duty of the page at an address: may a link stand there?

    Which rows are in scope is asked by the page itself.
    """
    try:
        found = resolve(urlsplit(address).path)
    except Resolver404:
        return False
    rule = rule_for(found.func, url_name=found.url_name or "", app_name=found.app_name)
    return rule is not None and (rule.kind != PERMISSION or access.can(rule.permission))


def open_address(access: Access, address: str) -> str:
    """The address as a link of this person: nothing where the page behind it is closed."""
    return address if address and opens(access, address) else ""


def is_in_scope(row: Model, access: Access, permission: str) -> bool:
    """Whether the person has ``permission`` and the row lies in its scope: may a button stand there?"""
    if not access.can(permission):
        return False
    rows: Any = type(row)._default_manager
    return rows.for_scope(access.scope(permission)).filter(pk=row.pk).exists()


def get_in_scope(model: type[Model], request: Request, permission: str, **lookup):
    """The object, if it lies in the scope of ``permission``; otherwise 404.

    Raises:
        PermissionDenied: without the duty at all.
        Http404: out of scope or absent, which look the same.
    """
    request.access.require(permission)
    rows: Any = model._default_manager
    return get_object_or_404(rows.for_scope(request.access.scope(permission)), **lookup)
