"""Who sits at the lessons of a teaching, and on which days: registrations and placements together."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Seat:
    """A student among the audience of a teaching, from ``since`` until the day before ``until``."""

    student_id: int
    name: str
    number: str
    group_id: int
    group: str
    line_id: int
    since: datetime.date
    until: datetime.date | None
    highest: int
    order: str = ""

    def on(self, day: datetime.date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


SEATS = """
SELECT s.student_id, concat_ws(' ', nullif(o.last_name, ''), nullif(o.first_name, ''), nullif(o.middle_name, '')),
       t.number, s.group_id, g.name, s.line_id, s.since, s.until, CASE WHEN k.scale = 'five' THEN 5 ELSE 100 END,
       o.sort_key
  FROM hemis_seats() s
  JOIN students_student t ON t.id = s.student_id JOIN people_person o ON o.id = t.person_id
  JOIN students_group g ON g.id = s.group_id
  JOIN curriculum_curriculumsubject c ON c.id = s.line_id JOIN curriculum_curriculum n ON n.id = c.curriculum_id
  JOIN curriculum_markingsystem k ON k.id = n.marking_system_id
 WHERE s.teaching_id = %(teaching)s
"""


def seats(teaching: int, day: datetime.date | None = None) -> list[Seat]:
    """Everybody who sits there at any time, or on ``day``, by group and name: one query.

    The database asks the same of one student before it takes a row of the journal (``hemis_seat``).
    """
    with connection.cursor() as cursor:
        cursor.execute(SEATS, {"teaching": teaching})
        rows = [Seat(*row) for row in cursor.fetchall()]
    found = {(one.student_id, one.since): one for one in rows if day is None or one.on(day)}
    return sorted(found.values(), key=lambda one: (one.group, one.order, one.student_id))
