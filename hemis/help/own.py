"""What the help says to one person: made of the duty table, the menus and the registers, never written beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve, reverse
from django.utils.functional import Promise

from hemis.access import duties
from hemis.access.guard import PERMISSION, rule_for
from hemis.access.scope import Access
from hemis.help.topics import ASKABLE, KEYS, TOPICS, Keys, Topic
from hemis.mailbox.audiences import people
from hemis.pages import menu
from hemis.pages.register import REGISTERS, Register
from hemis.people.names import fold
from hemis.sheets.declaration import SHEETS

ASKED_AT_MOST = 5


def topics(access: Access) -> list[Topic]:
    """Those for the roles in use, in the order of the floors."""
    return [one for one in TOPICS.values() if one.is_for(access)]


def with_links(access: Access, found: Iterable[Topic]) -> list[tuple[Topic, list[tuple[str, str | Promise]]]]:
    """Each topic with those of its pages that the person may open."""
    return [(one, [(url, title) for url, title in one.links if _may_open(access, url)]) for one in found]


def _may_open(access: Access, url: str) -> bool:
    match = resolve(url)
    rule = rule_for(match.func, url_name=match.url_name or "", app_name=match.app_name)
    return rule is not None and (rule.kind != PERMISSION or access.can(rule.permission))


def keys(access: Access) -> list[Keys]:
    return [one for one in KEYS if not one.permissions or access.can_any(one.permissions)]


def work(access: Access) -> list[dict[str, Any]]:
    """Each role in use with its duties, and the pages that each duty opens."""
    items = menu.all_items()
    found = []
    for role in sorted(access.roles, key=list(duties.ROLES).index):
        rows = []
        for duty in duties.duties_of(role):
            pages = [one for one in items if one.permission in duty.permissions]
            rows.append({"duty": duty, "scope": duties.SCOPES[duty.scope], "pages": _once(pages)})
        units = [one.unit for one in access.active if one.role == role and one.unit]
        found.append({"title": duties.ROLES[role].title, "units": units, "rows": rows})
    return found


def _once(items: Iterable[menu.MenuItem]) -> list[menu.MenuItem]:
    """Each page once, in the order of the menus."""
    order = [one.code for one in (*duties.MENUS, *duties.EXTRA_MENUS)]
    unique = {one.url_name: one for one in items}
    return sorted(unique.values(), key=lambda one: (order.index(one.menu), one.place))


def sheets(access: Access) -> list[tuple[str, str | Promise]]:
    """Addresses and titles of what the person may upload from Excel without choosing a row first."""
    return [
        (reverse("sheet_upload", args=[one.code]), one.title)
        for one in SHEETS.values()
        if not one.own_upload and access.can(one.permission)
    ]


def about_page(access: Access, address: str) -> dict[str, Any] | None:
    """What an address is, by which duties the person opens it and what may be done there; None: nothing to say."""
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return None
    rule = rule_for(match.func, url_name=match.url_name or "", app_name=match.app_name)
    if rule is None or rule.kind != PERMISSION or not access.can(rule.permission):
        return None
    word = rule.permission.partition(".")[0]
    register = _register_of(match.url_name or "")
    mine = [
        one
        for one in duties.DUTIES
        if access.roles & set(one.roles) and any(each.partition(".")[0] == word for each in one.permissions)
    ]
    return {
        "title": register.title if register else _menu_title(match.url_name or ""),
        "duties": mine,
        "register": register,
        "finds": [one.label for one in register.filters] if register else [],
        "topics": [one for one in topics(access) if one.is_about(rule.permission)],
    }


def _register_of(url_name: str) -> type[Register] | None:
    return next((one for one in REGISTERS.values() if url_name.startswith(f"{one.key()}_")), None)


def _menu_title(url_name: str) -> str | Promise:
    return next((one.title for one in menu.all_items() if one.url_name == url_name), "")


def asked(access: Access) -> list[dict[str, Any]]:
    """Whom to ask, the nearest first; to whom one may write, with the address for it."""
    groups = [
        (one.title, list(one.people(access).select_related("person")[:ASKED_AT_MOST])) for one in ASKABLE
    ]
    wanted = {user.pk for _title, users in groups for user in users}
    reached: set[int] = set()
    if access.can("message.write"):
        reached = set(people(access).filter(pk__in=wanted).values_list("pk", flat=True))
    write = reverse("mailbox_write")
    return [
        {
            "title": title,
            "people": [(one, f"{write}?to={one.pk}" if one.pk in reached else "") for one in users],
        }
        for title, users in groups
        if users
    ]


def matching(
    text: str, *, said: Sequence[Topic], done: list[dict[str, Any]]
) -> tuple[list[Topic], list[dict[str, Any]]]:
    """Topics and duties, with their pages, in which every word stands."""
    words = fold(text).split()

    def has(*texts: str | Promise) -> bool:
        whole = fold(" ".join(map(str, texts)))
        return all(word in whole for word in words)

    rows = []
    for role in done:
        kept = []
        for row in role["rows"]:
            duty = row["duty"]
            pages = [one for one in row["pages"] if has(one.title)]
            if pages or has(duty.number, duty.objects, duty.verbs):
                kept.append(row | {"pages": pages or row["pages"]})
        if kept:
            rows.append(role | {"rows": kept})
    return [one for one in said if has(one.title, *one.steps)], rows
