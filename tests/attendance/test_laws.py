"""The laws of the journal, tried past every page (law 1, "Journal and marks")."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance import queries
from attendance.models import Absence, CurrentMark, Excuse, LessonRecord
from curriculum.actions import CurriculumError
from curriculum.models import ClassPair, Lesson, Registration, Teaching, TeachingAudience
from curriculum.teachings import giving, shaping
from curriculum.timetable import actions as timetable
from curriculum.timetable import bulk
from curriculum.timetable.actions import TimetableError
from curriculum.timetable.models import TimetableBatch
from tests import factories
from tests.attendance import makers
from tests.curriculum import makers as plans
from tests.sharing import shared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_papers")]


@shared
def school():
    return makers.make_school()


@shared
def dean(school):
    return factories.make_user("dean", school.faculty)


def refused(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make()
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def make_record(school, lesson, **fields):
    return LessonRecord.objects.create(
        lesson=lesson, recorded_by=school.teacher, **({"topic_text": "Kirish"} | fields)
    )


def test_only_a_planned_lesson_that_has_begun_is_recorded(school):
    tomorrow = school.lesson(-1)
    refused(lambda: make_record(school, tomorrow))
    cancelled = school.lesson(2)
    Lesson.objects.filter(pk=cancelled.pk).update(state="cancelled", reason="Kasal")
    refused(lambda: make_record(school, cancelled))
    lesson = school.lesson(1)
    refused(lambda: make_record(school, lesson, topic_text=""))
    refused(lambda: make_record(school, lesson, hours=3))
    made = make_record(school, lesson)
    refused(lambda: make_record(school, lesson))
    refused(lambda: LessonRecord.objects.filter(pk=made.pk).update(lesson=tomorrow))


def test_the_topic_is_of_the_subject_and_the_kind_of_training(school):
    foreign = makers.make_topics(school.lines[1], 1)[0]
    lecture = makers.make_topics(school.lines[0], 1, "11")[0]
    for topic in (foreign, lecture):
        refused(lambda it=topic: make_record(school, school.lesson(1, pair=2), topic=it))
    own = makers.make_topics(school.lines[0], 1)[0]
    assert make_record(school, school.lesson(1), topic=own).topic_name == "1-mavzu"


def test_absences_are_of_those_who_were_to_be_there(school):
    record = make_record(school, school.lesson(1))
    outsider = factories.make_students(school.faculty, 1, day=makers.ago(90))[0]
    refused(lambda: Absence.objects.create(record=record, student=outsider))
    one, two, three = school.students
    Registration.objects.filter(student=two, curriculum_subject=school.lines[0]).update(is_active=False)
    refused(lambda: Absence.objects.create(record=record, student=two))
    found = Absence.objects.create(record=record, student=one)
    found.refresh_from_db()
    assert (found.day, found.group, found.term, found.academic_year_id) == (
        makers.ago(1), school.group, school.teaching.term, school.teaching.academic_year_id,
    )  # fmt: skip
    assert found.registration.curriculum_subject == school.lines[0]
    refused(lambda: Absence.objects.create(record=record, student=one))
    refused(lambda: Absence.objects.create(record=record, student=three, hours=3))
    refused(lambda: Absence.objects.create(record=record, student=three, hours=0))
    refused(lambda: run("UPDATE attendance_absence SET student_id = %s WHERE id = %s", three.pk, found.pk))
    refused(lambda: CurrentMark.objects.create(record=record, student=outsider, value=5))


def test_a_guest_of_a_group_and_a_subgroup_sits_there_and_nobody_else(school):
    from students.models import Division, Subgroup, SubgroupMember

    plan = school.lines[0].curriculum
    other = plans.make_studying_group(plan, "610-26.99")
    guest = factories.make_students(school.faculty, 1, group=other, day=makers.ago(90))[0]
    Registration.objects.update_or_create(
        student=guest, curriculum_subject=school.lines[0], defaults={"group": school.group, "basis": "debt"}
    )
    record = make_record(school, school.lesson(1))
    Absence.objects.create(record=record, student=guest)
    division = Division.objects.create(group=school.group, kind="laboratory")
    half = Subgroup.objects.create(division=division, name="1")
    one, two, _three = school.students
    SubgroupMember.objects.create(subgroup=half, division=division, student=one, valid_from=makers.ago(30))
    lab = plans.make_teaching(school.lines[1], half, teacher=school.employee)
    record = make_record(school, school.lesson(2, pair=2, teaching=lab))
    Absence.objects.create(record=record, student=one)
    refused(lambda: Absence.objects.create(record=record, student=two))


def test_a_recorded_lesson_is_not_moved_cancelled_or_deleted_and_its_audience_stays(school):
    lesson = school.lesson(1)
    record = make_record(school, lesson)
    pairs = plans.make_pairs()
    for change in (
        {"day": makers.ago(2)}, {"pair": pairs[3]}, {"state": "cancelled", "reason": "Kasal"},
        {"teacher": factories.make_employee(school.lines[0].kafedra)},
    ):  # fmt: skip
        refused(lambda it=change: Lesson.objects.filter(pk=lesson.pk).update(**it))
    refused(lambda: run("DELETE FROM curriculum_lesson WHERE id = %s", lesson.pk))
    refused(lambda: TeachingAudience.objects.filter(teaching=school.teaching).delete())
    other = plans.make_studying_group(school.lines[0].curriculum, "610-26.98")
    join = {"teaching": school.teaching, "curriculum_subject": school.lines[0], "group": other}
    refused(lambda: TeachingAudience.objects.create(**join))
    Lesson.objects.filter(pk=lesson.pk).update(link="https://dars.example.uz/1")
    record.delete()
    TeachingAudience.objects.create(**join)
    Lesson.objects.filter(pk=lesson.pk).update(state="cancelled", reason="Kasal")


def test_marks_stay_within_the_range_of_the_marking_system(school):
    record = make_record(school, school.lesson(1))
    one, two, _three = school.students
    CurrentMark.objects.create(record=record, student=one, value=100)
    refused(lambda: CurrentMark.objects.create(record=record, student=two, value=101))
    # The plan is frozen, its system is not: five marks from now on.
    run(
        "UPDATE curriculum_markingsystem SET scale = 'five' WHERE id = %s",
        school.lines[0].curriculum.marking_system_id,
    )
    CurrentMark.objects.create(record=record, student=two, value=5)
    refused(lambda: CurrentMark.objects.filter(student=two).update(value=6))


def test_hours_of_a_lesson_cover_what_was_missed_of_it(school):
    record = make_record(school, school.lesson(1), hours=1)
    refused(lambda: Absence.objects.create(record=record, student=school.students[0], hours=2))
    LessonRecord.objects.filter(pk=record.pk).update(hours=2)
    Absence.objects.create(record=record, student=school.students[0], hours=2)
    refused(lambda: LessonRecord.objects.filter(pk=record.pk).update(hours=1))


def test_excused_is_who_has_an_excuse_and_nobody_by_hand(school, dean):
    record = make_record(school, school.lesson(1))
    absence = Absence.objects.create(record=record, student=school.students[0], kind="11")
    absence.refresh_from_db()
    assert absence.kind == "12"
    run("UPDATE attendance_absence SET kind = '11' WHERE id = %s", absence.pk)
    absence.refresh_from_db()
    assert absence.kind == "12"
    one = makers.make_excuse(school.students[0], 3, 0, dean)
    absence.refresh_from_db()
    assert (absence.kind, absence.excuse) == ("11", one)
    later = make_record(school, school.lesson(2, pair=2))
    inside = Absence.objects.create(record=later, student=school.students[0])
    inside.refresh_from_db()
    assert inside.excuse == one
    refused(lambda: Excuse.objects.filter(pk=one.pk).update(ends_on=makers.ago(2)))
    refused(lambda: Excuse.objects.filter(pk=one.pk).update(state="asked", decided_by=None, decided_at=None))
    refused(lambda: run("DELETE FROM attendance_excuse WHERE id = %s", one.pk))
    refused(lambda: Excuse.objects.filter(pk=one.pk).update(state="withdrawn"))
    Excuse.objects.filter(pk=one.pk).update(state="withdrawn", remark="Soxta")
    assert set(Absence.objects.values_list("kind", flat=True)) == {"12"}


def test_an_excuse_and_an_unlocking_say_what_they_are_for(school, dean):
    refused(lambda: makers.make_excuse(school.students[0], 1, 3, dean))
    refused(lambda: makers.make_excuse(school.students[0], 3, 1, dean, state="returned"))
    unlock = (
        "INSERT INTO attendance_unlock (version, faculty_id, lesson_id, until, reason, made_by_id, made_at)"
        " VALUES (1, %s, %s, now(), %s, %s, now())"
    )
    lesson = school.lesson(1)
    refused(lambda: run(unlock, school.faculty.pk, None, "Sabab", dean.pk))
    refused(lambda: run(unlock, school.faculty.pk, lesson.pk, "", dean.pk))
    run(unlock, school.faculty.pk, lesson.pk, "Sabab", dean.pk)


DAYS = st.integers(min_value=1, max_value=8)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("mark"), DAYS, st.integers(0, 1), st.sampled_from(["present", "late", "1", "2"])),
        st.tuples(st.just("excuse"), DAYS, st.integers(0, 1), DAYS),
        st.tuples(st.just("withdraw"), st.integers(0, 4), st.just(0), st.just(0)),
        st.tuples(st.just("undo"), DAYS, st.just(0), st.just(0)),
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_any_sequence_of_marks_excuses_and_withdrawals_leaves_the_plain_totals(steps):
    """The reference keeps sets of days and counts them at the end."""
    from attendance import actions
    from attendance.models import JournalRule

    with transaction.atomic():
        school = makers.make_school(count=2)
        dean = factories.make_user("dean", school.faculty)
        JournalRule.objects.update(edit_days=30)
        lessons = {day: school.lesson(day) for day in range(1, 9)}
        said: dict[tuple[int, int], str] = {}
        excuses: list[tuple[Excuse, int, set[int]]] = []
        for what, first, which, value in steps:
            student = school.students[which]
            if what == "mark":
                makers.record(school, lessons[first], {student.pk: value})
                said[first, student.pk] = value
            elif what == "excuse":
                early, late = max(first, value), min(first, value)
                one = makers.make_excuse(student, early, late, dean)
                excuses.append((one, student.pk, set(range(late, early + 1))))
            elif what == "withdraw" and first < len(excuses):
                one, _student, _days = excuses.pop(first)
                actions.withdraw(one, access=factories.access_of(dean), remark="Soxta")
            elif what == "undo" and LessonRecord.objects.filter(lesson=lessons[first]).exists():
                actions.undo_lesson(lessons[first].pk, access=factories.access_of(school.teacher))
                said = {key: value for key, value in said.items() if key[0] != first}
        half = queries.HalfYear(school.teaching.academic_year_id, school.teaching.term)
        from students.models import Student

        rows = queries.of_students(Student.objects.filter(pk__in=[one.pk for one in school.students]), half)
        for row in rows:
            mine = [(day, value) for (day, student), value in said.items() if student == row.pk]
            covered = {day for _one, student, days in excuses if student == row.pk for day in days}
            hours = [(day, int(value)) for day, value in mine if value in "12"]
            assert row.without == sum(n for day, n in hours if day not in covered)
            assert row.with_reason == sum(n for day, n in hours if day in covered)
            assert row.late == sum(value == "late" for _day, value in mine)
        transaction.set_rollback(True)


def test_half_years_are_those_of_the_calendar():
    for day, code in (
        (datetime.date(2026, 9, 1), "2026-11"), (datetime.date(2027, 1, 31), "2026-11"),
        (datetime.date(2027, 2, 1), "2026-12"), (datetime.date(2027, 8, 31), "2026-12"),
    ):  # fmt: skip
        assert queries.half_year_on(day).code == code
    assert queries.half_year("nonsense") == queries.half_year_on(timezone.localdate())


@pytest.mark.duty("8.2")
def test_what_is_in_journals_is_told_plainly_by_whatever_would_form_it_anew(school, dean):
    """Teachings and lessons that the journal has: a plain word, never the database's own."""
    head = factories.access_of(factories.make_user("head", school.lines[0].kafedra))
    # Begun already, at whatever hour the tests are run.
    ClassPair.objects.filter(pk=plans.make_pairs()[1].pk).update(
        starts=datetime.time(0), ends=datetime.time(0, 1)
    )
    given_today, coming = school.lesson(), school.lesson(-3)
    makers.record(school, given_today)
    mine = Teaching.objects.filter(pk=school.teaching.pk)
    twin = plans.make_teaching(
        school.lines[0], plans.make_studying_group(school.lines[0].curriculum, "610-26.98"), hours=50
    )
    for verb in (
        lambda: shaping.merge(Teaching.objects.filter(pk__in=[school.teaching.pk, twin.pk]), access=head),
        lambda: shaping.part(school.teaching, access=head, groups=[school.group.pk]),
        lambda: shaping.part_by_subgroups(school.teaching, access=head, division=0),
        lambda: giving.assign(mine, access=head, teacher=None),
    ):
        with pytest.raises(CurriculumError, match="timetable|lessons"), override("en"):
            verb()
    # Another teacher takes over: today's lesson was given by who gave it, the next ones follow.
    second = factories.make_employee(school.lines[0].kafedra)
    giving.assign(mine, access=head, teacher=second)
    given_today.refresh_from_db(), coming.refresh_from_db()
    assert (given_today.teacher, coming.teacher) == (school.employee, second)
    # Undoing a bulk change leaves what was recorded meanwhile, and says so.
    office = factories.access_of(dean)
    batch = TimetableBatch.objects.create(
        kind=TimetableBatch.HOLIDAY, faculty=school.faculty, author=dean, first_day=given_today.day,
        last_day=given_today.day, made=[given_today.pk],
        changed=[{"pk": given_today.pk, "day": coming.day.isoformat(), "pair_id": coming.pair_id}],
    )  # fmt: skip
    with override("en"):
        undone = bulk.undo(batch, access=office)
    assert len(undone.refused) == 2 and all("journal" in row["why"] for row in undone.refused)
    with pytest.raises(TimetableError, match="journal"), override("en"):
        timetable.remove(given_today, access=office)
