"""Terms of applications: pure functions with their sources."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

SOON_DAYS = 2


@dataclass(frozen=True)
class Window:
    """When applications are received and decided."""

    opens: datetime.date
    closes: datetime.date
    decide_by: datetime.date
    source: str


@dataclass(frozen=True)
class Due:
    """By when an application is decided, how that was found and what says so."""

    day: datetime.date
    text: str
    source: str


@dataclass(frozen=True)
class Reception:
    """Whether an application may be sent today."""

    is_open: bool
    text: str
    window: Window | None = None


def reception(windows: Iterable[Window], today: datetime.date) -> Reception:
    """No window at all: received the whole year. Else within one of them only."""
    known = sorted(windows, key=lambda one: one.opens)
    if not known:
        return Reception(True, _("Received all the year round."))
    for one in known:
        if one.opens <= today <= one.closes:
            text = _("Received until %(day)s (%(source)s).")
            return Reception(True, text % {"day": f"{one.closes:%d.%m.%Y}", "source": one.source}, one)
    later = next((one for one in known if one.opens > today), None)
    if later is None:
        return Reception(False, _("Not received now; the next dates are not set yet."))
    text = _("Received from %(from)s to %(to)s (%(source)s). You may prepare the draft now and send it then.")
    return Reception(
        False, text % {"from": f"{later.opens:%d.%m.%Y}", "to": f"{later.closes:%d.%m.%Y}", "source": later.source}
    )  # fmt: skip


def due(*, sent: datetime.date, days: int, source: str, window: Window | None = None) -> Due:
    """The end of the window for decisions, or so many days after the day of sending."""
    if window is not None:
        text = _("End of the period for decisions: %(day)s.") % {"day": f"{window.decide_by:%d.%m.%Y}"}
        return Due(window.decide_by, text, window.source)
    day = sent + datetime.timedelta(days=days)
    text = _("%(days)d days from %(sent)s: %(day)s.") % {
        "days": days, "sent": f"{sent:%d.%m.%Y}", "day": f"{day:%d.%m.%Y}",
    }  # fmt: skip
    return Due(day, text, source)
