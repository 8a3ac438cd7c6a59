"""What a contract comes to when its study changes or ends: pure functions, exact, explained step by step.

Months are counted as the law counts them: the academic year has twelve, September
to August, a contract pays for the last ``months`` of them, and the month in which
the order comes into force is studied to its end (regulation 2431, p. 24–29).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_noop

from finance.contracts.rules import HOUSE_ROUNDING, INCREASED, REG_FEE, REG_MONTHS, WHOLE
from finance.steps import Phrase, figure
from hemis import explain
from hemis.explain import Explained, Step
from staff.rules import add_months

YEAR_MONTHS, HALF_YEAR = 12, 6
SEPTEMBER = 9
# Of a differentiated contract whose student is expelled in the first semester (regulation 2431, p. 27).
KEPT_OF_DIFFERENTIATED = Decimal("0.5")
BY_MONTHS, BY_SEMESTER = "months", "semester"

REG_CHANGE = gettext_noop("Regulation 2431, p. 18–19: a change within the year concerns the remaining period")
REG_KEPT = gettext_noop("Regulation 2431, p. 27: a differentiated contract, expelled in the first semester")
RELEARNING = gettext_noop("VMQ 824/2020, p. 41, 45: relearning is paid by the credit")
CENT = Decimal("0.01")
IN_FORCE = gettext_noop("The sum of the contract in force")


@dataclass(frozen=True)
class Study:
    """What has been paid for and how far it was studied. ``amount`` is the sum in force, soʻm."""

    amount: Decimal
    year: int
    months: int
    on: datetime.date
    second_semester: bool = False
    first_course: bool = False
    contract_type: str = "11"

    @property
    def studied(self) -> int:
        return months_studied(self.year, self.months, self.on)


def months_studied(year: int, months: int, on: datetime.date) -> int:
    """How many of the ``months`` paid for are studied when study changes on a day; its month counts."""
    passed = (on.year - year) * YEAR_MONTHS + on.month - SEPTEMBER + 1
    return min(months, max(0, passed - (YEAR_MONTHS - months)))


def months_left(year: int, on: datetime.date) -> int:
    """For how many months one pays who begins on a day: its month and those after it (p. 24)."""
    passed = (on.year - year) * YEAR_MONTHS + on.month - SEPTEMBER
    return YEAR_MONTHS - min(YEAR_MONTHS - 1, max(0, passed))


def owed(study: Study, *, mode: str, source: str) -> Explained[Decimal]:
    """What of the contract's sum is owed when the study that it pays for ends.

    ``mode`` is that of the rule of refund for the ground, ``source`` the act behind it.
    """
    steps = [Step(Phrase(gettext_noop("sum of the contract in force")), study.amount, IN_FORCE)]
    if mode == BY_SEMESTER:
        return _by_semester(study, steps, source)
    value = study.amount * study.studied / study.months
    steps.append(
        Step(
            Phrase(
                gettext_noop("studied to the end of the month: %(studied)s of %(months)s months"),
                studied=study.studied, months=study.months,
            ),
            value, source,
        )
    )  # fmt: skip
    return _rounded(value, steps)


def _by_semester(study: Study, steps: list[Step], source: str) -> Explained[Decimal]:
    if study.second_semester:
        steps.append(
            Step(
                Phrase(gettext_noop("the second semester is not given back: the whole sum is owed")),
                study.amount, source,
            )
        )  # fmt: skip
        return Explained(study.amount, steps)
    if study.first_course and study.contract_type in INCREASED:
        value = study.amount * KEPT_OF_DIFFERENTIATED
        steps.append(
            Step(Phrase(gettext_noop("half of a differentiated contract is owed: × 50 %%")), value, REG_KEPT)
        )
        return _rounded(value, steps)
    first = max(0, study.months - HALF_YEAR)
    value = study.amount * first / study.months
    steps.append(
        Step(
            Phrase(
                gettext_noop("the first semester is not given back: %(first)s of %(months)s months"),
                first=first, months=study.months,
            ),
            value, source,
        )
    )  # fmt: skip
    return _rounded(value, steps)


def repriced(study: Study, *, new_year_sum: Decimal) -> Explained[Decimal]:
    """The sum after a transfer: the months studied at the old price, the rest at the new one.

    ``new_year_sum`` is the price of a whole year where one studies now.
    """
    left = study.months - study.studied
    behind = study.amount * study.studied / study.months
    ahead = new_year_sum * left / YEAR_MONTHS
    steps = [
        Step(Phrase(gettext_noop("sum of the contract in force")), study.amount, IN_FORCE),
        Step(
            Phrase(
                gettext_noop("studied before: %(studied)s of %(months)s months"),
                studied=study.studied, months=study.months,
            ),
            behind, REG_CHANGE,
        ),
        Step(
            Phrase(
                gettext_noop("remaining %(left)s months at the new price of %(price)s a year"),
                left=left, price=new_year_sum,
            ),
            ahead, REG_MONTHS,
        ),
        Step(Phrase(gettext_noop("together")), behind + ahead, REG_CHANGE),
    ]  # fmt: skip
    return _rounded(behind + ahead, steps)


def relearning_fee(
    credits: Decimal, *, price: Decimal | None = None, source: str = "", year_sum: Decimal = Decimal(0),
    year_credits: Decimal = Decimal(0),
) -> Explained[Decimal]:  # fmt: skip
    """The fee of ``credits`` studied anew, soʻm: × ``price`` of a credit by the university's decision ``source``.

    Without it the price is the base contract of the year divided by its planned credits
    (VMQ 824/2020, 41, 45). Rounded once, half up, to a whole soʻm.
    """
    if price is None:
        price = year_sum / year_credits
        steps = [
            Step(
                explain.Phrase(gettext_noop("base contract of a year, soʻm")),
                figure(year_sum), explain.Phrase(REG_FEE),
            ),
            Step(
                explain.Phrase(
                    gettext_noop("÷ %(credits)s credits of the year: price of a credit"),
                    credits=figure(year_credits),
                ),
                figure(price.quantize(CENT, ROUND_HALF_UP)), explain.Phrase(RELEARNING),
            ),
        ]  # fmt: skip
    else:
        text = explain.Phrase(gettext_noop("price of a credit set by the university"))
        steps = [Step(text, figure(price), source)]
    found = (credits * price).quantize(WHOLE, ROUND_HALF_UP)
    text = explain.Phrase(
        gettext_noop("× %(credits)s credits, rounded to a whole soʻm"), credits=figure(credits)
    )
    steps.append(Step(text, figure(found), explain.Phrase(RELEARNING)))
    return Explained(found, steps)


def with_fee(amount: Decimal, fee: Decimal, *, subject: str, credits: Decimal) -> Explained[Decimal]:
    """The sum of a contract that a fee of relearning is added to, soʻm."""
    fee_text = Phrase(
        gettext_noop("relearning of %(subject)s, %(credits)s credits"), subject=subject, credits=credits
    )
    steps = [
        Step(Phrase(gettext_noop("sum of the contract in force")), amount, IN_FORCE),
        Step(fee_text, fee, RELEARNING),
        Step(Phrase(gettext_noop("together")), amount + fee, RELEARNING),
    ]
    return Explained(amount + fee, steps)


def _rounded(value: Decimal, steps: list[Step]) -> Explained[Decimal]:
    found = value.quantize(WHOLE, ROUND_HALF_UP)
    steps.append(Step(Phrase(gettext_noop("rounded to a whole soʻm")), found, HOUSE_ROUNDING))
    return Explained(found, steps)


@dataclass(frozen=True)
class Due:
    """What is due by a day."""

    day: datetime.date
    amount: Decimal


def month_after(day: datetime.date) -> datetime.date:
    """The same day of the next month, or its last day."""
    return add_months(day, 1)


def replanned(plan: Sequence[Due], *, amount: Decimal, on: datetime.date) -> list[Due]:
    """The plan of payment that comes to ``amount`` after a change on a day.

    What is added is due within a month (p. 19); what falls away is taken from the
    last payments first. The parts add up to ``amount`` exactly.
    """
    parts = sorted(plan, key=lambda one: one.day)
    more = amount - sum((one.amount for one in parts), Decimal(0))
    if more > 0:
        return _with(parts, Due(month_after(on), more))
    less, kept = -more, []
    for one in reversed(parts):
        taken = min(less, one.amount)
        less -= taken
        if one.amount > taken:
            kept.append(Due(one.day, one.amount - taken))
    return kept[::-1]


def _with(parts: Sequence[Due], more: Due) -> list[Due]:
    """One more payment in its place; on a day that has one already they are one."""
    same = sum((one.amount for one in parts if one.day == more.day), Decimal(0))
    others = [one for one in parts if one.day != more.day]
    return sorted([*others, Due(more.day, same + more.amount)], key=lambda one: one.day)
