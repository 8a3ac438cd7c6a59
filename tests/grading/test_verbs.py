"""Sheets from opening to closing, corrections, appeals, schedules and GPA, each by whose duty it is."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grading import actions, debts, offers, queries, rules
from grading.actions.opening import propose_sheets
from grading.models import GradeSheet, PersonalSchedule, SheetLine, StudentGpa, SubjectResult
from hemis.jobs.actions import run_now, start
from hemis.notices.models import Notice
from hemis.people.models import User
from movement import facts
from students.models import TutorGroup
from tests import factories
from tests.curriculum import makers as plans
from tests.grading.makers import Study, register, subject
from tests.sharing import shared

pytestmark = pytest.mark.django_db
D = Decimal
ALL = {"11": ["20", "25", "5"], "12": ["15", "10", "20"]}


@shared
def study():
    return Study(students=3)


@pytest.mark.duty("2.4")
def test_the_final_sheet_is_opened_for_exactly_the_admitted(study, monkeypatch):
    line = study.lines[0]
    for control, typed in ALL.items():
        study.close(study.open(line, control), *typed)
    third = study.students[1]
    missed = offers.hours_missed
    monkeypatch.setattr(
        offers, "hours_missed",
        lambda subjects, students: {(third.pk, line.pk): rules.Attendance(D(20), D(80))},
    )  # fmt: skip
    sheet = study.open(line, "13")
    by = {one.student_id: one for one in sheet.lines.all()}
    assert by[study.students[0].pk].status == ""
    assert by[third.pk].status == "not_admitted" and "25" in by[third.pk].note  # a quarter of the hours
    assert by[study.students[2].pk].status == "not_admitted"  # 25 of 50
    # Nobody fills what is not admitted; what becomes known later is judged anew.
    outcome = actions.fill(sheet, {by[third.pk].pk: (None, "50")}, access=study.access("teacher"))
    assert by[third.pk].pk in outcome.errors
    monkeypatch.setattr(offers, "hours_missed", missed)
    assert actions.refresh_admission(sheet, access=study.access("dean")) == 1
    assert sheet.lines.get(student=third).status == ""


def test_sheets_of_many_groups_are_opened_in_a_fixed_number_of_statements(study):
    second = plans.make_studying_group(study.plan, "610-26.77")
    more = factories.make_students(study.faculty, 2, group=second)
    register(more, study.lines)
    lines = [subject(line) for line in study.lines]
    dean = study.access("dean")
    with CaptureQueriesContext(connection) as small:
        one = propose_sheets(lines[:1], [study.group], control="11")
    with CaptureQueriesContext(connection) as large:
        found = propose_sheets(lines, [study.group, second], control="11")
    assert len(found) == 2 * len(lines) and len(one) == 1
    assert len(large) == len(small)
    with CaptureQueriesContext(connection) as opening:
        sheets = actions.open_sheets(found, access=dean)
    assert len(sheets) == 10 and len(opening) <= 12
    assert sorted(sheet.serial for sheet in sheets) == list(range(1, 11))
    assert SheetLine.objects.count() == 3 * 5 + 2 * 5
    # Opened once: nothing is left to open.
    assert not any(one.can_be_opened for one in propose_sheets(lines, [study.group, second], control="11"))


def test_the_job_opens_the_sheets_of_the_scope_only(study):
    elsewhere = Study(students=1, code="303-102")
    params = {
        "groups": [study.group.pk, elsewhere.group.pk], "year": 2026, "term": "11", "control": "11", "attempt": "11",
    }  # fmt: skip
    job = run_now(start("grading.open_sheets", user=study.dean, params=params))
    assert job.state == "done", job.message
    assert set(GradeSheet.objects.values_list("group", flat=True)) == {study.group.pk}
    assert GradeSheet.objects.count() == 5


@pytest.mark.duty("B7.1")
def test_only_the_examiner_fills_and_signs_and_in_time(study):
    sheet = study.open()
    line = sheet.lines.first()
    stranger = factories.make_user("teacher", person=factories.make_employee(study.kafedra).person)
    with pytest.raises(PermissionDenied):
        actions.fill(sheet, {line.pk: (None, "5")}, access=factories.access_of(stranger))
    # A tutor of the group is not its examiner.
    carer = factories.make_employee(study.kafedra, post="34")
    TutorGroup.objects.create(employee=carer, group=study.group, valid_from=datetime.date(2020, 9, 1))
    tutor = factories.make_user("teacher", person=carer.person)
    with pytest.raises(PermissionDenied):
        actions.fill(sheet, {line.pk: (None, "5")}, access=factories.access_of(tutor))
    other = sheet.lines.last()
    outcome = actions.fill(sheet, {line.pk: ("", "5"), other.pk: ("", "99")}, access=study.access("teacher"))
    assert outcome.saved == {line.pk: "5"} and list(outcome.errors) == [other.pk]
    # Somebody else has written meanwhile: told, and nothing is lost.
    late = actions.fill(sheet, {line.pk: ("", "7")}, access=study.access("teacher"))
    assert late.conflicts == {line.pk: "5"}
    with pytest.raises(actions.GradingError):
        actions.sign(sheet, access=study.access("teacher"))
    GradeSheet.objects.filter(pk=sheet.pk).update(due_on=timezone.localdate() - datetime.timedelta(days=1))
    with pytest.raises(actions.GradingError):
        actions.fill(sheet, {line.pk: (None, "6")}, access=study.access("teacher"))
    actions.unlock(sheet, due_on=timezone.localdate(), reason="Kasal boʻlgan", access=study.access("dean"))
    assert actions.fill(sheet, {line.pk: (None, "6")}, access=study.access("teacher")).good


@pytest.mark.duty("B7.2")
def test_the_kafedra_checks_and_returns_and_the_office_closes(study):
    sheet = study.open()
    study.fill(sheet, "20", "0", "k")
    actions.sign(sheet, access=study.access("teacher"))
    assert Notice.objects.filter(user=study.head, code="sheet_to_check").exists()
    with pytest.raises(actions.GradingError):
        actions.close(sheet, access=study.access("dean"))
    with pytest.raises(actions.GradingError):
        actions.send_back(sheet, remark=" ", access=study.access("head"))
    actions.send_back(sheet, remark="2-qatorni tekshiring", access=study.access("head"))
    assert Notice.objects.filter(user=study.teacher, code="sheet_returned").exists()
    assert actions.fill(sheet, {sheet.lines.first().pk: (None, "21")}, access=study.access("teacher")).good
    actions.sign(sheet, access=study.access("teacher"))
    other_head = factories.make_user("head", factories.make_kafedra(study.faculty, 2))
    with pytest.raises(PermissionDenied):
        actions.check(sheet, access=factories.access_of(other_head))
    actions.check(sheet, access=study.access("head"))
    other_dean = factories.make_user("dean", factories.make_faculty("303-102"))
    with pytest.raises(PermissionDenied):
        actions.close(sheet, access=factories.access_of(other_dean))
    actions.close(sheet, access=study.access("dean"))


def test_who_taught_the_subject_does_not_hold_its_final_control(study):
    line = study.lines[0]
    plans.make_teaching(line, study.group, teacher=study.examiner)
    for control in ("11", "12"):
        study.close(study.open(line, control), "20", "20", "20")
    proposal = propose_sheets([subject(line)], [study.group], control="13")[0]
    assert proposal.examiner_id is None
    sheet = study.open(line, "13")  # by the study's examiner, who teaches
    study.fill(sheet, "40", "40", "40")
    with pytest.raises(actions.GradingError):
        actions.sign(sheet, access=study.access("teacher"))


def test_a_final_control_closes_last(study):
    line = study.lines[0]
    for control in ("11", "12"):
        sheet = study.open(line, control)
        study.fill(sheet, "20", "20", "20")
        actions.sign(sheet, access=study.access("teacher"))
    final = study.open(line, "13")
    study.fill(final, "40", "40", "40")
    actions.sign(final, access=study.access("teacher"))
    for sheet in GradeSheet.objects.all():
        actions.check(sheet, access=study.access("head"))
    with pytest.raises(actions.GradingError):
        actions.close(final, access=study.access("dean"))
    done, said = actions.close_many(GradeSheet.objects.all(), access=study.access("dean"))
    assert (done, said) == (3, [])
    assert SubjectResult.objects.filter(passed=True).count() == 3


@pytest.mark.duty("2.4")
def test_a_second_sheet_is_for_those_who_failed_and_inherits(study):
    line = study.lines[0]
    study.through(line, ALL | {"13": ["40", "10"]})  # the third was not admitted: 25 of 50
    again = propose_sheets([subject(line)], [study.group], control="11", attempt="12")
    assert [one.student for one in again[0].candidates] == [study.students[2]]  # only the part that failed
    sheet = study.open(line, "11", "12")
    study.close(sheet, "28")
    final = study.open(line, "13", "12")
    assert set(final.lines.values_list("student", flat=True)) == {study.students[1].pk, study.students[2].pk}
    study.close(final, "35", "k")
    second = SubjectResult.objects.get(student=study.students[1])
    assert (second.attempt, second.overall, second.passed) == ("12", D(70), True)  # 25 + 10 + 35
    third = SubjectResult.objects.get(student=study.students[2])
    assert (third.attempt, third.current, third.overall, third.mark) == ("12", D(28), D(48), 0)
    explained = queries.explain(third)
    assert explained.value.overall == third.overall and explained.steps
    # A third sheet is the last one the system allows.
    study.close(study.open(line, "13", "13"), "k")
    assert debts.debts_count([study.students[2].pk]) == {study.students[2].pk: 1}


def test_an_excused_student_has_no_result_and_takes_the_same_sheet_later(study):
    line = study.lines[0]
    study.through(line, {"11": ["20"] * 3, "12": ["15"] * 3, "13": ["40", "s", "k"]})
    assert not SubjectResult.objects.filter(student=study.students[1]).exists()
    schedule = actions.draw_up_schedule(
        study.students[1], subjects=[subject(line)], due_on=timezone.localdate() + datetime.timedelta(days=20),
        order_number="12-T", order_date=timezone.localdate(), access=study.access("dean"),
        examiners={line.pk: study.examiner},
    )  # fmt: skip
    assert [(one.kind, one.attempt) for one in schedule.lines.all()] == [("excused", "11")]
    actions.approve_schedule(schedule, access=study.access("dean"))
    sheet = GradeSheet.objects.get(schedule=schedule)
    assert (sheet.control, sheet.attempt) == ("13", "11")
    study.close(sheet, "45")
    result = SubjectResult.objects.get(student=study.students[1])
    assert (result.attempt, result.overall, result.sheet) == ("11", D(80), sheet)


@pytest.mark.duty("2.4")
def test_a_personal_schedule_makes_a_debt_good(study):
    line, today = study.lines[0], timezone.localdate()
    study.through(line, ALL | {"13": ["40", "10"]})
    debtor = study.students[2]
    access = study.access("dean")
    assert set(debts.owed_subjects(debtor)) == {line}
    with pytest.raises(actions.GradingError):
        actions.draw_up_schedule(study.students[0], subjects=[subject(line)], due_on=today, access=access)
    schedule = actions.draw_up_schedule(
        debtor, subjects=[subject(line)], due_on=today + datetime.timedelta(days=30), access=access,
        examiners={line.pk: study.examiner},
    )  # fmt: skip
    with pytest.raises(actions.GradingError):
        actions.approve_schedule(schedule, access=access)  # no order
    PersonalSchedule.objects.filter(pk=schedule.pk).update(order_number="19-T", order_date=today)
    schedule = actions.approve_schedule(schedule, access=access)
    assert list(schedule.sheets.values_list("control", "attempt")) == [("11", "12")]  # the part that failed
    study.close(schedule.sheets.get(), "25")
    assert actions.open_due_sheets(schedule, access=access) == 1
    study.close(schedule.sheets.get(control="13"), "30")
    assert SubjectResult.objects.get(student=debtor).overall == D(75)  # 25 + 20 + 30
    assert debts.debts_count([debtor.pk]) == {}
    assert actions.open_due_sheets(schedule, access=access) == 0
    other = factories.make_user("dean", factories.make_faculty("303-102"))
    with pytest.raises(PermissionDenied):
        actions.cancel_schedule(schedule, reason="x", access=factories.access_of(other))
    with pytest.raises(actions.GradingError):
        actions.cancel_schedule(schedule, reason="x", access=access)  # marks are given


@pytest.mark.duty("B7.4")
def test_a_correction_is_confirmed_by_another_and_changes_the_result(study):
    line = study.lines[0]
    last = study.through(line, {"11": ["20"] * 3, "12": ["15"] * 3, "13": ["40", "10", "k"]})
    row = last.lines.get(student=study.students[1])
    act = actions.propose_correction(
        row,
        value="35",
        reason="Ball notoʻgʻri koʻchirilgan",
        basis="Bayonnoma № 3",
        access=study.access("dean"),
    )
    with pytest.raises(PermissionDenied):
        actions.confirm_correction(act, access=study.access("dean"))
    actions.confirm_correction(act, access=study.access("affairs"))
    result = SubjectResult.objects.get(student=study.students[1])
    assert (result.overall, result.mark, result.passed) == (D(70), 4, True)
    with pytest.raises(actions.GradingError):
        actions.confirm_correction(act, access=study.access("affairs"))
    row.refresh_from_db()
    assert [(one.points, one.act and one.act.pk) for one in queries.values_of(row)] == [
        (D(10), None),
        (D(35), act.pk),
    ]


@given(st.lists(st.sampled_from(["0", "5", "12.5", "30", "k", "s"]), min_size=1, max_size=5))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_closing_and_correcting_keep_every_past_value(study, values):
    """Whatever is corrected to whatever, in whatever order: each value the line had can be read."""
    from django.db import transaction

    with transaction.atomic():
        sheet = study.open()
        study.close(sheet, "20", "20", "20")
        line = sheet.lines.order_by("student").first()
        expected = ["20"]
        for value in values:
            try:
                act = actions.propose_correction(
                    line, value=value, reason="x", basis="y", access=study.access("dean")
                )
            except actions.GradingError:
                assert value == expected[-1]  # nothing would change
                continue
            actions.confirm_correction(act, access=study.access("affairs"))
            expected.append(value)
            line.refresh_from_db()
        told = [SheetLine(status=one.status, points=one.points).text for one in queries.values_of(line)]
        assert told == expected
        transaction.set_rollback(True)


@pytest.mark.duty("B7.3")
def test_an_appeal_is_lodged_in_time_and_decided_by_a_commission(study):
    line = study.lines[0]
    sheet = study.close(study.open(line), "20", "10", "k")
    row = sheet.lines.get(student=study.students[1])
    me = User.objects.get(person=study.students[1].person)
    other = User.objects.get(person=study.students[0].person)
    with pytest.raises(PermissionDenied):
        actions.lodge_appeal(row, text="x", access=factories.access_of(other))
    appeal = actions.lodge_appeal(row, text="3-savol hisobga olinmagan", access=factories.access_of(me))
    assert Notice.objects.filter(user=study.dean, code="appeal_lodged").exists()
    with pytest.raises(actions.GradingError):
        actions.lodge_appeal(row, text="yana", access=factories.access_of(me))
    dean = study.access("dean")
    with pytest.raises(actions.GradingError):
        actions.decide_appeal(appeal, upheld=False, decision="x", access=dean)
    members = [factories.make_employee(study.kafedra) for _one in range(4)]
    chair = factories.make_employee(study.kafedra)
    with pytest.raises(actions.GradingError):
        actions.set_commission(appeal, chair=chair, members=[*members[:3], study.examiner], access=dean)
    with pytest.raises(actions.GradingError):
        actions.set_commission(appeal, chair=chair, members=members[:3], access=dean)
    actions.set_commission(appeal, chair=chair, members=members, access=dean)
    appeal = actions.decide_appeal(appeal, upheld=True, value="18", decision="3-savol toʻgʻri", access=dean)
    row.refresh_from_db()
    assert row.points == 10  # the act waits for its second person
    actions.confirm_correction(appeal.correction, access=study.access("affairs"))
    row.refresh_from_db()
    assert row.points == 18
    # Too late a day after closing.
    moment = timezone.now() - datetime.timedelta(hours=25)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE grading_gradesheet DISABLE TRIGGER sheet_guard")
        cursor.execute("UPDATE grading_gradesheet SET closed_at = %s", [moment])
        cursor.execute("ALTER TABLE grading_gradesheet ENABLE TRIGGER sheet_guard")
    with pytest.raises(actions.GradingError):
        actions.lodge_appeal(
            sheet.lines.get(student=study.students[0]), text="x", access=factories.access_of(other)
        )


def test_prefill_loads_tasks_and_the_journal_into_empty_lines(study, monkeypatch):
    sheet = study.open()
    with pytest.raises(actions.GradingError):
        actions.prefill(sheet, access=study.access("teacher"))
    first, second, third = (one.pk for one in study.students)
    monkeypatch.setattr(
        "grading.actions.filling.task_points",
        lambda line, control: {first: (D(10), D(10)), third: (D(99), D(99))},
    )
    monkeypatch.setattr(offers, "current_means", lambda line: {first: D(50), second: D(77)})
    own = sheet.lines.get(student=second)
    actions.fill(sheet, {own.pk: (None, "1")}, access=study.access("teacher"))
    actions.prefill(sheet, access=study.access("teacher"))
    got = dict(sheet.lines.values_list("student", "points"))
    assert got == {
        first: D(20),
        second: D(1),
        third: D(30),
    }  # 10 + half of the 20 left; kept; at most the maximum


@pytest.mark.duty("2.4")
def test_gpa_is_one_statement_and_equals_the_plain_reference():
    study = Study(students=4, start=2024)
    marks = (["40", "20", "45", "k"], ["50", "35", "30", "30"], ["30", "30", "30", "30"])
    for line, final in zip(study.lines[:3], marks, strict=True):
        study.through(line, {"11": ["25"] * 4, "12": ["15"] * 4, "13": final})
    with CaptureQueriesContext(connection) as asked:
        written = actions.compute_gpa()
    assert written == 8 and sum("INSERT" in one["sql"] for one in asked) == 1
    for student in study.students:
        row = StudentGpa.objects.get(student=student, academic_year=None)
        results = SubjectResult.objects.filter(student=student).select_related("curriculum_subject")
        total = sum(one.curriculum_subject.credit for one in results)
        plain = sum(one.curriculum_subject.credit * one.point for one in results) / total
        assert row.gpa == plain.quantize(D("0.01"), rounding="ROUND_HALF_UP")
        assert (
            row.gpa == queries.gpa_steps(student.pk, None).value == queries.gpa_steps(student.pk, 2024).value
        )
        assert (row.subjects, row.missing) == (5, 2)
        assert row.debts == 2 + sum(not one.passed for one in results)
        assert row.may_be_promoted == (row.gpa >= D("2.4"))
    places = list(
        StudentGpa.objects.filter(academic_year=None).order_by("-gpa").values_list("rank_in_group", flat=True)
    )
    assert places[0] == 1 and places == sorted(places)
    # Orders of movement read the same figures; students without subjects stay unknown.
    known = facts.known(["gpa", "debts"], [one.pk for one in study.students], timezone.localdate())
    best = StudentGpa.objects.filter(academic_year=2024).order_by("-gpa").first()
    assert known[best.student_id]["gpa"].value == best.gpa
    assert known[study.students[3].pk]["debts"].value == 3
    stranger = factories.make_students(study.faculty, 1)[0]
    assert facts.known(["gpa", "debts"], [stranger.pk], timezone.localdate()) == {}


def test_the_job_computes_the_scope_of_its_starter(study):
    study.through(study.lines[0], ALL | {"13": ["40", "40"]})
    other = Study(students=1, code="303-102")
    other.through(other.lines[0], {"11": ["20"], "12": ["20"], "13": ["30"]})
    job = run_now(
        start("grading.gpa", user=study.dean, params={"faculties": [study.faculty.pk, other.faculty.pk]})
    )
    assert job.state == "done", job.message
    assert set(StudentGpa.objects.values_list("student", flat=True)) == {one.pk for one in study.students}
    refused = run_now(start("grading.gpa", user=study.dean, params={"faculties": None}))
    assert refused.state == "failed"
    whole = run_now(start("grading.gpa", user=study.affairs, params={"faculties": None}))
    assert whole.state == "done" and StudentGpa.objects.filter(academic_year=None).count() == 4


@pytest.mark.parametrize("code", ["11", "12"])
def test_the_other_systems_close_too(code):
    study = Study(students=2, system=code)
    line = study.lines[0]
    if code == "11":
        study.through(line, {"11": ["20", "10"], "12": ["10", "20"], "13": ["25", "20"]})
        expected = [(D(55), 3, True), (D(50), 2, False)]
    else:
        study.through(line, {"11": ["3", "4"], "12": ["3", "5"], "13": ["4.5", "2.4"]})
        expected = [(D("4.5"), 5, True), (D("2.4"), 2, False)]
    got = SubjectResult.objects.order_by("student").values_list("overall", "mark", "passed")
    assert list(got) == expected
