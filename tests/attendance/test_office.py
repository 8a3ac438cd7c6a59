"""Excuses, limits, letters, reports and reminders of the dean's office; the student's own page (2.4, B7, T, S)."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from attendance import actions, queries, rules
from attendance.models import Absence, AttendanceLetter, Excuse, JournalRule
from hemis.jobs.actions import run_now, start
from hemis.notices.models import Notice
from hemis.people.models import User
from movement import facts
from students.models import Student, TutorGroup
from tests import factories
from tests.attendance import makers
from tests.pictures import picture
from tests.sharing import shared

pytestmark = pytest.mark.django_db


@shared
def school():
    JournalRule.objects.update(edit_days=60)
    return makers.make_school()


@shared
def dean(school):
    return factories.make_user("dean", school.faculty)


@shared
def half(school):
    return queries.HalfYear(school.teaching.academic_year_id, school.teaching.term)


def scan(name="maʼlumotnoma.png"):
    return SimpleUploadedFile(name, picture(size=(60, 60)), "image/png")


def miss(school, student, hours, first=1):
    """Absences of two hours each, a day apart."""
    for n in range(hours // 2):
        makers.record(school, school.lesson(first + n), {student.pk: "2"})


def student_user(student):
    return User.objects.get(person=student.person)


@pytest.mark.duty("2.4")
def test_the_deans_office_excuses_many_by_one_document_and_takes_it_back(school, dean):
    one, two, _three = school.students
    for student in (one, two):
        miss(school, student, 4, first=1 if student == one else 11)
    client = factories.client_of(dean)
    data = {
        "numbers": f"{one.number} {two.number}", "starts_on": f"{makers.ago(20)}", "ends_on": f"{makers.ago(1)}",
        "ground": "event", "document": "Buyruq № 5", "scan": scan(),
    }  # fmt: skip
    assert client.post(reverse("attendance_excuse_new"), data).status_code == 302
    assert set(Absence.objects.values_list("kind", flat=True)) == {"11"}
    assert Excuse.objects.count() == 2 and len(set(Excuse.objects.values_list("scan", flat=True))) == 1
    found = Excuse.objects.filter(student=one).get()
    assert (
        client.post(reverse("attendance_excuse_withdraw", args=[found.pk]), {"remark": ""}).status_code == 422
    )
    client.post(reverse("attendance_excuse_withdraw", args=[found.pk]), {"remark": "Hujjat soxta"})
    assert set(Absence.objects.filter(student=one).values_list("kind", flat=True)) == {"12"}
    assert set(Absence.objects.filter(student=two).values_list("kind", flat=True)) == {"11"}
    wrong = data | {"numbers": "999999999999", "scan": scan()}
    assert client.post(reverse("attendance_excuse_new"), wrong).status_code == 422
    far = data | {"ends_on": f"{makers.ago(30)}", "scan": scan()}
    assert client.post(reverse("attendance_excuse_new"), far).status_code == 422
    foreign = factories.client_of(factories.make_user("dean", factories.make_faculty("303-109")))
    assert foreign.post(reverse("attendance_excuse_new"), data | {"scan": scan()}).status_code == 422
    assert foreign.post(reverse("attendance_excuse_withdraw", args=[found.pk])).status_code == 404


@pytest.mark.duty("2.4")
def test_ticked_absences_lead_to_the_form_with_their_students_and_days(school, dean):
    miss(school, school.students[0], 6)
    keys = list(Absence.objects.values_list("pk", flat=True))
    answer = factories.client_of(dean).post(
        reverse("attendance_absences_bulk"), {"action": "excuse", "pk": keys}
    )
    assert school.students[0].number in answer["Location"]
    assert f"{makers.ago(3)}" in answer["Location"] and f"{makers.ago(1)}" in answer["Location"]


@pytest.mark.duty("S", "2.4")
def test_a_student_asks_and_the_deans_office_accepts_or_returns(school, dean):
    student = school.students[0]
    miss(school, student, 2)
    client = factories.client_of(student_user(student))
    data = {
        "starts_on": f"{makers.ago(2)}", "ends_on": f"{makers.ago(1)}", "ground": "illness", "document": "№ 7",
        "scan": scan(),
    }  # fmt: skip
    assert client.post(reverse("my_excuse_new"), data).status_code == 302
    assert client.post(reverse("my_excuse_new"), data | {"scan": scan()}).status_code == 422
    assert Absence.objects.get().kind == Absence.UNEXCUSED
    assert Notice.objects.filter(user=dean, code="excuse_asked").count() == 1
    asked = Excuse.objects.get()
    office = factories.client_of(dean)
    assert (
        asked.document in office.get(reverse("attendance_excuses_detail", args=[asked.pk])).content.decode()
    )
    assert client.post(reverse("attendance_excuse_accept", args=[asked.pk])).status_code == 403
    office.post(reverse("attendance_excuse_accept", args=[asked.pk]))
    assert Absence.objects.get().kind == Absence.EXCUSED
    with pytest.raises(actions.AttendanceError):
        actions.give_back(asked, access=factories.access_of(dean), remark="Kech")
    text = client.get(reverse("my_attendance")).content.decode()
    assert "accepted" in text and reverse("my_excuse_scan", args=[asked.pk]) in text
    assert client.get(reverse("my_excuse_scan", args=[asked.pk])).status_code == 200
    other = factories.client_of(student_user(school.students[1]))
    assert other.get(reverse("my_excuse_scan", args=[asked.pk])).status_code == 404


@pytest.mark.duty("S")
def test_the_student_sees_own_hours_against_the_limits(school, django_assert_max_num_queries):
    student = school.students[0]
    miss(school, student, 4)
    client = factories.client_of(student_user(student))
    client.get(reverse("my_attendance"))
    with django_assert_max_num_queries(12):
        text = client.get(reverse("my_attendance")).content.decode()
    rows = {one.subject: one for one in queries.subjects_of(student, queries.half_year_on(makers.ago(1)), [])}
    mine = rows.get(school.lines[0].subject.name)
    if mine:  # In the half-year of the test's plan.
        assert (mine.given, mine.without) == (4, 4) and mine.present_percent == Decimal(0)
    assert school.students[1].number not in text
    assert client.get(reverse("attendance_students_list")).status_code == 403


def test_limits_and_shares_explain_themselves():
    limits = [
        rules.Limit("11", Decimal(18), False, "AV 3807"), rules.Limit("12", Decimal(30), False, "AV 3807"),
        rules.Limit("13", Decimal(74), True, "VMQ 578"), rules.Limit("subject", Decimal(25), False, "VMQ 824"),
    ]  # fmt: skip
    for hours, level, left in (
        (0, "", 17),
        (17, "", 0),
        (18, "11", 11),
        (30, "12", 44),
        (74, "12", 0),
        (75, "13", None),
    ):
        found = rules.standing(hours, limits)
        assert (found.level, found.left) == (level, left), hours
        assert len(found.steps) == 3 and all(step.source for step in found.steps)
    limit = queries.subject_limit(limits)
    for missed, load, blocked, budget in (
        (0, 80, False, 19),
        (19, 80, False, 0),
        (20, 80, True, 0),
        (6, 0, False, None),
    ):
        found = rules.share(missed, load, limit)
        assert (found.is_blocked, found.budget) == (blocked, budget), missed


@pytest.mark.duty("2.4")
def test_letters_are_issued_to_whom_they_are_due_once(school, dean, half):
    over, near, _none = school.students
    miss(school, over, 30)
    miss(school, near, 2, first=31)
    job = run_now(
        start("attendance.letters", user=dean, params={"students": [over.pk, near.pk], "half": half.code})
    )
    job.refresh_from_db()
    assert job.failures.count() == 1
    assert set(AttendanceLetter.objects.values_list("kind", flat=True)) == {"warning", "reprimand", "parents"}
    letter = AttendanceLetter.objects.get(kind="parents")
    assert letter.hours == 30 and letter.document.payload["limit"] == "30"
    assert letter.document.owner == over.person
    with pytest.raises(actions.AttendanceError):
        actions.issue_letters(over.pk, access=factories.access_of(dean), half=half)
    with pytest.raises(PermissionDenied):
        actions.issue_letters(over.pk, access=factories.access_of(school.teacher), half=half)
    foreign = factories.access_of(factories.make_user("dean", factories.make_faculty("303-109")))
    with pytest.raises(actions.AttendanceError):
        actions.issue_letter(over.pk, access=foreign, half=half, kind="warning")


@pytest.mark.duty("2.4", "2.2")
def test_orders_know_the_hours_missed(school, dean, half):
    day = makers.ago(1)
    students = [one.pk for one in school.students]
    before = facts.known(["hours_missed"], students, day)
    assert before == {}
    miss(school, school.students[0], 4)
    if queries.half_year_on(day) == half:
        found = facts.known(["hours_missed"], students, day)
        assert [found[pk]["hours_missed"].value for pk in students] == [4, 0, 0]
    answer = factories.client_of(dean).post(
        reverse("attendance_students_bulk"), {"action": "expel", "pk": [students[0]]}
    )
    assert answer["Location"].startswith(reverse("order_answers", args=["11"]))


@pytest.mark.duty("2.4", "B7", "T", "R")
def test_reports_are_of_the_scope_and_go_to_excel(school, dean, half):
    miss(school, school.students[0], 4)
    other = makers.make_school("303-109", 1)
    makers.record(other, other.lesson(1), {other.students[0].pk: "2"})
    query = {"half": half.code}
    tutor = factories.make_user("tutor")
    employee = factories.make_employee(school.faculty, person=tutor.person, post="34")
    TutorGroup.objects.create(employee=employee, group=school.group, valid_from=makers.ago(30))
    for user, everything in (
        (dean, False), (tutor, False), (factories.make_user("academic_affairs"), True),
        (factories.make_user("rectorate"), True),
    ):  # fmt: skip
        client = factories.client_of(user)
        for cut in ("group", "subject", "faculty", "kafedra", "training", "speciality"):
            text = client.get(reverse("attendance_overview"), query | {"cut": cut}).content.decode()
            assert ('<th class="text-end">6</th>' in text) == everything, (user, cut)
        book = client.get(reverse("attendance_overview"), query | {"as": "xlsx"})
        assert load_workbook(io.BytesIO(book.content)).active.max_row == (3 if everything else 2)
        status = 200 if everything else 404
        assert client.get(reverse("attendance_group", args=[other.group.pk]), query).status_code == status
        assert (
            client.get(reverse("attendance_students_detail", args=[other.students[0].pk])).status_code
            == status
        )
        page = client.get(reverse("attendance_group", args=[school.group.pk]), query).content.decode()
        assert school.students[0].person.full_name in page
    rows = factories.client_of(dean).get(reverse("attendance_students_list"), query | {"sort": "-without"})
    assert rows.context["page"].object_list[0] == school.students[0]
    chosen = factories.client_of(dean).get(reverse("attendance_students_list"), query | {"without_from": "5"})
    assert list(chosen.context["page"].object_list) == []


@pytest.mark.duty("2.4")
def test_totals_of_a_student_follow_and_those_of_a_group_stay(school, half):
    """Weak spot 29: after a transfer old absences stay with the old group, and with the student."""
    student = school.students[0]
    miss(school, student, 4)
    total = queries.of_students(Student.objects.filter(pk=student.pk), half).get()
    assert total.without == 4
    assert queries.faculty_totals(school.faculty.pk, half) == [(school.group.pk, 4, 0, 0)]
    assert queries.hours_missed([student.pk], makers.ago(1)).keys() == {student.pk}


@pytest.mark.duty("2.4")
def test_who_has_not_recorded_is_counted_and_reminded_once_a_day(school, dean):
    school.lesson(1)
    school.lesson(2, pair=2)
    makers.record(school, school.lesson(3))
    client = factories.client_of(dean)
    for cut in ("teacher", "kafedra", "faculty"):
        page = client.get(reverse("attendance_missing"), {"cut": cut, "half": _half(school)})
        assert page.context["total"] == 2 and page.context["table"][0]["lessons"] == 2
    assert client.get(reverse("attendance_missing"), {"as": "xlsx", "half": _half(school)}).status_code == 200
    for _again in range(2):
        client.post(reverse("attendance_remind") + f"?half={_half(school)}")
    told = Notice.objects.filter(user=school.teacher, code="lessons_unrecorded")
    assert [one.params["count"] for one in told] == [2]
    rectorate = factories.client_of(factories.make_user("rectorate"))
    assert rectorate.post(reverse("attendance_remind")).status_code == 403


def _half(school):
    return f"{school.teaching.academic_year_id}-{school.teaching.term}"


@pytest.mark.duty("2.4")
def test_an_unlocking_is_made_from_the_lesson(school, dean):
    lesson = school.lesson(70)
    client = factories.client_of(dean)
    page = client.get(reverse("attendance_lessons_detail", args=[lesson.pk])).content.decode()
    assert reverse("attendance_unlock") in page
    until = timezone.localtime() + datetime.timedelta(hours=3)
    data = {"until": f"{until:%Y-%m-%dT%H:%M}", "reason": "Tarmoq"}
    url = reverse("attendance_unlock") + f"?lesson={lesson.pk}"
    assert client.post(url, data).status_code == 302
    assert client.post(url, data | {"reason": ""}).status_code == 422
    days = data | {
        "teacher": school.employee.pk,
        "starts_on": f"{makers.ago(80)}",
        "ends_on": f"{makers.ago(60)}",
    }
    assert client.post(reverse("attendance_unlock"), days).status_code == 302
