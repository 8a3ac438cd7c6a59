"""Lessons are placed, moved, swapped, cancelled and given by others, and nobody is in two places (duty 2.3, B7)."""

from __future__ import annotations

import datetime
import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curriculum.models import AudienceSlot, Holiday, Lesson, TeacherSlot
from curriculum.timetable import actions, bulk, notices, queries
from curriculum.timetable.actions import TimetableError
from curriculum.timetable.models import TimetableBatch
from hemis.notices.models import Notice
from structure.models import RoomSlot
from tests import factories
from tests.curriculum import makers
from tests.sharing import shared
from tests.structure.makers import make_room

MONDAY = makers.MONDAY
WEEK = datetime.timedelta(days=7)


class Clock:
    """Another today for one module: the roles of people go on by the real one."""

    def __init__(self, day: datetime.date):
        self.day = day

    def localdate(self) -> datetime.date:
        return self.day

    def now(self) -> datetime.datetime:
        return timezone.now()


class Faculty:
    """A faculty with a plan, two groups, two rooms, and the dean's office that plans their lessons."""

    def __init__(self) -> None:
        factories.make_university()
        self.unit = factories.make_faculty()
        self.plan = makers.make_approved(self.unit)
        self.group = makers.make_studying_group(self.plan)
        self.other = makers.make_studying_group(self.plan, "610-26.02")
        self.lines = list(self.plan.subjects.filter(semester__number=1))
        makers.make_pairs()
        self.pairs = {one.number: one for one in queries.pairs_of(2026)}
        self.room, self.second = make_room("101"), make_room("102", kind="13")
        self.dean = factories.make_user("dean", self.unit)
        self.access = factories.access_of(self.dean)

    def teaching(self, at: int = 0, *audience, **fields):
        return makers.make_teaching(self.lines[at], *(audience or (self.group,)), **fields)

    def place(self, teaching, day=MONDAY, pair: int = 1, room=None, **fields) -> Lesson:
        return actions.place(
            teaching, access=self.access, day=day, pair=self.pairs[pair], room=room or self.room, **fields
        ).lesson


@shared
def faculty(db) -> Faculty:
    return Faculty()


@pytest.mark.duty("2.3")
def test_a_lesson_takes_the_room_that_fits_best_and_counts_against_the_hours(faculty):
    teaching = faculty.teaching(hours=4, training_type="13")
    found = actions.place(teaching, access=faculty.access, day=MONDAY, pair=faculty.pairs[1])
    assert found.lesson.auditorium == faculty.second and found.warnings == []
    second = actions.place(
        teaching, access=faculty.access, day=MONDAY, pair=faculty.pairs[2], room=faculty.room
    )
    assert len(second.warnings) == 1  # a lecture hall for practice
    with pytest.raises(TimetableError, match="4"):
        faculty.place(teaching, pair=3)


@pytest.mark.duty("2.3")
def test_a_refusal_names_who_is_busy_with_what_and_offers_what_is_free(faculty):
    lesson = faculty.place(faculty.teaching())
    with pytest.raises(TimetableError) as refused:
        faculty.place(faculty.teaching(1, faculty.other))
    error = refused.value
    assert [one.kind for one in error.conflicts] == ["room"] and lesson.teaching.subject.name in str(error)
    assert error.rooms == [faculty.second]
    first = error.places[0]
    assert (first.day, first.pair, first.room) == (MONDAY, faculty.pairs[1], faculty.second)
    taken = faculty.place(faculty.teaching(1, faculty.other), pair=error.places[1].pair.number)
    assert taken.pk
    with pytest.raises(TimetableError) as busy:
        faculty.place(faculty.teaching(2, faculty.group, teacher=lesson.teacher), room=faculty.second)
    assert {one.kind for one in busy.value.conflicts} == {"teacher", "group"}


@pytest.mark.duty("2.3")
def test_lessons_keep_to_the_weeks_of_theory_and_away_from_days_off(faculty):
    teaching = faculty.teaching()
    Holiday.objects.create(day=MONDAY, name="Bayram", works_on=MONDAY + datetime.timedelta(6))
    for day, words in (
        (MONDAY, "Bayram"),
        (MONDAY + datetime.timedelta(13), "20.09.2026"),
        (datetime.date(2027, 7, 20), "20.07.2027"),
    ):
        with pytest.raises(TimetableError, match=words):
            faculty.place(teaching, day=day)
    sunday = MONDAY + datetime.timedelta(6)
    assert faculty.place(teaching, day=sunday).day == sunday  # worked instead


@pytest.mark.duty("2.3")
def test_the_dean_plans_the_own_faculty_only_and_a_teacher_nothing(faculty):
    teaching = faculty.teaching()
    stranger = factories.make_user("dean", factories.make_faculty("303-102"))
    with pytest.raises(TimetableError):
        actions.place(
            teaching,
            access=factories.access_of(stranger),
            day=MONDAY,
            pair=faculty.pairs[1],
            room=faculty.room,
        )
    with pytest.raises(PermissionDenied):
        actions.place(
            teaching,
            access=factories.access_of(factories.make_user("teacher")),
            day=MONDAY,
            pair=faculty.pairs[1],
            room=faculty.room,
        )
    lesson = faculty.place(teaching)
    for verb in ("move", "cancel", "restore", "room", "swap", "lock", "remove", "substitute"):
        url = reverse(f"timetable_lesson_{verb}", args=[lesson.pk])
        assert factories.client_of(stranger).post(url).status_code == 404
        assert factories.client_of(factories.make_user("teacher")).post(url).status_code == 403


@pytest.mark.duty("2.3")
def test_cancelled_restored_substituted_moved_and_swapped(faculty):
    first, second = faculty.place(faculty.teaching()), faculty.place(faculty.teaching(1), pair=2)
    with pytest.raises(TimetableError):
        actions.cancel(first, access=faculty.access, reason=" ")
    actions.cancel(first, access=faculty.access, reason="Oʻqituvchi kasal")
    moved = actions.move(second, access=faculty.access, day=MONDAY, pair=faculty.pairs[1]).lesson
    with pytest.raises(TimetableError):
        actions.restore(first, access=faculty.access)
    moved = actions.move(moved, access=faculty.access, day=MONDAY + WEEK, pair=faculty.pairs[1]).lesson
    assert moved.first_day == MONDAY
    restored = actions.restore(first, access=faculty.access).lesson
    assert restored.state == Lesson.PLANNED and restored.reason == ""
    one, other = actions.swap(restored, moved, access=faculty.access)
    assert {one.lesson.day, other.lesson.day} == {MONDAY, MONDAY + WEEK}
    assert (
        Lesson.objects.get(pk=first.pk).day == MONDAY + WEEK and Lesson.objects.get(pk=second.pk).reason == ""
    )
    colleague = factories.make_employee(faculty.lines[0].kafedra)
    given = actions.substitute(first, access=faculty.access, teacher=colleague, reason="Safar").lesson
    assert given.teacher == colleague and given.teaching.teacher != colleague
    assert (
        actions.change_room(first, access=faculty.access, room=faculty.second).lesson.auditorium
        == faculty.second
    )


def test_a_higher_floor_may_forbid_changes_of_a_lesson(faculty, monkeypatch):
    monkeypatch.setattr(actions, "_guards", [])
    lesson = faculty.place(faculty.teaching())
    actions.register_guard(lambda one: "The journal is filled." if one.pk == lesson.pk else "")
    with pytest.raises(TimetableError, match="journal"):
        actions.move(lesson, access=faculty.access, day=MONDAY, pair=faculty.pairs[2])
    assert bulk.clear_week(faculty.group, access=faculty.access, day=MONDAY).counts["refused"] == 1
    assert Lesson.objects.filter(pk=lesson.pk).exists()


@pytest.mark.duty("2.3")
def test_a_changed_lesson_of_the_next_days_is_told_to_teachers(faculty, monkeypatch):
    lesson = faculty.place(faculty.teaching())
    user = factories.make_user("teacher", person=lesson.teacher.person)
    actions.cancel(lesson, access=faculty.access, reason="Kasal")
    assert not Notice.objects.filter(user=user).exists()  # that day has passed
    monkeypatch.setattr(notices, "timezone", Clock(MONDAY - datetime.timedelta(1)))
    actions.restore(lesson, access=faculty.access)
    told = Notice.objects.get(user=user)
    assert told.code == "lesson_restored" and "day=2026-09-07" in told.url


# --- bulk


@pytest.mark.duty("2.3")
def test_a_week_is_copied_with_an_account_of_what_could_not_be(faculty):
    first = faculty.place(faculty.teaching(hours=6))
    faculty.place(faculty.teaching(1), pair=2, room=faculty.second)
    Holiday.objects.create(day=MONDAY + 2 * WEEK, name="Bayram")
    blocked = faculty.teaching(2, faculty.other)
    faculty.place(blocked, day=MONDAY + WEEK, pair=2, room=faculty.second)
    batch = bulk.copy_week(faculty.group, access=faculty.access, day=MONDAY, until=MONDAY + 4 * WEEK)
    days = [one.day for one in Lesson.objects.filter(teaching=first.teaching).order_by("day")]
    assert days == [MONDAY, MONDAY + WEEK, MONDAY + 3 * WEEK]  # the day off is left out, then the hours end
    why = [(row["day"], row["pair"]) for row in batch.refused]
    assert (
        (str(MONDAY + WEEK), 2) in why
        and (str(MONDAY + 2 * WEEK), 1) in why
        and (str(MONDAY + 4 * WEEK), 1) in why
    )
    clash = next(row for row in batch.refused if row["pair"] == 2 and row["day"] == str(MONDAY + WEEK))
    assert blocked.subject.name in clash["why"]
    changed = Lesson.objects.get(teaching=first.teaching, day=MONDAY + WEEK)
    actions.move(changed, access=faculty.access, day=MONDAY + WEEK, pair=faculty.pairs[3])
    undone = bulk.undo(batch, access=faculty.access)
    assert [row["pair"] for row in undone.refused] == [3]  # touched since: it stays
    assert Lesson.objects.filter(pk__in=batch.made).count() == 1
    with pytest.raises(TimetableError):
        bulk.undo(batch, access=faculty.access)
    every_other = bulk.copy_week(
        faculty.group, access=faculty.access, day=MONDAY, until=MONDAY + 4 * WEEK, step=2
    )
    assert {one.day for one in Lesson.objects.filter(pk__in=every_other.made)} == {MONDAY + 4 * WEEK}


@pytest.mark.duty("2.3")
def test_emptying_a_week_touches_this_group_only_and_is_undone(faculty):
    own = faculty.place(faculty.teaching())
    shared = faculty.place(faculty.teaching(1, faculty.group, faculty.other), pair=2)
    others = faculty.place(faculty.teaching(2, faculty.other), pair=3)
    batch = bulk.clear_week(faculty.group, access=faculty.access, day=MONDAY)
    assert set(Lesson.objects.values_list("pk", flat=True)) == {shared.pk, others.pk}
    assert batch.counts["removed"] == 1 and str(faculty.other) in batch.refused[0]["why"]
    bulk.undo(batch, access=faculty.access)
    back = Lesson.objects.get(teaching=own.teaching)
    assert (back.day, back.pair, back.auditorium) == (own.day, own.pair, own.auditorium)


@pytest.mark.duty("3.3")
def test_lessons_on_a_new_day_off_are_moved_or_cancelled_together(faculty, monkeypatch):
    monkeypatch.setattr(bulk, "timezone", Clock(MONDAY - WEEK))
    lessons = [faculty.place(faculty.teaching(n), pair=n + 1) for n in range(3)]
    affairs = factories.client_of(factories.make_user("academic_affairs"))
    new = {"day": MONDAY.isoformat(), "name": "Bayram", "works_on": ""}
    assert affairs.post(reverse("curriculum_holidays_new"), new).status_code == 302
    office = factories.client_of(faculty.dean)
    url = reverse("timetable_days_off")
    assert all(one.teaching.subject.name in office.get(url).content.decode() for one in lessons)
    assert affairs.post(url, {"pk": lessons[0].pk, "do": "cancel", "reason": "x"}).status_code == 200
    assert office.post(url, {"pk": lessons[0].pk, "do": "cancel", "reason": ""}).status_code == 422
    tuesday = MONDAY + datetime.timedelta(1)
    office.post(url, {"pk": [lessons[0].pk, lessons[1].pk], "do": "move", "to": tuesday.isoformat()})
    office.post(url, {"pk": lessons[2].pk, "do": "cancel", "reason": "Bayram"})
    assert [one.day for one in Lesson.objects.planned()] == [tuesday, tuesday]
    batch = TimetableBatch.objects.filter(kind="holiday").order_by("pk").last()
    Holiday.objects.all().delete()
    bulk.undo(batch, access=faculty.access)
    assert Lesson.objects.get(pk=lessons[2].pk).state == Lesson.PLANNED


# --- nobody is in two places, whatever is done


def no_double_booking() -> bool:
    """Told from the lessons themselves, without the slots."""
    seen = []
    for lesson in Lesson.objects.planned().prefetch_related("teaching__audience__subgroup"):
        owners = {("teacher", lesson.teacher_id), ("room", lesson.auditorium_id)}
        owners |= {("group", one.group_id) for one in lesson.teaching.audience.all()}
        for day, pair, taken in seen:
            if (day, pair) == (lesson.day, lesson.pair_id) and taken & owners:
                return False
        seen.append((lesson.day, lesson.pair_id, owners))
    return True


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["place", "move", "swap", "cancel", "restore", "room", "substitute", "copy", "clear", "undo"]),
        st.integers(0, 3), st.integers(0, 2), st.integers(1, 3), st.integers(0, 1),
    ),
    min_size=5, max_size=14,
)  # fmt: skip


def test_no_sequence_of_edits_makes_a_double_booking(faculty):
    """Every edit either does what it says or is refused; the timetable stays without a clash after each."""
    teacher = factories.make_employee(faculty.lines[0].kafedra)
    teachings = [
        faculty.teaching(0, teacher=teacher),
        faculty.teaching(1, faculty.group, faculty.other),
        faculty.teaching(2, faculty.other, teacher=teacher),
        faculty.teaching(3),
    ]
    rooms = (faculty.room, faculty.second)
    tally = {"done": 0, "refused": 0}

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def play(steps):
        Lesson.objects.all().delete()
        TimetableBatch.objects.all().delete()
        for verb, which, day, pair, room in steps:
            try:
                _step(
                    faculty,
                    teachings,
                    teacher,
                    verb,
                    which,
                    MONDAY + datetime.timedelta(day),
                    pair,
                    rooms[room],
                )
            except TimetableError:
                tally["refused"] += 1
            else:
                tally["done"] += 1
            assert no_double_booking(), (verb, which, day, pair)
        planned = Lesson.objects.planned().count()
        for slots in (RoomSlot, TeacherSlot):
            assert slots.objects.filter(source="lesson").count() == planned
        assert AudienceSlot.objects.count() >= planned

    play()
    assert tally["done"] and tally["refused"]


def _step(faculty, teachings, teacher, verb, which, day, pair, room):
    access = faculty.access
    if verb == "place":
        faculty.place(teachings[which], day=day, pair=pair, room=room)
        return
    if verb in ("copy", "clear"):
        group = (faculty.group, faculty.other)[which % 2]
        if verb == "copy":
            bulk.copy_week(group, access=access, day=MONDAY, until=MONDAY + 2 * WEEK)
        else:
            bulk.clear_week(group, access=access, day=day + WEEK)
        return
    if verb == "undo":
        batch = TimetableBatch.objects.order_by("-pk").first()
        if batch:
            bulk.undo(batch, access=access)
        return
    rows = list(Lesson.objects.order_by("pk"))
    if not rows:
        return
    lesson = rows[which % len(rows)]
    {
        "move": lambda: actions.move(lesson, access=access, day=day, pair=faculty.pairs[pair], room=room),
        "swap": lambda: actions.swap(lesson, rows[(which + pair) % len(rows)], access=access),
        "cancel": lambda: actions.cancel(lesson, access=access, reason="sabab"),
        "restore": lambda: actions.restore(lesson, access=access),
        "room": lambda: actions.change_room(lesson, access=access, room=room),
        "substitute": lambda: actions.substitute(lesson, access=access, teacher=teacher, reason="sabab"),
    }[verb]()


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_at_once_one_wins_and_the_other_is_told(transactional_db):
    """Both see the place free; the second waits for the first and is told who is busy."""
    faculty = Faculty()
    first, second = faculty.teaching(0), faculty.teaching(1, faculty.other)
    start, answers = threading.Barrier(2), []

    def clerk(teaching):
        try:
            start.wait()
            faculty.place(teaching)
            answers.append("placed")
        except TimetableError as error:
            answers.append([one.kind for one in error.conflicts])
        finally:
            connection.close()

    clerks = [threading.Thread(target=clerk, args=(one,)) for one in (first, second)]
    for one in clerks:
        one.start()
    for one in clerks:
        one.join()
    assert sorted(answers, key=str) == [["room"], "placed"]
    assert Lesson.objects.count() == 1


def test_queries_for_what_is_free_do_not_grow_with_the_timetable(faculty, django_assert_max_num_queries):
    teaching = faculty.teaching()
    for n in range(1, 4):
        faculty.place(faculty.teaching(n), pair=n)
    wish = queries.wish_of(teaching)
    with django_assert_max_num_queries(7):
        found = queries.free_places(wish, MONDAY, list(faculty.pairs.values()), faculty.room, most=50)
    assert all((one.day, one.pair) != (MONDAY, faculty.pairs[1]) for one in found)
    assert len(found) == 15  # six days of three pairs without the three that the group has
