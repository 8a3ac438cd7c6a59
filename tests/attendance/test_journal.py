"""The teacher's journal: own lessons, the window, one key one change, few queries (duties 9.2, 2.4)."""

from __future__ import annotations

import datetime
import io
import json
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from attendance import actions, queries
from attendance.actions import Entry
from attendance.models import Absence, CurrentMark, JournalRule, LessonRecord, SavedChange
from hemis.access.history import history_of
from hemis.notices.models import Notice
from tests import factories
from tests.attendance import makers
from tests.sharing import shared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_papers")]


@shared
def school():
    return makers.make_school()


@shared
def access(school):
    return factories.access_of(school.teacher)


@shared
def dean(school):
    return factories.make_user("dean", school.faculty)


def save(school, lesson, access, said, **more):
    entries = {school.students[at].pk: entry for at, entry in said.items()}
    return actions.save_lesson(lesson.pk, access=access, entries=entries, topic_text="Kirish", **more)


@pytest.mark.duty("9.2")
def test_a_lesson_is_recorded_with_who_was_away_and_can_be_mended(school, access):
    lesson = school.lesson(0, pair=1)
    now = queries.begins(lesson) + datetime.timedelta(hours=1)
    if now > timezone.now():  # Early in the day of the test the first pair is still to come.
        lesson = school.lesson(1, pair=2)
    saved = save(
        school, lesson, access, {0: Entry("2"), 1: Entry("late", mark=86), 2: Entry("present", mark=70)}
    )
    assert saved.record.recorded_by == school.teacher and saved.record.hours == 2
    assert dict(Absence.objects.values_list("kind", "hours")) == {"12": 2, "13": 0}
    save(school, lesson, access, {0: Entry("1"), 1: Entry("present", drop_mark=True)})
    assert list(Absence.objects.values_list("student", "hours")) == [(school.students[0].pk, 1)]
    assert list(CurrentMark.objects.values_list("value", flat=True)) == [70]
    assert LessonRecord.objects.count() == 1
    told = history_of(Absence.objects.get())
    assert any("hours" in one.changes for one in told)
    save(school, lesson, access, {2: Entry("2")}, hours=1)
    assert set(Absence.objects.values_list("hours", flat=True)) == {1}


@pytest.mark.duty("9.2")
def test_a_teacher_keeps_the_own_lessons_only_and_a_substitute_those_one_gives(school, access, dean):
    colleague = factories.make_user("teacher")
    substitute = factories.make_employee(school.lines[0].kafedra, person=colleague.person)
    lesson, other = school.lesson(1), school.lesson(1, pair=2, teacher=substitute)
    with pytest.raises(Http404):
        save(school, other, access, {0: Entry("2")})
    save(school, other, factories.access_of(colleague), {0: Entry("2")})
    with pytest.raises(Http404):
        save(school, lesson, factories.access_of(colleague), {})
    # A tutor of the group looks at its journals and writes in none.
    for role, unit in (("tutor", None), ("dean", school.faculty), ("head", school.lines[0].kafedra)):
        with pytest.raises(PermissionDenied):
            save(school, lesson, factories.access_of(factories.make_user(role, unit)), {})
    assistant = school.lesson(2, assistant=substitute)
    save(school, assistant, factories.access_of(colleague), {1: Entry("late")})


@pytest.mark.duty("9.2")
def test_what_cannot_be_is_refused_in_words(school, access):
    lesson = school.lesson(1)
    for said, more in (
        ({0: Entry("3")}, {}), ({0: Entry(mark=101)}, {}), ({}, {"hours": 3}),
        ({}, {"topic_id": makers.make_topics(school.lines[1], 1)[0].pk}),
    ):  # fmt: skip
        with pytest.raises(actions.AttendanceError):
            save(school, lesson, access, said, **more)
    with pytest.raises(actions.AttendanceError):
        actions.save_lesson(lesson.pk, access=access, entries={}, topic_text="  ")
    stranger = factories.make_students(school.faculty, 1, day=makers.ago(90))[0]
    saved = actions.save_lesson(
        lesson.pk, access=access, entries={stranger.pk: Entry("2")}, topic_text="Kirish"
    )
    assert saved.strangers == [stranger.pk] and not Absence.objects.exists()


@pytest.mark.duty("9.2", "2.4")
def test_the_window_closes_and_the_dean_opens_it_again_with_a_reason(school, access, dean):
    JournalRule.objects.update(edit_days=3)
    lesson, old, coming = school.lesson(3), school.lesson(4, pair=2), school.lesson(-1)
    save(school, lesson, access, {})
    for one in (old, coming):
        with pytest.raises(actions.JournalClosed):
            save(school, one, access, {})
    office = factories.access_of(dean)
    until = timezone.now() + datetime.timedelta(hours=2)
    with pytest.raises(actions.AttendanceError):
        actions.unlock(access=office, lesson=old, until=until, reason=" ")
    with pytest.raises(actions.AttendanceError):
        actions.unlock(access=office, lesson=old, until=timezone.now(), reason="Tarmoq")
    foreign = factories.access_of(factories.make_user("dean", factories.make_faculty("303-109")))
    with pytest.raises(actions.AttendanceError):
        actions.unlock(access=foreign, lesson=old, until=until, reason="Tarmoq")
    with pytest.raises(PermissionDenied):
        actions.unlock(access=access, lesson=old, until=until, reason="Tarmoq")
    actions.unlock(access=office, lesson=old, until=until, reason="Tarmoq ishlamadi")
    assert Notice.objects.filter(user=school.teacher, code="journal_unlocked").count() == 1
    save(school, old, access, {0: Entry("2")})
    with pytest.raises(actions.JournalClosed):
        save(school, old, access, {}, now=until + datetime.timedelta(minutes=1))
    week = school.lesson(8)
    days = (makers.ago(9), makers.ago(7))
    actions.unlock(access=office, teacher=school.employee, days=days, until=until, reason="Kasallik")
    save(school, week, access, {})


@pytest.mark.duty("9.2")
def test_a_change_that_arrives_twice_counts_once(school):
    client = factories.client_of(school.teacher)
    lesson = school.lesson(1)
    url = reverse("attendance_save", args=[lesson.pk])
    student = school.students[0].pk
    body = {
        "key": str(uuid.uuid4()),
        "topic_text": "Kirish",
        "hours": 2,
        "entries": {student: {"presence": "2"}},
    }

    def post(data):
        return client.post(url, json.dumps(data), content_type="application/json")

    assert post(body).json()["again"] is False
    later = body | {"key": str(uuid.uuid4()), "entries": {student: {"presence": "present", "mark": "77"}}}
    assert post(later).status_code == 200
    # The first one comes again, after a lost answer: what was said later stays.
    assert post(body).json()["again"] is True
    assert not Absence.objects.exists() and CurrentMark.objects.get().value == 77
    assert SavedChange.objects.count() == 2
    assert post(body | {"key": "x"}).status_code == 422
    refused = post(body | {"key": str(uuid.uuid4()), "entries": {student: {"mark": "aʼlo"}}})
    assert refused.status_code == 409 and refused.json()["error"]
    stranger = factories.client_of(factories.make_user("teacher"))
    assert stranger.post(url, json.dumps(body), content_type="application/json").status_code == 404


@pytest.mark.duty("9.2")
def test_opening_and_saving_cost_a_fixed_number_of_queries(django_assert_max_num_queries):
    school = makers.make_school(count=12)
    makers.make_topics(school.lines[0])
    lesson = school.lesson(1)
    client = factories.client_of(school.teacher)
    page = reverse("attendance_lessons_detail", args=[lesson.pk])
    client.get(page)
    with django_assert_max_num_queries(12):
        text = client.get(page).content.decode()
    assert text.count("hemis-roll-row") == 12 and "1-mavzu" in text
    said = {
        student.pk: {"presence": ("2", "present", "late")[n % 3], "mark": "60" if n % 2 else ""}
        for n, student in enumerate(school.students)
    }
    body = {
        "key": str(uuid.uuid4()),
        "topic": queries.topics_of(school.teaching)[0].pk,
        "hours": 2,
        "entries": said,
    }
    url = reverse("attendance_save", args=[lesson.pk])
    with CaptureQueriesContext(connection) as caught:
        assert client.post(url, json.dumps(body), content_type="application/json").status_code == 200
    made = [
        one["sql"] for one in caught if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]
    assert len(made) <= 12, made
    for table in ("attendance_lessonrecord", "attendance_absence", "attendance_currentmark"):
        assert sum(table in sql and not sql.startswith("SELECT") for sql in made) == 1, table
    with django_assert_max_num_queries(12):
        client.get(page)


@pytest.mark.duty("9.2")
def test_the_topic_goes_on_by_the_hours_of_the_plan(school, access):
    first, second, _third = makers.make_topics(school.lines[0])
    first.hours = 4
    first.save()
    for days, expected in ((5, first), (4, first), (3, second)):
        assert queries.next_topic(queries.topics_of(school.teaching)) == expected
        JournalRule.objects.update(edit_days=10)
        actions.save_lesson(school.lesson(days).pk, access=access, entries={}, topic_id=expected.pk)
    found = queries.with_progress(type(school.teaching).objects.filter(pk=school.teaching.pk)).get()
    assert (found.given_lessons, found.given_hours, found.covered, found.topic_count) == (3, 6, 2, 3)


@pytest.mark.duty("9.2")
def test_the_day_shows_own_lessons_and_works_without_a_script(school):
    client = factories.client_of(school.teacher)
    lesson, held = school.lesson(1), school.lesson(1, pair=2)
    makers.record(school, held)
    text = client.get(reverse("attendance_today"), {"day": f"{lesson.day}"}).content.decode()
    assert "is-missing" in text and "is-held" in text
    assert (
        reverse("attendance_lessons_detail", args=[lesson.pk])
        in client.get(reverse("attendance_today")).content.decode()
    )
    data = {f"presence-{one.pk}": "present" for one in school.students} | {
        f"presence-{school.students[0].pk}": "2", f"mark-{school.students[1].pk}": "90", "topic_text": "Kirish",
        "hours": "2", "key": str(uuid.uuid4()),
    }  # fmt: skip
    answer = client.post(reverse("attendance_submit", args=[lesson.pk]), data)
    assert answer.status_code == 302
    assert Absence.objects.get().student == school.students[0] and CurrentMark.objects.get().value == 90
    client.post(reverse("attendance_undo", args=[lesson.pk]))
    assert not Absence.objects.exists() and not LessonRecord.objects.filter(lesson=lesson).exists()


@pytest.mark.duty("9.2", "2.4")
def test_the_grid_shows_every_lesson_and_goes_to_excel(school, dean):
    JournalRule.objects.update(edit_days=30)
    for days in (5, 3):
        makers.record(
            school, school.lesson(days), {school.students[0].pk: "2", school.students[1].pk: "late"}
        )
    school.lesson(2, pair=2)
    for user in (school.teacher, dean):
        text = factories.client_of(user).get(reverse("attendance_journals_detail", args=[school.teaching.pk]))
        body = text.content.decode()
        assert body.count("is-missing") == 1 and body.count('class="is-away"') == 2
        assert ("data-cell" in body) == (user == school.teacher)
    file = factories.client_of(dean).get(reverse("attendance_grid_file", args=[school.teaching.pk]))
    sheet = load_workbook(io.BytesIO(file.content)).active
    assert sheet.max_row == 4 and any("sz2" in str(cell.value) for cell in sheet[2])
    foreign = factories.make_user("dean", factories.make_faculty("303-109"))
    assert factories.client_of(foreign).get(
        reverse("attendance_journals_detail", args=[school.teaching.pk])
    ).status_code == 404  # fmt: skip


@pytest.mark.duty("B7.5")
def test_the_head_of_department_sees_the_journals_of_the_kafedra(school):
    own = factories.make_user("head", school.lines[0].kafedra)
    other = factories.make_user("head", factories.make_kafedra(school.faculty, 7))
    lesson = school.lesson(1)
    for user, status in ((own, 200), (other, 404)):
        client = factories.client_of(user)
        assert client.get(reverse("attendance_lessons_detail", args=[lesson.pk])).status_code == status
        assert client.get(reverse("attendance_overview")).status_code == 403


def test_the_rules_of_the_window():
    from attendance.rules import window

    begins = timezone.make_aware(datetime.datetime(2026, 9, 7, 8, 30))
    at = lambda days, hour=9: begins.replace(hour=hour) + datetime.timedelta(days=days)  # noqa: E731
    open_ = {"begins": begins, "edit_days": 1, "unlocked_until": None}
    assert not window(**open_, now=at(0, 7)).is_open
    assert window(**open_, now=at(0)).is_open and window(**open_, now=at(1, 23)).is_open
    assert not window(**open_, now=at(2, 0)).is_open
    assert window(**open_ | {"unlocked_until": at(9)}, now=at(8)).is_open
    assert not window(**open_, now=at(0), is_planned=False).is_open
