"""Closed grade sheets feed the academic record: one statement, whatever the number of students."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection, transaction
from django.utils.translation import gettext as _

# New passed results become lines; a line that its sheet no longer says gives way to the new one, by the act that
# corrected the sheet. What is recorded already is left alone, so that it may run as often as one likes.
FEED = """
INSERT INTO records_recordline (student_id, curriculum_subject_id, kind, origin, subject_code, subject_name,
    subject_name_ru, subject_name_en, academic_year_id, semester, hours, credit, points, mark, letter, point, passed,
    examiner, held_on, sheet_id, correction_id, supersedes_id, act_number, act_date, act_reason, is_current,
    recorded_by_id)
SELECT r.student_id, r.curriculum_subject_id, k.code, 'sheet', s.code, s.name, s.name_ru, s.name_en,
       m.academic_year_id, m.number, coalesce(h.hours, round(cs.credit * p.hours_per_credit)), cs.credit,
       r.overall, r.mark, r.letter, r.point, r.passed,
       coalesce(concat_ws(' ', e.last_name, e.first_name, nullif(e.middle_name, '')), ''), g.held_on, g.id, c.id, l.id,
       CASE WHEN l.id IS NULL THEN '' ELSE coalesce(c.year || '-' || lpad(c.serial::text, 5, '0'),
                                                    g.academic_year_id || '-' || lpad(g.serial::text, 5, '0')) END,
       CASE WHEN l.id IS NOT NULL THEN coalesce(c.day, g.held_on, g.closed_at::date) END,
       CASE WHEN l.id IS NULL THEN '' ELSE coalesce(c.reason, %(reason)s) END, true,
       nullif(current_setting('hemis.actor', true), '')::bigint
  FROM grading_subjectresult r
  JOIN curriculum_curriculumsubject cs ON cs.id = r.curriculum_subject_id
  JOIN curriculum_curriculum p ON p.id = cs.curriculum_id
  JOIN curriculum_curriculumsemester m ON m.id = cs.semester_id
  JOIN curriculum_subject s ON s.id = cs.subject_id
  JOIN curriculum_ratingsheetkind k ON k.id = cs.sheet_kind_id
  JOIN grading_gradesheet g ON g.id = r.sheet_id
  LEFT JOIN staff_employee w ON w.id = g.examiner_id
  LEFT JOIN people_person e ON e.id = w.person_id
  LEFT JOIN (SELECT curriculum_subject_id, sum(hours)::integer AS hours FROM curriculum_subjecthours GROUP BY 1) h
         ON h.curriculum_subject_id = cs.id
  LEFT JOIN records_recordline l ON l.student_id = r.student_id AND l.curriculum_subject_id = r.curriculum_subject_id
        AND l.is_current
  LEFT JOIN LATERAL (
      SELECT x.id, x.academic_year_id AS year, x.serial, x.reason,
             (x.decided_at AT TIME ZONE 'Asia/Tashkent')::date AS day
        FROM grading_sheetcorrection x
        JOIN grading_sheetline y ON y.id = x.line_id AND y.student_id = r.student_id
        JOIN grading_gradesheet z ON z.id = y.sheet_id AND z.curriculum_subject_id = r.curriculum_subject_id
       WHERE x.state = 'confirmed' ORDER BY x.decided_at DESC, x.id DESC LIMIT 1) c ON l.id IS NOT NULL
 WHERE (l.id IS NULL AND r.passed
        OR l.origin = 'sheet' AND (l.points, l.mark, l.letter, l.point, l.passed)
                                  IS DISTINCT FROM (r.overall, r.mark, r.letter, r.point, r.passed)
        OR l.origin <> 'sheet' AND NOT l.passed AND r.passed)
   AND (%(subjects)s::bigint[] IS NULL OR r.curriculum_subject_id = ANY(%(subjects)s))
   AND (%(students)s::bigint[] IS NULL OR r.student_id = ANY(%(students)s))
   AND (%(faculty)s::bigint IS NULL OR EXISTS (
        SELECT 1 FROM students_student t JOIN students_placement q ON q.id = t.current_id
         WHERE t.id = r.student_id AND q.faculty_id = %(faculty)s))
"""


@transaction.atomic
def feed(
    *,
    subjects: Collection[int] | None = None,
    students: Collection[int] | None = None,
    faculty: int | None = None,
) -> int:
    """Write the lines that closed sheets give and the record lacks; how many. One statement.

    Without arguments it is about the whole university. It changes nothing when
    nothing has changed; a corrected sheet gives a superseding line with the
    number, date and reason of its act.
    """
    given = {
        "subjects": None if subjects is None else list(subjects),
        "students": None if students is None else list(students),
        "faculty": faculty,
        "reason": _("A further grade sheet of the subject"),
    }
    with connection.cursor() as cursor:
        cursor.execute(FEED, given)
        return cursor.rowcount


def feed_written(subjects: Collection[int], students: Collection[int] | None) -> None:
    """Record what grading has just computed from closed sheets."""
    feed(subjects=subjects, students=students)
