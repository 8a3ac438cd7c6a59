"""The price of a contract and its instalments: pure functions, exact, explained step by step.

Everything is ``Decimal`` and in soʻm. Nothing is rounded on the way; the price is
rounded once, half up, to a whole soʻm.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext, gettext_noop

from finance.steps import Phrase
from hemis.explain import Explained, Step

BY_COEFFICIENT, BY_SUM = "11", "12"
WITH_STIPEND, WITHOUT_STIPEND = "11", "12"
BASIC, RECOMMENDED, FOREIGN = "11", "18", "19"
DIFFERENTIATED = frozenset({"16", "17"})
# By points short of the passing score (12–15) or by a coefficient of its own: paid more in the first year.
INCREASED = DIFFERENTIATED | {"12", "13", "14", "15"}
# Evening, part-time, special part-time, second higher part-time: no stipend is paid in these forms.
FORMS_WITHOUT_STIPEND = frozenset({"12", "13", "14", "15"})
STIPEND_MONTHS = 12
# A graduate's last year ends in June: no stipend for July and August (regulation 2431, p. 26).
GRADUATES_UNPAID_MONTHS = 2
WHOLE = Decimal(1)

REG_FEE = gettext_noop("Regulation 2431: the fee of the year")
REG_STIPEND = gettext_noop("Regulation 2431; contract with stipend: base and twelve stipends")
REG_MONTHS = gettext_noop("Regulation 2431, p. 24–25: months of study × 1/12")
REG_GRADUATE = gettext_noop("Regulation 2431, p. 26: July and August of graduates")
REG_DISCOUNT = gettext_noop("Decision of the university on the discount")
CENTRAL_BANK = gettext_noop("Rate of the Central Bank on the day of the contract")
HOUSE_ROUNDING = gettext_noop("Rule of the university: once, half up, to a whole soʻm")

# Names of what can be missing; the texts say what to do about it.
MISSING: dict[str, str] = {
    "mode": gettext_noop("The way of calculation is not set for the academic year."),
    "minimum_wage": gettext_noop("No minimum wage holds on the day of the contract."),
    "base_stipend": gettext_noop("No base stipend (rate 11) holds on the day of the contract."),
    "type_coefficient": gettext_noop("The contract type has no coefficient on the day of the contract."),
    "base_coefficient": gettext_noop("The programme has no base coefficient for the academic year."),
    "base_sum": gettext_noop("The programme has no base sum for the academic year."),
    "foreign_sum": gettext_noop("The programme has no sum for foreign citizens for the academic year."),
    "currency_rate": gettext_noop("No rate of the currency holds on the day of the contract."),
    "differentiated": gettext_noop(
        "Neither programme nor faculty has a differentiated coefficient for the academic year."
    ),
    "not_offered": gettext_noop("Contracts of this type are made without stipend only."),
    "stipend_not_for_form": gettext_noop("In this form of education there is no contract with stipend."),
    "not_positive": gettext_noop(
        "The sum would not be greater than nothing: check coefficient, stipend and discount."
    ),
    "months": gettext_noop("A contract covers one to twelve months."),
    "discount": gettext_noop("A discount is from 0 to less than 100 percent."),
    "instalments": gettext_noop(
        "The instalment dates of the academic year are not set or do not reach 100 %."
    ),
}


@dataclass(frozen=True)
class PriceInputs:
    """Everything the price depends on; ``None`` means that nobody has set it."""

    mode: str | None
    contract_type: str
    sum_type: str
    education_form: str
    months: int = 12
    discount: Decimal = Decimal(0)
    graduating: bool = False
    minimum_wage: Decimal | None = None
    base_stipend: Decimal | None = None
    base_coefficient: Decimal | None = None
    base_sum: Decimal | None = None
    foreign_sum: Decimal | None = None
    # A price in foreign currency goes before the one in soʻm; it is counted at the rate of the day.
    currency: str = ""
    currency_sum: Decimal | None = None
    currency_rate: Decimal | None = None
    type_coefficient: Decimal | None = None
    differentiated: Decimal | None = None

    @property
    def with_stipend(self) -> bool:
        return self.sum_type == WITH_STIPEND

    @property
    def daytime(self) -> bool:
        return self.education_form not in FORMS_WITHOUT_STIPEND

    @property
    def takes_stipend_off(self) -> bool:
        """By coefficient, the daytime price without stipend is the price less twelve stipends."""
        return (
            self.mode == BY_COEFFICIENT
            and not self.with_stipend
            and self.daytime
            and self.contract_type != FOREIGN
        )


class CannotPrice(Exception):
    """The price cannot be found; ``names`` are keys of ``MISSING``."""

    def __init__(self, names: Sequence[str]):
        self.names = tuple(names)
        super().__init__(", ".join(names))

    def texts(self) -> list[str]:
        """The reasons in the language in use."""
        return [gettext(MISSING[name]) for name in self.names]


def missing(i: PriceInputs) -> list[str]:
    """Names of what is missing or contradicts itself; empty when the price can be found."""
    found: list[str] = []
    if i.mode not in (BY_COEFFICIENT, BY_SUM):
        return ["mode"]
    if not 1 <= i.months <= 12:
        found.append("months")
    if not 0 <= i.discount < 100:
        found.append("discount")
    if i.with_stipend and i.contract_type in (RECOMMENDED, FOREIGN):
        found.append("not_offered")
    if i.with_stipend and not i.daytime:
        found.append("stipend_not_for_form")
    return found + [name for name in _needed(i) if getattr(i, name) is None]


def _needed(i: PriceInputs) -> list[str]:
    """Inputs that the formula of this contract uses."""
    names = ["type_coefficient"]
    if i.contract_type == FOREIGN:
        return [*names, "currency_rate" if i.currency else "foreign_sum"]
    names += ["minimum_wage", "base_coefficient"] if i.mode == BY_COEFFICIENT else ["base_sum"]
    if i.contract_type in DIFFERENTIATED:
        names.append("differentiated")
    stipend_in_price = i.with_stipend and (
        i.mode == BY_SUM or i.graduating or (i.contract_type == BASIC and i.discount)
    )
    if stipend_in_price or i.takes_stipend_off:
        names.append("base_stipend")
    return names


@dataclass
class _Sum:
    """A sum on its way, with the steps so far."""

    value: Decimal = Decimal(0)
    steps: list[Step] = field(default_factory=list)

    def to(self, value: Decimal, source: str, template: str, **figures: Any) -> None:
        self.value = value
        self.steps.append(Step(Phrase(template, **figures), value, source))


def price(i: PriceInputs) -> Explained[Decimal]:
    """The sum of a contract in whole soʻm, with its steps.

    M minimum wage, K base coefficient, P base sum a year, F sum for foreigners,
    S base stipend a month, k coefficient of the type, q differentiated coefficient.

    Raises:
        CannotPrice: something is missing, or the result would not be positive.
    """
    if lacks := missing(i):
        raise CannotPrice(lacks)
    total = _Sum()
    discount_base = _year_sum(i, total)
    _take_discount(i, total, discount_base)
    if i.months != 12:
        total.to(
            total.value * i.months / 12, REG_MONTHS, gettext_noop("× %(months)s / 12 months"), months=i.months
        )
    if i.graduating and i.with_stipend:
        stipend = _given(i.base_stipend)
        total.to(
            total.value - GRADUATES_UNPAID_MONTHS * stipend,
            REG_GRADUATE,
            gettext_noop("less %(months)s stipends of %(stipend)s"),
            months=GRADUATES_UNPAID_MONTHS,
            stipend=stipend,
        )
    rounded = total.value.quantize(WHOLE, ROUND_HALF_UP)
    if rounded <= 0:
        raise CannotPrice(["not_positive"])
    total.to(rounded, HOUSE_ROUNDING, gettext_noop("rounded to a whole soʻm"))
    return Explained(rounded, total.steps)


def _given(value: Decimal | None) -> Decimal:
    """A value that ``missing`` has found to be there."""
    if value is None:
        raise CannotPrice(["mode"])
    return value


def _year_sum(i: PriceInputs, total: _Sum) -> Decimal:
    """The sum of a whole year before discount; returns the sum that the discount is taken of."""
    k = _given(i.type_coefficient)
    if i.contract_type == FOREIGN:
        _foreign_sum(i, total)
        _times_type(i, total, k)
        return total.value
    if i.mode == BY_COEFFICIENT:
        return _by_coefficient(i, total, k)
    return _by_sum(i, total, k)


def _foreign_sum(i: PriceInputs, total: _Sum) -> None:
    if not i.currency:
        total.to(_given(i.foreign_sum), REG_FEE, gettext_noop("sum a year for foreign citizens"))
        return
    amount, rate = _given(i.currency_sum), _given(i.currency_rate)
    total.to(
        amount * rate,
        CENTRAL_BANK,
        gettext_noop("price of %(amount)s %(currency)s × rate %(rate)s"),
        amount=amount,
        currency=i.currency,
        rate=rate,
    )


def _by_coefficient(i: PriceInputs, total: _Sum, k: Decimal) -> Decimal:
    wage, coefficient = _given(i.minimum_wage), _given(i.base_coefficient)
    base = coefficient * wage
    total.to(
        base,
        REG_FEE,
        gettext_noop("base coefficient %(coefficient)s × minimum wage %(wage)s"),
        coefficient=coefficient,
        wage=wage,
    )
    if i.takes_stipend_off:
        stipend = _given(i.base_stipend)
        total.to(
            base - STIPEND_MONTHS * stipend,
            REG_STIPEND,
            gettext_noop("without stipend: less %(months)s × %(stipend)s"),
            months=STIPEND_MONTHS,
            stipend=stipend,
        )
    _times_type(i, total, k)
    if i.contract_type == BASIC and i.with_stipend and i.discount:
        # The stipend is not discounted: the percentage is taken of the sum without it.
        return (base - STIPEND_MONTHS * _given(i.base_stipend)) * k
    return total.value


def _by_sum(i: PriceInputs, total: _Sum, k: Decimal) -> Decimal:
    total.to(_given(i.base_sum), REG_FEE, gettext_noop("sum a year without stipend"))
    _times_type(i, total, k)
    without_stipend = total.value
    if i.with_stipend:
        stipend = _given(i.base_stipend)
        total.to(
            total.value + STIPEND_MONTHS * stipend,
            REG_STIPEND,
            gettext_noop("with stipend: plus %(months)s × %(stipend)s"),
            months=STIPEND_MONTHS,
            stipend=stipend,
        )
    return without_stipend if i.contract_type == BASIC else total.value


def _times_type(i: PriceInputs, total: _Sum, k: Decimal) -> None:
    total.to(total.value * k, REG_FEE, gettext_noop("× coefficient of the contract type %(k)s"), k=k)
    if i.contract_type in DIFFERENTIATED:
        q = _given(i.differentiated)
        total.to(total.value * q, REG_FEE, gettext_noop("× differentiated coefficient %(q)s"), q=q)


def _take_discount(i: PriceInputs, total: _Sum, base: Decimal) -> None:
    if i.discount:
        total.to(
            total.value - base * i.discount / 100,
            REG_DISCOUNT,
            gettext_noop("less a discount of %(percent)s %% of %(base)s"),
            percent=i.discount,
            base=base,
        )


@dataclass(frozen=True)
class Part:
    """A rule of payment: by ``due``, ``share`` percent of the sum is paid in all."""

    share: Decimal
    due: datetime.date


@dataclass(frozen=True)
class Instalment:
    """One payment: what is due by a day, and which share of the sum is paid in all by then."""

    position: int
    due: datetime.date
    share: Decimal
    amount: Decimal


def instalments(amount: Decimal, parts: Sequence[Part]) -> list[Instalment]:
    """The instalments of a sum; they add up to it exactly.

    The law sets the least share ("at least 25 %", regulation 2431, p. 20, 22), so
    what is paid in all by a day is rounded up to a whole soʻm. A part that comes
    to nothing is left out.

    Raises:
        CannotPrice: no parts, or shares and days that do not grow up to 100 %.
    """
    ordered = sorted(parts, key=lambda part: part.share)
    days = [part.due for part in ordered]
    if not ordered or ordered[-1].share != 100 or ordered[0].share <= 0 or days != sorted(days):
        raise CannotPrice(["instalments"])
    paid = Decimal(0)
    found: list[Instalment] = []
    for part in ordered:
        by_then = (
            amount
            if part.share == 100
            else min(amount, (amount * part.share / 100).quantize(WHOLE, ROUND_CEILING))
        )
        if by_then > paid:
            found.append(Instalment(len(found) + 1, part.due, part.share, by_then - paid))
            paid = by_then
    return found
