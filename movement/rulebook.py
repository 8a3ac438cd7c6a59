"""The rule book of student movement: which figures there are, how they are written, where they come from.

The figures themselves are rows (`MovementRule`) with the day from which they hold;
``SEED`` is what a new installation begins with. Where the source says so, the
university confirms the figure.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NUMBER, PERIOD = "number", "period"
_PERIOD = re.compile(r"(\d\d)\.(\d\d)-(\d\d)\.(\d\d)")
LEAP_YEAR = 2024


@dataclass(frozen=True)
class RuleSpec:
    """One figure of the rule book; ``form`` is a number or a yearly period ``DD.MM-DD.MM``."""

    code: str
    title: Promise
    form: str = NUMBER


def _rules(*specs: RuleSpec) -> dict[str, RuleSpec]:
    return {spec.code: spec for spec in specs}


RULES = _rules(
    RuleSpec("promotion.gpa", gettext_lazy("Promotion: the least GPA")),
    RuleSpec("promotion.debts", gettext_lazy("Promotion: the most academic debts")),
    RuleSpec(
        "expulsion.hours", gettext_lazy("Expulsion: hours missed without excuse in a semester, more than")
    ),
    RuleSpec("transfer.gpa", gettext_lazy("Transfer: the least GPA")),
    RuleSpec("transfer.differences", gettext_lazy("Transfer: the most differences between curricula")),
    RuleSpec("transfer.score", gettext_lazy("Transfer to another programme: the least entrance score")),
    RuleSpec("transfer.apply.autumn", gettext_lazy("Transfer: applications, autumn"), PERIOD),
    RuleSpec("transfer.decide.autumn", gettext_lazy("Transfer: decisions, autumn"), PERIOD),
    RuleSpec("transfer.apply.spring", gettext_lazy("Transfer: applications, spring"), PERIOD),
    RuleSpec("transfer.decide.spring", gettext_lazy("Transfer: decisions, spring"), PERIOD),
    RuleSpec("reinstatement.apply.autumn", gettext_lazy("Reinstatement: applications, autumn"), PERIOD),
    RuleSpec("reinstatement.decide.autumn", gettext_lazy("Reinstatement: decisions, autumn"), PERIOD),
    RuleSpec("reinstatement.apply.spring", gettext_lazy("Reinstatement: applications, spring"), PERIOD),
    RuleSpec("reinstatement.decide.spring", gettext_lazy("Reinstatement: decisions, spring"), PERIOD),
    RuleSpec("enrolment.days", gettext_lazy("Transfer and reinstatement: order after payment, days")),
    RuleSpec("leave.decision_days", gettext_lazy("Academic leave: decision after the application, days")),
    RuleSpec("leave.months.11", gettext_lazy("Academic leave, military service: the most months")),
    RuleSpec("leave.months.12", gettext_lazy("Academic leave, health: the most months")),
    RuleSpec("leave.months.13", gettext_lazy("Academic leave, pregnancy and childbirth: the most months")),
    RuleSpec("leave.months.14", gettext_lazy("Academic leave, care of a child: the most months")),
    RuleSpec(
        "leave.months.relative", gettext_lazy("Academic leave, care of a sick family member: the most months")
    ),
    RuleSpec("study.years.11", gettext_lazy("Bachelor's study: the most years in all")),
    RuleSpec("study.years.12", gettext_lazy("Master's study: the most years in all")),
)

_578 = "VMQ 578 (13.09.2025), 3-ilova"
_344 = "VMQ 344 (03.06.2021)"
_824 = "VMQ 824 (31.12.2020)"
_SINCE_578 = datetime.date(2025, 9, 15)
_SINCE_344 = datetime.date(2021, 6, 3)
_SINCE_824 = datetime.date(2020, 12, 31)
_WINDOWS = (
    ("autumn", "15.07-05.08", "06.08-31.08"),
    ("spring", "10.01-20.01", "21.01-10.02"),
)

# Code, value, the day from which it holds, source.
SEED: tuple[tuple[str, str, datetime.date, str], ...] = (
    ("promotion.gpa", "2.4", _SINCE_824, f"{_824}, 42-band: OTM 2,4–3,0 oraligʻida belgilaydi"),
    ("promotion.debts", "0", datetime.date(2018, 9, 26), "3069-son Nizom (26.09.2018)"),
    ("expulsion.hours", "74", _SINCE_578, f"{_578}, 49-band"),
    ("transfer.gpa", "2.4", _SINCE_578, f"{_578}"),
    ("transfer.differences", "4", _SINCE_578, f"{_578}"),
    *((f"transfer.apply.{season}", apply, _SINCE_578, f"{_578}") for season, apply, _decide in _WINDOWS),
    *((f"transfer.decide.{season}", decide, _SINCE_578, f"{_578}") for season, _apply, decide in _WINDOWS),
    *((f"reinstatement.apply.{season}", apply, _SINCE_578, f"{_578}, 42-band") for season, apply, _d in _WINDOWS),
    *((f"reinstatement.decide.{season}", decide, _SINCE_578, f"{_578}, 44-band") for season, _a, decide in _WINDOWS),
    ("enrolment.days", "10", _SINCE_578, f"{_578}, 40- va 47-bandlar"),
    ("leave.decision_days", "7", _SINCE_344, f"{_344}: bir hafta"),
    ("leave.months.11", "12", _SINCE_344, f"{_344}: xizmat muddati"),
    ("leave.months.12", "12", _SINCE_344, f"{_344}: toʻliq oʻzlashtirilmagan semestr boshigacha"),
    ("leave.months.13", "6", _SINCE_344, f"{_344}: qonunda belgilangan muddat"),
    ("leave.months.14", "36", _SINCE_344, f"{_344}: qonunda belgilangan muddat"),
    ("leave.months.relative", "12", _SINCE_344, f"{_344}: toʻliq oʻzlashtirilmagan semestr boshigacha"),
    ("study.years.11", "8", _SINCE_824, f"{_824}, 42-band"),
    ("study.years.12", "4", _SINCE_824, f"{_824}, 42-band"),
)  # fmt: skip


# What was compared with the text of the act; the rest the pages mark until somebody has done so.
CONFIRMED = frozenset(
    {
        "promotion.gpa", "expulsion.hours", "enrolment.days", "leave.decision_days", "study.years.11", "study.years.12",
        *(f"reinstatement.{what}.{season}" for what in ("apply", "decide") for season, _a, _d in _WINDOWS),
    }
)  # fmt: skip


def read_number(text: str) -> Decimal:
    """The figure.

    Raises:
        ValueError: it is none, with what to write instead.
    """
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0:
        raise ValueError(_("Write a figure, for example 2.4."))
    return value


def read_period(text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """First and last (month, day) of a yearly period.

    Raises:
        ValueError: it is none, with what to write instead.
    """
    match = _PERIOD.fullmatch(text.strip().replace("–", "-").replace(" ", ""))
    try:
        if match is None:
            raise ValueError
        first, last = (int(match[2]), int(match[1])), (int(match[4]), int(match[3]))
        for month, day in (first, last):
            datetime.date(LEAP_YEAR, month, day)
    except ValueError:
        raise ValueError(_("Write a period as DD.MM-DD.MM, for example 15.07-05.08.")) from None
    if first > last:
        raise ValueError(_("The period ends before it begins."))
    return first, last


@dataclass(frozen=True)
class Held:
    """A figure as it holds on a day."""

    value: str
    source: str


@dataclass(frozen=True)
class Rulebook:
    """All figures that hold on one day; what nobody has set is ``None``."""

    held: dict[str, Held]

    def number(self, code: str) -> Decimal | None:
        found = self.held.get(code)
        return read_number(found.value) if found else None

    def source(self, code: str) -> str:
        found = self.held.get(code)
        return found.source if found else ""

    def source_of(self, prefix: str) -> str:
        """The source of the periods whose code begins so."""
        return next((one.source for code, one in sorted(self.held.items()) if code.startswith(prefix)), "")

    def inside(self, prefix: str, day: datetime.date) -> bool | None:
        """Whether ``day`` lies in one of the periods whose code begins so; ``None``: none is set."""
        periods = [read_period(one.value) for code, one in self.held.items() if code.startswith(prefix)]
        if not periods:
            return None
        return any(first <= (day.month, day.day) <= last for first, last in periods)

    def last_day(self, prefix: str, day: datetime.date) -> datetime.date | None:
        """The last day of the period that ``day`` lies in; ``None``: in none whose code begins so."""
        for code, one in self.held.items():
            if code.startswith(prefix):
                first, last = read_period(one.value)
                if first <= (day.month, day.day) <= last:
                    return datetime.date(day.year, *last)
        return None

    def periods(self, prefix: str) -> str:
        """The periods as people read them: ``15.07-05.08, 10.01-20.01``."""
        return ", ".join(one.value for code, one in sorted(self.held.items()) if code.startswith(prefix))
