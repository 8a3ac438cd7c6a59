"""Entries of the navigation: apps add theirs, each user sees those of the own duties."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from django.template import loader
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy

from hemis.access.duties import EXTRA_MENUS, MENUS, Menu, roles_may
from hemis.access.scope import Access


@dataclass(frozen=True)
class MenuItem:
    """A page in one of the order's menus, shown to those who hold ``permission``."""

    menu: str
    title: str | Promise
    url_name: str
    permission: str
    # Entries stand by their place, those of one place as they were declared.
    place: int = 50

    @property
    def url(self) -> str:
        return _address(self.url_name)


@cache
def _address(url_name: str) -> str:
    """Every page shows some sixty entries; their addresses are the same as long as the process lives."""
    return reverse(url_name)


_items: list[MenuItem] = []
Navigation = tuple[tuple[Menu, tuple[MenuItem, ...]], ...]


def register(item: MenuItem) -> None:
    """Add an entry; the same page twice is the same entry.

    Raises:
        KeyError: no such menu.
    """
    if item.menu not in {menu.code for menu in (*MENUS, *EXTRA_MENUS)}:
        raise KeyError(item.menu)
    if item not in _items:
        _items.append(item)
        _of_roles.cache_clear()
        draw_anew()


def draw_anew() -> None:
    """What the menus say has changed: those that are kept drawn are drawn again."""
    _closed.cache_clear()


def all_items() -> tuple[MenuItem, ...]:
    return tuple(_items)


def navigation(access: Access) -> Navigation:
    """Menus with the entries this user may open; menus without any are left out."""
    return _of_roles(access.roles)


@lru_cache(maxsize=1024)
def _of_roles(roles: frozenset[str]) -> Navigation:
    """What is open depends on the roles alone, and they are few."""
    allowed = [item for item in _items if roles_may(roles, item.permission)]
    return tuple(
        (menu, found) for menu in (*MENUS, *EXTRA_MENUS) if (found := tuple(_of_menu(allowed, menu.code)))
    )


def drawn(access: Access, path: str) -> SafeString:
    """The side menu of a page: the menu of this address is open, its entry marked."""
    shown = navigation(access)
    closed = _closed(access.roles, get_language() or "")
    open_menu = _open_menu(shown, path)
    return mark_safe(
        "".join(
            _draw(menu, items, path, is_open=menu.code == open_menu)
            if menu.code == open_menu or any(item.url == path for item in items)
            else closed[menu.code]
            for menu, items in shown
        )
    )


@lru_cache(maxsize=256)
def _closed(roles: frozenset[str], language: str) -> dict[str, str]:
    """All menus of these roles in the present language; on a page all but one look like this."""
    return {menu.code: _draw(menu, items) for menu, items in _of_roles(roles)}


def _draw(menu: Menu, items: tuple[MenuItem, ...], path: str = "", *, is_open: bool = False) -> str:
    context = {"menu": menu, "items": items, "path": path, "open": is_open}
    return loader.render_to_string("components/_menu.html", context)


def _open_menu(shown: Navigation, path: str) -> str:
    """The menu whose entry is the longest beginning of the present address."""
    matches = [
        (len(item.url), found.code) for found, items in shown for item in items if path.startswith(item.url)
    ]
    return max(matches)[1] if matches else ""


def _of_menu(items: Iterable[MenuItem], code: str) -> Iterable[MenuItem]:
    return sorted((item for item in items if item.menu == code), key=lambda item: item.place)


# The pages of Django admin, open to the same people as the administration itself.
for _place, _title, _url_name, _permission in (
    (10, gettext_lazy("Accounts"), "admin:people_user_changelist", "user.manage"),
    (11, gettext_lazy("Roles of people"), "admin:access_roleassignment_changelist", "user.manage"),
    (60, gettext_lazy("History of changes"), "admin:access_historyentry_changelist", "user.manage"),
):
    register(MenuItem("system", _title, _url_name, _permission, _place))
