"""Who gets a stipend, of which kind, and what a month pays: pure functions, explained (VMQ 59/2020)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_noop

from finance.steps import Phrase
from hemis.explain import Explained, Step
from staff.rules import add_months

BASE, EXCELLENT_GRANT, EXCELLENT_PAID, EXCELLENT_OWN = "11", "14", "15", "16"
DISABILITY, ORPHAN = "17", "18"
FULL_TIME = "11"
# Social categories (`h_social_category`): full state care, without parents; disability of group I or II.
ORPHANS, DISABLED = frozenset({"11", "13"}), frozenset({"12"})
GRANT, WITH_STIPEND, WITHOUT_STIPEND = "grant", "with_stipend", "without_stipend"

WHO = gettext_noop("VMQ 59/2020: full-time students on a grant or a contract with stipend")
ALL_FIVES = gettext_noop("VMQ 59/2020: all marks “5”, 20 % more")
DEBT = gettext_noop("VMQ 59/2020: a debt without a valid reason")
SUPPORT = gettext_noop("VMQ 59/2020: orphans and disability of group I or II, 50 % more")
RETURNED = gettext_noop("VMQ 59/2020: base stipend for the semester of the return or reinstatement")
MATERNITY = gettext_noop("VMQ 59/2020: the stipend is paid in maternity leave")
FIRST = gettext_noop("VMQ 59/2020: there are no marks before the first session")
AMOUNT = gettext_noop("Stipend amounts that hold on the first day of the month")
HOUSE_MONTH = gettext_noop("Rule of the university: a month is paid to who studies on its first day")


@dataclass(frozen=True)
class Marks:
    """Marks of the last session; ``debts`` are subjects owed now."""

    fives: int = 0
    fours: int = 0
    threes: int = 0
    debts: int = 0

    @property
    def total(self) -> int:
        return self.fives + self.fours + self.threes

    @property
    def threes_percent(self) -> Decimal:
        return Decimal(self.threes) * 100 / self.total if self.total else Decimal(0)


@dataclass(frozen=True)
class Applicant:
    """What the kind of a student's stipend depends on."""

    education_form: str
    ground: str
    social_category: str
    first_semester: bool
    marks: Marks
    # Came back from leave, or was reinstated, in the present semester.
    returned: bool = False


def appointed(one: Applicant, *, threes: Decimal | None, source: str) -> Explained[str]:
    """The kind of stipend (`h_stipend_rate`) by rule; empty where there is none.

    ``threes`` is the share of marks “3” in per cent from which on a student on a grant
    gets none, by ``source``; without it the share is not asked.
    """
    steps: list[Step] = []
    kind = _kind(one, steps, threes, source)
    return Explained(kind, steps)


def _kind(one: Applicant, steps: list[Step], threes: Decimal | None, source: str) -> str:
    if one.education_form != FULL_TIME:
        return _none(steps, Phrase(gettext_noop("no stipend in this form of education")), WHO)
    steps.append(Step(Phrase(GROUNDS[one.ground]), "", WHO))
    if one.marks.debts:
        return _none(steps, Phrase(gettext_noop("subjects owed: %(debts)s"), debts=one.marks.debts), DEBT)
    excellent = bool(one.marks.total) and one.marks.fives == one.marks.total
    _tell_marks(one, steps)
    if one.ground == WITHOUT_STIPEND:
        if excellent:
            return _some(
                steps, EXCELLENT_OWN, Phrase(gettext_noop("all marks are “5”: 20 %% of the base")), ALL_FIVES
            )
        return _none(steps, Phrase(gettext_noop("the contract is without stipend")), WHO)
    if one.social_category in ORPHANS:
        return _some(steps, ORPHAN, Phrase(gettext_noop("orphan or without parental care")), SUPPORT)
    if one.social_category in DISABLED:
        return _some(steps, DISABILITY, Phrase(gettext_noop("disability of group I or II")), SUPPORT)
    if one.returned:
        return _some(
            steps,
            BASE,
            Phrase(gettext_noop("came back from leave or was reinstated this semester")),
            RETURNED,
        )
    if excellent:
        kind = EXCELLENT_GRANT if one.ground == GRANT else EXCELLENT_PAID
        return _some(steps, kind, Phrase(gettext_noop("all marks are “5”")), ALL_FIVES)
    if one.ground == GRANT and threes is not None and one.marks.total and one.marks.threes_percent >= threes:
        return _none(
            steps,
            Phrase(
                gettext_noop("marks “3”: %(share)s %%, from %(limit)s %% on there is no stipend"),
                share=one.marks.threes_percent.quantize(Decimal("0.1")), limit=threes,
            ),
            source,
        )  # fmt: skip
    return _some(steps, BASE, Phrase(gettext_noop("base stipend")), WHO)


GROUNDS = {
    GRANT: gettext_noop("studies full-time on a grant"),
    WITH_STIPEND: gettext_noop("studies full-time on a contract with stipend"),
    WITHOUT_STIPEND: gettext_noop("studies full-time on a contract without stipend"),
}


def _tell_marks(one: Applicant, steps: list[Step]) -> None:
    if one.first_semester and not one.marks.total:
        steps.append(Step(Phrase(gettext_noop("first semester: no marks yet")), "", FIRST))
        return
    marks = one.marks
    steps.append(
        Step(
            Phrase(
                gettext_noop("marks of the last session: “5” %(fives)s, “4” %(fours)s, “3” %(threes)s"),
                fives=marks.fives, fours=marks.fours, threes=marks.threes,
            )
        )
    )  # fmt: skip


def _some(steps: list[Step], kind: str, text: Phrase, source: str) -> str:
    steps.append(Step(text, "✓", source))
    return kind


def _none(steps: list[Step], text: Phrase, source: str) -> str:
    steps.append(Step(text, "✗", source))
    return ""


@dataclass(frozen=True)
class Month:
    """A month of an appointed stipend. ``amount`` is that of the kind on the first day of the month.

    ``maternity``: on leave on the ground of pregnancy and childbirth, which is paid.
    """

    first: datetime.date
    valid_from: datetime.date
    ended_on: datetime.date | None
    studying: bool
    status: str
    debts: int
    amount: Decimal | None
    maternity: bool = False


def paid(month: Month) -> Explained[Decimal]:
    """What the month pays, soʻm: the whole amount or nothing."""
    day = max(month.first, month.valid_from)
    if month.ended_on and month.ended_on < day:
        return _unpaid(
            Phrase(gettext_noop("the stipend ended on %(day)s"), day=f"{month.ended_on:%d.%m.%Y}"),
            HOUSE_MONTH,
        )
    if not month.studying and not month.maternity:
        return _unpaid(
            Phrase(gettext_noop("on %(day)s: %(status)s"), day=f"{day:%d.%m.%Y}", status=month.status),
            HOUSE_MONTH,
        )
    if month.debts:
        return _unpaid(Phrase(gettext_noop("subjects owed: %(debts)s"), debts=month.debts), DEBT)
    if month.amount is None:
        return _unpaid(
            Phrase(gettext_noop("no amount of this kind holds on the first day of the month")), AMOUNT
        )
    steps = [Step(Phrase(gettext_noop("amount a month")), month.amount, AMOUNT)]
    if month.maternity:
        steps.insert(0, Step(Phrase(gettext_noop("on maternity leave")), "", MATERNITY))
    return Explained(month.amount, steps)


def _unpaid(text: Phrase, source: str) -> Explained[Decimal]:
    return Explained(Decimal(0), [Step(text, Decimal(0), source)])


def first_of(day: datetime.date) -> datetime.date:
    """The first day of its month."""
    return day.replace(day=1)


def last_of(day: datetime.date) -> datetime.date:
    """The last day of its month."""
    return add_months(first_of(day), 1) - datetime.timedelta(days=1)
