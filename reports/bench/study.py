"""Registrations and teachings of a half-year for the whole university."""

from __future__ import annotations

import time
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from curriculum import registrations
from curriculum.teachings import forming
from reports.bench.parts import Out, part
from reports.demo import YEAR

# The same rows, written by hand without anything beside: what the set operation is measured against.
BARE = """
CREATE TEMPORARY TABLE bare_registrations ON COMMIT DROP AS
SELECT p.student_id, s.id AS line, s.semester_id
  FROM curriculum_curriculumsubject s
  JOIN curriculum_curriculumsemester m ON m.id = s.semester_id
  JOIN curriculum_groupcurriculum gc ON gc.curriculum_id = s.curriculum_id
  JOIN students_placement p ON p.group_id = gc.group_id AND p.valid_to IS NULL AND p.status = '11'
 WHERE s.elective_group = '' AND p.course = m.course AND m.academic_year_id = %s AND (m.number %% 2 = 1) = (%s = '11');
"""
INSERT = """
INSERT INTO curriculum_registration
       (version, student_id, curriculum_subject_id, semester_id, basis, elective_group, is_active)
SELECT 1, student_id, line, semester_id, 'plan', '', true FROM bare_registrations
"""

STUDY_GOAL = 2.0


def measure_study(year: int = YEAR, term: str = "12") -> dict[str, Any]:
    """Seconds of registering everybody and of forming all teachings; the ratio to one bare INSERT … SELECT.

    The half-year is the one that nobody has begun yet; everything is undone.
    """
    with transaction.atomic():
        bare = _seconds_bare(year, term)
        transaction.set_rollback(True)
    with transaction.atomic():
        mine = _seconds_of_registering(year, term)
        forming, count = _seconds_of_forming(year, term)
        transaction.set_rollback(True)
    return {
        "registrations": mine[1],
        "registering_seconds": round(mine[0], 2),
        "bare_seconds": round(bare, 2),
        "ratio": round(mine[0] / bare, 2) if bare else None,
        "teachings": count,
        "forming_seconds": round(forming, 2),
    }


def _seconds_of_registering(year: int, term: str) -> tuple[float, int]:
    began = time.perf_counter()
    count = registrations.register_half_year(year=year, term=term, day=timezone.localdate())
    return time.perf_counter() - began, count


def _seconds_bare(year: int, term: str) -> float:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(BARE, [year, term])
        cursor.execute(INSERT)
    return time.perf_counter() - began


def _seconds_of_forming(year: int, term: str) -> tuple[float, int]:
    began = time.perf_counter()
    found = forming.propose(year=year, term=term, day=timezone.localdate())
    count = forming.save(found.new, year=year, term=term)
    return time.perf_counter() - began, count


@part("study")
def study(out: Out) -> None:
    found = measure_study()
    out.head(
        f"Registrations of a half-year: {found['registrations']} "
        f"(bare: one INSERT … SELECT; goal {STUDY_GOAL:g} × bare)"
    )
    out.line(
        f"registering {found['registering_seconds']:.2f} s, bare {found['bare_seconds']:.2f} s, "
        f"ratio {found['ratio']:.2f}; {found['teachings']} teachings formed in {found['forming_seconds']:.2f} s"
    )
    out.verdict(found["ratio"] <= STUDY_GOAL)
