"""How fast every statistic is: its page, and its cut against the same figures by one hand-written statement."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hemis.access.scope import Scope
from hemis.people.models import User
from reports.bench.pages import WARM_UP, _medians
from reports.bench.parts import Out, part
from reports.statistics import asking, cube
from reports.statistics.declaration import STATISTICS
from students.bench import HIDE, MOVES, SINCE
from students.models import Student

EVERYBODY = Scope(everything=True)
RATIO_GOAL, PAGE_GOAL = 3.0, 100
PLACEMENTS = 6  # of every student, over three years
# The figures of the default cut, as somebody would write them who needs no more.
BARE = {
    "students": """
        SELECT pl.faculty_id, pl.course, count(*) FROM students_placement pl
         WHERE pl.valid_from <= %(day)s AND (pl.valid_to IS NULL OR pl.valid_to > %(day)s) AND pl.status = '11'
         GROUP BY 1, 2""",
    "staff": """
        SELECT p.unit_id, e.academic_degree, count(DISTINCT p.employee_id)
          FROM staff_position p JOIN staff_employee e ON e.id = p.employee_id
         WHERE p.valid_from <= %(day)s AND (p.valid_to IS NULL OR p.valid_to >= %(day)s) AND p.category = '12'
         GROUP BY 1, 2""",
    "movement": """
        SELECT o.kind, o.variant, to_char(o.effective_date, 'YYYY-MM'), count(*)
          FROM movement_orderline l JOIN movement_order o ON o.id = l.order_id
         WHERE o.state IN ('executed', 'closed') AND o.cancels_id IS NULL AND l.student_id IS NOT NULL
           AND o.effective_date BETWEEN %(since)s AND %(until)s GROUP BY 1, 2, 3""",
    "attendance": """
        SELECT g.faculty_id, sum(a.hours) FILTER (WHERE a.kind = '12'), sum(a.hours) FILTER (WHERE a.kind = '11'),
               count(*), count(DISTINCT a.student_id)
          FROM attendance_absence a LEFT JOIN students_group g ON g.id = a.group_id
         WHERE a.day BETWEEN %(since)s AND %(until)s GROUP BY 1""",
    "lessons": """
        SELECT t.kafedra_id, count(*), count(r.id), count(DISTINCT l.teacher_id)
          FROM curriculum_lesson l JOIN curriculum_teaching t ON t.id = l.teaching_id
          LEFT JOIN attendance_lessonrecord r ON r.lesson_id = l.id
         WHERE l.state = 'planned' AND l.day BETWEEN %(since)s AND %(until)s GROUP BY 1""",
    "results": """
        SELECT pl.faculty_id, count(*), count(*) FILTER (WHERE r.passed), count(*) FILTER (WHERE r.mark >= 4),
               avg(r.overall), count(DISTINCT r.student_id)
          FROM grading_subjectresult r JOIN curriculum_curriculumsubject c ON c.id = r.curriculum_subject_id
          JOIN curriculum_curriculumsemester m ON m.id = c.semester_id
          JOIN students_student s ON s.id = r.student_id JOIN students_placement pl ON pl.id = s.current_id
         WHERE m.academic_year_id = %(year)s GROUP BY 1""",
    "gpa": """
        SELECT pl.faculty_id, count(*), avg(g.gpa), sum(g.debts), count(*) FILTER (WHERE g.debts > 0)
          FROM grading_studentgpa g JOIN students_student s ON s.id = g.student_id
          JOIN students_placement pl ON pl.id = s.current_id WHERE g.academic_year_id = %(year)s GROUP BY 1""",
    "contracts": """
        SELECT c.faculty_id, count(*), sum(c.current_amount), sum(d.paid), sum(d.due), sum(greatest(d.due - d.paid, 0))
          FROM finance_contract c LEFT JOIN hemis_debts(%(day)s) d ON d.contract_id = c.id
         WHERE c.academic_year_id = %(year)s AND c.state <> 'cancelled' GROUP BY 1""",
    "payments": """
        SELECT to_char(p.date, 'YYYY-MM'), p.means, sum(p.amount) FROM finance_payment p
         WHERE p.date BETWEEN %(since)s AND %(until)s GROUP BY 1, 2""",
    "resources": """
        SELECT c.kafedra_id, count(*),
               count(*) FILTER (WHERE coalesce(t.hours, 0) >= coalesce(h.hours, 0)), sum(r.n), count(q.n)
          FROM curriculum_curriculumsubject c JOIN curriculum_curriculumsemester m ON m.id = c.semester_id
          JOIN curriculum_curriculum p ON p.id = c.curriculum_id
          LEFT JOIN (SELECT curriculum_subject_id, sum(hours) AS hours FROM curriculum_subjecthours
                      WHERE training_type <> '17' GROUP BY 1) h ON h.curriculum_subject_id = c.id
          LEFT JOIN (SELECT curriculum_subject_id, sum(hours) AS hours FROM curriculum_topic GROUP BY 1) t
                 ON t.curriculum_subject_id = c.id
          LEFT JOIN (SELECT curriculum_subject_id, count(*) AS n FROM curriculum_resource GROUP BY 1) r
                 ON r.curriculum_subject_id = c.id
          LEFT JOIN (SELECT subject_id, count(*) AS n FROM curriculum_question WHERE is_active GROUP BY 1) q
                 ON q.subject_id = c.subject_id
         WHERE m.academic_year_id = %(year)s AND p.state = 'approved' GROUP BY 1""",
    "quota": """
        SELECT s.faculty_id, sum(q.places), sum(a.n) FROM students_admissionquota q
          JOIN students_speciality s ON s.id = q.speciality_id
          LEFT JOIN (SELECT c.entry_year, p.speciality_id, p.education_form, c.payment_form, c.language, count(*) AS n
                       FROM students_candidate c JOIN students_programme p ON p.id = c.programme_id
                      GROUP BY 1, 2, 3, 4, 5) a
                 ON (a.entry_year, a.speciality_id, a.education_form, a.payment_form, a.language)
                  = (q.entry_year, q.speciality_id, q.education_form, q.payment_form, q.language)
         WHERE q.entry_year = %(year)s GROUP BY 1""",
    "employment": """
        SELECT pl.faculty_id, t.status, count(*) FROM students_student s
          JOIN students_placement pl ON pl.id = s.current_id AND pl.status = '14'
          LEFT JOIN LATERAL (SELECT e.status FROM records_employment e WHERE e.student_id = s.id
                              ORDER BY e.noted_on DESC, e.id DESC LIMIT 1) t ON true
         GROUP BY 1, 2""",
    "publications": """
        SELECT w.sort, w.scientific_kind, w.methodical_kind, w.property_kind, w.issue_year, count(DISTINCT w.id)
          FROM research_workauthor a JOIN research_work w ON w.id = a.work_id AND w.state = 'approved'
         WHERE a.employee_id IS NOT NULL AND w.decided_at < %(day)s::date + 1 GROUP BY 1, 2, 3, 4, 5""",
    "doctorate": """
        SELECT s.kind, p.status, count(*) FROM doctorate_doctoralperiod p
          JOIN doctorate_doctoralstudent s ON s.id = p.student_id
         WHERE p.valid_from <= %(day)s AND (p.valid_to IS NULL OR p.valid_to > %(day)s)
           AND p.status IN ('studying', 'leave') GROUP BY 1, 2""",
    "teacher_activity": """
        SELECT p.unit_id, count(DISTINCT p.employee_id), sum(s.n), sum(l.due), sum(l.given), sum(r.n), sum(t.n)
          FROM staff_position p JOIN staff_employee e ON e.id = p.employee_id
          LEFT JOIN people_user u ON u.person_id = e.person_id
          LEFT JOIN (SELECT user_id, count(*) AS n FROM access_signin WHERE outcome = 'in' AND at >= %(since)s
                      GROUP BY 1) s ON s.user_id = u.id
          LEFT JOIN (SELECT l.teacher_id, count(*) AS due, count(r.id) AS given FROM curriculum_lesson l
                       LEFT JOIN attendance_lessonrecord r ON r.lesson_id = l.id
                      WHERE l.state = 'planned' AND l.day BETWEEN %(since)s AND %(until)s GROUP BY 1) l
                 ON l.teacher_id = e.id
          LEFT JOIN (SELECT created_by_id, count(*) AS n FROM curriculum_resource WHERE created_at >= %(since)s
                      GROUP BY 1) r ON r.created_by_id = u.id
          LEFT JOIN (SELECT created_by_id, count(*) AS n FROM grading_task WHERE sent_at >= %(since)s GROUP BY 1) t
                 ON t.created_by_id = u.id
         WHERE p.category = '12' AND p.valid_from <= %(until)s AND (p.valid_to IS NULL OR p.valid_to >= %(until)s)
         GROUP BY 1""",
    "student_activity": """
        SELECT pl.faculty_id, count(*), sum(s.n), sum(t.n), sum(w.n), sum(a.n)
          FROM students_placement pl JOIN students_student st ON st.id = pl.student_id
          LEFT JOIN people_user u ON u.person_id = st.person_id
          LEFT JOIN (SELECT user_id, count(*) AS n FROM access_signin WHERE outcome = 'in' AND at >= %(since)s
                      GROUP BY 1) s ON s.user_id = u.id
          LEFT JOIN (SELECT x.student_id, count(*) AS n FROM grading_taskstudent x
                       JOIN grading_task t ON t.id = x.task_id
                      WHERE t.sent_at >= %(since)s GROUP BY 1) t ON t.student_id = st.id
          LEFT JOIN (SELECT x.student_id, count(*) AS n FROM grading_taskstudent x
                       JOIN grading_submission b ON b.task_student_id = x.id
                      WHERE b.sent_at >= %(since)s GROUP BY 1) w ON w.student_id = st.id
          LEFT JOIN (SELECT x.student_id, count(*) AS n FROM grading_taskstudent x
                       JOIN grading_attempt b ON b.task_student_id = x.id
                      WHERE b.started_at >= %(since)s GROUP BY 1) a ON a.student_id = st.id
         WHERE pl.status = '11' AND pl.valid_from <= %(until)s AND (pl.valid_to IS NULL OR pl.valid_to > %(until)s)
         GROUP BY 1""",
    "rooms": """
        SELECT a.building_id, count(*), count(s.id), count(DISTINCT a.id)
          FROM generate_series(%(since)s::date, %(until)s::date, interval '1 day') d(day)
          JOIN curriculum_classpair p ON p.is_active AND p.academic_year_id = %(year)s
         CROSS JOIN structure_auditorium a
          LEFT JOIN structure_roomslot s ON s.auditorium_id = a.id AND s.day = d.day::date AND s.starts_at < p.ends
               AND p.starts < s.ends_at
         WHERE a.is_active AND extract(isodow FROM d.day) < 7 GROUP BY 1""",
    "timetable": """
        SELECT l.teacher_id, extract(isodow FROM l.day), count(*) FROM curriculum_lesson l
         WHERE l.state = 'planned' AND l.day BETWEEN %(since)s AND %(until)s GROUP BY 1, 2""",
}


class _Rollback(Exception):
    pass


@dataclass(frozen=True)
class StatisticMeasure:
    """Medians of a statistic in milliseconds: the whole page, its cut, and the bare statement."""

    code: str
    queries: int
    page_ms: float
    cut_ms: float
    bare_ms: float

    @property
    def ratio(self) -> float:
        return self.cut_ms / self.bare_ms

    @property
    def is_reached(self) -> bool:
        return self.page_ms <= PAGE_GOAL and self.ratio <= RATIO_GOAL


def measure_statistics(login: str = "rector") -> list[StatisticMeasure]:
    """Every statistic; students have ``PLACEMENTS`` placements each. Nothing is kept."""
    client = Client()
    client.force_login(User.objects.get(login=login))
    found = []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            found += [_measure(client, code) for code in STATISTICS if code != "students"]
            cursor.execute(HIDE)
            cursor.execute(MOVES, {"moves": PLACEMENTS, "since": SINCE})
            cursor.execute("ANALYZE students_placement")
            found.insert(0, _measure(client, "students", on=str(SINCE + datetime.timedelta(days=400))))
            raise _Rollback
    except _Rollback:
        return found


def _measure(client: Client, code: str, **asked: str) -> StatisticMeasure:
    statistic = STATISTICS[code]
    address = reverse(statistic.url_name("page"), query=asked)
    data = QueryDict(mutable=True)
    data.update(asked)
    question = asking.ask(statistic, data, asking.years())
    when = question.asked
    params: dict[str, Any] = {"day": when.day, "since": when.since, "until": when.until, "year": when.year}

    def cut() -> Any:
        return cube.read(
            statistic, scope=EVERYBODY, asked=when, rows=question.rows, cols=question.cols,
            measures=question.measures, chosen=question.chosen,
        )  # fmt: skip

    def bare() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(BARE[code], params)
            return cursor.fetchall()

    for _round in range(WARM_UP):
        assert client.get(address).status_code == 200, address
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return StatisticMeasure(
        code=code,
        queries=len(captured),
        page_ms=_medians(lambda: client.get(address))[0],
        cut_ms=_medians(cut)[0],
        bare_ms=_medians(bare)[0],
    )


@part("statistics")
def show_statistics(out: Out) -> None:
    """Every statistic: its page, and its cut against the same figures by one statement."""
    out.head(
        f"Statistics at {Student.objects.count()} students (bare: the same figures by one statement; "
        f"goal {RATIO_GOAL:g} × bare, pages {PAGE_GOAL} ms)"
    )
    out.line(f"{'statistic':<16}{'queries':>8}{'page ms':>9}{'cut ms':>8}{'bare ms':>9}{'ratio':>7}")
    measured = measure_statistics()
    for one in measured:
        out.line(
            f"{one.code:<16}{one.queries:>8}{one.page_ms:>9.1f}{one.cut_ms:>8.1f}{one.bare_ms:>9.1f}{one.ratio:>7.1f}"
        )
    out.verdict(all(one.is_reached for one in measured))
