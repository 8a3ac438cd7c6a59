"""The demo university's week and session by the solver, from the page to lessons and controls without a conflict."""

from __future__ import annotations

import datetime
import json

import pytest
from django.db import connection
from django.urls import reverse

from curriculum.exams import actions as sessions
from curriculum.models import ControlEvent, ExamDraft, Lesson, Teaching, TimetableDraft
from curriculum.solver import actions as weeks
from hemis.people.models import User
from reports.demo import YEAR, timetable
from reports.demo import build as demo
from structure.models import Unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STUDENTS, MANY = 150, 500
FIRST_DAY = datetime.date(YEAR, 9, 1)

# Rows that share somebody or something at one moment, whoever wrote them: read from lessons and controls
# themselves, not from the slots that the database keeps apart.
HELD = """
WITH held AS (
    SELECT 'lesson' AS kind, l.id, l.day, l.starts_at, l.ends_at, l.auditorium_id, l.teacher_id, l.assistant_id,
           a.group_id, a.subgroup_id, a.curriculum_subject_id
      FROM curriculum_lesson l JOIN curriculum_teachingaudience a ON a.teaching_id = l.teaching_id
     WHERE l.state = 'planned'
    UNION ALL
    SELECT 'control', e.id, e.day, e.starts_at, e.ends_at, e.auditorium_id, e.examiner_id, e.second_examiner_id,
           a.group_id, a.subgroup_id, a.curriculum_subject_id
      FROM curriculum_controlevent e JOIN curriculum_controlaudience a ON a.event_id = e.id
     WHERE e.state = 'planned'),
told AS (
    SELECT h.*, s.division_id, c.semester_id, c.elective_group FROM held h
      JOIN curriculum_curriculumsubject c ON c.id = h.curriculum_subject_id
      LEFT JOIN students_subgroup s ON s.id = h.subgroup_id)
SELECT count(*) FROM told x JOIN told y
    ON (x.kind, x.id) < (y.kind, y.id) AND x.day = y.day AND x.starts_at < y.ends_at AND y.starts_at < x.ends_at
 WHERE x.auditorium_id = y.auditorium_id
    OR x.teacher_id IN (y.teacher_id, y.assistant_id) OR x.assistant_id IN (y.teacher_id, y.assistant_id)
    OR x.group_id = y.group_id
       AND NOT coalesce(x.division_id = y.division_id AND x.subgroup_id <> y.subgroup_id, false)
       AND NOT (x.elective_group <> '' AND x.semester_id = y.semester_id AND x.elective_group = y.elective_group
                AND x.curriculum_subject_id <> y.curriculum_subject_id)
"""
FINALS_TOO_NEAR = """
SELECT count(*) FROM curriculum_controlevent e JOIN curriculum_controlaudience a ON a.event_id = e.id
  JOIN curriculum_curriculumsubject c ON c.id = a.curriculum_subject_id
  JOIN curriculum_controlaudience b ON b.group_id = a.group_id
  JOIN curriculum_controlevent f ON f.id = b.event_id AND f.id > e.id
  JOIN curriculum_curriculumsubject d ON d.id = b.curriculum_subject_id
 WHERE e.state = 'planned' AND f.state = 'planned' AND e.control = '13' AND f.control = '13'
   AND abs(e.day - f.day) < 2 AND NOT (c.elective_group <> '' AND c.elective_group = d.elective_group)
"""


def count(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


class Nothing:
    """A part of the demo that has not happened yet."""

    def __getattr__(self, name: str):
        return lambda *args, **kwargs: None


@pytest.fixture
def untimed(monkeypatch):
    """The demo university as it is before its first lesson is placed; nothing of what comes after lessons."""
    for name in ("attendance", "grading", "materials", "money", "payments", "applications", "rating"):
        monkeypatch.setattr(demo, name, Nothing())
    monkeypatch.setattr(demo.graduation, "LEAST", STUDENTS + 1)
    monkeypatch.setattr(timetable._Greedy, "lessons", lambda self: [])
    # Short searches: what is asked for here is a timetable without a conflict, not the best one.
    for module, place, better in ((weeks, 20, 0.5), (sessions, 10, 0.5)):
        monkeypatch.setattr(module, "PLACE_SECONDS", place)
        monkeypatch.setattr(module, "ROUND_SECONDS", better)


@pytest.mark.duty("2.3")
def test_the_weeks_and_a_session_of_the_demo_university(visit, server, untimed):
    demo.build(students=STUDENTS)
    for number, faculty in enumerate(Unit.objects.faculties().order_by("code"), start=1):
        if Teaching.objects.filter(audience__group__faculty=faculty).exists():
            week_by_the_solver(sit(visit, number), faculty)
    assert Lesson.objects.count() > MANY
    waiting = ExamDraft.objects.get()
    number = Unit.objects.faculties().filter(code__lte=waiting.faculty.code).count()
    session_by_the_solver(sit(visit, number), waiting)
    assert count(HELD) == 0
    assert count(FINALS_TOO_NEAR) == 0
    the_question_finds_a_conflict_where_there_is_one()


def sit(visit, number: int):
    """The dean's office of a faculty, which says yes to what it is asked."""
    office = visit(User.objects.get(login=f"dean{number}"))
    office.page.on("dialog", lambda dialog: dialog.accept())
    return office


def the_question_finds_a_conflict_where_there_is_one() -> None:
    """Past the guards one control is put beside another: the question of the walk is not blind."""
    one, other = ControlEvent.objects.planned()[:2]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE curriculum_controlevent DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE curriculum_controlevent e SET day = o.day, starts_at = o.starts_at, ends_at = o.ends_at,"
            " auditorium_id = o.auditorium_id FROM curriculum_controlevent o WHERE e.id = %s AND o.id = %s",
            [other.pk, one.pk],
        )
        cursor.execute("ALTER TABLE curriculum_controlevent ENABLE TRIGGER USER")
    assert count(HELD) > 0


def week_by_the_solver(office, faculty: Unit) -> None:
    """2.3: asked for on the page, computed by the job, looked at, made into lessons."""
    office.go("curriculum_timetable_compute")
    office.fill(
        faculty=str(faculty.pk),
        academic_year=str(YEAR),
        term="11",
        starts_on=FIRST_DAY.isoformat(),
        rounds="1",
    )
    office.press()
    draft = TimetableDraft.objects.get(faculty=faculty)
    office.go("curriculum_timetable_drafts_detail", draft.pk)
    draft.refresh_from_db()
    assert draft.state == TimetableDraft.READY, json.dumps(draft.account)
    assert draft.account["placed"] == draft.account["wanted"] > 0, draft.unplaced
    office.go("curriculum_timetable_drafts_detail", draft.pk, tab="week")
    assert office.find(".hemis-week .fw-medium").count() > 0
    office.go("curriculum_timetable_drafts_detail", draft.pk, tab="unplaced")
    office.go("curriculum_timetable_drafts_detail", draft.pk).press_at("curriculum_timetable_apply", draft.pk)
    draft.refresh_from_db()
    assert draft.state == TimetableDraft.APPLIED and draft.applied["refused"] == []


def session_by_the_solver(office, waiting: ExamDraft) -> None:
    """2.3: the demo's computed session is put aside; another one is asked for, looked at and accepted."""
    office.go("curriculum_exam_drafts_detail", waiting.pk).press_at("curriculum_exam_drop", waiting.pk)
    office.go("curriculum_exam_compute")
    office.fill(
        academic_year=str(YEAR), term="11", first_day=waiting.first_day.isoformat(),
        last_day=waiting.last_day.isoformat(), rounds="1",
    )  # fmt: skip
    office.press()
    draft = ExamDraft.objects.exclude(pk=waiting.pk).get()
    office.go("curriculum_exam_drafts_detail", draft.pk, tab="session")
    assert draft.account["placed"] == draft.account["wanted"] > 0, draft.unplaced
    row = draft.places.select_related("subject").first()
    assert row.subject.name in office.text()
    office.go("curriculum_exam_drafts_detail", draft.pk).press_at("curriculum_exam_accept", draft.pk)
    draft.refresh_from_db()
    assert draft.state == ExamDraft.APPLIED and draft.applied["refused"] == []
    assert ControlEvent.objects.filter(audience__group__faculty=draft.faculty, approved_at=None).exists()
    event = ControlEvent.objects.filter(audience__group__faculty=draft.faculty).first()
    office.go("curriculum_controls_detail", event.pk, tab="exam_list")
    assert office.find(f"form[action='{reverse('grading_control_list_pdf', args=[event.pk])}']").count() == 1
