"""Terms, loads and checks of the doctorate: pure functions, no database.

Sources: VMQ 304 (22.05.2017) and the university's own rules, as the dated rows
(`DoctoralRule`) cite them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from hemis.explain import Explained, Step
from hemis.pages.columns import display
from staff.rules import add_months, months_between

ONE_DAY = datetime.timedelta(days=1)
# States of somebody's work, worst first, with their colours.
LATE, SOON, FINE = "late", "soon", "fine"
STATE_COLOURS = {LATE: "red", SOON: "orange", FINE: "green"}


@dataclass(frozen=True)
class Figure:
    """A figure of the law with its source as pages cite it."""

    value: int
    source: str = ""


@dataclass(frozen=True)
class Leave:
    """A leave: its first day, and the day after its last (None while it goes on)."""

    begins: datetime.date
    ends: datetime.date | None

    def days(self, day: datetime.date) -> int:
        """Days on leave until ``day``."""
        return max(((self.ends or day) - self.begins).days, 0)


def first_term(admitted: datetime.date, months: Figure) -> Explained[datetime.date]:
    """The last day of the term at admission: so many months, the day of admission included."""
    end = add_months(admitted, months.value) - ONE_DAY
    return Explained(
        end,
        [
            Step(_("admitted on"), display(admitted)),
            Step(_("term, months"), months.value, months.source),
            Step(_("the term ends on"), display(end)),
        ],
    )


def term_after_leave(
    term_to: datetime.date, leave: Leave, returned: datetime.date
) -> Explained[datetime.date]:
    """A term does not run during a leave: it ends so many days later."""
    days = leave.days(returned)
    end = term_to + datetime.timedelta(days=days)
    return Explained(
        end,
        [
            Step(_("term before the leave"), display(term_to)),
            Step(
                _("days on leave, %(first)s – %(last)s")
                % {"first": display(leave.begins), "last": display(returned - ONE_DAY)},
                days,
            ),
            Step(_("the term ends on"), display(end)),
        ],
    )


def latest_term(
    admitted: datetime.date, months: Figure, extension: Figure, leave_days: int
) -> Explained[datetime.date]:
    """The last day that the law lets a term have."""
    end = add_months(admitted, months.value + extension.value) - ONE_DAY
    end += datetime.timedelta(days=leave_days)
    return Explained(
        end,
        [
            Step(_("admitted on"), display(admitted)),
            Step(_("term, months"), months.value, months.source),
            Step(_("all extensions together, months at most"), extension.value, extension.source),
            Step(_("days on leave"), leave_days),
            Step(_("the term may last until"), display(end)),
        ],
    )


def extended_term(
    term_to: datetime.date, until: datetime.date, limit: Explained[datetime.date]
) -> Explained[datetime.date]:
    """The term as an extension sets it, with the limit it keeps to."""
    return Explained(
        until,
        [
            Step(_("term before the extension"), display(term_to)),
            *limit.steps,
            Step(_("extended until"), display(until)),
        ],
    )


def term_left(
    *, admitted: datetime.date, term_to: datetime.date, months: Figure, leaves: Sequence[Leave],
    day: datetime.date,
) -> Explained[int]:  # fmt: skip
    """Whole months left of a term on ``day``; negative when it is over, told step by step."""
    steps = [
        Step(_("admitted on"), display(admitted)),
        Step(_("term, months"), months.value, months.source),
    ]
    own = add_months(admitted, months.value) - ONE_DAY
    days = sum(one.days(day) for one in leaves)
    if days:
        steps.append(Step(_("days on leave, by which the term is longer"), days))
    going = next((one for one in leaves if one.ends is None), None)
    # Days of a leave that still goes on lengthen the term when it ends.
    until = term_to + datetime.timedelta(days=going.days(day)) if going else term_to
    extended = (until - own).days - days
    if extended > 0:
        steps.append(Step(_("days added by orders of extension"), extended))
    steps.append(Step(_("the term ends on"), display(until)))
    left = months_between(day, until + ONE_DAY)
    steps.append(Step(_("months left on %(day)s") % {"day": display(day)}, left))
    return Explained(left, steps)


def study_year(admitted: datetime.date, leaves: Sequence[Leave], day: datetime.date) -> Explained[int]:
    """The year of study on ``day``, the first being 1: whole years since admission without the days on leave."""
    days = sum(one.days(day) for one in leaves)
    months = months_between(admitted, day - datetime.timedelta(days=days))
    steps = [Step(_("admitted on"), display(admitted))]
    if days:
        steps.append(Step(_("days on leave"), days))
    year = months // 12 + 1
    steps += [
        Step(_("months of study on %(day)s") % {"day": display(day)}, months),
        Step(_("year of study"), year),
    ]
    return Explained(year, steps)


def attestation_days(
    start: datetime.date, until: datetime.date, months: int, leaves: Iterable[Leave] = ()
) -> list[datetime.date]:
    """Days on which attestations are due: every so many months of study up to ``until``; leaves do not count."""
    found = []
    breaks = sorted((one for one in leaves if one.ends), key=lambda one: one.begins)
    for number in range(1, 121):
        day = add_months(start, months * number) - ONE_DAY
        for one in breaks:
            if one.begins <= day:
                day += datetime.timedelta(days=one.days(day))
        if day > until:
            break
        found.append(day)
    return found


def load(led: Sequence[str], limit: Figure, *, level: str) -> Explained[int]:
    """How many of a level a supervisor leads, by name, and how many there may be."""
    steps = [Step(name) for name in led]
    steps.append(Step(_("led of the level %(level)s") % {"level": level}, len(led)))
    steps.append(Step(_("at most"), limit.value, limit.source))
    return Explained(limit.value - len(led), steps)


def degree_problem(level: str, degree: str) -> str:
    """Why somebody with this degree (`h_academic_degree`) does not lead; empty when it fits."""
    if degree not in ("11", "12"):
        return _("A supervisor has an academic degree.")
    if level == "dsc" and degree != "12":
        return _("Research for the degree of DSc is led by a doctor of sciences.")
    return ""


# --- checks of an order


@dataclass(frozen=True)
class Check:
    """One question asked of an order for one person. What is not ``blocking`` is only told."""

    code: str
    ok: bool
    text: str
    source: str = ""
    blocking: bool = True


@dataclass(frozen=True)
class Standing:
    """What the checks need to know of a doctoral student."""

    level: str
    is_researcher: bool
    status: str
    theme: str
    admitted_on: datetime.date | None
    term_to: datetime.date | None
    last_change: datetime.date | None
    leaves: tuple[Leave, ...] = ()
    has_supervisor: bool = False
    speciality_is_open: bool = True
    other_order: str = ""
    articles: int | None = None
    theses: int | None = None
    open_attestations: int = 0
    open_stages: int = 0

    def leave_days(self, day: datetime.date) -> int:
        return sum(one.days(day) for one in self.leaves)


@dataclass(frozen=True)
class Wanted:
    """What an order says: its kind, its day, until when."""

    kind: str
    effective_date: datetime.date
    until: datetime.date | None = None


# Kind of order → statuses from which it leads on, and the status it leads to.
WAYS: Mapping[str, tuple[frozenset[str], str]] = {
    "admission": (frozenset({"candidate"}), "studying"),
    "extension": (frozenset({"studying"}), "studying"),
    "leave": (frozenset({"studying"}), "leave"),
    "return": (frozenset({"leave"}), "studying"),
    "expulsion": (frozenset({"studying", "leave"}), "expelled"),
    "completion": (frozenset({"studying"}), "completed"),
}


def term_figures(level: str, figures: Mapping[str, Figure]) -> Figure:
    """The term of a level."""
    return figures["term_phd" if level == "phd" else "term_dsc"]


def term_by(
    wanted: Wanted, standing: Standing, figures: Mapping[str, Figure]
) -> Explained[datetime.date | None]:
    """The last day of the term after an order, with its steps; researchers have none."""
    if standing.is_researcher:
        return Explained(None, [Step(_("an independent researcher has no term"))])
    months = term_figures(standing.level, figures)
    if wanted.kind == "admission":
        return first_term(wanted.effective_date, months)  # type: ignore[return-value]
    assert standing.term_to is not None and standing.admitted_on is not None  # the database holds it
    if wanted.kind == "return":
        leave = next(one for one in standing.leaves if one.ends is None)
        return term_after_leave(standing.term_to, leave, wanted.effective_date)  # type: ignore[return-value]
    if wanted.kind == "extension":
        assert wanted.until is not None
        limit = _limit(wanted, standing, figures)
        return extended_term(standing.term_to, wanted.until, limit)  # type: ignore[return-value]
    return Explained(standing.term_to, [Step(_("the term stays"), display(standing.term_to))])


def _limit(wanted: Wanted, standing: Standing, figures: Mapping[str, Figure]) -> Explained[datetime.date]:
    assert standing.admitted_on is not None
    return latest_term(
        standing.admitted_on,
        term_figures(standing.level, figures),
        figures["extension_months"],
        standing.leave_days(wanted.effective_date),
    )


def checks_of(wanted: Wanted, standing: Standing, figures: Mapping[str, Figure]) -> list[Check]:
    """Everything asked before an order is submitted and signed; those that fail first."""
    sources, _after = WAYS[wanted.kind]
    found = [
        Check("status", standing.status in sources, _("The status fits this kind of order.")),
        Check(
            "other_order",
            not standing.other_order,
            _("Another order is on its way: %(order)s") % {"order": standing.other_order}
            if standing.other_order
            else _("No other order is on its way."),
        ),
    ]
    if standing.last_change:
        text = _("The order comes into force after the latest change (%(day)s).")
        ok = wanted.effective_date > standing.last_change
        found.append(Check("day", ok, text % {"day": display(standing.last_change)}))
    own = {
        "admission": _of_admission, "extension": _of_extension, "leave": _of_leave, "completion": _of_completion,
    }.get(wanted.kind)  # fmt: skip
    if own and found[0].ok:
        found += own(wanted, standing, figures)
    return sorted(found, key=lambda one: (one.ok, not one.blocking))


def _of_admission(wanted: Wanted, standing: Standing, figures: Mapping[str, Figure]) -> list[Check]:
    articles = figures["articles_phd" if standing.level == "phd" else "articles_dsc"]
    theses = figures["theses"]
    return [
        Check("speciality", standing.speciality_is_open, _("The speciality admits.")),
        Check("supervisor", standing.has_supervisor, _("A supervisor is named."), blocking=False),
        Check(
            "articles",
            (standing.articles or 0) >= articles.value,
            _("Articles at entry: %(have)s, needed: %(need)s.")
            % {"have": "—" if standing.articles is None else standing.articles, "need": articles.value},
            articles.source,
            blocking=False,
        ),
        Check(
            "theses",
            (standing.theses or 0) >= theses.value,
            _("Conference theses at entry: %(have)s, needed: %(need)s.")
            % {"have": "—" if standing.theses is None else standing.theses, "need": theses.value},
            theses.source,
            blocking=False,
        ),
    ]


def _of_extension(wanted: Wanted, standing: Standing, figures: Mapping[str, Figure]) -> list[Check]:
    if standing.is_researcher or standing.term_to is None or wanted.until is None:
        return [Check("term", False, _("Only a term is extended: an independent researcher has none."))]
    limit = _limit(wanted, standing, figures)
    return [
        Check(
            "later",
            wanted.until > standing.term_to,
            _("The new term is later than the present one (%(day)s).") % {"day": display(standing.term_to)},
        ),
        Check(
            "limit",
            wanted.until <= limit.value,
            _("The term may last until %(day)s at most.") % {"day": display(limit.value)},
            figures["extension_months"].source,
        ),
    ]


def _of_leave(wanted: Wanted, standing: Standing, figures: Mapping[str, Figure]) -> list[Check]:
    months = figures["leave_months"]
    longest = add_months(wanted.effective_date, months.value) - ONE_DAY
    until = wanted.until or wanted.effective_date
    return [
        Check("until", until > wanted.effective_date, _("The leave ends after it begins.")),
        Check(
            "longest",
            until <= longest,
            _("A leave lasts %(months)d months at most: until %(day)s.")
            % {"months": months.value, "day": display(longest)},
            months.source,
        ),
    ]


def _of_completion(wanted: Wanted, standing: Standing, figures: Mapping[str, Figure]) -> list[Check]:
    return [
        Check(
            "attestations",
            not standing.open_attestations,
            _("Attestations that were due and not held: %(count)d.") % {"count": standing.open_attestations},
            blocking=False,
        ),
        Check(
            "stages",
            not standing.open_stages,
            _("Stages of the plan that are not done: %(count)d.") % {"count": standing.open_stages},
            blocking=False,
        ),
    ]


# --- who is late


@dataclass(frozen=True)
class Work:
    """What is known of somebody's plan, attestations, term and supervisor."""

    admitted_on: datetime.date
    term_to: datetime.date | None
    has_supervisor: bool
    plan_is_approved: bool
    late_attestations: tuple[datetime.date, ...] = ()
    next_attestation: datetime.date | None = None
    late_stages: tuple[tuple[str, datetime.date], ...] = ()


def lateness(work: Work, figures: Mapping[str, Figure], day: datetime.date) -> Explained[str]:
    """What somebody is late with on ``day``, or soon will be: a state and its reasons."""
    soon_by = add_months(day, figures["soon_months"].value)
    late, soon = [], []
    plan_by = add_months(work.admitted_on, figures["plan_months"].value)
    if work.term_to and work.term_to < day:
        late.append(Step(_("the term is over"), display(work.term_to)))
    elif work.term_to and work.term_to < soon_by:
        soon.append(Step(_("the term ends"), display(work.term_to)))
    late += [Step(_("attestation not held"), display(one)) for one in work.late_attestations]
    if work.next_attestation and work.next_attestation < soon_by:
        soon.append(Step(_("next attestation"), display(work.next_attestation)))
    if not work.plan_is_approved:
        step = Step(_("individual plan to be approved by"), display(plan_by), figures["plan_months"].source)
        (late if plan_by < day else soon).append(step)
    if not work.has_supervisor:
        late.append(Step(_("no supervisor")))
    late += [Step(_("stage not done: %(title)s") % {"title": t}, display(due)) for t, due in work.late_stages]
    state = LATE if late else SOON if soon else FINE
    return Explained(state, late + soon)
