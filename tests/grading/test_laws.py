"""The laws of sheets, tried past every page by raw SQL (design law 1 and 5)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from curriculum.models import Registration
from grading import actions
from grading.models import (
    Appeal,
    GradeSheet,
    PersonalSchedule,
    SheetCorrection,
    SheetLine,
    SubjectResult,
)
from tests import factories
from tests.grading.makers import Study
from tests.sharing import shared

pytestmark = pytest.mark.django_db


@shared
def study():
    return Study(students=3)


def refused(sql: str, *values, error=DatabaseError):
    with pytest.raises(error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_states_go_in_their_order_and_no_number_is_lost(study):
    sheet = study.open()
    for state in ("checked", "closed", "nonsense"):
        refused("UPDATE grading_gradesheet SET state = %s WHERE id = %s", state, sheet.pk)
    refused("DELETE FROM grading_gradesheet WHERE id = %s", sheet.pk)
    # A sheet with empty lines is not signed.
    refused(
        "UPDATE grading_gradesheet SET state = 'signed', signed_by_id = %s, signed_at = now() WHERE id = %s",
        study.teacher.pk, sheet.pk,
    )  # fmt: skip
    other = study.open(study.lines[1])
    assert (sheet.serial, other.serial) == (1, 2)
    actions.cancel(other, reason="Adashib ochilgan", access=study.access("dean"))
    assert study.open(study.lines[1]).serial == 3
    refused("UPDATE grading_gradesheet SET state = 'open' WHERE id = %s", other.pk)
    refused("UPDATE grading_gradesheet SET serial = 9 WHERE id = %s", sheet.pk)
    refused("UPDATE grading_gradesheet SET group_id = group_id + 1 WHERE id = %s", sheet.pk)
    refused(
        "INSERT INTO grading_gradesheet (academic_year_id, serial, curriculum_subject_id, group_id, control, attempt, "
        "state, remark, version) SELECT academic_year_id, 77, curriculum_subject_id, group_id, control, attempt, "
        "'open', '', 1 FROM grading_gradesheet WHERE id = %s", sheet.pk, error=IntegrityError,
    )  # fmt: skip


def test_points_stay_within_the_maximum_and_lines_are_of_the_registered(study):
    sheet = study.open()
    line = sheet.lines.first()
    assert sheet.max_points == 30
    refused("UPDATE grading_sheetline SET status = 'graded', points = 30.1 WHERE id = %s", line.pk)
    refused("UPDATE grading_sheetline SET status = 'graded', points = -1 WHERE id = %s", line.pk)
    refused("UPDATE grading_sheetline SET status = 'graded' WHERE id = %s", line.pk)
    refused("UPDATE grading_sheetline SET points = 5 WHERE id = %s", line.pk)
    stranger = factories.make_students(study.faculty, 1, group=study.group)[0]
    Registration.objects.filter(student=stranger).delete()
    add = "INSERT INTO grading_sheetline (sheet_id, student_id, status, points, note) VALUES (%s, %s, '', NULL, '')"
    refused(add, sheet.pk, stranger.pk)
    refused(add, sheet.pk, line.student_id)
    # Nobody stands on two sheets of a control; the other group's sheet is another matter.
    twin = GradeSheet.objects.create(
        academic_year_id=2026, serial=500, curriculum_subject=study.lines[0], control="11",
        group=factories.make_group(study.faculty, "B-26"),
    )  # fmt: skip
    refused(add, twin.pk, line.student_id)
    refused("UPDATE grading_sheetline SET sheet_id = %s WHERE id = %s", twin.pk, line.pk)


def test_a_signed_sheet_is_frozen_and_a_closed_one_for_good(study):
    sheet = study.open()
    study.fill(sheet, "20", "0", "k")
    actions.sign(sheet, access=study.access("teacher"))
    line = sheet.lines.first()
    touch = "UPDATE grading_sheetline SET points = 1, status = 'graded' WHERE id = %s"
    refused(touch, line.pk)
    actions.check(sheet, access=study.access("head"))
    actions.close(sheet, access=study.access("dean"))
    refused(touch, line.pk)
    refused("DELETE FROM grading_sheetline WHERE id = %s", line.pk)
    refused("UPDATE grading_gradesheet SET state = 'open', remark = 'x' WHERE id = %s", sheet.pk)
    refused("UPDATE grading_gradesheet SET held_on = '2026-01-01' WHERE id = %s", sheet.pk)


def test_corrections_need_two_people_and_are_never_changed(study):
    sheet = study.close(study.open(), "20", "0", "k")
    line = sheet.lines.order_by("student").first()
    act = actions.propose_correction(
        line, value="25", reason="Hisobda xato", basis="Bayonnoma 1", access=study.access("dean")
    )
    assert (act.old_points, act.old_status) == (None, "") or SheetCorrection.objects.get(
        pk=act.pk
    ).old_points == Decimal(20)
    refused("UPDATE grading_sheetcorrection SET new_points = 30 WHERE id = %s", act.pk)
    refused(
        "UPDATE grading_sheetcorrection SET state = 'confirmed', decided_by_id = proposed_by_id WHERE id = %s",
        act.pk,
    )
    refused("DELETE FROM grading_sheetcorrection WHERE id = %s", act.pk)
    insert = (
        "INSERT INTO grading_sheetcorrection (academic_year_id, serial, line_id, old_status, new_points, new_status, "
        "reason, basis, scan, state, proposed_by_id, remark, version) "
        "VALUES (2026, 99, %s, '', %s, 'graded', 'a', 'b', "
        "'', 'proposed', %s, '', 1)"
    )
    other = sheet.lines.order_by("student").last()
    refused(insert, other.pk, 31, study.dean.pk)
    actions.confirm_correction(act, access=study.access("affairs"))
    line.refresh_from_db()
    assert line.points == 25
    refused("UPDATE grading_sheetcorrection SET reason = 'x' WHERE id = %s", act.pk)


def test_a_result_rests_on_a_closed_sheet(study):
    last = study.through(
        study.lines[0], {"11": ["20", "20", "20"], "12": ["15", "15", "15"], "13": ["40", "10", "k"]}
    )
    rows = list(SubjectResult.objects.order_by("student").values_list("overall", "mark", "passed"))
    assert rows == [(Decimal(75), 4, True), (Decimal(45), 2, False), (Decimal(35), 0, False)]
    open_sheet = study.open(study.lines[1])
    pk = SubjectResult.objects.first().pk
    refused("UPDATE grading_subjectresult SET sheet_id = %s WHERE id = %s", open_sheet.pk, pk)
    refused("DELETE FROM grading_subjectresult WHERE id = %s", pk)
    refused("UPDATE grading_subjectresult SET overall = 101 WHERE id = %s", pk)
    refused("UPDATE grading_subjectresult SET passed = true WHERE mark = 2")
    # Who has passed is taken by no further sheet, and a further sheet asks for a failure before it.
    passed = SubjectResult.objects.get(passed=True).student_id
    again = study.open(study.lines[0], "13", "12")
    assert again.lines.count() == 2
    add = "INSERT INTO grading_sheetline (sheet_id, student_id, status, points, note) VALUES (%s, %s, '', NULL, '')"
    refused(add, again.pk, passed)
    assert last.state == "closed"
    refused("UPDATE grading_gradesheet SET attempt = '14' WHERE id = %s", again.pk)


def test_appeals_come_in_time_and_the_commission_did_not_grade(study):
    sheet = study.close(study.open(), "20", "0", "k")
    line = sheet.lines.first()
    late = (
        "INSERT INTO grading_appeal (line_id, text, scan, lodged_at, due_at, state, decision, "
        "student_was_there, version) "
        "VALUES (%s, 'x', '', now() + interval '25 hours', now(), 'lodged', '', false, 1)"
    )
    refused(late, line.pk)
    appeal = Appeal.objects.create(line=line, text="Qayta koʻrib chiqing", due_at=timezone.now())
    decide = (
        "UPDATE grading_appeal SET state = 'denied', decision = 'x', chair_id = %s, decided_by_id = %s, "
        "decided_at = now() WHERE id = %s"
    )
    refused(decide, study.examiner.pk, study.dean.pk, appeal.pk)
    for _number in range(4):
        appeal.members.create(employee=factories.make_employee(study.kafedra))
    refused(decide, study.examiner.pk, study.dean.pk, appeal.pk)
    refused("UPDATE grading_appeal SET text = 'y' WHERE id = %s", appeal.pk)
    refused("DELETE FROM grading_appeal WHERE id = %s", appeal.pk)
    chair = factories.make_employee(study.kafedra)
    with connection.cursor() as cursor:
        cursor.execute(decide, [chair.pk, study.dean.pk, appeal.pk])
    refused("DELETE FROM grading_appealmember WHERE appeal_id = %s", appeal.pk)
    refused("UPDATE grading_appeal SET decision = 'z' WHERE id = %s", appeal.pk)


def test_an_approved_schedule_is_frozen(study):
    schedule = PersonalSchedule.objects.create(
        academic_year_id=2026, serial=1, student=study.students[0], drawn_on="2026-11-01", due_on="2026-12-01",
        order_number="7", order_date="2026-11-01",
    )  # fmt: skip
    refused("UPDATE grading_personalschedule SET state = 'approved' WHERE id = %s", schedule.pk)
    line = schedule.lines.create(curriculum_subject=study.lines[0], due_on="2026-12-01")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE grading_personalschedule SET state = 'approved' WHERE id = %s", [schedule.pk])
    refused("DELETE FROM grading_scheduleline WHERE id = %s", line.pk)
    refused("UPDATE grading_personalschedule SET due_on = '2027-01-01' WHERE id = %s", schedule.pk)
    refused("DELETE FROM grading_personalschedule WHERE id = %s", schedule.pk)
    assert SheetLine.objects.count() == 0


def test_a_gpa_belongs_to_a_student_and_a_year_that_are_there(study):
    add = (
        "INSERT INTO grading_studentgpa (student_id, academic_year_id, gpa, credits, weighted, subjects, debts, "
        "missing, may_be_promoted) VALUES (%s, %s, 3, 6, 18, 1, 0, 0, true)"
    )
    student, year = study.students[0].pk, factories.make_year(2031).pk
    refused(add, 10**9, None, error=IntegrityError)
    refused(add, student, 1900, error=IntegrityError)
    with connection.cursor() as cursor:
        cursor.execute(add, [student, year])
        cursor.execute(add, [student, None])
    refused(add, student, None, error=IntegrityError)
    refused("UPDATE grading_studentgpa SET student_id = %s", study.students[1].pk)
    refused("UPDATE grading_studentgpa SET academic_year_id = 1900 WHERE academic_year_id = %s", year)
    at_once = "SET CONSTRAINTS ALL IMMEDIATE; "
    refused(at_once + f"DELETE FROM students_academicyear WHERE year = {year}", error=IntegrityError)
    refused(
        at_once + f"UPDATE students_academicyear SET year = 2032 WHERE year = {year}", error=IntegrityError
    )
    refused(
        at_once + f"UPDATE students_student SET id = 777777777 WHERE id = {student}", error=IntegrityError
    )
    # Whoever takes the figures away in the same transaction may take the year away.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM students_academicyear WHERE year = %s", [year])
        cursor.execute("DELETE FROM grading_studentgpa WHERE academic_year_id = %s", [year])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
