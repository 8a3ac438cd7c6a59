"""Law 2 tried by raw SQL: no status without an order, whoever asks."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from movement import actions
from movement.actions import execution
from movement.models import Order
from students.models import Candidate, Placement, Student
from tests.factories import (
    access_of,
    make_admission_setting,
    make_candidate,
    make_group,
    make_students,
    make_user,
)
from tests.movement.kinds import draft
from tests.sharing import shared

DAY = datetime.date(2026, 9, 1)
ITS_ORDER = "WHERE id IN (SELECT order_id FROM students_placement WHERE student_id = %s)"
# What a row of a student must have and this test does not care for.
CARD = (
    "accommodation, current_region, current_district, current_address, living_status, roommate_type, landlord, "
    "marital_status"
)
EMPTY = ", ".join(["''"] * 8)
REFUSALS = "B8|placement_no_overlap|one_open_placement|author_does_not_sign|signed_order_is_complete"


@shared
def student(db):
    return make_students(make_admission_setting(), 1)[0]


def refused(sql, *params):
    with (
        pytest.raises(IntegrityError, match=REFUSALS),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
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
        f"UPDATE movement_order SET state = 'draft' {ITS_ORDER}",
        f"UPDATE movement_order SET title = 'x' {ITS_ORDER}",
        f"UPDATE movement_order SET state = 'cancelled' {ITS_ORDER}",
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
    columns = (
        "student_id, order_id, status, faculty_id, programme_id, group_id, academic_year_id, "
        "course, semester, "
        "education_form, language, payment_form"
    )
    refused(
        f"INSERT INTO students_placement ({columns}, valid_from) SELECT {columns}, '2027-01-01' "
        "FROM students_placement WHERE student_id = %s",
        student.pk,
    )


@pytest.mark.duty("B8")
def test_a_student_by_hand_is_refused(student):
    refused(
        "INSERT INTO students_student (person_id, number, entry_year, version, "
        "social_category, student_type, " + CARD + ") "
        "SELECT person_id, '303261199999', 2026, 1, '10', '11', "
        + EMPTY
        + " FROM students_student WHERE id = %s",
        student.pk,
    )


def test_a_signed_order_that_is_not_executed_leaves_nothing(student):
    """Even while an order is signed, its placements vanish unless it is executed in the same transaction."""
    faculty = student.current.faculty
    dean, rector = make_user("dean", faculty), make_user("rectorate")
    candidate = make_candidate(make_group(faculty))
    order = actions.create_admission_order(
        access=access_of(dean),
        faculty=faculty,
        candidates=Candidate.objects.filter(pk=candidate.pk),
        title="x",
        basis="",
        effective_date=DAY,
    )
    actions.submit(order, access=access_of(dean))
    actions.sign(order, access=access_of(rector), date=DAY)
    refused(
        "WITH s AS (INSERT INTO students_student (person_id, number, entry_year, "
        "candidate_id, version, social_category, "
        "student_type, " + CARD + ") SELECT person_id, '303261188888', 2026, id, 1, '10', "
        "'11', " + EMPTY + " FROM students_candidate "
        "WHERE id = %s RETURNING id), l AS (UPDATE movement_orderline SET student_id = "
        "(SELECT id FROM s) WHERE order_id = %s "
        "RETURNING *) INSERT INTO students_placement (student_id, order_id, status, "
        "faculty_id, programme_id, group_id, "
        "academic_year_id, course, semester, education_form, language, payment_form, "
        "valid_from) SELECT student_id, order_id, "
        "status, faculty_id, programme_id, group_id, academic_year_id, course, semester, "
        "education_form, language, "
        "payment_form, '2026-09-01' FROM l",
        candidate.pk,
        order.pk,
    )
    assert Student.objects.count() == 1


@pytest.mark.duty("B8")
def test_a_crash_in_the_middle_leaves_nothing(monkeypatch, db):
    faculty = make_admission_setting()
    dean, rector = make_user("dean", faculty), make_user("rectorate")
    make_candidate(make_group(faculty))
    order = actions.create_admission_order(
        access=access_of(dean),
        faculty=faculty,
        candidates=Candidate.objects.all(),
        title="x",
        basis="",
        effective_date=DAY,
    )
    actions.submit(order, access=access_of(dean))
    actions.sign(order, access=access_of(rector), date=DAY)
    for step in ("_make_students", "_move", "_accounts"):
        original = getattr(execution, step)

        def crash(*args, original=original):
            original(*args)
            raise RuntimeError("power cut")

        with monkeypatch.context() as patch:
            patch.setattr(execution, step, crash)
            with pytest.raises(RuntimeError):
                actions.execute(order, access=access_of(dean))
        order.refresh_from_db()
        assert order.state == Order.SIGNED
        assert not Student.objects.exists() and not Placement.objects.exists()


@shared
def signed_order(student):
    """An order that waits for its execution, with one new candidate on it."""
    faculty = student.current.faculty
    dean, rector = make_user("dean", faculty), make_user("rectorate")
    make_candidate(make_group(faculty))
    order = actions.create_admission_order(
        access=access_of(dean), faculty=faculty, candidates=Candidate.objects.filter(student=None),
        title="x", basis="",
        effective_date=DAY,
    )  # fmt: skip
    actions.submit(order, access=access_of(dean))
    return actions.sign(order, access=access_of(rector), date=DAY)


STUDENT = (
    "INSERT INTO students_student (person_id, number, entry_year, candidate_id, version, "
    "social_category, student_type, " + CARD + ") "
    "SELECT {person}, '303261188888', {year}, c.id, 1, '10', '11', " + EMPTY + " FROM "
    "students_candidate c "
    "JOIN movement_orderline l ON l.candidate_id = c.id WHERE l.order_id = %s"
)


@pytest.mark.duty("B8")
@pytest.mark.parametrize(
    "sql",
    [
        STUDENT.format(person="c.person_id", year="c.entry_year"),
        STUDENT.format(person="(SELECT min(person_id) FROM students_student)", year="c.entry_year"),
        STUDENT.format(person="c.person_id", year="2020"),
        "UPDATE movement_order SET effective_date = '2026-08-01' WHERE id = %s",
        "UPDATE movement_order SET document_id = NULL WHERE id = %s",
        "UPDATE movement_order SET number = '99' WHERE id = %s",
        "UPDATE movement_order SET signed_by_id = NULL WHERE id = %s",
        "UPDATE movement_order SET state = 'submitted' WHERE id = %s",
        "UPDATE movement_order SET state = 'executed', executed_at = now() WHERE id = %s",
        "DELETE FROM movement_order WHERE id = %s",
        "UPDATE movement_orderline SET group_id = NULL WHERE order_id = %s",
        "UPDATE movement_orderline SET student_id = (SELECT min(id) FROM students_student) "
        "WHERE order_id = %s",
        "INSERT INTO movement_orderline (order_id, position, student_id, status, course, "
        "semester, education_form, language, "
        "payment_form, reason) SELECT %s, 99, min(id), '11', '', '', '', '', '', '' FROM students_student",
    ],
)
def test_a_signed_order_is_frozen_and_makes_no_student_by_hand(signed_order, sql):
    refused(sql, signed_order.pk)


@pytest.mark.duty("B8")
def test_a_signed_order_does_not_end_a_placement_that_its_list_does_not_name(student, signed_order):
    refused(
        "UPDATE students_placement SET valid_to = %s, closed_by_id = %s WHERE student_id = %s",
        DAY, signed_order.pk, student.pk,
    )  # fmt: skip


@pytest.mark.duty("B8")
def test_half_a_cancellation_is_refused(student):
    order = student.current.order
    dean, rector = make_user("dean", order.faculty), make_user("rectorate")
    undo = actions.create_cancelling_order(order, access=access_of(dean), reason="Xato", effective_date=DAY)
    actions.submit(undo, access=access_of(dean))
    actions.sign(undo, access=access_of(rector), date=DAY)
    refused("UPDATE movement_order SET state = 'cancelled' WHERE id = %s", order.pk)
    refused(
        "WITH p AS (UPDATE students_placement SET valid_to = %s, closed_by_id = %s WHERE student_id = %s) "
        "UPDATE movement_order SET state = 'executed', executed_at = now() WHERE id = %s",
        DAY, undo.pk, student.pk, undo.pk,
    )  # fmt: skip


@pytest.mark.duty("B8")
def test_the_database_too_wants_four_eyes_and_a_list(student):
    faculty = student.current.faculty
    order = Order.objects.create(
        kind="21", faculty=faculty, title="x", effective_date=DAY, created_by=make_user("dean", faculty)
    )
    refused("UPDATE movement_order SET state = 'submitted' WHERE id = %s", order.pk)
    line = student.order_lines.get()
    line.pk, line.order, line.candidate = None, order, None
    line.save()
    Order.objects.filter(pk=order.pk).update(state=Order.SUBMITTED, round=1)
    Order.objects.filter(pk=order.pk).update(state=Order.AGREED)
    sign = (
        "UPDATE movement_order SET state = 'signed', number = '7', date = '2026-09-01', signed_at = now(), "
        "signed_by_id = {} WHERE id = %s"
    )
    refused(sign.format("created_by_id"), order.pk)
    refused(sign.format("NULL"), order.pk)


@pytest.mark.duty("B8")
def test_placements_of_a_student_never_overlap(student):
    """The exclusion constraint stands by itself, even with all triggers off."""
    columns = (
        "student_id, order_id, status, faculty_id, programme_id, academic_year_id, course, "
        "semester, education_form, "
        "language, payment_form"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE students_placement DISABLE TRIGGER USER")
        with pytest.raises(IntegrityError, match="placement_no_overlap"), transaction.atomic():
            cursor.execute(
                f"INSERT INTO students_placement ({columns}, valid_from, valid_to) "
                f"SELECT {columns}, '2026-09-15', '2026-12-01' FROM students_placement WHERE student_id = %s",
                [student.pk],
            )
        cursor.execute("ALTER TABLE students_placement ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    "table", ["students_student", "students_placement", "movement_order", "movement_orderline"]
)
def test_the_application_neither_truncates_nor_disables_the_guards(db, table):
    for sql in (f"TRUNCATE {table} CASCADE", f"ALTER TABLE {table} DISABLE TRIGGER ALL"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE hemis_app")
            with pytest.raises(ProgrammingError), transaction.atomic():
                cursor.execute(sql)
            cursor.execute("RESET ROLE")


@pytest.mark.duty("B8")
def test_closing_a_placement_changes_nothing_else_of_it(student):
    """Not one column of it, those that a later migration adds among them, even by a signed order that closes it."""
    dean, rector = make_user("dean", student.current.faculty), make_user("rectorate")
    day = datetime.date(2026, 10, 1)
    order = draft("16", student, dean, day, group=make_group(student.current.faculty, "610-26.32"))
    actions.submit(order, access=access_of(dean))
    actions.sign(order, access=access_of(rector), date=day)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'students_placement'"
        )
        columns = {
            name: kind for name, kind in cursor.fetchall() if name not in ("id", "valid_to", "closed_by_id")
        }
    assert len(columns) > 12
    for column, kind in columns.items():
        value = {"date": f"{column} - 1", "character varying": "''"}.get(kind, f"coalesce({column}, 0) + 1")
        with (
            pytest.raises(IntegrityError, match="changes only by an executed order"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(
                f"UPDATE students_placement SET valid_to = %s, closed_by_id = %s, {column} = {value} WHERE id = %s",
                [day, order.pk, student.current_id],
            )
