"""Formulas and checks of controls, the same for every page: pure functions with their steps (law 6).

All points are decimals with one place. There is ONE rounding of points: half up to
one place (``rounded``); a mark is then found by the half-open borders of the scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from hemis.explain import Explained, LateStep, Phrase, Step, decimal_text

FIVE, HUNDRED, CREDIT = "five", "hundred", "credit"
CURRENT, MIDTERM, FINAL, OVERALL = "11", "12", "13", "14"
CURRENT_PARTS, MIDTERM_PARTS = ("15", "16"), ("17", "18")
CURRENT_ALL, MIDTERM_ALL = (CURRENT, *CURRENT_PARTS), (MIDTERM, *MIDTERM_PARTS)
GRADED, ABSENT, EXCUSED, NOT_ADMITTED, EMPTY = "graded", "absent", "excused", "not_admitted", ""
ZERO, TENTH, HUNDREDTH = Decimal(0), Decimal("0.1"), Decimal("0.01")
LEAST_PASSING_MARK = 3

AV_3069, VMQ_824 = "AV 3069", "VMQ 824/2020"


def rounded(value: Decimal) -> Decimal:
    """Points with one place, half up: the only rounding of points there is."""
    return value.quantize(TENTH, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Border:
    """A mark is given from ``lowest`` points up to the next better one."""

    lowest: Decimal
    mark: int
    letter: str = ""
    point: Decimal | None = None
    name: str = ""


@dataclass(frozen=True)
class Scale:
    """A marking system as it stands on the day of a control."""

    kind: str
    pass_percent: Decimal
    borders: tuple[Border, ...]
    basis: str = ""
    attempts: int = 3
    gpa_threshold: Decimal | None = None
    # Whether the final control alone must reach the limit too.
    final_alone: bool = False

    @property
    def highest(self) -> Decimal:
        return Decimal(5) if self.kind == FIVE else Decimal(100)

    def limit(self, maximum: Decimal) -> Decimal:
        """The least points that pass, of ``maximum``."""
        return rounded(maximum * self.pass_percent / 100)

    def border(self, points: Decimal) -> Border:
        """The mark for points on the whole scale.

        Raises:
            ValueError: the scale has no mark that begins at nothing.
        """
        for one in sorted(self.borders, key=lambda border: -border.lowest):
            if points >= one.lowest:
                return one
        raise ValueError("The scale has no lowest mark.")


@dataclass(frozen=True)
class Got:
    """What a line of a sheet says: points, or why there are none."""

    status: str
    points: Decimal | None = None

    @property
    def value(self) -> Decimal:
        """Points; nothing for an absence."""
        return self.points if self.status == GRADED and self.points is not None else ZERO


# --- parts and their sums


def part(scale: Scale, got: Mapping[str, Got], codes: tuple[str, ...]) -> Decimal | None:
    """JN or ON as one figure: the whole control, or its parts added (five marks: their mean)."""
    found = [got[code].value for code in codes if code in got]
    if not found:
        return None
    total = sum(found, ZERO)
    return rounded(total / len(found)) if scale.kind == FIVE else total


def before_final(scale: Scale, got: Mapping[str, Got]) -> Decimal | None:
    """JN+ON: added, or in the five-mark system the mean of the two."""
    found = [one for one in (part(scale, got, CURRENT_ALL), part(scale, got, MIDTERM_ALL)) if one is not None]
    if not found:
        return None
    total = sum(found, ZERO)
    return rounded(total / len(found)) if scale.kind == FIVE else total


def deciding(controls: Iterable[str]) -> str:
    """The control whose closed sheet gives the result: the overall one, else the final, else the last.

    Raises:
        ValueError: the subject has no control.
    """
    codes = set(controls)
    if not codes:
        raise ValueError("A subject without controls.")
    return next((code for code in (OVERALL, FINAL) if code in codes), max(codes))


# --- admission to the final control


@dataclass(frozen=True)
class Attendance:
    """Class hours of a subject: how many were missed without excuse, of how many."""

    missed: Decimal
    planned: Decimal


@dataclass(frozen=True)
class Facts:
    """What admission looks at beside the points; None where nobody knows."""

    attendance: Attendance | None = None
    debts: int | None = None
    contract_debt: Decimal | None = None
    relearning_fee: Decimal | None = None


@dataclass(frozen=True)
class Limits:
    """The figures of the rules with their sources."""

    hours_missed: Decimal = Decimal(25)
    contract: bool = False
    relearning: bool = False
    retake_debts: int = 3
    retake_allowed: bool = True
    sources: Mapping[str, str] = field(default_factory=dict)

    def source(self, code: str) -> str:
        return self.sources.get(code, "")


def admission(
    scale: Scale,
    maxima: Mapping[str, Decimal],
    got: Mapping[str, Got],
    *,
    facts: Facts,
    limits: Limits,
    retake: bool = False,
) -> Explained[bool]:
    """Whether a student may sit the final control, and why (AV 3069; VMQ 824/2020, 41).

    JN+ON reach the limit (five marks: JN and ON each are at least a 3), fewer hours
    are missed than the law allows, nothing is owed by the contract where that is
    asked, the fee of a relearning is paid, and for a retake the debts are few enough.
    """
    steps: list[LateStep] = []
    good = _points_admit(scale, maxima, got, steps)
    good &= _hours_admit(facts.attendance, limits, steps)
    if limits.contract and facts.contract_debt is not None:
        good &= _paid(
            facts.contract_debt, gettext_noop("Owed by the contract: %(sum)s soʻm."),
            limits.source("admission.contract"), steps,
        )  # fmt: skip
    if limits.relearning and facts.relearning_fee is not None:
        good &= _paid(
            facts.relearning_fee, gettext_noop("To be paid of the fee of relearning: %(sum)s soʻm."),
            limits.source("admission.relearning"), steps,
        )  # fmt: skip
    if retake:
        good &= _retake_admits(facts.debts, limits, steps)
    said = gettext_noop("May sit the control") if good else gettext_noop("Not admitted")
    steps.append(LateStep(said, values=_verdict(good)))
    return Explained(good, steps)


def _paid(owed: Decimal, text: str, source: str, steps: list[LateStep]) -> bool:
    steps.append(LateStep(text, {"sum": owed}, _verdict(owed <= 0), source))
    return owed <= 0


def _verdict(good: bool) -> tuple[str]:
    return ("✓" if good else "✗",)


def _points_admit(
    scale: Scale, maxima: Mapping[str, Decimal], got: Mapping[str, Got], steps: list[LateStep]
) -> bool:
    groups = [
        (gettext_noop("JN"), CURRENT_ALL, part(scale, got, CURRENT_ALL)),
        (gettext_noop("ON"), MIDTERM_ALL, part(scale, got, MIDTERM_ALL)),
    ]
    groups = [one for one in groups if any(code in maxima for code in one[1])]
    absent = [
        code for _name, codes, _points in groups for code in codes if code in maxima and code not in got
    ]
    if absent:
        unsigned = gettext_noop("A control before the final one has no signed sheet yet.")
        steps.append(LateStep(unsigned, values=_verdict(False), source=AV_3069))
        return False
    if scale.kind == FIVE:
        good = True
        for name, codes, points in groups:
            whole = [maxima[code] for code in codes if code in maxima]
            least = scale.limit(rounded(sum(whole, ZERO) / len(whole)))
            enough = points is not None and points >= least
            good &= enough
            text = gettext_noop("%(name)s: %(points)s, at least %(least)s is needed (a mark of 3).")
            figures = {"name": Phrase(name), "points": points, "least": least}
            steps.append(LateStep(text, figures, _verdict(enough), AV_3069))
        return good
    base = sum((value for code, value in maxima.items() if code in (*CURRENT_ALL, *MIDTERM_ALL)), ZERO)
    if not base:
        return True
    total, least = before_final(scale, got) or ZERO, scale.limit(base)
    for name, _codes, points in groups:
        steps.append(LateStep(name, values=(points,)))
    text = gettext_noop("JN + ON = %(total)s of %(base)s; at least %(least)s (%(percent)s %%) is needed.")
    figures = {"total": total, "base": base, "least": least, "percent": scale.pass_percent}
    steps.append(LateStep(text, figures, _verdict(total >= least), scale.basis))
    return total >= least


def _hours_admit(known: Attendance | None, limits: Limits, steps: list[LateStep]) -> bool:
    if known is None or not known.planned:
        return True
    percent = rounded(known.missed * 100 / known.planned)
    good = percent < limits.hours_missed
    text = gettext_noop(
        "Missed without excuse: %(missed)s of %(planned)s hours, %(percent)s %%; from %(most)s %% one is barred."
    )
    figures = {
        "missed": known.missed, "planned": known.planned, "percent": percent, "most": limits.hours_missed,
    }  # fmt: skip
    steps.append(LateStep(text, figures, _verdict(good), limits.source("admission.hours_missed")))
    return good


def _retake_admits(debts: int | None, limits: Limits, steps: list[LateStep]) -> bool:
    if not limits.retake_allowed:
        anew = gettext_noop("The subject is studied anew; there are no retakes.")
        steps.append(LateStep(anew, values=_verdict(False), source=limits.source("retake.allowed")))
        return False
    if debts is None:
        return True
    good = debts <= limits.retake_debts
    text = gettext_noop("Debts: %(debts)d; with more than %(most)d there are no retakes.")
    figures = {"debts": debts, "most": limits.retake_debts}
    steps.append(LateStep(text, figures, _verdict(good), limits.source("retake.debts")))
    return good


# --- the result of a subject


@dataclass(frozen=True)
class Result:
    """What the sheets of an attempt give together."""

    current: Decimal | None
    midterm: Decimal | None
    final: Decimal | None
    overall: Decimal
    mark: int
    letter: str
    point: Decimal
    passed: bool


def result(scale: Scale, maxima: Mapping[str, Decimal], got: Mapping[str, Got]) -> Explained[Result] | None:
    """The overall points, mark, letter and GPA point of a subject; None while it is excused or unknown.

    Credits and hundred points: JN + ON + YN, passed from the limit (and by YN alone
    where the rule asks for it). Five marks: the final mark. A subject with one
    overall control: that control. An absence without excuse is mark 0 (AV 3069).
    """
    last = deciding(maxima)
    if last not in got or got[last].status in (EXCUSED, EMPTY):
        return None
    steps: list[LateStep] = []
    current, midterm = part(scale, got, CURRENT_ALL), part(scale, got, MIDTERM_ALL)
    final = got[last].value if got[last].status == GRADED else None
    overall, maximum = _overall(scale, maxima, got, last, steps)
    passed = _passes(scale, maxima, got, last, overall, maximum, steps)
    border = _mark(scale, overall, maximum, passed, missed=got[last].status != GRADED, steps=steps)
    point = border.point if border.point is not None else Decimal(border.mark)
    value = Result(current, midterm, final, overall, border.mark, border.letter, point, passed)
    return Explained(value, steps)


PARTS_CALLED = {CURRENT: gettext_noop("JN"), MIDTERM: gettext_noop("ON"), FINAL: gettext_noop("YN")}


def _overall(
    scale: Scale, maxima: Mapping[str, Decimal], got: Mapping[str, Got], last: str, steps: list[LateStep]
) -> tuple[Decimal, Decimal]:
    """Overall points and their maximum."""
    if last == OVERALL or scale.kind == FIVE:
        overall = rounded(got[last].value)
        deciding_points = gettext_noop("The points of the deciding control")
        steps.append(LateStep(deciding_points, values=(overall,), source=scale.basis))
        return overall, maxima[last]
    parts = [code for code in sorted(maxima) if code in got]
    for code in parts:
        name = PARTS_CALLED.get(code, gettext_noop("Part %(code)s"))
        steps.append(LateStep(name, {"code": code}, (got[code].value, maxima[code])))
    overall = rounded(sum((got[code].value for code in parts), ZERO))
    steps.append(LateStep(gettext_noop("Added together"), values=(overall,), source=scale.basis))
    return overall, sum(maxima.values(), ZERO)


def _passes(
    scale: Scale, maxima: Mapping[str, Decimal], got: Mapping[str, Got], last: str, overall: Decimal,
    maximum: Decimal, steps: list[LateStep],
) -> bool:  # fmt: skip
    least = scale.limit(maximum)
    passed = overall >= least
    text = gettext_noop("Passed from %(least)s of %(maximum)s (%(percent)s %%).")
    figures = {"least": least, "maximum": maximum, "percent": scale.pass_percent}
    steps.append(LateStep(text, figures, _verdict(passed), scale.basis))
    if got[last].status in (NOT_ADMITTED, ABSENT):
        why = gettext_noop("Absent without excuse.")
        if got[last].status == NOT_ADMITTED:
            why = gettext_noop("Not admitted to the control.")
        steps.append(LateStep(why, values=_verdict(False), source=AV_3069))
        return False
    if last == FINAL and scale.final_alone and scale.kind != FIVE:
        alone = scale.limit(maxima[last])
        enough = got[last].value >= alone
        passed &= enough
        text = gettext_noop("The final control alone: %(points)s, at least %(least)s is needed.")
        figures = {"points": got[last].value, "least": alone}
        steps.append(LateStep(text, figures, _verdict(enough), scale.basis))
    return passed


def _mark(
    scale: Scale, overall: Decimal, maximum: Decimal, passed: bool, *, missed: bool, steps: list[LateStep]
) -> Border:
    """The mark of the scale; below the limit it is the lowest, and 0 for who was not there."""
    lowest = min(scale.borders, key=lambda border: border.lowest)
    if missed:
        steps.append(LateStep(gettext_noop("Mark"), values=("0",), source=AV_3069))
        return Border(ZERO, 0, lowest.letter, ZERO)
    on_scale = (
        overall if maximum == scale.highest or not maximum else rounded(overall * scale.highest / maximum)
    )
    found = scale.border(on_scale)
    if not passed and found.mark >= LEAST_PASSING_MARK:
        found = lowest
    if passed and found.mark < LEAST_PASSING_MARK:
        found = min(
            (one for one in scale.borders if one.mark >= LEAST_PASSING_MARK), key=lambda one: one.lowest
        )
    text = gettext_noop("Mark: from %(lowest)s points")
    mark = f"{found.mark} {found.letter}".strip()
    steps.append(LateStep(text, {"lowest": found.lowest}, (mark,), scale.basis))
    return found


def inherited(
    scale: Scale, maxima: Mapping[str, Decimal], before: Mapping[str, Got], now: Mapping[str, Got]
) -> dict[str, Got]:
    """What counts in a retake: JN and ON that reached the limit stay, all else is of the new sheets.

    A part that was below the limit and has no new sheet stays as it was.
    """
    counted: dict[str, Got] = {}
    for code in maxima:
        old, new = before.get(code), now.get(code)
        if code in (FINAL, OVERALL):
            if new is not None:
                counted[code] = new
            continue
        reached = old is not None and old.value >= scale.limit(maxima[code])
        chosen = old if reached or new is None else new
        if chosen is not None:
            counted[code] = chosen
    return counted


# --- what a cell of the sheet may hold

LETTERS = {
    ABSENT: ("k", "kelmadi", "n", "н", "неявка", "absent", "a"),
    EXCUSED: ("s", "sababli", "у", "уважительная", "excused", "e"),
}


def read_cell(text: str, maximum: Decimal) -> tuple[Got, str]:
    """A typed cell as points or an absence, and what is wrong with it ("" when nothing is).

    Both ``12,5`` and ``12.5`` are understood; nothing is rounded behind the teacher's back.
    """
    text = text.strip().lower().replace("\u00a0", "").replace(",", ".")
    if not text:
        return Got(EMPTY), ""
    for status, words in LETTERS.items():
        if text in words:
            return Got(status), ""
    if not text.replace(".", "", 1).isdecimal() or not text.isascii():
        return Got(EMPTY), _("Points, or k (absent), or s (absent with excuse).")
    points = Decimal(text)
    if points != points.quantize(TENTH):
        return Got(EMPTY), _("One figure after the point at most.")
    if points > maximum:
        return Got(EMPTY), _("At most %(maximum)s.") % {"maximum": decimal_text(maximum)}
    return Got(GRADED, points), ""


def from_percent(percent: Decimal, maximum: Decimal) -> Decimal:
    """Points for a mean of the journal in per cent, never above the maximum."""
    return min(maximum, rounded(maximum * percent / 100))


# --- GPA and promotion


@dataclass(frozen=True)
class Weighted:
    """A subject of the GPA: its name, credits and GPA point; ``point`` None: no result yet."""

    name: str
    credit: Decimal
    point: Decimal | None


def gpa(subjects: Iterable[Weighted]) -> Explained[Decimal]:
    """GPA = Σ(K·U) / ΣK with two places, half up (VMQ 824/2020); failed subjects count with their point."""
    steps, weighted, credits_ = [], ZERO, ZERO
    for one in subjects:
        if one.point is None:
            steps.append(Step(_("%(name)s: no result yet, not counted") % {"name": one.name}, "—"))
            continue
        product = one.credit * one.point
        weighted, credits_ = weighted + product, credits_ + one.credit
        steps.append(
            Step(f"{one.name}: {decimal_text(one.credit)} × {decimal_text(one.point)}", decimal_text(product))
        )  # fmt: skip
    value = (weighted / credits_).quantize(HUNDREDTH, rounding=ROUND_HALF_UP) if credits_ else ZERO
    steps.append(
        Step(
            _("Σ(K·U) / ΣK = %(sum)s / %(credits)s")
            % {"sum": decimal_text(weighted), "credits": decimal_text(credits_)},
            formats.number_format(value), VMQ_824,
        )
    )  # fmt: skip
    return Explained(value, steps)


def may_be_promoted(*, kind: str, gpa: Decimal, threshold: Decimal | None, debts: int) -> bool:
    """Credit-module: GPA at least the threshold; the other systems: no debts."""
    if kind == CREDIT and threshold is not None:
        return gpa >= threshold
    return debts == 0


def debts_say(debts: int, limits: Limits) -> Explained[str]:
    """What follows from a number of debts: "none", "retake" or "hold" (AV 3069; VMQ 824/2020, 42)."""
    if debts <= 0:
        return Explained("none", [Step(_("Nothing is owed."), "0")])
    code = "retake" if debts <= limits.retake_debts else "hold"
    text = {
        "retake": _("Up to %(most)d debts: they are retaken within the term."),
        "hold": _("More than %(most)d debts: no retakes, held back on the course."),
    }[code] % {"most": limits.retake_debts}
    return Explained(code, [Step(text, str(debts), limits.source("retake.debts"))])
