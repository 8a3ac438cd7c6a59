"""Pure rules of the journal and of absence: a value, the steps to it, and the source of the rule."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from hemis.explain import decimal_text

WARNING, REPRIMAND, EXPULSION, SUBJECT = "11", "12", "13", "subject"
LEVELS = (WARNING, REPRIMAND, EXPULSION)
HUNDRED = Decimal(100)
# Kinds of training whose hours are not held in a room (`h_training_type`): practice, self-study.
OUTSIDE_THE_ROOM = ("16", "17")


@dataclass(frozen=True)
class Window:
    """Whether a lesson's journal may be written now; ``why`` tells when it may not."""

    is_open: bool
    closes: datetime.datetime
    why: str = ""


def window(
    *,
    begins: datetime.datetime,
    edit_days: int,
    unlocked_until: datetime.datetime | None,
    now: datetime.datetime,
    is_planned: bool = True,
) -> Window:
    """From the beginning of the lesson until the end of the last day of the rule, or of an unlocking.

    AV 3069: current marks are entered within three days; the figure is a dated row.
    """
    midnight = datetime.datetime.combine(begins.date(), datetime.time(), tzinfo=begins.tzinfo)
    closes = midnight + datetime.timedelta(days=edit_days + 1)
    if unlocked_until and unlocked_until > closes:
        closes = unlocked_until
    if not is_planned:
        return Window(False, closes, _("The lesson is cancelled."))
    if now < begins:
        return Window(False, closes, _("The lesson has not begun yet."))
    if now >= closes:
        return Window(
            False,
            closes,
            _("The journal of this lesson is closed. Ask the dean's office to open it, with a reason."),
        )
    return Window(True, closes)


@dataclass(frozen=True)
class Limit:
    """From ``value`` on (or only above it) ``level`` follows."""

    level: str
    value: Decimal
    is_above: bool
    source: str

    def reached(self, figure: Decimal) -> bool:
        return figure > self.value if self.is_above else figure >= self.value


@dataclass(frozen=True)
class Step:
    """One line of an explanation: what was compared, whether it is reached, and the source."""

    text: str
    reached: bool
    source: str


@dataclass(frozen=True)
class Standing:
    """Hours without reason against the limits: the highest level reached, the next one, the hours left to it."""

    hours: Decimal
    level: str
    next_limit: Limit | None
    left: Decimal | None
    highest: Decimal
    steps: tuple[Step, ...]

    @property
    def percent_of_highest(self) -> int:
        """How much of the way to the last limit is gone, for a bar."""
        return min(100, int(self.hours * HUNDRED / self.highest)) if self.highest else 0


def standing(hours: int | Decimal, limits: Sequence[Limit]) -> Standing:
    """Where somebody with ``hours`` missed without reason in a half-year stands (VMQ 578, AV 3807)."""
    figure = Decimal(hours)
    ordered = sorted((one for one in limits if one.level in LEVELS), key=lambda one: one.value)
    reached = [one for one in ordered if one.reached(figure)]
    ahead = [one for one in ordered if not one.reached(figure)]
    steps = tuple(Step(_compared(figure, one), one.reached(figure), one.source) for one in ordered)
    return Standing(
        hours=figure,
        level=reached[-1].level if reached else "",
        next_limit=ahead[0] if ahead else None,
        left=_left(figure, ahead[0]) if ahead else None,
        highest=ordered[-1].value if ordered else Decimal(0),
        steps=steps,
    )


def _compared(figure: Decimal, limit: Limit) -> str:
    figures = {"hours": decimal_text(figure), "limit": decimal_text(limit.value)}
    if limit.is_above:
        return _("%(hours)s hours of more than %(limit)s") % figures
    return _("%(hours)s hours of %(limit)s") % figures


def _left(figure: Decimal, limit: Limit) -> Decimal:
    """Hours that may still be missed before the limit is reached."""
    return limit.value - figure if limit.is_above else max(limit.value - figure - 1, Decimal(0))


@dataclass(frozen=True)
class Share:
    """Hours without reason as a part of a subject's hours in the room; ``budget`` may still be missed."""

    missed: int
    load: int
    percent: Decimal
    is_blocked: bool
    budget: int | None
    source: str


def share(missed: int, load: int, limit: Limit | None) -> Share:
    """VMQ 824, p. 41: who misses 25 % of a subject's hours without reason is not admitted to its final control."""
    percent = (Decimal(missed) * HUNDRED / load).quantize(Decimal("0.1")) if load else Decimal(0)
    exact = Decimal(missed) * HUNDRED / load if load else Decimal(0)
    if limit is None or not load:
        return Share(missed, load, percent, False, None, "")
    border = limit.value * load / HUNDRED
    most = int(border) if limit.is_above or border != int(border) else int(border) - 1
    return Share(missed, load, percent, limit.reached(exact), max(most - missed, 0), limit.source)
