"""What the students of the demo have chosen: each takes one of the alternatives of the own plan."""

from __future__ import annotations

import datetime

from django.db import connection

from curriculum.registrations import DAY

# By the number of the student, so that each alternative has its people and nothing is chosen twice.
CHOOSE = f"""
INSERT INTO curriculum_registration (version, student_id, curriculum_subject_id, basis, elective_group, is_active)
SELECT DISTINCT ON (p.student_id, s.semester_id, s.elective_group)
       1, p.student_id, s.id, 'chosen', s.elective_group, true
  FROM curriculum_curriculumsubject s
  JOIN curriculum_curriculumsemester m ON m.id = s.semester_id
  JOIN curriculum_groupcurriculum gc ON gc.curriculum_id = s.curriculum_id
  JOIN students_placement p ON p.group_id = gc.group_id AND p.status = '11' AND p.course = m.course
   AND p.valid_from <= {DAY} AND (p.valid_to IS NULL OR p.valid_to > {DAY})
 WHERE s.elective_group <> '' AND m.academic_year_id = %(year)s AND (m.number %% 2 = 1) = (%(term)s = '11')
   AND NOT EXISTS (
       SELECT 1 FROM curriculum_registration r
        WHERE r.student_id = p.student_id AND r.semester_id = s.semester_id AND r.elective_group = s.elective_group
   )
 ORDER BY p.student_id, s.semester_id, s.elective_group, (p.student_id + s.position) %% 2, s.id
"""  # noqa: S608


def choose_everything(year: int, term: str, day: datetime.date) -> int:
    """One alternative of every elective group for everybody who studies it; how many choices."""
    with connection.cursor() as cursor:
        cursor.execute(CHOOSE, {"year": year, "term": term, "day": day})
        return cursor.rowcount
