"""Tabler's own text on its light badges is too pale: each colour that is used has a darker one of ours."""

import re
from pathlib import Path

from django.conf import settings
from django.urls import get_resolver

from hemis.pages.register import REGISTERS

CSS = (Path(settings.BASE_DIR) / "static" / "css" / "hemis.css").read_text(encoding="utf-8")
DARK = '[data-bs-theme="dark"] '


def selectors() -> set[str]:
    """All that hemis.css gives a colour of text."""
    rules = re.findall(r"([^{}]+)\{[^{}]*(?<![-\w])color:", CSS)
    return {one.strip() for group in rules for one in group.split(",")}


def test_every_colour_of_a_badge_can_be_read_by_day_and_by_night():
    assert get_resolver().url_patterns  # Registers declare themselves as their addresses are read.
    used = {"secondary"} | {
        colour
        for register in REGISTERS.values()
        for column in register.columns
        for colour in (column.badge or {}).values()
    }
    assert len(used) > 5
    wanted = {f"{theme}.bg-{colour}-lt" for colour in used for theme in ("", DARK)}
    assert not wanted - selectors()
