"""Messages: who may write to whom, what arrives, what stays as it was sent."""

from __future__ import annotations

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from hemis.jobs.actions import run_now
from hemis.jobs.models import Job
from hemis.mailbox import actions
from hemis.mailbox.audiences import people
from hemis.mailbox.models import Delivery, Message, MessageFile
from hemis.notices.models import Notice
from hemis.people.models import User
from students.models import TutorGroup
from tests.curriculum.makers import make_approved, make_studying_group, make_teaching
from tests.factories import (
    access_of,
    client_of,
    make_employee,
    make_faculty,
    make_group,
    make_kafedra,
    make_person,
    make_students,
    make_university,
    make_user,
)
from tests.sharing import shared
from tests.staff.makers import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    """Files of a test lie in a place of their own."""
    settings.MEDIA_ROOT = tmp_path


@shared
def house(db):
    """Two faculties, each with a kafedra, a teacher and a group of two students."""
    make_university()
    return [_faculty(code, name) for code, name in (("303-101", "Birinchiyev"), ("303-102", "Ikkinchiyev"))]


def _faculty(code: str, name: str) -> dict:
    faculty = make_faculty(code)
    kafedra = make_kafedra(faculty)
    employee = make_employee(kafedra, person=make_person(name, "Ustoz"))
    group = make_group(faculty, f"6{code[-2:]}-26.01")
    students = make_students(faculty, 2, group=group)
    return {
        "faculty": faculty, "kafedra": kafedra, "group": group, "employee": employee,
        "teacher": make_user("teacher", login=f"ustoz-{code}", person=employee.person),
        "dean": make_user("dean", faculty, login=f"dekan-{code}"),
        "students": students,
        "accounts": [User.objects.get(person=one.person) for one in students],
    }  # fmt: skip


def written(client, **data) -> Message:
    """What the user has written and sent; audiences are confirmed."""
    data = {"subject": "Majlis", "text": "Ertaga soat 10 da.", "send": "1"} | data
    answer = client.post(reverse("mailbox_write"), data)
    assert answer.status_code == 302, answer.context["form"].errors
    row = Message.objects.latest("pk")
    if answer["Location"] == reverse("mailbox_send", args=[row.pk]):
        client.post(answer["Location"])
        row.refresh_from_db()
    return row


def _tutor(house: dict, group):
    """An employee of the faculty who cares for the group."""
    employee = make_employee(house["kafedra"], person=make_person("Tyutorov"), post="34")
    TutorGroup.objects.create(employee=employee, group=group, valid_from=datetime.date(2026, 9, 1))
    return employee


def inbox(user) -> set[str]:
    return set(Delivery.objects.filter(user=user).values_list("message__subject", flat=True))


@pytest.mark.duty("0.2")
def test_a_colleague_is_written_to_by_name_reads_it_and_the_sender_sees_that(house):
    sender, reader = house[0]["teacher"], house[1]["teacher"]
    here, there = client_of(sender), client_of(reader)
    found = here.get(reverse("mailbox_people"), {"q": "иккинчиев"}).json()["results"]
    assert [one["value"] for one in found] == [str(reader.pk)]
    row = written(here, people=[reader.pk], subject="Savol")
    assert (row.state, row.recipients, row.is_broadcast) == (Message.SENT, 1, False)
    notice = Notice.objects.get(user=reader)
    with_words = there.get(reverse("my_notices")).content.decode()
    assert "Savol" in with_words and notice.url == reverse("mailbox_message", args=[row.pk])
    folder = there.get(reverse("mailbox")).content.decode()
    assert "Savol" in folder and "hemis-unread" in folder
    assert "not yet" in here.get(notice.url).content.decode()
    assert "Ertaga soat 10 da." in there.get(notice.url).content.decode()
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert "hemis-unread" not in there.get(reverse("mailbox")).content.decode()
    page = here.get(notice.url).content.decode()
    assert "not yet" not in page and "1 / 1" in page
    assert client_of(house[0]["dean"]).get(notice.url).status_code == 404, "nobody else reads it"


@pytest.mark.duty("0.4")
def test_a_deans_office_reaches_its_own_faculty_and_no_other(house):
    one, two = house
    client = client_of(one["dean"])
    row = written(client, to_group=[one["group"].pk], subject="Guruhga")
    assert row.is_broadcast and row.recipients == 2
    assert all(inbox(user) == {"Guruhga"} for user in one["accounts"])
    row = written(client, to_course=[f"{one['faculty'].pk}-11", f"{one['faculty'].pk}-"], subject="Kursga")
    assert row.recipients == 2, "once each, however often they are meant"
    row = written(client, to_unit=[one["kafedra"].pk], subject="Kafedraga")
    assert inbox(one["teacher"]) == {"Kafedraga"}
    for field, key in (("to_group", two["group"].pk), ("to_unit", two["kafedra"].pk),
                       ("to_course", f"{two['faculty'].pk}-11"), ("to_role", "accounting")):  # fmt: skip
        answer = client.post(
            reverse("mailbox_write"), {"subject": "x", "text": "x", field: [key], "send": "1"}
        )
        assert answer.status_code == 200 and answer.context["form"].errors, field
    named = people(access_of(one["dean"]))
    assert set(one["accounts"]) <= set(named) and not set(two["accounts"]) & set(named)
    assert two["teacher"] in named, "colleagues are found whatever their faculty"


def test_a_draft_with_a_forged_audience_reaches_only_who_is_within_reach(house):
    one, two = house
    row = Message.objects.create(
        sender=one["dean"], subject="x", text="x", is_broadcast=True,
        to=[{"kind": "group", "key": str(two["group"].pk), "text": "x"},
            {"kind": "group", "key": str(one["group"].pk), "text": "x"},
            {"kind": "nonsense", "key": "1", "text": "x"}],
    )  # fmt: skip
    assert set(actions.recipients(row, access_of(one["dean"]))) == set(one["accounts"])


@pytest.mark.duty("0.3")
def test_an_office_of_the_university_reaches_roles_and_all_faculties(house):
    accountant = make_user("accounting", login="buxgalter")
    row = written(client_of(make_user("academic_affairs")), to_role=["accounting", "dean"], subject="Hisobot")
    holders = User.objects.filter(assignments__role__in=["accounting", "dean"]).distinct()
    assert row.recipients == holders.count() > 2 and inbox(accountant) == {"Hisobot"} == inbox(
        house[1]["dean"]
    )


@pytest.mark.duty("0.5")
def test_a_head_reaches_the_own_kafedra(house):
    head = make_user("head", house[0]["kafedra"])
    client = client_of(head)
    assert written(client, to_unit=[house[0]["kafedra"].pk]).recipients == 1
    page = client.get(reverse("mailbox_write")).content.decode()
    assert "to_unit" in page and "to_group" not in page and "to_role" not in page


@pytest.mark.duty("0.6")
def test_a_tutor_reaches_the_groups_in_care_and_a_teacher_those_taught(house):
    one, two = house
    tutor = make_user("tutor", person=_tutor(one, two["group"]).person)
    assert written(client_of(tutor), to_group=[two["group"].pk]).recipients == 2
    assert "to_taught" not in client_of(one["teacher"]).get(reverse("mailbox_write")).content.decode()
    plan = make_approved(one["faculty"])
    group = make_studying_group(plan)
    fresh = make_students(one["faculty"], 2, group=group)
    make_teaching(plan.subjects.first(), group, teacher=two["employee"])
    assert written(client_of(two["teacher"]), to_taught=[group.pk]).recipients == 2
    assert two["teacher"] in people(access_of(User.objects.get(person=fresh[0].person))), "the own teacher"
    assert two["teacher"] not in people(access_of(one["accounts"][0]))


@pytest.mark.duty("S")
def test_a_student_writes_to_the_own_deans_office_and_tutor_answers_and_nobody_else(house):
    one, two = house
    student, other = one["accounts"]
    tutor = make_user("tutor", person=_tutor(one, one["group"]).person)
    named = set(people(access_of(student)))
    offices = set(User.objects.filter(assignments__role="dean", assignments__unit=one["faculty"]))
    assert named == offices | {tutor}, "not fellow students, not other faculties"
    client = client_of(student)
    answer = client.post(
        reverse("mailbox_write"), {"subject": "x", "text": "x", "people": [other.pk], "send": "1"}
    )
    assert answer.status_code == 200 and answer.context["form"].errors
    assert client.get(reverse("mailbox_options", args=["group"])).status_code == 403
    # Whoever wrote to one may be answered.
    rector = make_user("rectorate")
    row = written(client_of(rector), to_group=[one["group"].pk], subject="Tabrik")
    page = client.get(reverse("mailbox_write"), {"answer": row.pk})
    assert "Re: Tabrik" in page.content.decode() and "&gt; Ertaga" in page.content.decode()
    client.post(reverse("mailbox_write") + f"?answer={row.pk}",
                {"subject": "Re: Tabrik", "text": "Rahmat", "people": [rector.pk], "send": "1"})  # fmt: skip
    assert inbox(rector) == {"Re: Tabrik"}


def test_drafts_are_kept_changed_and_thrown_away_and_reached_by_nobody_else(house):
    sender, reader = house[0]["teacher"], house[1]["teacher"]
    client = client_of(sender)
    data = {"subject": "Reja", "text": "Birinchi", "people": [reader.pk], "keep": "1"}
    client.post(reverse("mailbox_write"), data)
    row = Message.objects.get()
    assert row.state == Message.DRAFT and not inbox(reader)
    address = reverse("mailbox_edit", args=[row.pk])
    assert "Birinchi" in client.get(address).content.decode()
    assert str(reader) in client.get(address).content.decode()
    assert client_of(reader).get(address).status_code == 404
    client.post(address, data | {"text": "Ikkinchi", "send": "1"})
    row.refresh_from_db()
    assert (row.text, row.state) == ("Ikkinchi", Message.SENT)
    assert client.get(address).status_code == 404 and client.post(address, data).status_code == 404
    client.post(reverse("mailbox_write"), data)
    again = Message.objects.latest("pk")
    assert client.post(reverse("mailbox_discard", args=[again.pk])).status_code == 302
    assert not Message.objects.filter(pk=again.pk).exists()
    for folder in ("inbox", "sent", "drafts", "removed"):
        assert client.get(reverse("mailbox"), {"folder": folder}).status_code == 200


def test_files_are_judged_by_content_and_open_to_sender_and_recipients_only(house):
    sender, reader = house[0]["teacher"], house[1]["teacher"]
    client = client_of(sender)
    bad = SimpleUploadedFile("x.pdf", b"<html>no pdf</html>" + b"\x00")
    answer = client.post(
        reverse("mailbox_write"),
        {"subject": "x", "text": "x", "people": [reader.pk], "attached": [bad], "send": "1"},
    )
    assert answer.status_code == 200 and "attached" in answer.context["form"].errors
    row = written(client, people=[reader.pk], attached=[pdf("tartib.pdf")])
    kept = row.files.get()
    address = reverse("mailbox_file", args=[row.pk, kept.pk])
    for one, status in ((sender, 200), (reader, 200), (house[0]["dean"], 404)):
        assert client_of(one).get(address).status_code == status
    assert kept.name == "tartib.pdf"


def test_received_messages_are_put_away_brought_back_found_and_passed_on(house):
    sender, reader = house[0]["teacher"], house[1]["teacher"]
    row = written(client_of(sender), people=[reader.pk], subject="Oʻquv reja")
    client = client_of(reader)
    address = reverse("mailbox")
    assert "quv reja" in client.get(address, {"q": "o'quv"}).content.decode()
    assert "quv reja" in client.get(address, {"q": "birinchiyev"}).content.decode()
    assert "quv reja" not in client.get(address, {"q": "boshqa narsa"}).content.decode()
    client.post(reverse("mailbox_move", args=[row.pk]), {"to": "removed"})
    assert "quv reja" not in client.get(address).content.decode()
    assert "quv reja" in client.get(address, {"folder": "removed"}).content.decode()
    client.post(reverse("mailbox_move", args=[row.pk]), {"to": "inbox"})
    assert "quv reja" in client.get(address).content.decode()
    page = client.get(reverse("mailbox_write"), {"pass_on": row.pk}).content.decode()
    assert "Fwd: " in page
    assert client_of(house[0]["dean"]).get(reverse("mailbox_write"), {"answer": row.pk}).status_code == 404


def test_the_inbox_costs_the_same_whatever_it_holds(house, django_assert_max_num_queries):
    sender, reader = house[0]["teacher"], house[1]["teacher"]
    for number in range(6):
        written(client_of(sender), people=[reader.pk], subject=f"{number}")
    client = client_of(reader)
    client.get(reverse("mailbox"))
    with django_assert_max_num_queries(10):
        client.get(reverse("mailbox"))


def test_a_message_to_many_is_a_job_that_puts_it_into_each_inbox_once(house, monkeypatch, settings):
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    settings.CELERY_TASK_ALWAYS_EAGER = False
    row = written(client_of(house[0]["dean"]), to_group=[house[0]["group"].pk], subject="Barchaga")
    assert row.state == Message.SENDING and not row.deliveries.exists()
    job = run_now(Job.objects.get(kind="mailbox.send"))
    row.refresh_from_db()
    assert (job.state, row.state, row.deliveries.count()) == (Job.DONE, Message.SENT, 2)
    actions.deliver(row, [one.pk for one in house[0]["accounts"]])
    assert Notice.objects.filter(code="mailbox.received").count() == 2 == row.deliveries.count()


def test_nobody_is_reached_by_a_message_to_people_without_accounts(house):
    make_user("dean", house[0]["faculty"], login="boshqa-dekan")
    lonely = make_kafedra(house[0]["faculty"], 2)
    client = client_of(house[0]["dean"])
    row = written(client, to_unit=[lonely.pk])
    assert row.state == Message.DRAFT
    assert "0 people" in client.get(reverse("mailbox_send", args=[row.pk])).content.decode()


@pytest.mark.duty("A")
def test_the_administration_sees_what_went_to_audiences_and_no_letters(house):
    one = house[0]
    written(client_of(one["dean"]), to_group=[one["group"].pk], subject="Eʼlon hammaga")
    private = written(client_of(one["dean"]), people=[one["teacher"].pk], subject="Shaxsiy xat")
    admin = client_of(make_user("administrator"))
    page = admin.get(reverse("mailbox_broadcasts_list")).content.decode()
    assert "lon hammaga" in page and "Shaxsiy" not in page
    assert admin.get(reverse("mailbox_broadcasts_detail", args=[private.pk])).status_code == 404
    assert admin.get(reverse("mailbox_message", args=[private.pk])).status_code == 404
    assert client_of(make_user("rectorate")).get(reverse("mailbox_broadcasts_list")).status_code == 403


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE mailbox_message SET text = 'boshqa'",
        "UPDATE mailbox_message SET state = 'draft'",
        "DELETE FROM mailbox_messagefile",
        "UPDATE mailbox_messagefile SET name = 'x'",
        "DELETE FROM mailbox_delivery",
        "UPDATE mailbox_delivery SET user_id = (SELECT min(id) FROM people_user)",
        "UPDATE mailbox_delivery SET read_at = NULL",
        "INSERT INTO mailbox_messagefile"
        " (file, name, content_type, size, sha256, uploaded_at, uploaded_by_id, message_id) SELECT"
        "  file, 'y', content_type, size, sha256, uploaded_at, uploaded_by_id, message_id FROM mailbox_messagefile",
    ],
)
def test_the_database_keeps_what_was_sent_as_it_was_sent(house, sql):
    sender, reader = house[0]["teacher"], house[1]["teacher"]
    row = written(client_of(sender), people=[reader.pk], attached=[pdf()])
    client_of(reader).get(reverse("mailbox_message", args=[row.pk]))
    assert MessageFile.objects.count() == 1
    with (
        pytest.raises(DatabaseError, match="sent|received"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
