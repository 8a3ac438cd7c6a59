"""What an import asks about people who are known already: one statement each, however long the list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from students.models import AcademicYear

EXPELLED, GRADUATED = "12", "14"


def current_year() -> int:
    """The academic year in which people are admitted now; by the calendar when none is marked."""
    marked = AcademicYear.objects.filter(is_current=True).values_list("year", flat=True).first()
    return marked or timezone.localdate().year


def studying(pinfls: Collection[str]) -> list[tuple]:
    """People who study now: PINFL, entry year and facts of the candidacy that brought them here."""
    return _rows(STUDYING, [list(pinfls), [EXPELLED, GRADUATED]])


def candidates_elsewhere(
    pinfls: Collection[str], year: int, faculty_ids: Collection[int]
) -> list[tuple[str, str]]:
    """Candidates of ``year`` in groups of other faculties: PINFL and the faculty."""
    return _rows(ELSEWHERE, [list(pinfls), year, list(faculty_ids)])


def other_names(people: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Of (PINFL, surname, first name) those known under another surname and another first name."""
    return _rows(OTHER_NAMES, _columns(people))


def passports_of_others(people: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Of (PINFL, passport, country) those whose passport is known as that of another PINFL."""
    return _rows(PASSPORTS, _columns(people))


def _columns(rows: Iterable[tuple[str, str, str]]) -> list[list[str]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[], [], []]


def _rows(sql: str, params: Sequence[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


STUDYING = """
SELECT p.pinfl, c.entry_year, c.programme_id, c.group_id, c.course, c.language, c.payment_form,
       c.social_category, c.score
  FROM people_person p
  JOIN students_student st ON st.person_id = p.id
  JOIN students_placement pl ON pl.id = st.current_id
  LEFT JOIN students_candidate c ON c.id = st.candidate_id
 WHERE p.pinfl = ANY(%s) AND pl.status <> ALL(%s)
"""
ELSEWHERE = """
SELECT p.pinfl, u.name
  FROM people_person p
  JOIN students_candidate c ON c.person_id = p.id
  JOIN students_group g ON g.id = c.group_id
  JOIN structure_unit u ON u.id = g.faculty_id
 WHERE p.pinfl = ANY(%s) AND c.entry_year = %s AND g.faculty_id <> ALL(%s)
"""
OTHER_NAMES = """
SELECT p.pinfl, concat_ws(' ', p.last_name, p.first_name, p.middle_name)
  FROM people_person p
  JOIN unnest(%s::text[], %s::text[], %s::text[]) AS said(pinfl, last_name, first_name)
    ON p.pinfl = said.pinfl
 WHERE p.last_name <> said.last_name AND p.first_name <> said.first_name
"""
PASSPORTS = """
SELECT said.pinfl, said.passport
  FROM people_person p
  JOIN unnest(%s::text[], %s::text[], %s::text[]) AS said(pinfl, passport, country)
    ON p.passport = said.passport AND p.country = said.country AND p.pinfl IS DISTINCT FROM said.pinfl
"""
