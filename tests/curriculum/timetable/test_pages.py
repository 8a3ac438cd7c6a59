"""Pages of the timetable as each role meets them; registers; papers; calendar files; lessons from Excel."""

from __future__ import annotations

import datetime
import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from openpyxl import Workbook
from pypdf import PdfReader

from curriculum.models import Holiday, Lesson, Registration
from curriculum.timetable import actions, bulk, own
from curriculum.timetable.models import CalendarLink, TimetableRule
from curriculum.timetable.pages import registers
from curriculum.timetable.sheets import LessonSheet
from hemis.documents.models import Document
from hemis.documents.rendering import made_anew
from hemis.people.models import User
from hemis.sheets.reading import read_table
from structure import occupancy
from tests import factories
from tests.curriculum import makers
from tests.curriculum.timetable.test_lessons import MONDAY, Faculty
from tests.pages.base import RegisterTests
from tests.sharing import shared
from tests.structure.makers import a_booking

DAY = MONDAY.isoformat()


@shared
def faculty(db) -> Faculty:
    return Faculty()


def body(client: Client, name: str, **query) -> str:
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.duty("2.3")
def test_the_grid_by_group_teacher_and_room_at_a_fixed_number_of_queries(
    faculty, django_assert_max_num_queries
):
    lesson = faculty.place(faculty.teaching())
    left = faculty.teaching(1)
    office = factories.client_of(faculty.dean)
    for kind, key in (("group", faculty.group.pk), ("teacher", lesson.teacher_id), ("room", faculty.room.pk)):
        text = body(office, "timetable", view=kind, id=key, day=DAY)
        assert reverse("curriculum_lessons_detail", args=[lesson.pk]) in text
    assert f'data-teaching="{left.pk}"' in body(
        office, "timetable", view="group", id=faculty.group.pk, day=DAY
    )
    for n in range(2, 4):
        faculty.place(faculty.teaching(n), pair=n)
    with django_assert_max_num_queries(12):
        body(office, "timetable", view="group", id=faculty.group.pk, day=DAY)
    assert office.get(reverse("timetable"), {"view": "group", "id": 10**8}).status_code == 404
    assert lesson.teaching.subject.name in body(office, "timetable_faculty", day=DAY)
    assert lesson.teacher.person.last_name in body(office, "timetable_teachers", day=DAY)


def test_anybody_sees_lessons_and_nobody_s_secrets(faculty, settings, django_assert_max_num_queries):
    lesson = faculty.place(faculty.teaching(), link="https://meet.example.uz/secret")
    other = faculty.place(faculty.teaching(1, teacher=lesson.teacher), pair=2)
    actions.cancel(other, access=faculty.access, reason="Oʻqituvchi kasal")
    a_booking(faculty.room, "12:00", "12:30", day=MONDAY, purpose="Rektorning qabuli").save()
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    for kind, key in (("group", faculty.group.pk), ("teacher", lesson.teacher_id), ("room", faculty.room.pk)):
        text = body(client, "timetable_open", view=kind, id=key, day=DAY)
        assert lesson.teaching.subject.name in text
        assert (
            "secret" not in text and "kasal" not in text and "qabuli" not in text and "cancelled</em>" in text
        )
        assert reverse("curriculum_lessons_detail", args=[lesson.pk]) not in text
    with django_assert_max_num_queries(9):
        body(client, "timetable_open", view="group", id=faculty.group.pk, day=DAY)
    assert client.get(reverse("timetable_open"), {"view": "group", "id": 10**8}).status_code == 404
    assert reverse("timetable_open") in client.get(reverse("account_login")).content.decode()
    settings.PUBLIC_TIMETABLE = False
    assert client.get(reverse("timetable_open")).status_code == 404
    assert reverse("timetable_open") not in client.get(reverse("account_login")).content.decode()


@pytest.mark.duty("2.3")
def test_out_of_scope_is_only_busy(faculty):
    lesson = faculty.place(faculty.teaching())
    head = factories.make_user("head", factories.make_kafedra(factories.make_faculty("303-102")))
    text = body(factories.client_of(head), "timetable", view="room", id=faculty.room.pk, day=DAY)
    assert lesson.teaching.subject.name not in text and "is-busy" in text
    own_head = factories.client_of(factories.make_user("head", faculty.lines[0].kafedra))
    assert lesson.teaching.subject.name in body(
        own_head, "timetable", view="group", id=faculty.group.pk, day=DAY
    )
    assert "data-timetable" not in body(own_head, "timetable", view="group", id=faculty.group.pk, day=DAY)


@pytest.mark.duty("2.3")
def test_placing_by_the_form_and_what_is_said_of_a_clash(faculty):
    office, teaching = factories.client_of(faculty.dean), faculty.teaching()
    back = f"{reverse('timetable')}?view=group&id={faculty.group.pk}&day={DAY}"
    url = reverse("timetable_place")
    form = office.get(url, {"view": "group", "id": faculty.group.pk, "day": DAY, "pair": faculty.pairs[1].pk})
    assert f'value="{teaching.pk}"' in form.content.decode()
    data = {
        "teaching": teaching.pk,
        "day": DAY,
        "pair": faculty.pairs[1].pk,
        "auditorium": "",
        "link": "",
        "back": back,
    }
    assert office.post(url, data).url == back
    other = faculty.teaching(1)
    refused = office.post(url, data | {"teaching": other.pk})
    assert refused.status_code == 409 and teaching.subject.name in refused.content.decode()
    part = office.post(url, data | {"teaching": other.pk}, headers={"X-Timetable": "1"})
    assert part.status_code == 200 and "<!doctype" not in part.content.decode()
    assert (
        office.post(
            url, data | {"teaching": other.pk, "pair": faculty.pairs[2].pk}, headers={"X-Timetable": "1"}
        ).status_code
        == 204
    )
    assert office.post(url, data | {"day": "x"}).status_code == 422
    lesson = Lesson.objects.get(teaching=teaching)
    card = office.get(reverse("curriculum_lessons_detail", args=[lesson.pk])).content.decode()
    assert reverse("timetable_lesson_move", args=[lesson.pk]) in card
    moved = office.post(reverse("timetable_lesson_move", args=[lesson.pk]),
                        {"day": DAY, "pair": faculty.pairs[3].pk, "back": "//evil.example/"})  # fmt: skip
    assert moved.url == reverse("timetable")
    empty = office.post(reverse("timetable_lesson_cancel", args=[lesson.pk]), {"reason": ""})
    assert empty.status_code == 409 and Lesson.objects.get(pk=lesson.pk).state == Lesson.PLANNED


@pytest.mark.duty("2.3")
def test_copying_emptying_and_undoing_from_the_page(faculty):
    office = factories.client_of(faculty.dean)
    faculty.place(faculty.teaching())
    data = {"group": faculty.group.pk, "day": DAY, "until": "2026-10-05", "step": "1"}
    batch_url = office.post(reverse("timetable_copy"), data).url
    assert Lesson.objects.count() == 5
    pk = int(batch_url.rstrip("/").rsplit("/", 1)[-1])
    assert reverse("timetable_undo", args=[pk]) in office.get(batch_url).content.decode()
    office.post(reverse("timetable_undo", args=[pk]))
    assert Lesson.objects.count() == 1
    office.post(reverse("timetable_clear"), {"group": faculty.group.pk, "day": DAY})
    assert not Lesson.objects.exists()
    stranger = factories.client_of(factories.make_user("dean", factories.make_faculty("303-102")))
    for name in ("timetable_copy", "timetable_clear"):
        assert stranger.post(reverse(name), data).status_code == 404


# --- one's own


@shared
def student(faculty):
    """A student of the group, registered for its first subject only."""
    found = factories.make_students(faculty.unit, 1, group=faculty.group)[0]
    Registration.objects.filter(student=found).delete()
    Registration.objects.create(student=found, curriculum_subject=faculty.lines[0])
    return found


@pytest.mark.duty("S")
@pytest.mark.duty("B7")
def test_a_student_sees_the_lessons_of_the_own_registrations(faculty, student, django_assert_max_num_queries):
    mine, others = faculty.place(faculty.teaching()), faculty.place(faculty.teaching(1), pair=2)
    client = factories.client_of(User.objects.get(person=student.person))
    body(client, "my_timetable", day=DAY)
    with django_assert_max_num_queries(12):
        text = body(client, "my_timetable", day=DAY)
    assert mine.teaching.subject.name in text and others.teaching.subject.name not in text
    assert client.get(reverse("timetable")).status_code == 403
    paper = client.post(reverse("my_timetable_pdf"), {"day": DAY})
    document = Document.objects.get(kind="timetable", owner=student.person)
    assert paper.url == reverse("document_pdf", args=[document.pk])
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made_anew(document))).pages)
    assert mine.teaching.subject.name in words.replace("\n", " ") and "DARS JADVALI" in words
    assert client.get(paper.url).status_code == 200


@pytest.mark.duty("9.2")
def test_a_teacher_sees_the_own_lessons_and_a_tutor_the_groups(faculty):
    lesson = faculty.place(faculty.teaching())
    teacher = factories.client_of(factories.make_user("teacher", person=lesson.teacher.person))
    assert lesson.teaching.subject.name in body(teacher, "own_timetable", day=DAY)
    colleague = factories.client_of(factories.make_user("teacher"))
    assert lesson.teaching.subject.name not in body(colleague, "own_timetable", day=DAY)
    tutor = factories.make_employee(faculty.lines[0].kafedra, post="34")
    faculty.group.tutors.create(employee=tutor, valid_from=datetime.date(2026, 9, 1))
    client = factories.client_of(factories.make_user("tutor", person=tutor.person))
    assert lesson.teaching.subject.name in body(client, "own_timetable", day=DAY, group=faculty.group.pk)


@pytest.mark.duty("B7")
def test_calendar_programs_read_the_link_until_it_is_ended(faculty, student):
    lesson = faculty.place(faculty.teaching(), link="https://meet.example/a,b;c")
    cancelled = faculty.place(faculty.teaching(0, training_type="11"), pair=2)
    actions.cancel(cancelled, access=faculty.access, reason="Kasal")
    user = User.objects.get(person=student.person)
    client = factories.client_of(user)
    client.post(reverse("timetable_calendar_link"), {"do": "new"})
    link = CalendarLink.objects.get(person=student.person)
    assert len(link.token) * 6 >= 128
    content = own.calendar_of(
        student.person_id, site="hemis.example", moment=datetime.datetime(2026, 9, 1, 9, tzinfo=datetime.UTC)
    )
    events = {str(one["uid"]): one for one in Calendar.from_ical(content).walk("VEVENT")}
    first = events[f"lesson-{lesson.pk}@hemis.example"]
    assert first.decoded("dtstart") == datetime.datetime(
        2026, 9, 7, 8, 30, tzinfo=timezone.get_default_timezone()
    )
    assert "https://meet.example/a,b;c" in str(first["description"])
    assert str(events[f"lesson-{cancelled.pk}@hemis.example"]["status"]) == "CANCELLED"
    stranger = Client()
    answer = stranger.get(reverse("timetable_calendar", args=[link.token]))
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    client.post(reverse("timetable_calendar_link"), {"do": "new"})
    assert stranger.get(reverse("timetable_calendar", args=[link.token])).status_code == 410
    newer = CalendarLink.objects.get(person=student.person, revoked_at=None)
    client.post(reverse("timetable_calendar_link"), {"do": "end"})
    assert stranger.get(reverse("timetable_calendar", args=[newer.token])).status_code == 410
    assert stranger.get(reverse("timetable_calendar", args=["a" * 32])).status_code == 404


@pytest.mark.duty("3.1")
def test_rooms_show_lessons_by_the_pairs_of_the_year(faculty):
    lesson = faculty.place(faculty.teaching())
    week = occupancy.weeks([faculty.room], MONDAY, faculty.access)[0]
    assert [one.use.title for _day, cells in week.days for cell in cells for one in cell.uses] == [
        lesson.teaching.subject.name
    ]
    assert {one.code for one in occupancy.sources()} >= {"booking", "lesson", "control"}


# --- Excel


def workbook(*rows) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.append(["Guruh", "Fan", "Mashgʻulot turi", "Oʻqituvchi", "Auditoriya", "Sana", "Juftlik"])
    for row in rows:
        sheet.append(row)
    found = io.BytesIO()
    book.save(found)
    return found.getvalue()


@pytest.mark.duty("2.3")
def test_lessons_from_excel_with_a_fault_at_each_bad_cell(faculty):
    teaching, other = faculty.teaching(hours=4), faculty.teaching(1, faculty.other)
    taken = faculty.place(other, pair=3)
    group, subject, room = str(faculty.group), teaching.subject.name, str(faculty.room)
    rows = [
        (group, subject, "13", "", room, MONDAY, 1),
        (group, subject, "13", teaching.teacher.person.full_name, room, "14.09.2026", "1"),
        ("yoʻq", subject, "13", "", room, MONDAY, 2),
        (group, "Boshqa fan", "13", "", room, MONDAY, 2),
        (group, subject, "13", "", "Z-999", MONDAY, 2),
        (group, subject, "13", "", room, MONDAY, 3),
        (group, subject, "13", "", room, datetime.date(2027, 8, 2), 1),
        (group, subject, "13", "", room, MONDAY, 99),
        (group, subject, "13", "", room, MONDAY, 2),
    ]
    sheet = LessonSheet(faculty.access, {"year": 2026})
    checked = sheet.check(read_table(workbook(*rows)))
    faults = {(one.row, one.fault) for one in checked.faults}
    assert faults == {
        (4, "unknown_group"), (5, "unknown_teaching"), (6, "unknown_room"), (7, "busy"), (8, "closed_day"),
        (9, "bad_pair"), (10, "no_hours"),
    }  # fmt: skip
    assert taken.teaching.subject.name in next(one.message for one in checked.faults if one.fault == "busy")
    assert sheet.plan(checked.good).added == 2
    assert sheet.save(checked.good).added == 2 and Lesson.objects.filter(teaching=teaching).count() == 2
    again = LessonSheet(faculty.access, {"year": 2026})
    assert again.plan(again.check(read_table(workbook(*rows[:2]))).good).unchanged == 2


# --- registers


class Office(RegisterTests):
    viewer_role, faculty_code = "dean", "303-101"

    @pytest.fixture(autouse=True)
    def _faculty(self, faculty):
        self.faculty = faculty


def elsewhere() -> Lesson:
    plan = makers.make_approved(factories.make_faculty("303-102"), code="70610102")
    group = makers.make_studying_group(plan, "611-26.01")
    return makers.make_lesson(makers.make_teaching(plan.subjects.filter(semester__number=1).first(), group))


@pytest.mark.duty("2.3")
class TestLessons(Office):
    register = registers.Lessons

    def make(self, number):
        return self.faculty.place(self.faculty.teaching((number - 1) % 5), pair=(number - 1) % 3 + 1)

    def make_elsewhere(self):
        return elsewhere()

    def search_for(self, row):
        return row.teaching.subject.name


@pytest.mark.duty("2.3")
class TestBatches(Office):
    register = registers.Batches

    def make(self, number):
        group = makers.make_studying_group(self.faculty.plan, f"610-26.1{number}")
        self.faculty.place(self.faculty.teaching(0, group), pair=number % 3 + 1)
        return bulk.clear_week(group, access=self.faculty.access, day=MONDAY)

    def search_for(self, row):
        return row.group.name


@pytest.mark.duty("3.3")
class TestHolidays(RegisterTests):
    register = registers.Holidays
    viewer_role, editor_role, faculty_code = "dean", "academic_affairs", "303-101"

    def make(self, number):
        return Holiday.objects.create(
            day=MONDAY + datetime.timedelta(number), name=f"Bayram {'abc'[number % 3]}"
        )

    def search_for(self, row):
        return row.name

    def form_data(self, row):
        return {"day": row.day.isoformat(), "name": "Navroʻz", "works_on": ""}

    def test_a_day_off_is_not_worked_instead_of_itself(self, editor):
        row = self.make(1)
        data = self.form_data(row) | {"works_on": row.day.isoformat(), "row_version": 1}
        assert editor.post(self.url("edit", row.pk), data).status_code == 422


@pytest.mark.duty("B6")
class TestTimetableRules(RegisterTests):
    register = registers.TimetableRules
    viewer_role, editor_role, faculty_code = "dean", "academic_affairs", "303-101"

    def make(self, number):
        return TimetableRule.objects.create(
            code="finals_gap",
            value=number,
            valid_from=datetime.date(2030, 1, number),
            basis=f"asos {'abc'[number % 3]}",
        )

    def search_for(self, row):
        return row.basis

    def form_data(self, row):
        return {
            "code": row.code,
            "value": "3",
            "valid_from": row.valid_from.isoformat(),
            "basis": "Kengash qarori",
        }
