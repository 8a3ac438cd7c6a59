"""The laws of teaching and timetable, tried past every page (B7, law 1)."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from curriculum.models import (
    AudienceSlot,
    ControlAudience,
    ControlEvent,
    Lesson,
    Registration,
    TeacherSlot,
    TeachingAudience,
)
from structure.models import RoomSlot
from students.models import Division, Subgroup
from tests import factories
from tests.curriculum import makers
from tests.sharing import shared
from tests.structure.makers import make_room

pytestmark = pytest.mark.django_db


@shared
def plan():
    factories.make_university()
    return makers.make_approved(factories.make_faculty())


@shared
def group(plan):
    return makers.make_studying_group(plan)


@shared
def lines(plan):
    return list(plan.subjects.filter(semester__number=1))


def halves(group, kind="laboratory"):
    division = Division.objects.create(group=group, kind=kind)
    return [Subgroup.objects.create(division=division, name=str(number)) for number in (1, 2)]


def refused(make, error=IntegrityError):
    with pytest.raises(error), transaction.atomic():
        make()


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def approve(draft, who):
    sql = "UPDATE curriculum_curriculum SET state = 'approved', approved_by_id = %s, approved_at = now() WHERE id = %s"
    run(sql, who, draft.pk)


def test_a_lesson_takes_the_hours_of_its_pair_and_keeps_everybody_to_it(group, lines):
    room = make_room()
    lesson = makers.make_lesson(makers.make_teaching(lines[0], group), room=room)
    assert f"{lesson.starts_at:%H:%M}" == "08:30"
    teaching = makers.make_teaching(lines[1], makers.make_studying_group(lines[0].curriculum, "610-26.02"))
    refused(lambda: makers.make_lesson(teaching, room=room))
    refused(lambda: makers.make_lesson(teaching, teacher=lesson.teacher))
    refused(lambda: makers.make_lesson(makers.make_teaching(lines[1], group)))
    refused(lambda: makers.make_lesson(teaching, assistant=lesson.teacher))
    other = makers.make_lesson(teaching, pair=2, room=room)
    refused(lambda: run("UPDATE curriculum_lesson SET pair_id = %s WHERE id = %s", lesson.pair_id, other.pk))
    refused(lambda: run("UPDATE curriculum_lesson SET starts_at = '08:30' WHERE id = %s RETURNING 1/0", other.pk),
            DatabaseError)  # fmt: skip


def test_a_cancelled_lesson_frees_the_room_and_must_say_why(group, lines):
    room = make_room()
    lesson = makers.make_lesson(makers.make_teaching(lines[0], group), room=room)
    refused(lambda: Lesson.objects.filter(pk=lesson.pk).update(state="cancelled"))
    Lesson.objects.filter(pk=lesson.pk).update(state="cancelled", reason="Oʻqituvchi kasal")
    for slots in (RoomSlot, TeacherSlot, AudienceSlot):
        assert not slots.objects.filter(source="lesson", source_id=lesson.pk).exists()
    makers.make_lesson(makers.make_teaching(lines[1], group), room=room)
    refused(lambda: Lesson.objects.filter(pk=lesson.pk).update(state="planned"))


def test_halves_of_a_division_study_side_by_side_and_nothing_else_does(group, lines):
    first, second = halves(group)
    language = halves(group, "language")[0]
    makers.make_lesson(makers.make_teaching(lines[0], first))
    makers.make_lesson(makers.make_teaching(lines[0], second))
    for audience in (first, group, language):
        refused(lambda who=audience: makers.make_lesson(makers.make_teaching(lines[1], who)))
    makers.make_lesson(makers.make_teaching(lines[1], group), pair=2)
    refused(lambda: makers.make_lesson(makers.make_teaching(lines[2], language), pair=2))


def test_a_stream_is_one_lesson_and_another_group_may_join_while_it_is_free(plan, group, lines):
    second = makers.make_studying_group(plan, "610-26.02")
    third = makers.make_studying_group(plan, "610-26.03")
    stream = makers.make_teaching(lines[0], group, second, training_type="11")
    lesson = makers.make_lesson(stream)
    assert AudienceSlot.objects.filter(source_id=lesson.pk).count() == 2
    busy = makers.make_lesson(makers.make_teaching(lines[1], third))
    join = {"teaching": stream, "curriculum_subject": lines[0], "group": third}
    refused(lambda: TeachingAudience.objects.create(**join))
    Lesson.objects.filter(pk=busy.pk).update(state="cancelled", reason="Koʻchirildi")
    TeachingAudience.objects.create(**join)
    assert AudienceSlot.objects.filter(source_id=lesson.pk).count() == 3


def test_a_control_keeps_lessons_away(group, lines):
    lesson = makers.make_lesson(makers.make_teaching(lines[0], group))
    event = ControlEvent.objects.create(
        subject=lines[1].subject, kafedra=lines[1].kafedra, control="13", day=lesson.day, pair=lesson.pair,
        examiner=factories.make_employee(lines[1].kafedra),
    )  # fmt: skip
    row = {"event": event, "curriculum_subject": lines[1], "group": group}
    refused(lambda: ControlAudience.objects.create(**row))
    ControlEvent.objects.filter(pk=event.pk).update(pair=makers.make_pairs()[2])
    ControlAudience.objects.create(**row)
    refused(lambda: makers.make_lesson(makers.make_teaching(lines[2], group), pair=2))
    refused(lambda: ControlAudience.objects.create(**(row | {"curriculum_subject": lines[2]})))


def test_lessons_follow_a_pair_whose_hours_change(group, lines):
    far = makers.MONDAY.replace(year=2036, day=8)
    lesson = makers.make_lesson(makers.make_teaching(lines[0], group), day=far)
    run("UPDATE curriculum_classpair SET starts = '08:00', ends = '09:20' WHERE id = %s", lesson.pair_id)
    lesson.refresh_from_db()
    assert (f"{lesson.starts_at:%H:%M}", f"{lesson.ends_at:%H:%M}") == ("08:00", "09:20")
    assert f"{TeacherSlot.objects.get(source_id=lesson.pk).starts_at:%H:%M}" == "08:00"


def test_busy_hours_are_nobodys_to_write(group, lines):
    makers.make_lesson(makers.make_teaching(lines[0], group))
    for table in ("teacherslot", "audienceslot"):
        refused(lambda name=table: run(f"DELETE FROM curriculum_{name}"))


def test_a_teaching_is_for_groups_that_study_the_subject_then(plan, group, lines):
    later = plan.subjects.filter(semester__number=2).first()
    teaching = makers.make_teaching(lines[0], group)
    foreign = makers.make_curriculum(plan.speciality.faculty, start=2027)
    line = makers.add_subject(foreign, 1)
    for wrong in (later, line, lines[1]):
        refused(lambda it=wrong: TeachingAudience.objects.create(
            teaching=teaching, curriculum_subject=it, group=group, subgroup=halves(group)[0]
        ))  # fmt: skip
    refused(lambda: run("UPDATE curriculum_teaching SET term = '12' WHERE id = %s", teaching.pk))


def test_a_student_takes_one_of_the_alternatives_of_an_approved_plan(plan):
    draft = makers.make_curriculum(plan.speciality.faculty, start=2027)
    both = [makers.add_subject(draft, 1, kind="12", elective_group="T1") for _one in range(2)]
    student = factories.make_students(plan.speciality.faculty, 1)[0]
    refused(lambda: Registration.objects.create(student=student, curriculum_subject=both[0]))
    approve(draft, plan.approved_by_id)
    Registration.objects.create(student=student, curriculum_subject=both[0], basis="chosen")
    refused(lambda: Registration.objects.create(student=student, curriculum_subject=both[1]))
    Registration.objects.update(is_active=False)
    Registration.objects.create(student=student, curriculum_subject=both[1])
    refused(lambda: Registration.objects.update(is_active=True))


def test_alternatives_of_one_elective_are_taught_at_the_same_hour_and_nothing_else_is(plan, group):
    """Each student attends one of them; a third elective, a subgroup and the whole group stay apart."""
    draft = makers.make_curriculum(plan.speciality.faculty, start=2026, code="70610102")
    makers.fill(draft)
    one, two = [makers.add_subject(draft, 1, elective_group="T1", kind="12") for _n in range(2)]
    third = makers.add_subject(draft, 1, elective_group="T2", kind="12")
    common = draft.subjects.filter(semester__number=1, elective_group="").first()
    approve(draft, plan.approved_by_id)
    who = makers.make_studying_group(draft, "610-26.09")
    first = makers.make_lesson(makers.make_teaching(one, who))
    makers.make_lesson(makers.make_teaching(two, who))
    assert set(AudienceSlot.objects.filter(group=who).values_list("elective", "alternative")) == {
        (f"{one.semester_id}/T1", one.pk), (f"{one.semester_id}/T1", two.pk)
    }  # fmt: skip
    half = halves(who)[0]
    for line, audience in ((one, who), (third, who), (common, who), (common, half), (two, half)):
        refused(lambda it=line, of=audience: makers.make_lesson(makers.make_teaching(it, of)))
    Lesson.objects.filter(pk=first.pk).update(state="cancelled", reason="Bekor")
    makers.make_lesson(makers.make_teaching(one, half))
    refused(lambda: makers.make_lesson(makers.make_teaching(third, halves(who, "language")[0])))
    event = ControlEvent.objects.create(
        subject=one.subject, kafedra=one.kafedra, control="13", day=first.day, pair=makers.make_pairs()[2],
        examiner=factories.make_employee(one.kafedra),
    )  # fmt: skip
    ControlAudience.objects.create(event=event, curriculum_subject=one, group=who)
    makers.make_lesson(makers.make_teaching(two, who), pair=2)
    refused(lambda: makers.make_lesson(makers.make_teaching(common, who), pair=2))
