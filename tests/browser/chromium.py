"""Which browser the tests and the sweep start, and how."""

from __future__ import annotations

import shutil

ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_path() -> str:
    """The system's Chromium: better its shell without windows, which needs half of the time for a page.

    Raises:
        LookupError: there is none.
    """
    for name in ("chromium-headless-shell", "chromium", "chromium-browser"):
        if path := shutil.which(name):
            return path
    raise LookupError("Chromium is not installed: apt install chromium-headless-shell")
