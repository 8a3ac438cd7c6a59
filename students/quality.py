"""Quality of the students' data: rules as data, counted in one statement, mended in place (clause B4).

A rule is a condition of SQL that is true where something is missing or
contradicts itself. Conditions may name ``s`` (student), ``pl`` (current
placement), ``p`` (person), ``g`` (group), ``sp`` (speciality). Higher floors
register rules of their own about what they keep.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Scope
from hemis.people.identifiers import PINFL_WEIGHTS
from students.contingent import CARED_FOR, TODAY
from students.models import Student

MISSING, CONTRADICTS, NOTICE = "missing", "contradicts", "notice"
SEVERITIES = {
    MISSING: (_("missing"), "orange"),
    CONTRADICTS: (_("contradiction"), "red"),
    NOTICE: (_("to be checked"), "blue"),
}


@dataclass(frozen=True)
class Mend:
    """Where a fault is mended that no form of the card mends: a link for the holders of ``permission``."""

    title: str | Promise
    permission: str
    url: Callable[[Student], str]


@dataclass(frozen=True)
class Rule:
    """What may be wrong with a student's data, and how it is mended.

    ``section`` names the part of the card whose ``fields`` mend it in place;
    without one, ``hint`` says what to do, and ``mend`` leads there.
    """

    code: str
    title: str | Promise
    condition: str
    severity: str = MISSING
    section: str = ""
    fields: tuple[str, ...] = ()
    hint: str | Promise = ""
    mend: Mend | None = None


RULES: dict[str, Rule] = {}


def register(rule: Rule) -> Rule:
    """Make a rule known.

    Raises:
        ValueError: another rule has this code, or the severity is unknown.
    """
    if RULES.setdefault(rule.code, rule) is not rule:
        raise ValueError(f"Two rules of data quality are called {rule.code}.")
    if rule.severity not in SEVERITIES:
        raise ValueError(rule.severity)
    return rule


def _digit(at: int) -> str:
    return f"substr(p.pinfl, {at}, 1)::int"


_WEIGHED = " + ".join(f"{PINFL_WEIGHTS[at % 3]} * {_digit(at + 1)}" for at in range(13))
_PLAIN = "upper(translate({}, 'ʻʼ‘’`', ''''''''''''))"
_PROVED = f"SELECT person_id, category FROM students_socialfact WHERE valid_to IS NULL OR valid_to >= {TODAY}"  # noqa: S608
_CORRECT = _("Open “Correct passport data” on the card and give the reason.")

for _rule in (
    Rule("no_photo", _("No photo"), "p.photo = ''", section="photo", fields=("photo",)),
    Rule("no_phone", _("No phone"), "p.phone = ''", section="personal", fields=("phone",)),
    Rule("no_passport", _("No passport"), "p.passport = ''", hint=_CORRECT),
    Rule(
        "no_pinfl", _("No PINFL although not a foreign citizen"),
        "p.pinfl IS NULL AND p.citizenship <> '12'", hint=_CORRECT,
    ),
    Rule("no_birth_date", _("No birth date"), "p.birth_date IS NULL", hint=_CORRECT),
    Rule(
        "no_nationality", _("No nationality"), "p.nationality = ''", section="personal", fields=("nationality",)
    ),
    Rule(
        "no_education", _("No previous education"),
        "p.id NOT IN (SELECT person_id FROM students_education)", section="education",
    ),
    Rule(
        "no_parent", _("No contact of parents or guardian"),
        "p.id NOT IN (SELECT person_id FROM students_contact WHERE relation IN ('father', 'mother', 'guardian'))",
        section="contacts",
    ),
    Rule(
        "no_address", _("Permanent address incomplete"),
        "p.citizenship <> '12' AND (p.region = '' OR p.district = '' OR p.address = '')",
        section="permanent", fields=("region", "district", "address"),
    ),
    Rule(
        "no_living_place", _("Place of living not entered"), "s.accommodation = ''",
        section="living", fields=("accommodation",),
    ),
    Rule(
        "district_elsewhere", _("The district is not of the region"),
        "p.district <> '' AND left(p.district, 4) <> p.region",
        CONTRADICTS, section="permanent", fields=("region", "district"),
    ),
    Rule(
        "pinfl_check", _("The PINFL has a wrong check digit"),
        f"p.pinfl IS NOT NULL AND ({_WEIGHED}) %% 10 <> {_digit(14)}", CONTRADICTS, hint=_CORRECT,
    ),
    Rule(
        "pinfl_birth", _("PINFL and birth date disagree"),
        "p.pinfl IS NOT NULL AND p.birth_date IS NOT NULL AND (substr(p.pinfl, 2, 6) <> to_char(p.birth_date, "
        f"'DDMMYY') OR ({_digit(1)} - 1) / 2 + 18 <> extract(year FROM p.birth_date)::int / 100)",
        CONTRADICTS, hint=_CORRECT,
    ),
    Rule(
        "pinfl_gender", _("PINFL and gender disagree"),
        f"p.pinfl IS NOT NULL AND p.gender IN ('11', '12') AND ({_digit(1)} %% 2 = 1) <> (p.gender = '11')",
        CONTRADICTS, hint=_CORRECT,
    ),
    Rule(
        "passport_form", _("The passport is not two letters and seven digits"),
        "p.citizenship = '11' AND p.passport <> '' AND p.passport !~ '^[A-Z]{2}[0-9]{7}$'",
        CONTRADICTS, hint=_CORRECT,
    ),
    Rule(
        "passport_twice", _("Somebody else has the same passport number"),
        "p.passport <> '' AND p.passport IN (SELECT passport FROM people_person WHERE passport <> '' "
        "GROUP BY passport HAVING count(*) > 1)",
        CONTRADICTS, hint=_CORRECT,
    ),
    Rule(
        "name_not_as_in_passport", _("The name differs from the passport's spelling, or that is missing"),
        f"{_PLAIN.format('p.last_name')} <> {_PLAIN.format('p.passport_last_name')} "
        f"OR {_PLAIN.format('p.first_name')} <> {_PLAIN.format('p.passport_first_name')}",
        NOTICE, hint=_("The passport's spelling is corrected on the card, the name by an order “Change of name”."),
    ),
    Rule(
        "no_group", _("Studies in no group"), "pl.status = '11' AND pl.group_id IS NULL", CONTRADICTS,
        hint=_("Open “Distribute into groups”: it forms the orders of transfer."),
    ),
    Rule(
        "group_full", _("The group has more students than places"),
        "pl.group_id IN (SELECT o.group_id FROM students_student os "
        "JOIN students_placement o ON o.id = os.current_id JOIN students_group og ON og.id = o.group_id "
        "WHERE o.status = '11' GROUP BY o.group_id, og.capacity HAVING count(*) > og.capacity)",
        NOTICE, hint=_("Raise the capacity of the group, or transfer students by an order."),
    ),
    Rule(
        "group_of_other_form", _("Studies in a group of another language or form"),
        "(g.language <> '' AND g.language <> pl.language) "
        "OR (g.education_form <> '' AND g.education_form <> pl.education_form)",
        CONTRADICTS, hint=_("Language and form change by an order; a mixed group has neither."),
    ),
    Rule(
        "social_unproved", _("The social category has no valid proof"),
        f"s.social_category NOT IN ('', '10') AND (p.id, s.social_category) NOT IN ({_PROVED})",
        CONTRADICTS, section="social",
    ),
):  # fmt: skip
    register(_rule)

BASE = """
  FROM students_student s
  JOIN students_placement pl ON pl.id = s.current_id
  JOIN people_person p ON p.id = s.person_id
  JOIN students_programme pr ON pr.id = pl.programme_id
  JOIN students_speciality sp ON sp.id = pr.speciality_id
  LEFT JOIN students_group g ON g.id = pl.group_id
 WHERE pl.status IN ('11', '13')
"""
# Filters of the page: parameter → column.
NARROW = {"faculty": "pl.faculty_id", "course": "pl.course", "group": "pl.group_id"}


def _where(scope: Scope, chosen: Mapping[str, str]) -> tuple[str, list[Any]]:
    parts: list[str] = []
    params: list[Any] = []
    if not scope.everything:
        inside = ["pl.faculty_id = ANY(%s)"]
        params.append(list(scope.faculty_ids))
        if scope.person_id:
            inside.append(f"pl.group_id IN ({CARED_FOR})")
            params.append(scope.person_id)
        parts.append(f"({' OR '.join(inside)})")
    for name, column in NARROW.items():
        if chosen.get(name):
            parts.append(f"{column}::text = %s")
            params.append(chosen[name])
    return "".join(f" AND {part}" for part in parts), params


@dataclass(frozen=True)
class Line:
    """One cut of the students: how many, how many faults by rule, how many students without any."""

    key: str
    label: str
    students: int
    clean: int
    faults: dict[str, int]

    @property
    def completeness(self) -> float:
        """Share of the checks that are passed, in per cent with one decimal, never rounded up to 100."""
        checks = self.students * len(self.faults)
        if not checks:
            return 100.0
        return int(1000 * (checks - sum(self.faults.values())) / checks) / 10


def overview(scope: Scope, *, by: str, chosen: Mapping[str, str]) -> list[Line]:
    """Faults by rule, cut by ``faculty``, ``course`` or ``group``; the first line is the total.

    One statement, whatever the number of students and rules.

    Raises:
        KeyError: another cut.
    """
    column = NARROW[by]
    rules = list(RULES.values())
    where, params = _where(scope, chosen)
    flags = ", ".join(f"({rule.condition}) IS TRUE AS f{at}" for at, rule in enumerate(rules))
    counts = ", ".join(f"count(*) FILTER (WHERE f{at})" for at in range(len(rules)))
    none = " AND ".join(f"NOT f{at}" for at in range(len(rules))) or "TRUE"
    sql = (
        f"WITH checked AS MATERIALIZED (SELECT {column} AS cut, {flags} {BASE}{where}) "  # noqa: S608
        f"SELECT grouping(cut), cut::text, count(*), count(*) FILTER (WHERE {none}), {counts} "
        "FROM checked GROUP BY GROUPING SETS ((), (cut))"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchall()
    lines = [
        (
            all_of,
            Line(key or "", "", students, clean, {r.code: n for r, n in zip(rules, faults, strict=True)}),
        )
        for all_of, key, students, clean, *faults in found
    ]
    return [line for all_of, line in sorted(lines, key=lambda one: not one[0])]


def students_with(rule: Rule, scope: Scope, chosen: Mapping[str, str]) -> tuple[str, list[Any]]:
    """A subquery of the keys of students on whom the rule is true."""
    where, params = _where(scope, chosen)
    return f"SELECT s.id {BASE}{where} AND ({rule.condition})", params  # noqa: S608


def faulty(scope: Scope) -> tuple[str, list[Any]]:
    """A subquery of the keys of students of whom something is missing or contradicts itself; notices do not count."""
    where, params = _where(scope, {})
    wrong = " OR ".join(f"({rule.condition})" for rule in RULES.values() if rule.severity != NOTICE)
    return f"SELECT s.id {BASE}{where} AND ({wrong})", params  # noqa: S608


def still_wrong(rule: Rule, student_ids: Collection[int]) -> set[int]:
    """Which of these students the rule still finds."""
    sql = f"SELECT s.id {BASE} AND s.id = ANY(%s) AND ({rule.condition})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(student_ids)])
        return {key for (key,) in cursor.fetchall()}


def faults_of(student_id: int) -> list[Rule]:
    """The rules that find something about one student; one statement."""
    rules = list(RULES.values())
    flags = ", ".join(f"({rule.condition}) IS TRUE" for rule in rules)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {flags} {BASE} AND s.id = %s", [student_id])  # noqa: S608
        row = cursor.fetchone()
    return [rule for rule, wrong in zip(rules, row or [], strict=False) if wrong]


def by_severity(rules: Iterable[Rule]) -> list[Rule]:
    """Contradictions first, then what is missing, then what is to be checked."""
    order = [CONTRADICTS, MISSING, NOTICE]
    return sorted(rules, key=lambda rule: order.index(rule.severity))
