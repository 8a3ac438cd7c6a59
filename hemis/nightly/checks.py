"""What must always be true of the data, asked each night: apps declare their checks in ``nightly.py``.

The database refuses wrong writes; a check finds what came about nevertheless: a restored
backup with a part missing, a trigger that somebody switched off, a correction by hand.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hemis.nightly.steps import Finding, Outcome

CHECKS: dict[str, Check] = {}
SHOWN = 10


@dataclass(frozen=True)
class Check:
    """Rows that should not exist.

    ``words`` say in one sentence what is wrong with them. ``sql`` gives one text a row
    that names the case; where the database cannot know (a file on the disk), ``find``
    does the same.
    """

    code: str
    words: str | Promise
    sql: str = ""
    find: Callable[[], Iterable[str]] | None = None


def register(check: Check) -> Check:
    """Make a check known under its code.

    Raises:
        ValueError: another check has this code, or it says neither by SQL nor by a function what to look for.
    """
    if bool(check.sql) == bool(check.find):
        raise ValueError(f"The check {check.code} looks for nothing, or twice.")
    if CHECKS.setdefault(check.code, check) != check:
        raise ValueError(f"Two checks are called {check.code}.")
    return check


def ask(check: Check) -> Finding | None:
    """What the check finds now; nothing when all is well."""
    cases = list(check.find()) if check.find else _rows(check.sql)
    if not cases:
        return None
    return Finding(str(check.words), len(cases), cases[:SHOWN])


def _rows(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [str(row[0]) for row in cursor.fetchall()]


def ask_all(day: datetime.date) -> Outcome:
    """The report of all checks; one that breaks is a finding itself and hides no other."""
    findings = []
    for code, check in CHECKS.items():
        try:
            with transaction.atomic():
                found = ask(check)
        except Exception as error:  # whatever breaks: the other checks are asked all the same
            text = _("The check “%(code)s” itself broke: %(error)s.")
            found = Finding(text % {"code": code, "error": type(error).__name__}, 1)
        if found:
            findings.append(found)
    return Outcome({"asked": len(CHECKS), "found": len(findings)}, findings)
