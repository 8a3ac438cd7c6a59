"""Courses of relearning: an own group or an individual plan, the summer semester, and what the database refuses."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from attendance.roster import seats
from curriculum import actions, relearning
from curriculum import relearning_courses as courses
from curriculum.exams import queries as sessions
from curriculum.models import (
    ClassPair,
    Curriculum,
    CurriculumWeek,
    ExamDraft,
    Registration,
    Relearning,
    RelearningCourse,
    RelearningWindow,
    Teaching,
    TimetableDraft,
)
from curriculum.solver import queries as solver
from curriculum.teachings import giving
from curriculum.timetable import actions as timetable
from curriculum.timetable import sitting
from curriculum.timetable.own import lessons_of_student, study_of
from finance.models import RelearningPrice
from grading import debts
from grading.actions.opening import propose_sheets
from grading.models import SubjectResult
from hemis.documents.models import Document
from records.models import RecordLine
from students.models import Placement
from tests import factories
from tests.curriculum import makers as plans
from tests.grading.makers import Study, subject
from tests.sharing import shared
from tests.structure.makers import make_room

pytestmark = pytest.mark.django_db
D = Decimal
GROUP, ALONE = RelearningCourse.GROUP, RelearningCourse.INDIVIDUAL
SUMMER = (datetime.date(2027, 7, 1), datetime.date(2027, 8, 7))


@shared
def study():
    """The second and the third student have failed the first subject by all its sheets; nobody else studies it."""
    study = Study(students=3, code="303-107")
    line = study.lines[0]
    study.through(line, {"11": ["20"] * 3, "12": ["15"] * 3, "13": ["40", "10", "k"]})
    study.close(study.open(line, "13", "12"), "12", "k")
    study.close(study.open(line, "13", "13"), "k", "k")
    return study


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """A document store of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def price():
    return RelearningPrice.objects.create(
        amount=30_000, valid_from=datetime.date(2026, 9, 1), document="Kengash qarori, 3-son"
    )


def make_window(**fields) -> RelearningWindow:
    today = timezone.localdate()
    return RelearningWindow.objects.create(
        academic_year_id=2026, opens_on=today, closes_on=today + datetime.timedelta(days=10),
        basis="Rektor buyrugʻi, 14-son", **({"term": "11"} | fields),
    )  # fmt: skip


def make_summer(**fields) -> RelearningWindow:
    return make_window(term="12", is_summer=True, starts_on=SUMMER[0], ends_on=SUMMER[1], **fields)


def asked(study, window, student=1) -> Relearning:
    return relearning.ask(study.students[student], study.lines[0], window=window, access=study.access("dean"))


def opened(study, row, kind=ALONE, **taught) -> RelearningCourse:
    return courses.open_course(
        row, kind=kind, taught=taught or {"11": 20, "13": 10}, access=study.access("dean")
    )


@pytest.mark.duty("2.3")
def test_who_relearns_alone_has_an_individual_plan_from_teacher_to_the_record(study, price):
    row = asked(study, make_window())
    assert relearning.places(row) == [], "no group studies it"
    course = opened(study, row)
    line = course.line
    assert {one.training_type: one.hours for one in courses.hours_of(course)} == {
        "11": 20,
        "13": 10,
        "17": 150,
    }
    assert dict(line.controls.values_list("control", "max_points")) == dict(
        study.lines[0].controls.values_list("control", "max_points")
    )
    assert (
        not Curriculum.objects.for_scope(study.access("dean").scope("curriculum.view"))
        .filter(pk=course.curriculum_id)
        .exists()
    ), "it is seen as a course, not as a curriculum"
    kinds = list(CurriculumWeek.objects.filter(curriculum=course.curriculum).values_list("kind", flat=True))
    assert kinds[-1] == "12" and set(kinds[:-1]) == {"11"}, "theory, and a week of attestation"

    [place] = relearning.places(row)
    assert (place.line, place.group) == (line, course.group) and place.kind
    row = relearning.admit(row, place, access=study.access("dean"), basis="Chek 15")
    assert (row.fee, row.studied, row.group) == (180_000, line, course.group)

    given = Teaching.objects.filter(audience__group=course.group)
    assert [(one.training_type, one.hours, one.teacher) for one in given.order_by("training_type")] == [
        ("11", 20, None), ("13", 10, None),
    ]  # fmt: skip
    teacher = factories.make_employee(line.kafedra)
    giving.assign(given, access=factories.access_of(study.head), teacher=teacher)
    assert [one.student for one in sitting.roll(given[0])] == [row.student], (
        "the journal has exactly the student"
    )

    found = propose_sheets([subject(line)], [course.group], control="11")
    assert [one.student for one in found[0].candidates] == [row.student]
    study.group = course.group
    study.through(line, {"11": ["25"], "12": ["15"], "13": ["45"]})
    result = SubjectResult.objects.get(student=row.student, curriculum_subject=line)
    assert (result.attempt, result.overall, result.passed) == ("11", D(85), True)
    assert debts.debts_count([row.student_id]) == {}
    from records.actions.feeding import feed

    feed(students=[row.student_id])
    recorded = RecordLine.objects.get(student=row.student, curriculum_subject=line)
    assert (recorded.points, recorded.credit, recorded.hours, recorded.semester) == (D(85), D(6), 180, 1)


@pytest.mark.duty("2.3")
def test_a_small_group_takes_all_who_asked_when_they_are_enough(study, price):
    window = make_window(minimum=2)
    first = asked(study, window)
    with pytest.raises(actions.CurriculumError, match="2"):
        opened(study, first, GROUP)
    second = asked(study, window, 2)
    course = opened(study, first, GROUP)
    for row in (first, second):
        relearning.admit(row, relearning.places(row)[0], access=study.access("dean"), basis="Chek")
    assert [one.student_id for one in courses.students_of(course)] == [first.student_id, second.student_id]
    assert courses.demand(Relearning.objects.filter(window=window)) == []
    with pytest.raises(actions.CurriculumError):
        courses.cancel_course(course, access=study.access("dean"), reason="Xato")  # attended


def test_an_individual_plan_is_for_its_own_student(study, price):
    window = make_window()
    first, second = asked(study, window), asked(study, window, 2)
    opened(study, first)
    assert relearning.places(second) == []
    with pytest.raises(actions.CurriculumError):
        opened(study, first)  # twice
    assert opened(study, second).group.name != first.own_course.group.name


def test_the_hours_stay_within_the_credits(study):
    row = asked(study, make_window())
    for taught in ({"11": 0}, {"11": 150, "13": 31}):
        with pytest.raises(actions.CurriculumError):
            opened(study, row, **taught)
    assert not RelearningCourse.objects.exists()


def test_another_faculty_and_other_duties_open_none(study):
    row = asked(study, make_window())
    stranger = factories.access_of(factories.make_user("dean", factories.make_faculty("303-112")))
    for access in (stranger, study.access("affairs"), factories.access_of(study.head)):
        with pytest.raises(PermissionDenied):
            courses.open_course(row, kind=ALONE, taught={"11": 10}, access=access)
    course = opened(study, row)
    scope = stranger.scope("relearning_course.view")
    assert not RelearningCourse.objects.for_scope(scope).exists()
    kafedra = factories.access_of(study.head).scope("relearning_course.view")
    assert RelearningCourse.objects.for_scope(kafedra).get() == course
    with pytest.raises(PermissionDenied):
        courses.cancel_course(course, access=stranger, reason="x")


@pytest.mark.duty("3.3")
def test_the_summer_semester_has_its_days_courses_and_most_credits(study, price):
    plan = plans.make_curriculum(study.faculty, code="70610102")
    again = plans.add_subject(plan, 2, subject=study.lines[0].subject)
    for semester in (1, 1, 1, 1, 1, 2, 2, 2, 2):
        plans.add_subject(plan, semester)
    actions.approve(plan, access=study.access("affairs"))
    plans.make_teaching(again, plans.make_studying_group(plan, "611-26.02"))
    window = make_summer(most_credits=6)
    assert "yozgi" in str(window)
    row = asked(study, window)
    assert relearning.places(row) == [], "what runs in spring does not run in summer"
    course = opened(study, row)
    semester = course.line.semester
    assert (semester.starts_on, semester.ends_on, semester.number) == (*SUMMER, 2)
    row = relearning.admit(row, relearning.places(row)[0], access=study.access("dean"), basis="Chek")
    assert row.fee == 180_000
    assert relearning.credits_asked(window, [row.student_id])[row.student_id] == 6
    assert Teaching.objects.filter(audience__group=course.group, term="12", academic_year=2026).count() == 2
    tight = RelearningWindow.objects.filter(pk=window.pk)
    tight.update(most_credits=5)
    window.refresh_from_db()
    with pytest.raises(actions.CurriculumError, match="5"):
        asked(study, window, 2)
    with pytest.raises(DatabaseError), transaction.atomic():
        Relearning.objects.create(window=window, student=study.students[2], owed=study.lines[0])


@pytest.mark.duty("2.3", "S")
def test_lessons_of_a_summer_course_stand_in_the_timetable_and_in_the_journal(study, price):
    row = asked(study, make_summer())
    course = opened(study, row)
    relearning.admit(row, relearning.places(row)[0], access=study.access("dean"), basis="Chek")
    teacher = factories.make_employee(course.line.kafedra)
    given = Teaching.objects.filter(audience__group=course.group)
    giving.assign(given, access=factories.access_of(study.head), teacher=teacher)
    lecture = given.get(training_type="11")
    hall, pair = make_room(kind="11", capacity=30), plans.make_pairs()[1]
    monday = datetime.date(2027, 7, 5)
    placed = timetable.place(lecture, access=study.access("dean"), day=monday, pair=pair, room=hall)
    assert placed.lesson.day == monday
    assert [one.student_id for one in seats(lecture.pk, monday)] == [row.student_id]
    assert lessons_of_student(study_of(row.student.person)).get() == placed.lesson
    with pytest.raises(timetable.TimetableError):
        timetable.place(
            lecture, access=study.access("dean"), day=datetime.date(2027, 8, 16), pair=pair, room=hall
        )
    grid = factories.client_of(study.dean).get(
        reverse("timetable"), {"kind": "group", "id": course.group_id, "day": monday.isoformat()}
    )
    assert grid.status_code == 200


@pytest.mark.duty("2.3")
def test_everybody_who_waits_is_registered_with_the_group_at_once(study, price):
    window = make_window(minimum=2)
    first, second = asked(study, window), asked(study, window, 2)
    rows = Relearning.objects.filter(window=window)
    none = courses.admit_to_courses(rows, access=study.access("dean"), basis="Chek")
    assert none.done == 0 and len(none.refused) == 2, "no course yet"
    course = opened(study, first, GROUP)
    without = courses.admit_to_courses(rows, access=study.access("dean"))
    assert without.done == 0, "neither a contract nor a payment is named"
    assert courses.admit_to_courses(rows, access=study.access("dean"), basis="Chek").done == 2
    assert courses.students_of(course).count() == 2
    again = factories.client_of(study.dean).post(
        reverse("curriculum_relearnings_bulk"), {"action": "courses", "pk": [first.pk, second.pk]}
    )
    assert again.status_code == 302


@pytest.mark.duty("2.3")
def test_the_exam_of_a_course_is_in_the_computed_session(study, price):
    row = asked(study, make_window(starts_on=datetime.date(2026, 9, 14), ends_on=datetime.date(2026, 12, 26)))
    course = opened(study, row)
    relearning.admit(row, relearning.places(row)[0], access=study.access("dean"), basis="Chek")
    plans.make_pairs()
    draft = ExamDraft(
        faculty=study.faculty, academic_year_id=2026, term="11", first_day=datetime.date(2026, 12, 21),
        last_day=datetime.date(2026, 12, 26),
    )  # fmt: skip
    exams = sessions.task_of(draft).problem.exams
    of_course = [one for one in exams if any(who.group == course.group_id for who in one.audience)]
    assert [(one.people, len(one.days)) for one in of_course] == [(1, 6)]


@pytest.mark.duty("2.3")
def test_the_solvers_take_a_summer_course_in_its_own_days_only(study, price):
    row = asked(study, make_summer())
    course = opened(study, row)
    relearning.admit(row, relearning.places(row)[0], access=study.access("dean"), basis="Chek")
    plans.make_pairs()

    def days(first, last):
        draft = ExamDraft(
            faculty=study.faculty, academic_year_id=2026, term="12", first_day=first, last_day=last
        )
        exams = sessions.task_of(draft).problem.exams
        return [len(one.days) for one in exams if any(who.group == course.group_id for who in one.audience)]

    assert days(datetime.date(2027, 6, 7), datetime.date(2027, 6, 26)) == [], (
        "the session of spring is before it"
    )
    assert days(datetime.date(2027, 8, 2), datetime.date(2027, 8, 7)) == [6], "its week of attestation"

    given = Teaching.objects.filter(audience__group=course.group)
    teacher = factories.make_employee(course.line.kafedra)
    giving.assign(given, access=factories.access_of(study.head), teacher=teacher)
    lessons = TimetableDraft(
        faculty=study.faculty, academic_year_id=2026, term="12", starts_on=datetime.date(2027, 7, 1)
    )
    task = solver.task_of(lessons)
    weeks = {one.pk: len(task.weeks[one.pk]) for one in given}
    assert set(weeks.values()) == {5} and not task.without_weeks
    assert {want.teaching for want in task.problem.wants} == set(weeks)
    late = TimetableDraft(
        faculty=study.faculty, academic_year_id=2026, term="12", starts_on=datetime.date(2027, 8, 9)
    )
    assert {one.pk for one in solver.task_of(late).without_weeks} == set(weeks), (
        "no week is left for what lacks"
    )
    Teaching.objects.filter(pk__in=weeks).update(hours=2)
    hall, pairs = make_room(kind="11", capacity=30), ClassPair.objects.order_by("number")
    for teaching, pair in zip(given.order_by("training_type"), pairs, strict=False):
        timetable.place(
            teaching, access=study.access("dean"), day=datetime.date(2027, 7, 5), pair=pair, room=hall
        )
    assert not solver.task_of(late).without_weeks, "what lacks nothing asks for no week"


@pytest.mark.duty("2.3")
def test_the_plan_on_paper_says_hours_teachers_and_controls(study, price):
    row = asked(study, make_window())
    course = opened(study, row)
    relearning.admit(row, relearning.places(row)[0], access=study.access("dean"), basis="Chek")
    teacher = factories.make_employee(course.line.kafedra)
    given = Teaching.objects.filter(audience__group=course.group)
    giving.assign(given, access=factories.access_of(study.head), teacher=teacher)
    client, print_it = (
        factories.client_of(study.dean),
        reverse("curriculum_relearning_course_pdf", args=[course.pk]),
    )
    answer = client.post(print_it, follow=True)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    client.post(print_it)
    payload = Document.objects.get(kind="relearning_plan").payload
    assert [(one["hours"], one["teachers"]) for one in payload["hours"]] == [
        ("20", teacher.person.full_name), ("10", teacher.person.full_name), ("150", ""),
    ]  # fmt: skip
    assert payload["students"][0]["fee"] == "180000" and payload["total"] == "180"
    assert factories.client_of(study.head).post(print_it).status_code == 403


def test_a_course_nobody_attends_is_cancelled_and_its_teachings_go(study, price):
    row = asked(study, make_window())
    course = opened(study, row)
    with pytest.raises(actions.CurriculumError):
        courses.cancel_course(course, access=study.access("dean"), reason=" ")
    course = courses.cancel_course(course, access=study.access("dean"), reason="Talaba qaytdi")
    assert course.state == "cancelled" and relearning.places(row) == []
    assert not Teaching.objects.filter(audience__group=course.group).exists()


def test_pages_of_the_office_the_kafedra_and_the_student(study, price):
    window = make_summer(minimum=2, most_credits=12)
    row = asked(study, window)
    dean = factories.client_of(study.dean)
    card = reverse("curriculum_relearnings_detail", args=[row.pk])
    form = reverse("curriculum_relearning_course", args=[row.pk])
    assert form in dean.get(card).content.decode()
    refused = dean.post(form, {"kind": GROUP, "hours_11": 20, "hours_13": 10})
    assert refused.status_code == 422 and "1" in refused.content.decode()
    dean.post(form, {"kind": ALONE, "hours_11": 20, "hours_13": 10})
    course = RelearningCourse.objects.get()
    assert str(course.group) in dean.get(card).content.decode()
    address = reverse("curriculum_relearning_courses_detail", args=[course.pk])
    for tab in ("hours", "students"):
        assert factories.client_of(study.head).get(address, {"tab": tab}).status_code == 200
    waiting = factories.client_of(study.affairs).get(
        reverse("curriculum_relearning_windows_detail", args=[window.pk]), {"tab": "waiting"}
    )
    assert study.lines[0].subject.name in waiting.content.decode()
    student = factories.client_of(study.students[2].person.user).get(reverse("my_relearning"))
    assert "12" in student.content.decode() and "01.07.2027" in student.content.decode()


# --- the database refuses the same by itself


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM curriculum_relearningcourse WHERE id = %(course)s",
        "UPDATE curriculum_relearningcourse SET kind = 'group', only_id = NULL WHERE id = %(course)s",
        "UPDATE curriculum_relearningcourse SET state = 'cancelled', reason = 'x' WHERE id = %(course)s",
        "UPDATE students_placement SET group_id = %(group)s WHERE student_id = %(student)s",
        "UPDATE curriculum_relearningwindow SET is_summer = true WHERE id = %(window)s",
        "UPDATE curriculum_relearningwindow SET ends_on = starts_on WHERE id = %(window)s",
        "UPDATE curriculum_relearning SET state = 'admitted', studied_id = %(line)s, group_id = %(group)s,"
        " decided_at = now() WHERE id = %(other)s",
    ],
)
def test_raw_sql_is_refused(study, price, sql):
    window = make_window(starts_on=datetime.date(2026, 9, 14), ends_on=datetime.date(2026, 12, 26))
    row, other = asked(study, window), asked(study, window, 2)
    course = opened(study, row)
    relearning.admit(row, relearning.places(row)[0], access=study.access("dean"), basis="Chek")
    values = {
        "course": course.pk, "group": course.group_id, "student": row.student_id, "window": window.pk,
        "line": course.line_id, "other": other.pk,
    }  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    assert not Placement.objects.filter(group=course.group).exists()


def test_a_group_below_the_minimum_is_refused_by_the_database_too(study):
    window = make_window()
    course = opened(study, asked(study, window), GROUP)
    RelearningWindow.objects.filter(pk=window.pk).update(minimum=3)
    with pytest.raises(DatabaseError), transaction.atomic():
        opened_past_the_rules(course)


def opened_past_the_rules(course: RelearningCourse) -> None:
    """The same row once more, as a shell would write it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO curriculum_relearningcourse (version, window_id, kind, curriculum_id, line_id, group_id,"
            " state, reason) VALUES (1, %s, 'group', %s, %s, %s, 'open', '')",
            [course.window_id, course.curriculum_id, course.line_id, course.group_id],
        )


def test_nothing_is_registered_twice(study, price):
    row = asked(study, make_window())
    opened(study, row)
    relearning.admit(row, relearning.places(row)[0], access=study.access("dean"), basis="Chek")
    assert Registration.objects.filter(student=row.student, basis="relearned").count() == 1
