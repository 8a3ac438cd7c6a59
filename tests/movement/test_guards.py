"""Law 2 tried by raw SQL: no status without an order, whoever asks."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from movement import actions
from movement.models import Order
from students.models import Candidate, Placement, Student
from tests.factories import access_of, make_admission_setting, make_candidate, make_group, make_students, make_user

DAY = datetime.date(2026, 9, 1)


@pytest.fixture
def student(db):
    return make_students(make_admission_setting(), 1)[0]


def refused(sql, *params):
    with pytest.raises(IntegrityError, match="B8|placement_no_overlap"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.duty("B8")
@pytest.mark.parametrize("role", ["hemis_app", None])
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE students_placement SET status = '12' WHERE student_id = %s",
        "UPDATE students_placement SET group_id = NULL WHERE student_id = %s",
        "UPDATE students_placement SET course = '12' WHERE student_id = %s",
        "UPDATE students_placement SET valid_to = '2026-10-01' WHERE student_id = %s",
        "DELETE FROM students_placement WHERE student_id = %s",
        "UPDATE students_student SET current_id = NULL WHERE id = %s",
        "UPDATE students_student SET number = '303269999999' WHERE id = %s",
        "DELETE FROM students_student WHERE id = %s",
        "UPDATE movement_order SET state = 'draft' WHERE id IN (SELECT order_id FROM students_placement WHERE student_id = %s)",
        "UPDATE movement_order SET title = 'x' WHERE id IN (SELECT order_id FROM students_placement WHERE student_id = %s)",
        "UPDATE movement_order SET state = 'cancelled' WHERE id IN (SELECT order_id FROM students_placement WHERE student_id = %s)",
        "DELETE FROM movement_orderline WHERE student_id = %s",
        "UPDATE movement_orderline SET course = '12' WHERE student_id = %s",
    ],
)
def test_a_raw_write_is_refused(student, sql, role):
    if role:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {role}")
    refused(sql, student.pk)


@pytest.mark.duty("B8")
def test_a_placement_by_hand_is_refused(student):
    columns = "student_id, order_id, status, faculty_id, programme_id, group_id, academic_year_id, course, semester, education_form, language, payment_form"
    refused(
        f"INSERT INTO students_placement ({columns}, valid_from) SELECT {columns}, '2027-01-01' "
        "FROM students_placement WHERE student_id = %s",
        student.pk,
    )


@pytest.mark.duty("B8")
def test_a_student_by_hand_is_refused(student):
    refused(
        "INSERT INTO students_student (person_id, number, entry_year, version, social_category, student_type, accommodation) "
        "SELECT person_id, '303261199999', 2026, 1, '10', '11', '' FROM students_student WHERE id = %s",
        student.pk,
    )


def test_a_signed_order_that_is_not_executed_leaves_nothing(student):
    """Even while an order is signed, its placements vanish unless it is executed in the same transaction."""
    faculty = student.current.faculty
    dean, rector = make_user("dean", faculty), make_user("rectorate")
    candidate = make_candidate(make_group(faculty))
    order = actions.create_admission_order(
        access=access_of(dean), faculty=faculty, candidates=Candidate.objects.filter(pk=candidate.pk), title="x", basis="",
        effective_date=DAY,
    )
    actions.submit(order, access=access_of(dean))
    actions.sign(order, access=access_of(rector), date=DAY)
    refused(
        "WITH s AS (INSERT INTO students_student (person_id, number, entry_year, candidate_id, version, social_category, "
        "student_type, accommodation) SELECT person_id, '303261188888', 2026, id, 1, '10', '11', '' FROM students_candidate "
        "WHERE id = %s RETURNING id), l AS (UPDATE movement_orderline SET student_id = (SELECT id FROM s) WHERE order_id = %s "
        "RETURNING *) INSERT INTO students_placement (student_id, order_id, status, faculty_id, programme_id, group_id, "
        "academic_year_id, course, semester, education_form, language, payment_form, valid_from) SELECT student_id, order_id, "
        "status, faculty_id, programme_id, group_id, academic_year_id, course, semester, education_form, language, "
        "payment_form, '2026-09-01' FROM l",
        candidate.pk, order.pk,
    )
    assert Student.objects.count() == 1


@pytest.mark.duty("B8")
def test_a_crash_in_the_middle_leaves_nothing(monkeypatch, db):
    faculty = make_admission_setting()
    dean, rector = make_user("dean", faculty), make_user("rectorate")
    make_candidate(make_group(faculty))
    order = actions.create_admission_order(
        access=access_of(dean), faculty=faculty, candidates=Candidate.objects.all(), title="x", basis="", effective_date=DAY
    )
    actions.submit(order, access=access_of(dean))
    actions.sign(order, access=access_of(rector), date=DAY)
    for step in ("_make_students", "_move", "_accounts"):
        original = getattr(actions, step)

        def crash(*args, original=original):
            original(*args)
            raise RuntimeError("power cut")

        with monkeypatch.context() as patch:
            patch.setattr(actions, step, crash)
            with pytest.raises(RuntimeError):
                actions.execute(order, access=access_of(dean))
        order.refresh_from_db()
        assert order.state == Order.SIGNED
        assert not Student.objects.exists() and not Placement.objects.exists()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["admit", "cancel"]), min_size=1, max_size=5), gaps=st.lists(st.integers(0, 40), min_size=5, max_size=5))
def test_any_sequence_keeps_placements_apart(db, steps, gaps):
    """Admissions and cancellations in any order: never two placements at once, and one student per candidate."""
    sid = transaction.savepoint()
    faculty = make_admission_setting()
    dean, rector = make_user("dean", faculty), make_user("rectorate")
    candidate = make_candidate(make_group(faculty))
    day, last = datetime.date(2026, 1, 10), None
    for step, gap in zip(steps, gaps, strict=False):
        day += datetime.timedelta(days=gap)
        try:
            with transaction.atomic():
                if step == "admit":
                    order = actions.create_admission_order(
                        access=access_of(dean), faculty=faculty, candidates=Candidate.objects.filter(pk=candidate.pk),
                        title="x", basis="", effective_date=day,
                    )
                else:
                    order = actions.create_cancelling_order(last, access=access_of(dean), reason="x", effective_date=day) if last else None
                if order is None:
                    continue
                actions.submit(order, access=access_of(dean))
                actions.sign(order, access=access_of(rector), date=day)
                actions.execute(order, access=access_of(dean))
                last = order if step == "admit" else None
        except actions.OrderError:
            continue
    spans = sorted(Placement.objects.filter(student__candidate=candidate).values_list("valid_from", "valid_to"))
    assert all(end is not None and end <= later for (_start, end), (later, _end) in zip(spans, spans[1:], strict=False))
    student = Student.objects.filter(candidate=candidate).first()
    assert Student.objects.filter(candidate=candidate).count() <= 1
    if student:
        assert (student.current is not None) == (last is not None)
    transaction.savepoint_rollback(sid)
