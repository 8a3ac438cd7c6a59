"""Counting a rating: one statement for each source, whatever the number of criteria and teachers (duty 3.6)."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from research.rating import rules
from research.rating.models import Criterion, Rating, RatingAppeal
from research.rating.sources import SOURCES

TEACHERS, COPIED, TOTALS = "teachers", "copied", "totals"

# What an earlier try has left; the order is that of the foreign keys.
EMPTY = (
    "DELETE FROM research_ratingitem USING research_ratingline l WHERE line_id = l.id AND l.rating_id = %(rating)s",
    "DELETE FROM research_ratingpart USING research_ratingline l WHERE line_id = l.id AND l.rating_id = %(rating)s",
    "DELETE FROM research_unitline WHERE rating_id = %(rating)s",
    "DELETE FROM research_ratingline WHERE rating_id = %(rating)s",
)

# Whoever teaches on the day: once, at the kafedra of the main post (else of the largest), with the rates held there.
_TEACHERS = """
INSERT INTO research_ratingline (rating_id, employee_id, kafedra_id, faculty_id, rate, total)
SELECT %(rating)s, m.employee_id, m.unit_id, u.parent_id, m.rates, 0
  FROM (SELECT DISTINCT ON (employee_id) employee_id, unit_id,
               sum(rate) OVER (PARTITION BY employee_id, unit_id) AS rates
          FROM staff_position p JOIN structure_unit k ON k.id = p.unit_id AND k.kind = '12' AND k.parent_id IS NOT NULL
         WHERE p.category = '12' AND p.valid_from <= %(day)s AND (p.valid_to IS NULL OR p.valid_to >= %(day)s)
         ORDER BY employee_id, p.employment <> '11', p.rate DESC, p.id) m
  JOIN structure_unit u ON u.id = m.unit_id
 ORDER BY m.employee_id
"""
# A correction takes everybody as the edition before had them.
_SAME_TEACHERS = """
INSERT INTO research_ratingline (rating_id, employee_id, kafedra_id, faculty_id, rate, total)
SELECT %(rating)s, employee_id, kafedra_id, faculty_id, rate, 0 FROM research_ratingline WHERE rating_id = %(before)s
 ORDER BY employee_id
"""
# What nobody asked to look at again stays as it was counted.
_COPIED = """
INSERT INTO research_ratingitem (line_id, criterion_id, source_id, label, quantity, marks)
SELECT n.id, i.criterion_id, i.source_id, i.label, i.quantity, i.marks
  FROM research_ratingitem i JOIN research_ratingline o ON o.id = i.line_id AND o.rating_id = %(before)s
  JOIN research_ratingline n ON n.rating_id = %(rating)s AND n.employee_id = o.employee_id
 WHERE o.employee_id <> ALL(%(employees)s)
"""
# The few criteria of the source stand apart: each work is held against them without looking them up again.
_ITEMS = """
WITH asked AS MATERIALIZED (
    SELECT id, kind, in_database, has_certificate, shared, weight FROM research_criterion
     WHERE criteria_id = %(criteria)s AND source = %(source)s)
INSERT INTO research_ratingitem (line_id, criterion_id, source_id, label, quantity, marks)
SELECT l.id, c.id, x.source_id, left(x.label, 600), q.quantity, round(q.quantity * c.weight, 2)
  FROM ({source}) x
  JOIN research_ratingline l ON l.rating_id = %(rating)s AND l.employee_id = x.employee_id
  JOIN asked c ON c.kind IN ('', x.kind)
   AND (c.in_database IS NULL OR c.in_database = x.in_database)
   AND (c.has_certificate IS NULL OR c.has_certificate = x.has_certificate)
 CROSS JOIN LATERAL (SELECT round(CASE WHEN c.shared THEN x.part ELSE x.whole END, 4) AS quantity) q
 WHERE q.quantity > 0 {only}
"""
_ONLY = "AND l.employee_id = ANY(%(employees)s)"
_PARTS = """
INSERT INTO research_ratingpart (line_id, criterion_id, quantity, marks, score)
SELECT i.line_id, i.criterion_id, i.quantity, i.marks, least(i.marks, c.cap)
  FROM (SELECT line_id, criterion_id, sum(quantity) AS quantity, sum(marks) AS marks FROM research_ratingitem
         WHERE line_id IN (SELECT id FROM research_ratingline WHERE rating_id = %(rating)s) GROUP BY 1, 2) i
  JOIN research_criterion c ON c.id = i.criterion_id
"""
# Equal marks share a place.
_PLACES = """
UPDATE research_ratingline l
   SET total = x.total, place = x.place, faculty_place = x.in_faculty, kafedra_place = x.in_kafedra
  FROM (SELECT t.id, t.total, rank() OVER (ORDER BY t.total DESC) AS place,
               rank() OVER (PARTITION BY t.faculty_id ORDER BY t.total DESC) AS in_faculty,
               rank() OVER (PARTITION BY t.kafedra_id ORDER BY t.total DESC) AS in_kafedra
          FROM (SELECT k.id, k.faculty_id, k.kafedra_id, coalesce(sum(p.score), 0) AS total FROM research_ratingline k
                  LEFT JOIN research_ratingpart p ON p.line_id = k.id WHERE k.rating_id = %(rating)s GROUP BY k.id) t) x
 WHERE l.id = x.id
"""
# Kafedras stand beside kafedras and faculties beside faculties; the place goes by the marks of a full rate,
# so that a large kafedra is not first by its size.
_UNITS = """
INSERT INTO research_unitline (rating_id, unit_id, teachers, rates, total, mean, place)
SELECT %(rating)s, unit_id, teachers, rates, total, mean, rank() OVER (PARTITION BY kind ORDER BY mean DESC)
  FROM (SELECT v.unit_id, v.kind, count(*) AS teachers, sum(l.rate) AS rates, sum(l.total) AS total,
               coalesce(round(sum(l.total) / nullif(sum(l.rate), 0), 2), 0) AS mean
          FROM research_ratingline l
         CROSS JOIN LATERAL (VALUES (l.kafedra_id, 'kafedra'), (l.faculty_id, 'faculty')) v(unit_id, kind)
         WHERE l.rating_id = %(rating)s GROUP BY 1, 2) u
"""


def steps_of(rating: Rating) -> list[str]:
    """What is to be done, in order: who is counted, each source that a criterion asks, the totals."""
    asked = set(Criterion.objects.filter(criteria=rating.criteria_id).values_list("source", flat=True))
    sources = [code for code in SOURCES if code in asked]
    return [TEACHERS, *([COPIED] if rating.corrects_id else []), *sources, TOTALS]


def do_step(rating: Rating, step: str) -> None:
    """One step, inside the caller's transaction."""
    facts = _facts(rating)
    for sql in _statements(rating, step):
        with connection.cursor() as cursor:
            cursor.execute(sql, facts | {"source": step})


def _statements(rating: Rating, step: str) -> tuple[str, ...]:
    if step == TEACHERS:
        return (*EMPTY, _SAME_TEACHERS if rating.corrects_id else _TEACHERS)
    if step == COPIED:
        return (_COPIED,)
    if step == TOTALS:
        return (_PARTS, _PLACES, _UNITS)
    return (_ITEMS.format(source=SOURCES[step].sql, only=_ONLY if rating.corrects_id else ""),)


def _facts(rating: Rating) -> dict[str, Any]:
    first, last = rules.span(rating.academic_year_id)
    midnight = datetime.datetime.combine(
        rating.as_of + datetime.timedelta(days=1), datetime.time(), ZoneInfo(settings.TIME_ZONE)
    )
    return {
        "rating": rating.pk,
        "before": rating.corrects_id,
        "criteria": rating.criteria_id,
        "year": rating.academic_year_id,
        "first": first,
        "last": last,
        "day": rating.as_of,
        "until": midnight,
        "employees": recounted(rating),
    }


def recounted(rating: Rating) -> list[int]:
    """Teachers whom a correction counts anew: those whose appeals were upheld."""
    upheld = RatingAppeal.objects.filter(result=rating).order_by("line__employee")
    return list(upheld.values_list("line__employee", flat=True))
