"""How fast transcripts and diplomas with supplements are issued, against bare WeasyPrint on the same HTML."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F
from django.utils import timezone

from hemis.access.models import RoleAssignment
from hemis.access.scope import Access
from hemis.documents.bench import bare_seconds
from records.blanks.actions import Received, receive
from records.certificates import actions as certificates
from records.diplomas import actions as diplomas
from records.models import Certificate, Diploma
from students.models import Student

# Documents of one turn: house and bare take turns, so that a busy machine slows both.
TURN = 20
# Tables of this connection only hide the guarded ones: invented lines of the record need no closed sheets.
HIDE = "CREATE TEMP TABLE {0} (LIKE public.{0} INCLUDING DEFAULTS INCLUDING INDEXES) ON COMMIT DROP"
LINES = """
INSERT INTO records_recordline
       (id, student_id, curriculum_subject_id, kind, origin, subject_code, subject_name, subject_name_ru,
        subject_name_en, academic_year_id, semester, hours, credit, points, mark, letter, point, passed, examiner,
        held_on, act_number, act_reason, is_current)
SELECT row_number() OVER (), p.student_id, c.id,
       CASE WHEN c.id = last_value(c.id) OVER (PARTITION BY p.student_id ORDER BY m.number, c.position, c.id
                 ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) THEN '15' ELSE '11' END,
       'sheet', s.code, s.name, s.name_ru, coalesce(nullif(s.name_en, ''), s.name), %(year)s, m.number,
       greatest(30, c.credit * 30)::int, greatest(1, c.credit), 86 + p.student_id %% 10, 5, 'A', 5, true, 'Komissiya',
       %(day)s, '', '', true
  FROM students_placement p
  JOIN curriculum_groupcurriculum g ON g.group_id = p.group_id
  JOIN curriculum_curriculumsemester m ON m.curriculum_id = g.curriculum_id
  JOIN curriculum_curriculumsubject c ON c.semester_id = m.id
  JOIN curriculum_subject s ON s.id = c.subject_id
 WHERE p.valid_to IS NULL AND p.student_id = ANY(%(students)s)
"""
ACCREDITED = """
INSERT INTO records_accreditation (id, version, student_id, academic_year_id, steps, reason, gpa, credits, state,
                                   accepted_at, remark)
SELECT n, 1, student, %(year)s, '[]', '', 5, 240, 'accepted', now(), ''
  FROM unnest(%(students)s::bigint[]) WITH ORDINALITY AS found(student, n)
"""


class _Rollback(Exception):
    """Undoes what was issued for the measurement."""


def bench_papers(transcripts: int = 8000, papers: int = 2000) -> dict[str, Any]:
    """Issue transcripts, then diplomas with supplements, as their jobs do, in one process; nothing is kept.

    Of each: ``count`` of PDFs, ``whole`` seconds from the record to the rows of issued documents (conditions,
    approval and blanks of diplomas included), ``bare`` seconds of WeasyPrint on the same HTML, and their ``ratio``.

    Raises:
        ValueError: no faculty has students whose group studies by a plan (load the demo first).
    """
    found: dict[str, Any] = {}
    try:
        with transaction.atomic():
            students, dean, hr = _people(max(transcripts, papers))
            _mastered(students)
            found["transcripts"] = _ratio(_transcripts(students[:transcripts], dean))
            found["diplomas"] = _ratio(_diplomas(students[:papers], dean, hr))
            raise _Rollback
    except _Rollback:
        return found


def _people(count: int) -> tuple[list[int], Access, Access]:
    """Students of the faculty that has the most with a plan, its dean's office, and HR."""
    rows = Student.objects.filter(current__status="11", current__group__plan__isnull=False)
    best = rows.values(faculty=F("current__faculty")).annotate(n=Count("pk")).order_by("-n").first()
    if best is None:
        raise ValueError("No student's group studies by a plan.")
    keys = list(
        rows.filter(current__faculty=best["faculty"]).order_by("pk").values_list("pk", flat=True)[:count]
    )
    dean = RoleAssignment.objects.filter(role="dean", unit=best["faculty"]).select_related("user").first()
    hr = RoleAssignment.objects.filter(role="hr").select_related("user").first()
    if dean is None or hr is None:
        raise ValueError("The faculty has no dean's office, or the university no HR.")
    return keys, Access.for_user(dean.user), Access.for_user(hr.user)


def _mastered(students: list[int]) -> None:
    """Everything of the plan, with the best marks, and accredited."""
    today = timezone.localdate()
    values: dict[str, Any] = {"students": students, "year": today.year, "day": today}
    with connection.cursor() as cursor:
        for table in ("records_recordline", "records_accreditation"):
            cursor.execute(HIDE.format(table))
        for statement in (LINES, ACCREDITED):
            cursor.execute(statement, values)
        cursor.execute("ANALYZE records_recordline")


def _turns(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), TURN):
        yield rows[start : start + TURN]


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    made = work()
    return time.perf_counter() - started, made


def _ratio(turns: Iterable[tuple[float, list[Any]]]) -> dict[str, Any]:
    whole = bare = 0.0
    count = 0
    for seconds, documents in turns:
        whole += seconds
        bare += bare_seconds(documents)
        count += len(documents)
    if not count:
        raise ValueError("No paper could be issued.")
    return {"count": count, "whole": whole, "bare": bare, "ratio": whole / bare}


def _transcripts(students: list[int], dean: Access) -> Iterator[tuple[float, list[Any]]]:
    for part in _turns(students):
        rows = Student.objects.filter(pk__in=part)
        seconds, made = _timed(
            lambda rows=rows: [
                certificates.issue(one, access=dean, kind=Certificate.TRANSCRIPT) for one in rows
            ]
        )
        yield seconds, [one.document for one in made]


def _diplomas(students: list[int], dean: Access, hr: Access) -> Iterator[tuple[float, list[Any]]]:
    types = list(
        Student.objects.filter(pk__in=students).values_list("current__programme__speciality__education_type", flat=True)
        .order_by().distinct()
    )  # fmt: skip
    count = len(students)
    receive(
        access=hr, date=timezone.localdate(), holder=None, basis="bench",
        lines=[
            Received(kind, "Q" * (at + 1), 1, count, education_type=one, category=category)
            for at, one in enumerate(types)
            for kind, category in (("diploma", "ordinary"), ("supplement", "ordinary"))
        ] + [
            Received("diploma", "H" * (at + 1), 1, count, education_type=one, category="honours")
            for at, one in enumerate(types)
        ],
    )  # fmt: skip
    for part in _turns(students):
        seconds, made = _timed(lambda part=part: _one_turn(part, dean, hr))
        yield seconds, [paper for one in made for paper in (one.document, one.supplement)]


def _one_turn(students: list[int], dean: Access, hr: Access) -> list[Diploma]:
    formed = diplomas.form(students, access=dean)
    if formed.refused:
        raise ValueError(f"{formed.refused[0].name}: {formed.refused[0].reason}")
    ready = diplomas.assign_blanks(diplomas.approve(formed.done, access=hr).done, access=hr)
    return [diplomas.issue_papers(one, access=hr) for one in ready.done]
