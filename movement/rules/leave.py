"""Academic leave: how long, its extension and its end (VMQ 344/2021)."""

from __future__ import annotations

import datetime

from hemis.explain import Phrase
from movement.rulebook import Rulebook
from movement.rules.base import DAYS_TO_DECIDE, Check, add_months


def check_leave_period(
    *, begins: datetime.date, ends: datetime.date | None, reason: str, book: Rulebook
) -> list[Check]:
    """The order on leave names its end; its length is within what is set for the ground."""
    if ends is None or ends <= begins:
        text = Phrase("The order names the last day of the leave, after its first.")
        return [Check(False, text, "VMQ 344/2021", code="leave_end")]
    rule = f"leave.months.{reason}"
    most = book.number(rule)
    shown = {"from": begins.strftime("%d.%m.%Y"), "to": ends.strftime("%d.%m.%Y")}
    if most is None:
        text = Phrase("Leave from %(from)s to %(to)s.", **shown)
        return [Check(True, text, "VMQ 344/2021", code="leave_length")]
    text = Phrase("Leave from %(from)s to %(to)s, at most %(months)s months.", **shown, months=most)
    ok = ends <= add_months(begins, int(most))
    return [Check(ok, text, book.source(rule), code="leave_length", excusable=True)]


def check_within_leave(*, ends: datetime.date | None, day: datetime.date) -> Check:
    """One comes back from leave by its end; the application may be made until then."""
    if ends is None:
        text = Phrase("The end of the leave is not known.")
        return Check(False, text, "VMQ 344/2021, 15-band", code="leave_end", excusable=True)
    text = Phrase("The leave lasts until %(end)s.", end=ends.strftime("%d.%m.%Y"))
    ok = day <= ends + datetime.timedelta(days=DAYS_TO_DECIDE)
    return Check(ok, text, "VMQ 344/2021, 15, 18-bandlar", code="leave_end", excusable=True)


def check_extension(
    *, until: datetime.date | None, begins: datetime.date, ends: datetime.date | None
) -> list[Check]:
    """A leave is extended before it is over (or within the week of deciding), to a later day."""
    source = "VMQ 344/2021, 12-band"
    if until is None:
        return [
            Check(
                False, Phrase("The end of the leave is not known."), source, code="leave_end", excusable=True
            )
        ]
    shown = {"until": until.strftime("%d.%m.%Y"), "ends": ends.strftime("%d.%m.%Y") if ends else "—"}
    text = Phrase("The leave lasted until %(until)s and is extended to %(ends)s.", **shown)
    return [
        Check(ends is not None and ends > until, text, source, code="extension"),
        check_within_leave(ends=until, day=begins),
    ]
