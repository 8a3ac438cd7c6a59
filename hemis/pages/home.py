"""The start page with its registries, the theme and the people search of the header."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemis.access.guard import public, signed_in
from hemis.access.scope import Access
from hemis.base import Request
from hemis.pages.menu import navigation
from hemis.pages.register import REGISTERS

YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Todo:
    """Something that waits for the user: ``count(access)`` rows behind ``url(access)``."""

    title: str | Promise
    permission: str
    count: Callable[[Access], int]
    url: Callable[[], str]
    icon: str = "checklist"


@dataclass(frozen=True)
class Panel:
    """A part of the home page for the holders of a permission; apps declare theirs in ``dashboard.py``.

    ``context(access)`` costs at most three queries and feeds ``template`` as ``data``; None leaves the panel out.
    """

    code: str
    title: str | Promise
    permission: str
    template: str
    context: Callable[[Access], dict | None]
    url: Callable[[], str] | None = None
    # Panels stand by their place, those of one place as they were declared.
    place: int = 50


_todos: list[Todo] = []
_panels: dict[str, Panel] = {}


def register_todo(todo: Todo) -> None:
    """Let an app say what waits for the holders of a permission."""
    _todos.append(todo)


def register_panel(panel: Panel) -> None:
    """Let an app show something on the home page of the holders of a permission."""
    _panels[panel.code] = panel


def _waiting(access: Access) -> list[dict]:
    """What waits for this user, the most first; what is done is not shown."""
    found = [
        {"title": one.title, "count": one.count(access), "url": one.url(), "icon": one.icon}
        for one in _todos
        if access.can(one.permission)
    ]
    return sorted((one for one in found if one["count"]), key=lambda one: -one["count"])


def _shown_panels(access: Access) -> list[dict]:
    """Panels of the user's duties with their data."""
    shown = sorted(_panels.values(), key=lambda one: one.place)
    found = [(one, one.context(access)) for one in shown if access.can(one.permission)]
    return [
        {"panel": one, "data": data, "url": one.url() if one.url else ""}
        for one, data in found
        if data is not None
    ]


@signed_in
def home(request: Request) -> HttpResponse:
    """What needs doing first, then the figures of one's duties, then the menus."""
    context = {
        "todos": _waiting(request.access),
        "has_todos": any(request.access.can(one.permission) for one in _todos),
        "panels": _shown_panels(request.access),
        "menus": navigation(request.access),
        "today": timezone.localdate(),
    }
    return render(request, "home.html", context)


FOUND = 8


@signed_in
def find(request: Request) -> HttpResponse:
    """People in scope, whichever register they stand in: the search of the header."""
    text = request.GET.get("q", "").strip()
    found = []
    for register in REGISTERS.values():
        if not (text and register.is_about_people and request.access.can(register.view_permission())):
            continue
        rows = register.searched(register.rows(request.access), text).order_by(*register.order(""))[
            : FOUND + 1
        ]
        if rows:
            found.append({"register": register, "rows": list(rows)[:FOUND], "more": len(rows) > FOUND})
    context = {"title": _("Search of people"), "text": text, "found": found}
    return render(request, "pages/_found.html" if request.htmx else "pages/find.html", context)


def _back(request: Request) -> str:
    target = request.POST.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else "/"


@public
@require_POST
def set_theme(request: Request) -> HttpResponse:
    """Light or dark, remembered by the browser."""
    response = redirect(_back(request))
    theme = request.POST.get("theme")
    if theme in {"light", "dark"}:
        response.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", httponly=True)
    return response
