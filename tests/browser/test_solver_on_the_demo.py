"""The demo university's week and session by the solver, from the page to lessons and controls without a conflict."""

from __future__ import annotations

import datetime
import json

import pytest
from django.db import connection
from django.urls import reverse

from attendance.models import LessonRecord
from curriculum.exams import actions as sessions
from curriculum.models import ControlEvent, ExamDraft, Lesson, TimetableDraft
from curriculum.solver import actions as weeks
from hemis.people.models import User
from reports.demo import YEAR
from reports.demo.build import build
from structure.models import Unit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STUDENTS = 150
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


@pytest.fixture
def quick(monkeypatch):
    """Short searches: what is asked for here is a timetable without a conflict, not the best one."""
    for module, place, better in ((weeks, 20, 3), (sessions, 10, 2)):
        monkeypatch.setattr(module, "PLACE_SECONDS", place)
        monkeypatch.setattr(module, "ROUND_SECONDS", better)


@pytest.mark.duty("2.3")
def test_a_week_and_a_session_of_the_demo_university(visit, server, quick):
    build(students=STUDENTS)
    faculty = ExamDraft.objects.get().faculty
    number = Unit.objects.faculties().filter(code__lte=faculty.code).count()
    dean = User.objects.get(login=f"dean{number}")
    own = Lesson.objects.filter(teaching__audience__group__faculty=faculty).values("pk")
    LessonRecord.objects.filter(lesson__in=own).delete()
    assert Lesson.objects.filter(pk__in=list(own.values_list("pk", flat=True))).delete()[0]
    others = Lesson.objects.count()
    office = visit(dean)
    office.page.on("dialog", lambda dialog: dialog.accept())
    week_by_the_solver(office, faculty)
    assert Lesson.objects.count() > others
    session_by_the_solver(office)
    assert count(HELD) == 0
    assert count(FINALS_TOO_NEAR) == 0
    with connection.cursor() as cursor:  # the question itself finds a conflict where there is one
        cursor.execute("SET session_replication_role = replica")
        one, other = ControlEvent.objects.planned()[:2]
        ControlEvent.objects.filter(pk=other.pk).update(
            day=one.day,
            pair=one.pair,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            auditorium=one.auditorium_id,
        )
        cursor.execute("SET session_replication_role = origin")
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
    draft = TimetableDraft.objects.get()
    office.go("curriculum_timetable_drafts_detail", draft.pk)
    assert draft.state == TimetableDraft.READY, json.dumps(draft.account)
    assert draft.account["placed"] == draft.account["wanted"] > 0, draft.unplaced
    office.go("curriculum_timetable_drafts_detail", draft.pk, tab="week")
    assert office.find(".hemis-week .fw-medium").count() > 0
    office.go("curriculum_timetable_drafts_detail", draft.pk, tab="unplaced")
    office.go("curriculum_timetable_drafts_detail", draft.pk).press_at("curriculum_timetable_apply", draft.pk)
    draft.refresh_from_db()
    assert draft.state == TimetableDraft.APPLIED and draft.applied["refused"] == []


def session_by_the_solver(office) -> None:
    """2.3: the demo's computed session is put aside; another one is asked for, looked at and accepted."""
    waiting = ExamDraft.objects.get()
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
