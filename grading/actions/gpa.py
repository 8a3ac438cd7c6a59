"""GPA of everybody by one statement (VMQ 824/2020: Σ(K·U) / ΣK)."""

from __future__ import annotations

import datetime

from django.db import connection, transaction
from django.utils import timezone

from curriculum.relearning import COUNTING

# State examinations and graduation works, which commissions mark, are no subjects of the GPA.
# Years and the whole study by grouping sets; places by windows; one INSERT. The same rows and the same
# rounding (half up, two places) as ``queries.gpa_steps``.
COMPUTE = f"""
INSERT INTO grading_studentgpa (student_id, academic_year_id, gpa, credits, weighted, subjects, debts, missing,
                                threshold, may_be_promoted, rank_in_group, rank_in_programme, computed_at)
WITH threshold AS (
    SELECT DISTINCT ON (r.system_id) r.system_id, r.gpa_threshold, s.scale
      FROM curriculum_markingrule r JOIN curriculum_markingsystem s ON s.id = r.system_id
     WHERE r.valid_from <= %(day)s ORDER BY r.system_id, r.valid_from DESC
), studied AS MATERIALIZED (
    SELECT g.student_id, m.academic_year_id AS year, cs.credit, res.point, res.passed, c.marking_system_id,
           p.group_id, p.programme_id, p.course
      FROM curriculum_registration g
      JOIN curriculum_curriculumsubject cs ON cs.id = g.curriculum_subject_id
      JOIN curriculum_curriculumsemester m ON m.id = cs.semester_id
      JOIN curriculum_curriculum c ON c.id = cs.curriculum_id
      JOIN curriculum_ratingsheetkind k ON k.id = cs.sheet_kind_id AND k.code NOT IN ('13', '15')
      JOIN students_student s ON s.id = g.student_id
      JOIN students_placement p ON p.id = s.current_id
      LEFT JOIN grading_subjectresult res
             ON res.student_id = g.student_id AND res.curriculum_subject_id = g.curriculum_subject_id
     WHERE g.is_active AND p.status = '11' AND (m.ends_on < %(day)s OR res.id IS NOT NULL)
       AND (%(faculty)s::bigint IS NULL OR p.faculty_id = %(faculty)s)
       AND (%(students)s::bigint[] IS NULL OR g.student_id = ANY(%(students)s)){COUNTING}), summed AS (
    SELECT student_id, year, min(marking_system_id) AS system_id, min(group_id) AS group_id,
           min(programme_id) AS programme_id, min(course) AS course,
           coalesce(sum(credit) FILTER (WHERE point IS NOT NULL), 0) AS credits,
           coalesce(sum(credit * point) FILTER (WHERE point IS NOT NULL), 0) AS weighted,
           count(*) AS subjects, count(*) FILTER (WHERE passed IS NOT TRUE) AS debts,
           count(*) FILTER (WHERE passed IS NULL) AS missing
      FROM studied GROUP BY GROUPING SETS ((student_id, year), (student_id))
), figured AS (
    SELECT summed.*, CASE WHEN credits > 0 THEN round(weighted / credits, 2) ELSE 0 END AS gpa
      FROM summed
)
SELECT f.student_id, f.year, f.gpa, f.credits, f.weighted, f.subjects, f.debts, f.missing, t.gpa_threshold,
       CASE WHEN t.scale = 'credit' AND t.gpa_threshold IS NOT NULL THEN f.gpa >= t.gpa_threshold
            ELSE f.debts = 0 END,
       CASE WHEN f.group_id IS NOT NULL THEN rank() OVER (PARTITION BY f.year, f.group_id ORDER BY f.gpa DESC) END,
       rank() OVER (PARTITION BY f.year, f.programme_id, f.course ORDER BY f.gpa DESC), now()
  FROM figured f JOIN threshold t ON t.system_id = f.system_id
ON CONFLICT (student_id, academic_year_id) DO UPDATE SET
    gpa = EXCLUDED.gpa, credits = EXCLUDED.credits, weighted = EXCLUDED.weighted, subjects = EXCLUDED.subjects,
    debts = EXCLUDED.debts, missing = EXCLUDED.missing, threshold = EXCLUDED.threshold,
    may_be_promoted = EXCLUDED.may_be_promoted,
    rank_in_group = EXCLUDED.rank_in_group, rank_in_programme = EXCLUDED.rank_in_programme,
    computed_at = EXCLUDED.computed_at
"""  # noqa: S608


@transaction.atomic
def compute_gpa(
    *, faculty: int | None = None, students: list[int] | None = None, day: datetime.date | None = None
) -> int:
    """Compute the GPA of the university, of a faculty or of some students; how many rows were written.

    Places are those among the students that are computed together, so they are
    right for whole faculties; ``students`` is for tests and tools.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            COMPUTE, {"faculty": faculty, "students": students, "day": day or timezone.localdate()}
        )
        return cursor.rowcount
