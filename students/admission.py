"""Saving an admission list as one set: people and candidates of forty thousand rows in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

from hemis.columns import NOTHING, copy_lines
from hemis.jobs.memory import collector_rests
from hemis.people import names
from hemis.sheets.declaration import Saved
from students import queries

LOCK = 73_002
PERSON_COLUMNS = (
    "pinfl",
    "last_name",
    "first_name",
    "middle_name",
    "passport",
    "birth_date",
    "gender",
    "citizenship",
    "country",
    "nationality",
    "region",
    "district",
    "address",
    "phone",
    "search_text",
    "sort_key",
)
CANDIDATE_COLUMNS = (
    "programme_id",
    "group_id",
    "course",
    "language",
    "payment_form",
    "social_category",
    "score",
)
# An empty cell of these says nothing; what is known of the person already stays.
MAY_BE_EMPTY = ("middle_name", "country", "nationality", "district", "address", "phone")
# What a person and a candidacy begin with, beside what the list says.
PERSON_DEFAULTS = "version, passport_last_name, passport_first_name, email, photo"
CANDIDATE_DEFAULTS = "entry_year, version, student_type"
NEW_IDS = """
SELECT string_agg(nextval(pg_get_serial_sequence('people_person', 'id'))::text, ' ') FROM generate_series(1, %s)
"""
DEFAULTS = {"country": "UZ", "course": "11", "social_category": "10"}


def plan(rows: list[dict[str, Any]], year: int) -> Saved:
    """What saving these rows would change. Needs a transaction; leaves nothing behind."""
    with connection.cursor() as cursor:
        _stage(cursor, rows, year)
        planned = _planned(cursor, year)
        cursor.execute("DROP TABLE admission_stage")
    return planned


@collector_rests()
def save(rows: list[dict[str, Any]], year: int) -> Saved:
    """Write people and candidates; what is there already and equal stays untouched.

    Order: two imports of one year wait for each other; who is not known yet is
    copied as person and candidate; the others go to a stage table, people are added
    or changed from it, then candidates. Runs in the caller's transaction.

    Raises:
        IntegrityError: somebody entered one of these people at this very moment.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, year])
        known = queries.known_pinfls(row["pinfl"] for row in rows)
        fresh = [row for row in rows if row["pinfl"] not in known] if known else rows
        if fresh:
            _copy_fresh(cursor, fresh, year)
        planned = _save_known(cursor, [row for row in rows if row["pinfl"] in known], year)
    return Saved(planned.added + len(fresh), planned.changed, planned.unchanged)


def _copy_fresh(cursor, rows: list[dict[str, Any]], year: int) -> None:
    """People who are not in the database and their candidacies: nothing to compare, so they need no stage."""
    cursor.execute(NEW_IDS, [len(rows)])
    ids = cursor.fetchone()[0].split()
    candidates: list[str] = []

    def people() -> Iterator[str]:
        begun = f"{year}\t1\t11"
        for key, record in zip(ids, _records(rows, {}), strict=True):
            programme, group, *rest = record[len(PERSON_COLUMNS) :]
            candidates.append("\t".join((key, begun, programme, NOTHING if group == "0" else group, *rest)))
            yield "\t".join((key, "1\t\t\t\t", *record[: len(PERSON_COLUMNS)]))

    copy_lines(
        cursor,
        f"COPY people_person (id, {PERSON_DEFAULTS}, {', '.join(PERSON_COLUMNS)}) FROM STDIN",
        people(),
    )
    columns = f"person_id, {CANDIDATE_DEFAULTS}, {', '.join(CANDIDATE_COLUMNS)}"
    copy_lines(cursor, f"COPY students_candidate ({columns}) FROM STDIN", candidates)


def _save_known(cursor, rows: list[dict[str, Any]], year: int) -> Saved:
    """People whom the database knows: only what differs is written."""
    if not rows:
        return Saved(0, 0, 0)
    _stage(cursor, rows, year)
    planned = _planned(cursor, year)
    if planned.added or planned.changed:
        cursor.execute(SAVE_PEOPLE)
        cursor.execute(SAVE_CANDIDATES, [year])
    cursor.execute("DROP TABLE admission_stage")
    return planned


def _stage(cursor, rows: list[dict[str, Any]], year: int) -> None:
    # Before COPY begins: while it runs, the connection answers no other question.
    known = _known(row["pinfl"] for row in rows if not all(row[name] for name in MAY_BE_EMPTY))
    cursor.execute(CREATE_STAGE)
    columns = ", ".join(PERSON_COLUMNS + CANDIDATE_COLUMNS)
    copy_lines(cursor, f"COPY admission_stage ({columns}) FROM STDIN", map("\t".join, _records(rows, known)))
    if not all(row["group_id"] for row in rows):
        cursor.execute(KNOWN_GROUPS, [year])
    cursor.execute("ANALYZE admission_stage")


def _planned(cursor, year: int) -> Saved:
    cursor.execute(COUNT, [year])
    added, changed, total = cursor.fetchone()
    return Saved(added, changed, total - added - changed)


def _records(rows: list[dict[str, Any]], known: dict[str, dict[str, str]]) -> Iterator[tuple[str, ...]]:
    """Rows of the stage table; keys are computed once for each distinct part of a name."""
    sort_part, search_part = lru_cache(maxsize=None)(names.sort_key), lru_cache(maxsize=None)(_tokens)
    for row in rows:
        if row["pinfl"] in known:
            row = row | {name: row[name] or value for name, value in known[row["pinfl"]].items()}
        last, first, middle, pinfl = row["last_name"], row["first_name"], row["middle_name"], row["pinfl"]
        tokens = dict.fromkeys(
            (
                *search_part(last),
                *search_part(first),
                *search_part(middle),
                pinfl,
                *_passport_tokens(row["passport"]),
                *_phone_tokens(row["phone"]),
            )
        )
        sort_key = " ".join(filter(None, (sort_part(last), sort_part(first), sort_part(middle))))
        yield (
            pinfl,
            last,
            first,
            middle,
            row["passport"],
            row["birth_date"].isoformat(),
            row["gender"],
            row["citizenship"],
            row["country"] or DEFAULTS["country"],
            row["nationality"],
            row["region"],
            row["district"],
            row["address"],
            row["phone"],
            " ".join(tokens),
            sort_key[:400],
            str(row["programme_id"]),
            str(row["group_id"] or 0),
            row["course"] or DEFAULTS["course"],
            row["language"],
            row["payment_form"],
            row["social_category"] or DEFAULTS["social_category"],
            str(row["score"]),
        )


def _tokens(part: str) -> list[str]:
    """What the search index holds for one part: the same words as for all parts together."""
    return names.search_text(part).split() if part else []


def _passport_tokens(passport: str) -> Sequence[str]:
    """As ``names.search_text`` has them, without looking for words in an Uzbek passport."""
    if len(passport) == 9 and passport[2:].isdigit():
        return passport.lower(), passport[2:]
    return _tokens(passport)


def _phone_tokens(phone: str) -> Sequence[str]:
    """With the code of the country and without it."""
    return (phone[1:], phone[4:]) if phone else ()


def _known(pinfls: Iterable[str]) -> dict[str, dict[str, str]]:
    """What is known already of people whose rows leave something open."""
    wanted = list(pinfls)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pinfl, {', '.join(MAY_BE_EMPTY)} FROM people_person WHERE pinfl = ANY(%s)",  # noqa: S608
            [wanted],
        )
        return {pinfl: dict(zip(MAY_BE_EMPTY, rest, strict=True)) for pinfl, *rest in cursor.fetchall()}


CREATE_STAGE = """
CREATE TEMP TABLE admission_stage (
    pinfl text COLLATE "C", last_name text, first_name text, middle_name text, passport text, birth_date date,
    gender text, citizenship text, country text, nationality text, region text, district text, address text,
    phone text, search_text text, sort_key text, programme_id bigint, group_id bigint, course text,
    language text, payment_form text, social_category text, score numeric
) ON COMMIT DROP
"""


def _of(table: str, columns: Iterable[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in columns)


def _set(table: str, columns: Iterable[str]) -> str:
    assignments = [f"{name} = EXCLUDED.{name}" for name in columns]
    return ", ".join([*assignments, f"version = {table}.version + 1"])


# An empty group says nothing: who has one for the same programme keeps it, the others wait for the distribution.
KNOWN_GROUPS = """
UPDATE admission_stage s SET group_id = (
       SELECT c.group_id FROM students_candidate c JOIN people_person p ON p.id = c.person_id
        WHERE p.pinfl = s.pinfl AND c.entry_year = %s AND c.programme_id = s.programme_id)
 WHERE s.group_id = 0
"""
# Table and column names are the constants above, never anything a user typed.
COUNT = f"""
SELECT count(*) FILTER (WHERE c.id IS NULL),
       count(*) FILTER (WHERE c.id IS NOT NULL AND (
           ({_of("p", PERSON_COLUMNS)}) IS DISTINCT FROM ({_of("s", PERSON_COLUMNS)})
           OR ({_of("c", CANDIDATE_COLUMNS)}) IS DISTINCT FROM ({_of("s", CANDIDATE_COLUMNS)}))),
       count(*)
  FROM admission_stage s
  LEFT JOIN people_person p ON p.pinfl = s.pinfl
  LEFT JOIN students_candidate c ON c.person_id = p.id AND c.entry_year = %s
"""  # noqa: S608
SAVE_PEOPLE = f"""
INSERT INTO people_person
       ({", ".join(PERSON_COLUMNS)}, {PERSON_DEFAULTS})
SELECT {", ".join(PERSON_COLUMNS)}, 1, '', '', '', '' FROM admission_stage
ON CONFLICT (pinfl) DO UPDATE SET {_set("people_person", PERSON_COLUMNS[1:])}
 WHERE ({_of("people_person", PERSON_COLUMNS)}) IS DISTINCT FROM ({_of("EXCLUDED", PERSON_COLUMNS)})
"""  # noqa: S608
SAVE_CANDIDATES = f"""
INSERT INTO students_candidate
       (person_id, {CANDIDATE_DEFAULTS}, {", ".join(CANDIDATE_COLUMNS)})
SELECT p.id, %s, 1, '11', {_of("s", CANDIDATE_COLUMNS)}
  FROM admission_stage s JOIN people_person p ON p.pinfl = s.pinfl
ON CONFLICT (person_id, entry_year) DO UPDATE SET {_set("students_candidate", CANDIDATE_COLUMNS)}
 WHERE ({_of("students_candidate", CANDIDATE_COLUMNS)})
       IS DISTINCT FROM ({_of("EXCLUDED", CANDIDATE_COLUMNS)})
"""  # noqa: S608
