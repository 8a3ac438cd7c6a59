"""The exam list of a control: admitted or why not, seats that nobody chooses, paper and Excel (duties 2.3, 3.3)."""

from __future__ import annotations

import datetime
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from curriculum.exams import offers
from curriculum.models import ControlAudience, ControlEvent
from grading import seating
from grading.models import GradeSheet, SubjectResult
from hemis.documents.models import Document
from tests import factories
from tests.curriculum import makers as plans
from tests.factories import client_of as enter
from tests.grading.makers import Study, register
from tests.grading.test_pages import ALL, text_of
from tests.sharing import shared
from tests.structure.makers import make_room


@shared
def study(db) -> Study:
    return Study(students=3)


def control(study, line, *groups, **fields) -> ControlEvent:
    values = {
        "subject": line.subject, "kafedra": line.kafedra, "control": "13", "examiner": study.examiner,
        "day": datetime.date(2026, 12, 21), "pair": plans.make_pairs()[1],
    } | fields  # fmt: skip
    if "auditorium" not in values:
        values["auditorium"] = make_room("501", capacity=8)
    event = ControlEvent.objects.create(**values)
    for group in groups or (study.group,):
        ControlAudience.objects.create(event=event, curriculum_subject=line, group=group)
    event.refresh_from_db()
    return event


@given(event=st.integers(1, 10**6), count=st.integers(0, 60), capacity=st.integers(0, 120))
def test_seats_are_of_one_student_each_and_stay(event, count, capacity):
    students = list(range(1000, 1000 + count))
    found = seating.seats(event, students, capacity)
    assert found == seating.seats(event, reversed(students), capacity)
    assert len(set(found.values())) == len(found) == (min(count, capacity) if capacity else count)
    if capacity:
        assert all(1 <= seat <= capacity for seat in found.values())
        if capacity >= 2 * count:
            assert all(seat % 2 for seat in found.values())


def test_seats_differ_from_control_to_control():
    students = range(1, 40)
    assert seating.seats(1, students, 40) != seating.seats(2, students, 40)


@pytest.mark.duty("2.3", "3.3")
def test_the_list_says_who_is_admitted_where_to_sit_and_why_the_others_are_not(study):
    line = study.lines[0]
    for kind, typed in ALL.items():
        study.close(study.open(line, kind), *typed)
    event = control(study, line)
    for user in (study.dean, study.affairs):
        page = enter(user).get(reverse("curriculum_controls_detail", args=[event.pk]), {"tab": "exam_list"})
        assert page.status_code == 200
        assert "at least 30 (60 %) is needed" in page.content.decode()
    found = seating.exam_list(event)
    assert (found.admitted, found.refused, found.without_seat) == (2, 1, 0)
    refused = next(row for row in found.rows if not row.admitted)
    assert refused.seat is None and refused.student == study.students[2]
    dean = enter(study.dean)
    answer = dean.post(reverse("grading_control_list_pdf", args=[event.pk]))
    document = Document.objects.get(kind="exam_list")
    assert answer.url == reverse("document_pdf", args=[document.pk])
    text = text_of(document)
    assert "Ruxsat berildi: 2; ruxsat berilmadi: 1." in text and study.students[0].number in text
    dean.post(reverse("grading_control_list_pdf", args=[event.pk]))
    assert Document.objects.filter(kind="exam_list").count() == 1, "the same paper is not issued twice"
    book = load_workbook(io.BytesIO(dean.get(reverse("grading_control_list_xlsx", args=[event.pk])).content))
    rows = list(book.active.iter_rows(values_only=True))
    assert len(rows) == 4 and {row[2] for row in rows[1:]} == {one.number for one in study.students}
    stranger = enter(factories.make_user("dean", factories.make_faculty("303-102")))
    assert stranger.get(reverse("grading_control_list_xlsx", args=[event.pk])).status_code == 404
    assert enter(study.teacher).get(reverse("grading_control_list_xlsx", args=[event.pk])).status_code == 403


def test_groups_that_sit_together_are_mixed_in_the_same_queries(study):
    line = study.lines[0]
    alone = control(study, line, control="12", auditorium=make_room("503", capacity=40))
    with CaptureQueriesContext(connection) as few:
        seating.exam_list(alone)
    other = plans.make_studying_group(study.plan, "610-26.99")
    students = factories.make_students(study.faculty, 4, group=other)
    register(students, study.lines)
    event = control(
        study, line, study.group, other, control="12", pair=plans.make_pairs()[2],
        examiner=factories.make_employee(line.kafedra),
    )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        found = seating.exam_list(event)
    assert len(many) <= len(few)
    assert {row.group for row in found.rows} == {study.group, other} and found.refused == 0
    assert len({row.seat for row in found.rows}) == 7
    small = control(
        study,
        line,
        study.group,
        control="11",
        auditorium=make_room("502", capacity=2),
        day=datetime.date(2026, 12, 23),
    )
    assert seating.exam_list(small).without_seat == 1


def test_what_sheets_say_to_the_solver(study):
    line = study.lines[0]
    study.through(line, ALL | {"13": ["40", "10"]})
    failed = set(SubjectResult.objects.filter(passed=False).values_list("curriculum_subject", "student"))
    assert failed and offers.sitters([line.pk], "12") == failed
    event = control(study, study.lines[1])
    assert offers.kept([event.pk]) == set()
    sheet = study.open(study.lines[1], "13")
    assert GradeSheet.objects.get(pk=sheet.pk).event == event
    assert offers.kept([event.pk]) == {event.pk}
