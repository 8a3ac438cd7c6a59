"""GPA of everybody by one statement (VMQ 824/2020: Σ(K·U) / ΣK)."""

from __future__ import annotations

import datetime

from django.db import connection, transaction
from django.utils import timezone

from curriculum.relearning import COUNTING

# State examinations and graduation works, which commissions mark, are no subjects of the GPA.
# In order: what a line of a plan is worth, looked up once; sums of years, and of them the whole study, before
# anything else is joined, so that few and narrow rows go on; places by windows. Credits have one decimal place and
# points two, so whole numbers of tenths and hundredths sum exactly, and smaller than decimals; (2a + b) / 2b rounds
# half up as ``queries.gpa_steps`` does. A merge, not ON CONFLICT: that writes each new row with a second look at the
# index.
COMPUTE = f"""
MERGE INTO grading_studentgpa t USING (
WITH threshold AS (
    SELECT DISTINCT ON (r.system_id) r.system_id, r.gpa_threshold, s.scale
      FROM curriculum_markingrule r JOIN curriculum_markingsystem s ON s.id = r.system_id
     WHERE r.valid_from <= %(day)s ORDER BY r.system_id, r.valid_from DESC
), line AS MATERIALIZED (
    SELECT cs.id, (cs.credit * 10)::integer AS tenths, m.academic_year_id AS year, c.marking_system_id AS system_id,
           m.ends_on < %(day)s AS is_over
      FROM curriculum_curriculumsubject cs
      JOIN curriculum_curriculumsemester m ON m.id = cs.semester_id
      JOIN curriculum_curriculum c ON c.id = cs.curriculum_id
      JOIN curriculum_ratingsheetkind k ON k.id = cs.sheet_kind_id AND k.code NOT IN ('13', '15')
), yearly AS MATERIALIZED (
    SELECT g.student_id, line.year, min(line.system_id) AS system_id,
           coalesce(sum(line.tenths) FILTER (WHERE res.id IS NOT NULL), 0) AS tenths,
           coalesce(sum(line.tenths * (res.point * 100)::integer), 0) AS thousandths,
           count(*) AS subjects, count(*) FILTER (WHERE res.passed IS NOT TRUE) AS debts,
           count(*) FILTER (WHERE res.id IS NULL) AS missing
      FROM curriculum_registration g
      JOIN line ON line.id = g.curriculum_subject_id
      LEFT JOIN grading_subjectresult res
             ON res.student_id = g.student_id AND res.curriculum_subject_id = g.curriculum_subject_id
     WHERE g.is_active AND (line.is_over OR res.id IS NOT NULL)
       AND (%(students)s::bigint[] IS NULL OR g.student_id = ANY(%(students)s)){COUNTING}
     GROUP BY 1, 2
), summed AS (
    SELECT * FROM yearly
     UNION ALL
    SELECT student_id, NULL, min(system_id), sum(tenths)::bigint, sum(thousandths)::bigint, sum(subjects)::bigint,
           sum(debts)::bigint, sum(missing)::bigint
      FROM yearly GROUP BY 1
), figured AS (
    SELECT y.*, p.group_id, p.programme_id, p.course,
           CASE WHEN tenths > 0 THEN (2 * thousandths + tenths) / (2 * tenths) ELSE 0 END AS hundredths
      FROM summed y
      JOIN students_student s ON s.id = y.student_id
      JOIN students_placement p ON p.id = s.current_id
     WHERE p.status = '11' AND (%(faculty)s::bigint IS NULL OR p.faculty_id = %(faculty)s)
)
SELECT f.student_id, f.year, f.hundredths * 0.01 AS gpa, f.tenths * 0.1 AS credits, f.thousandths * 0.001 AS weighted,
       f.subjects, f.debts, f.missing, h.gpa_threshold,
       CASE WHEN h.scale = 'credit' AND h.gpa_threshold IS NOT NULL THEN f.hundredths >= h.gpa_threshold * 100
            ELSE f.debts = 0 END AS may_be_promoted,
       CASE WHEN f.group_id IS NOT NULL
            THEN rank() OVER (PARTITION BY f.group_id, f.year ORDER BY f.hundredths DESC) END AS rank_in_group,
       rank() OVER (PARTITION BY f.programme_id, f.course COLLATE "C", f.year ORDER BY f.hundredths DESC)
           AS rank_in_programme
  FROM figured f JOIN threshold h ON h.system_id = f.system_id
) n ON t.student_id = n.student_id AND coalesce(t.academic_year_id, 0) = coalesce(n.year, 0)
WHEN NOT MATCHED THEN
    INSERT (student_id, academic_year_id, gpa, credits, weighted, subjects, debts, missing, threshold,
            may_be_promoted, rank_in_group, rank_in_programme, computed_at)
    VALUES (n.student_id, n.year, n.gpa, n.credits, n.weighted, n.subjects, n.debts, n.missing, n.gpa_threshold,
            n.may_be_promoted, n.rank_in_group, n.rank_in_programme, now())
WHEN MATCHED THEN UPDATE SET
    gpa = n.gpa, credits = n.credits, weighted = n.weighted, subjects = n.subjects, debts = n.debts,
    missing = n.missing, threshold = n.gpa_threshold, may_be_promoted = n.may_be_promoted,
    rank_in_group = n.rank_in_group, rank_in_programme = n.rank_in_programme, computed_at = now()
"""  # noqa: S608
# Two computations at once would both insert what neither sees of the other.
ONE_BY_ONE = "SELECT pg_advisory_xact_lock('grading_studentgpa'::regclass::bigint)"


@transaction.atomic
def compute_gpa(
    *, faculty: int | None = None, students: list[int] | None = None, day: datetime.date | None = None
) -> int:
    """Compute the GPA of the university, of a faculty or of some students; how many rows were written.

    Places are those among the students that are computed together, so they are
    right for whole faculties; ``students`` is for tests and tools.
    """
    with connection.cursor() as cursor:
        cursor.execute(ONE_BY_ONE)
        cursor.execute(
            COMPUTE, {"faculty": faculty, "students": students, "day": day or timezone.localdate()}
        )
        return cursor.rowcount
