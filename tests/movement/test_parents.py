"""The parents' contact sees the order that concerns the student, and nothing more (duties S, 2.1)."""

from __future__ import annotations

import datetime
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from movement import actions as orders
from movement.parents import actions, pages
from movement.parents.models import ParentLink
from students.models import Contact, Student
from tests.factories import access_of, make_admission_setting, make_students, make_user
from tests.movement.petitions import account, carry_out, with_papers
from tests.sharing import shared

DAY = datetime.date(2026, 9, 20)
MOMENT = datetime.datetime(2025, 9, 20, 9, tzinfo=datetime.UTC)


@shared
def student(faculty):
    return make_students(faculty, 1)[0]


def client_of(user) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def contact(student: Student, **fields) -> Contact:
    known = {
        "full_name": "Karimov Komil",
        "relation": "father",
        "phone": "+998901112233",
        "agreed_at": MOMENT,
    }
    return Contact.objects.create(person=student.person, **(known | fields))


def expel(student: Student, dean, rector):
    order = orders.create_order(
        kind="11", access=access_of(dean), faculty=student.current.faculty,
        people=Student.objects.filter(pk=student.pk), title="Chetlashtirish", basis="x", effective_date=DAY,
        choices={"reason": "14"},
    )  # fmt: skip
    return carry_out(with_papers(order), dean, rector)


@pytest.mark.duty("S", "2.1")
def test_from_the_contact_to_the_public_page(student, dean, rector):
    cabinet = client_of(account(student))
    where = reverse("my_contact_new")
    bad = cabinet.post(where, {"full_name": "Karimov Komil", "relation": "father"})
    assert bad.status_code == 422 and "Give a phone or an e-mail." in bad.content.decode()
    data = {
        "full_name": "Karimov Komil",
        "relation": "father",
        "phone": "+998 90 111-22-33",
        "agreed": "on",
    }
    cabinet.post(where, data)
    known = Contact.objects.get()
    assert known.phone == "+998901112233" and known.agreed_at

    order = expel(student, dean, rector)
    link = ParentLink.objects.get(order=order)
    address = actions.address_of(link)
    office = client_of(dean)
    tab = office.get(reverse("students_students_detail", args=[student.pk]) + "?tab=parents").content.decode()
    assert address in tab and 'data-copy="link-' in tab
    office.post(reverse("parent_link_handed", args=[link.pk]))
    link.refresh_from_db()
    assert link.sent_by == ParentLink.HAND

    path = reverse("parent_order", args=[actions.token_of(link)])
    answer = Client(HTTP_ACCEPT_LANGUAGE="en").get(path)
    text = answer.content.decode()
    assert answer.status_code == 200 and f"№ {order.number}" in text
    person = student.person
    hidden = (
        person.last_name,
        person.first_name,
        person.pinfl,
        person.passport,
        student.number,
        known.full_name,
        known.phone,
    )
    assert not any(one in text for one in hidden)
    assert answer["X-Robots-Tag"] == "noindex, nofollow" and "no-store" in answer["Cache-Control"]
    link.refresh_from_db()
    assert link.opened_at

    undo = orders.create_cancelling_order(order, access=access_of(dean), reason="Xato", effective_date=DAY)
    carry_out(undo, dean, rector)
    assert "cancelled by another one" in Client(HTTP_ACCEPT_LANGUAGE="en").get(path).content.decode()
    assert ParentLink.objects.filter(order=undo).count() == 1
    office.post(reverse("parent_link_revoke", args=[link.pk]))
    gone = Client(HTTP_ACCEPT_LANGUAGE="en").get(path)
    assert gone.status_code == 410 and "The link is revoked." in gone.content.decode()


@pytest.mark.duty("S")
def test_who_has_not_agreed_or_has_taken_it_back_is_told_nothing(student, dean, rector):
    contact(student, agreed_at=None)
    ended = contact(student, phone="+998901112244")
    cabinet = client_of(account(student))
    cabinet.post(reverse("my_contact_take_back", args=[ended.pk]))
    ended.refresh_from_db()
    assert ended.agreed_at is None and "have not agreed" in cabinet.get(reverse("my_card")).content.decode()
    expel(student, dean, rector)
    assert not ParentLink.objects.exists()


@pytest.mark.duty("S")
def test_taking_the_agreement_back_closes_its_links_for_good(student, dean, rector):
    """Whoever has left takes it back, too; agreed anew, only what comes then is told."""
    known = contact(student)
    expel(student, dean, rector)
    link = ParentLink.objects.get()
    path = reverse("parent_order", args=[actions.token_of(link)])
    assert Client().get(path).status_code == 200
    cabinet = client_of(account(student))
    assert cabinet.post(reverse("my_contact_take_back", args=[known.pk])).status_code == 302
    assert Client().get(path).status_code == 410
    with pytest.raises(actions.ParentError):
        actions.revoke_link(link, access=access_of(dean))
    tab = client_of(dean).get(reverse("students_students_detail", args=[student.pk]) + "?tab=parents")
    assert "took the agreement back" in tab.content.decode()
    known.refresh_from_db()
    known.set_agreed(True)
    known.save()
    assert Client().get(path).status_code == 410 and not ParentLink.objects.open().exists()


@pytest.mark.duty("2.1")
def test_the_office_keeps_the_agreement_on_the_card(student, dean, rector):
    """One record: what the card has is what is told; a contact with links stays."""
    known, office = contact(student, agreed_at=None), client_of(dean)
    form = {
        "relation": "father",
        "full_name": known.full_name,
        "phone": known.phone,
        "row_version": known.version,
    }
    edit = reverse("student_contacts_edit", args=[student.pk, known.pk])
    office.post(edit, form | {"agreed": "on"})
    known.refresh_from_db()
    since = known.agreed_at
    assert since
    office.post(edit, form | {"agreed": "on", "workplace": "Maktab", "row_version": known.version})
    known.refresh_from_db()
    assert known.agreed_at == since and known.workplace == "Maktab", "as long as before"
    expel(student, dean, rector)
    delete = office.post(reverse("student_contacts_delete", args=[student.pk, known.pk]), follow=True)
    assert "take the agreement back instead" in delete.content.decode() and Contact.objects.exists()
    known.refresh_from_db()
    office.post(edit, form | {"row_version": known.version})
    known.refresh_from_db()
    assert known.agreed_at is None


@pytest.mark.duty("2.1")
def test_only_the_faculty_and_the_student_handle_contacts(student, dean, rector):
    known = contact(student)
    expel(student, dean, rector)
    link = ParentLink.objects.get()
    other = make_students(make_admission_setting("303-102"), 1)[0]
    elsewhere = make_user("dean", other.current.faculty)
    for name in ("parent_link_revoke", "parent_link_handed"):
        where = reverse(name, args=[link.pk])
        assert client_of(elsewhere).post(where).status_code == 404, name
        assert client_of(make_user("rectorate")).post(where).status_code == 403, name
        assert client_of(account(student)).post(where).status_code == 403, name
    back = reverse("my_contact_take_back", args=[known.pk])
    assert client_of(account(other)).post(back).status_code == 404
    assert (
        client_of(dean).post(back).status_code == 403
        and client_of(account(student)).get(back).status_code == 405
    )


def test_the_public_page_is_slow_for_those_who_try_tokens(client, db, monkeypatch):
    monkeypatch.setattr(pages, "OPENED_A_MINUTE", 3)
    codes = [
        client.get(reverse("parent_order", args=["x" * 32]), REMOTE_ADDR="10.9.9.9").status_code
        for _ in range(5)
    ]
    assert codes == [404, 404, 404, 429, 429]


def test_the_token_has_at_least_128_bits_and_is_not_kept(student, dean, rector):
    contact(student)
    expel(student, dean, rector)
    link = ParentLink.objects.get()
    token = actions.token_of(link)
    assert len(token) * 6 >= 128 and len(link.nonce) * 4 >= 128
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(l)::text FROM movement_parentlink l")
        assert token not in cursor.fetchone()[0]
        cursor.execute(
            "SELECT changes::text FROM access_historyentry WHERE table_name = 'movement_parentlink'"
        )
        assert all(link.nonce not in row[0] and link.token_hash not in row[0] for row in cursor.fetchall())
    assert actions.find_link(token[:-1]) is None and actions.find_link(link.token_hash) is None


def test_a_link_goes_out_by_the_gateway_or_by_mail(
    student, dean, rector, settings, django_capture_on_commit_callbacks
):
    """A local stand-in for the SMS gateway takes it; without one it goes by e-mail; else the office gives it."""
    taken: list[dict] = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{server.server_port}/"
    settings.NOTICES_BY_EMAIL = True
    contact(student)
    contact(student, phone="", email="ota@example.uz")
    try:
        with django_capture_on_commit_callbacks(execute=True):
            expel(student, dean, rector)
    finally:
        server.shutdown()
        server.server_close()
    links = {one.sent_by: one for one in ParentLink.objects.all()}
    assert set(links) == {ParentLink.SMS, ParentLink.EMAIL}
    assert taken[0]["phone"] == "+998901112233" and actions.token_of(links["sms"]) in taken[0]["text"]
    assert actions.token_of(links["email"]) in mail.outbox[-1].body
    settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{server.server_port}/"  # nobody listens any more
    settings.NOTICES_BY_EMAIL = False
    ParentLink.objects.update(sent_at=None, sent_by="")
    assert actions.send_links([one.pk for one in links.values()]) == 0, "left for the office"


def test_the_laws_hold_for_raw_sql(student, dean, rector):
    contact(student)
    expel(student, dean, rector)

    def refused(sql: str) -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)
        except IntegrityError:
            return True
        return False

    assert refused("UPDATE movement_parentlink SET revoked_at = now()")
    assert refused("UPDATE movement_parentlink SET sent_at = now()")
    assert refused("UPDATE movement_parentlink SET token_hash = 'plain'")
    assert refused("UPDATE movement_parentlink SET order_id = order_id + 1"), "what it opens never changes"
    assert refused("DELETE FROM movement_parentlink")
    assert refused("UPDATE students_contact SET phone = '', email = ''")
    link = ParentLink.objects.get()
    silent = contact(student, phone="+998901112299", agreed_at=None)
    columns = "student_id, order_id, nonce, created_at, sent_by"
    copy = (
        f"INSERT INTO movement_parentlink (contact_id, token_hash, {columns}) "
        f"SELECT {{}}, md5('a') || md5('b'), {columns} FROM movement_parentlink WHERE id = {link.pk}"
    )
    assert refused(copy.format(silent.pk)), "the student has not agreed"
    stranger = make_students(make_admission_setting("303-102"), 1)[0]
    assert refused(copy.format(contact(stranger).pk)), "somebody else's contact"
    actions.revoke_link(link, access=access_of(dean))
    assert refused("UPDATE movement_parentlink SET revoked_at = NULL, revoked_by_id = NULL")
