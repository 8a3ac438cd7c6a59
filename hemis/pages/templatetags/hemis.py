"""Template tags of every page."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from hemis.access.guard import opens
from hemis.access.scope import Access
from hemis.base import Request
from hemis.pages import filters, menu
from hemis.pages.columns import Column, display

register = template.Library()
SPRITE = "vendor/tabler-icons-3.52.0/sprite.svg"


@cache
def _sprite() -> str:
    """The address of the sprite, which twenty icons on a page ask for."""
    return static(SPRITE)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon of the sprite; decoration only, so hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        _sprite(),
        name,
    )


@register.simple_tag
def side_menu(access: Access | None, path: str) -> SafeString:
    """The menus of the roles in use."""
    return menu.drawn(access, path) if access else SafeString()


@register.simple_tag
def options(choices: Iterable[tuple[str, str]], chosen: Collection[str]) -> SafeString:
    """The options of a select; filters have hundreds of them on a page."""
    return mark_safe(
        "\n".join(
            f'<option value="{conditional_escape(value)}"{" selected" if value in chosen else ""}>'
            f"{conditional_escape(text)}</option>"
            for value, text in choices
        )
    )


register.filter(filters.is_drawn)
register.filter(opens)


NARROW, NARROW_LINK, LONG = 18, 36, 26  # Letters: shorter cells do not wrap, longer ones may.


@register.simple_tag
def table_rows(columns: Iterable[Column], rows: Iterable[Any], linked: Any, ticked: bool) -> SafeString:
    """The rows of a register's table; ``linked`` is the register whose page of a row its main cell leads to.

    Written here and not in a template: a page of a hundred rows has a thousand cells. Everything
    that is not our own is escaped at its place.
    """
    labelled = [(column, conditional_escape(str(column.label))) for column in columns]
    drawn = (
        (_tick(row) if ticked else "")
        + "".join(_cell(column, label, row, linked) for column, label in labelled)
        for row in rows
    )
    return mark_safe("".join(f"<tr>{cells}</tr>\n" for cells in drawn))


def _tick(row: Any) -> str:
    return (
        f'<td><input class="form-check-input" type="checkbox" name="pk" value="{conditional_escape(row.pk)}" '
        f'aria-label="{conditional_escape(row)}"></td>'
    )


def _cell(column: Column, label: str, row: Any, linked: Any) -> str:
    text = column.text(row)
    css = [
        "hemis-main" if column.link else "hemis-long" if len(text) > LONG else "",
        "text-end" if column.numeric else "",
        "text-nowrap" if len(text) < (NARROW_LINK if column.link else NARROW) else "",
    ]
    shown: str = conditional_escape(text)
    if column.link:
        shown = f'<a href="{conditional_escape(linked.url_of(row))}">{shown or "—"}</a>'
    elif column.badge and text:
        shown = f'<span class="badge bg-{conditional_escape(column.colour(row))}-lt">{shown}</span>'
    return f'<td data-label="{label}" class="{" ".join(filter(None, css))}">{shown}</td>'


@register.simple_tag
def cell(column: Column, row) -> str:
    """The text of a cell."""
    return column.text(row)


@register.simple_tag
def badge_colour(column: Column, row) -> str:
    return column.colour(row)


@register.simple_tag
def row_url(register_class, row) -> str:
    return register_class.url_of(row)


@register.simple_tag
def page_url(register_class, page: str, *args) -> str:
    """The address of another page of a register."""
    from django.urls import reverse

    return reverse(register_class.url_name(page), args=args)


@register.simple_tag(takes_context=True)
def query_with(context, **changes) -> str:
    """The present address's parameters with some of them changed; empty removes."""
    request: Request = context["request"]
    data = request.GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            data.pop(name, None)
        else:
            data[name] = value
    return "?" + data.urlencode()


@register.filter
def shown(value) -> str:
    """A value as people read it."""
    return display(value)


@register.filter
def money(value) -> str:
    """Soʻm with grouped figures; no decimals when there are no tiyin."""
    if value is None:
        return ""
    text = f"{value:,.2f}".replace(",", "\u00a0").replace(".", ",")
    return text.removesuffix(",00")


BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("YaBrowser", "Yandex"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
)


@register.filter
def browser(user_agent: str) -> str:
    """``Firefox · Windows`` instead of what browsers say about themselves."""
    programs = (*BROWSERS, ("Safari", "Safari"))
    found = [
        next((name for mark, name in known if mark in user_agent), "")
        for known in (programs, (*SYSTEMS, ("Linux", "Linux")))
    ]
    return " · ".join(filter(None, found)) or user_agent[:40]
