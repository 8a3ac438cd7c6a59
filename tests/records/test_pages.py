"""Pages of topics, commissions, protocols, the record and accreditation, each as the role that needs it."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook
from pypdf import PdfReader

from hemis.documents import engine, rendering
from hemis.documents.models import Document
from hemis.explain import Phrase, kept, readable
from hemis.people.models import User
from records import actions, queries
from records.documents import issue_protocol, issue_topic_order
from records.models import (
    Accreditation,
    AttestationSession,
    Commission,
    CommissionMember,
    GraduationTopic,
    RecordAct,
    RecordLine,
    TopicOrder,
)
from tests import factories

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture
def _django_db_helper(world):
    """In the place of pytest-django's own, which would close the database after every test."""
    yield


@pytest.fixture
def real_papers(monkeypatch):
    """Documents made for good: the other tests of this folder do without."""
    monkeypatch.setattr("hemis.documents.rendering.pdf_of", engine.pdf_of)


def enter(user: User) -> Client:
    """Signed in, with the second factor behind them."""
    client = factories.client_of(user)
    session = client.session
    session["hemis_second_factor"] = True
    session.save()
    return client


def press(client: Client, name: str, *args, **data):
    """A button; what the page that follows says."""
    return client.post(reverse(name, args=args), data, follow=True).content.decode()


def see(client: Client, name: str, *args, **query) -> str:
    answer = client.get(reverse(name, args=args, query=query or None))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def text_of(document: Document) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(rendering.render(document))).pages)
    return " ".join(text.split())


def own_user(student) -> User:
    return User.objects.filter(person=student.person).first() or factories.make_user(
        "student", person=student.person
    )


LISTS = (
    "records_lines_list", "records_acts_list", "records_topics_list", "records_topic_orders_list",
    "records_commissions_list", "records_sessions_list", "records_results_list", "records_accreditations_list",
    "records_accreditation_groups",
)  # fmt: skip


@pytest.mark.duty("2.6", "2.7")
def test_every_list_costs_a_fixed_number_of_queries(world):
    world.attested()
    actions.accredit([one.pk for one in world.students], access=world.access("dean"))
    world.recognition()
    client = enter(world.dean)
    for name in LISTS:
        see(client, name)
        with CaptureQueriesContext(connection) as found:
            see(client, name)
        assert len(found) <= MOST_QUERIES, f"{name}: {len(found)}"


@pytest.mark.duty("8.3", "2.7", "B8", "S")
def test_a_topic_from_the_kafedra_to_the_order(world, real_papers):
    head, dean, rector = enter(world.head), enter(world.dean), enter(world.rector)
    student = world.students[0]
    me = enter(own_user(student))
    typed = {
        "academic_year": 2026, "kafedra": world.kafedra.pk, "speciality": world.speciality.pk, "title": "Aqlli bino",
        "title_en": "A Smart Building", "supervisor": world.teacher.pk,
    }  # fmt: skip
    head.post(reverse("records_topics_new"), typed)
    topic = GraduationTopic.objects.get(title="Aqlli bino")
    assert "A Smart Building" in see(me, "my_topic")
    press(me, "my_topic_choose", topic.pk)
    topic.refresh_from_db()
    assert (topic.state, topic.student) == ("chosen", student)
    head.post(reverse("records_topics_bulk"), {"action": "assign", "pk": topic.pk})
    topic.refresh_from_db()
    assert topic.state == "assigned"
    typed |= {"reviewer": "B. Taqrizchi", "row_version": topic.version}
    head.post(reverse("records_topics_edit", args=[topic.pk]), typed)
    dean.post(reverse("records_topics_bulk"), {"action": "order", "pk": topic.pk})
    order = TopicOrder.objects.latest("pk")
    assert dean.post(reverse("records_topic_order_sign", args=[order.pk])).status_code == 403
    press(rector, "records_topic_order_sign", order.pk)
    assert order.number in see(me, "my_topic")
    paper = text_of(issue_topic_order(order, by=world.dean))
    for word in ("Aqlli bino", "B. Taqrizchi", world.teacher.person.last_name, order.number):
        assert word in paper


@pytest.mark.duty("8.3", "B7.4")
def test_a_commission_is_formed_by_the_kafedra_and_approved_by_academic_affairs(world):
    head, affairs = enter(world.head), enter(world.affairs)
    today = timezone.localdate()
    typed = {
        "name": "DAK 1", "kind": "defence", "academic_year": 2026, "kafedra": world.kafedra.pk,
        "speciality": world.speciality.pk, "order_number": "7", "order_date": today, "valid_from": today,
        "valid_to": today.replace(year=today.year + 1),
    }  # fmt: skip
    head.post(reverse("records_commissions_new"), typed)
    commission = Commission.objects.get(name="DAK 1")
    url = reverse("records_member_add", args=[commission.pk])
    for at, role in enumerate(("chair", "member", "member", "member", "member", "secretary", "member")):
        outside = {"full_name": f"Aʼzo {at}", "work_place": "MChJ", "post": "direktor"}
        head.post(url, {"role": role} | outside | ({"is_employer": "on"} if at < 3 else {}))
    last = commission.members.latest("pk")
    press(head, "records_member_remove", last.pk)
    assert commission.members.count() == 6
    assert (
        head.post(url, {"role": "chair", "full_name": "Y", "work_place": "X", "post": "Z"}).status_code == 422
    )
    assert head.post(reverse("records_commission_approve", args=[commission.pk])).status_code == 403
    press(affairs, "records_commission_approve", commission.pk)
    commission.refresh_from_db()
    assert commission.state == Commission.APPROVED
    assert affairs.get(reverse("records_session_open", args=[commission.pk])).status_code == 403


@pytest.mark.duty("8.3", "2.6", "B7.6")
def test_the_secretary_fills_the_protocol_and_the_kafedra_closes_it(world, real_papers):
    draft = world.draft(Commission.EXAM)
    draft.members.filter(role="secretary").update(employee=world.teacher)
    commission = actions.approve_commission(draft, access=world.access("affairs"))
    head = enter(world.head)
    secretary = enter(factories.make_user("teacher", person=world.teacher.person))
    stranger = enter(factories.make_user("teacher"))
    url = reverse("records_session_open", args=[commission.pk])
    typed = {
        "group": world.group.pk,
        "subject": world.exam.pk,
        "held_on": timezone.localdate(),
        "place": "A-201",
    }
    head.post(url, typed)
    session = AttestationSession.objects.get()
    fill = reverse("records_session_fill", args=[session.pk])
    assert stranger.get(fill).status_code == 404
    with CaptureQueriesContext(connection) as found:
        secretary.get(fill)
    assert len(found) <= MOST_QUERIES + 6
    lines = list(session.lines.order_by("student_id"))
    cells = {f"cell-{line.pk}": text for line, text in zip(lines, ("91", "72", "101"), strict=True)}
    present = list(commission.members.values_list("pk", flat=True))
    assert secretary.post(fill, cells | {"present": present}).status_code == 422
    stale = {f"cell-{lines[0].pk}": "50", f"was-{lines[0].pk}": "", "present": present}
    told = head.post(fill, stale)
    assert told.status_code == 422 and "Somebody has entered 91 meanwhile." in told.content.decode()
    secretary.post(
        fill, cells | {f"cell-{lines[2].pk}": "40", "present": present, f"note-{lines[2].pk}": "1-savol"}
    )
    assert secretary.post(reverse("records_session_close", args=[session.pk])).status_code == 403
    press(head, "records_session_close", session.pk)
    session.refresh_from_db()
    assert session.state == AttestationSession.CLOSED
    assert RecordLine.objects.filter(origin="attestation").count() == 2
    paper = text_of(issue_protocol(session, by=world.head))
    for word in (session.number, "1-savol", "Aʼzo 0", "A-201", world.exam.subject.name):
        assert word in paper
    failed = see(head, "records_results_detail", lines[2].pk)
    assert f"{timezone.localdate().year + 3}" in failed
    me = see(enter(own_user(world.students[2])), "my_topic")
    assert f"{timezone.localdate().year + 3}" in me
    assert secretary.get(fill).status_code == 302


@pytest.mark.duty("2.7")
def test_the_deans_office_accredits_a_whole_group(world):
    dean = enter(world.dean)
    world.approved_topics()
    world.close(world.session(world.exam), "85", "85", "85")
    world.close(world.session(world.work), "85", "85", "30")
    url = reverse("records_accreditation_group", args=[world.group.pk])
    with CaptureQueriesContext(connection) as found:
        page = dean.get(url).content.decode()
    assert len(found) <= MOST_QUERIES + 8
    assert world.work.subject.name in page
    press(dean, "records_accredit", world.group.pk)
    assert not Accreditation.objects.exists()
    press(dean, "records_accredit", world.group.pk, whole="1")
    assert Accreditation.objects.count() == 2
    book = dean.get(reverse("records_accreditation_file", args=[world.group.pk, "xlsx"]))
    rows = list(load_workbook(io.BytesIO(book.content)).active.iter_rows(values_only=True))
    assert len(rows) == 4 and sorted(row[4] for row in rows[1:]) == [0, 0, 1]
    assert dean.get(reverse("records_accreditation_file", args=[world.group.pk, "exe"])).status_code == 404
    one = Accreditation.objects.first()
    assert "✓" in see(dean, "records_accreditations_detail", one.pk, tab="steps")
    press(dean, "records_accreditation_withdraw", one.pk, remark="Hujjat xato")
    assert queries.accredited([one.student_id]) == set()


@pytest.mark.duty("2.7")
def test_many_groups_are_a_job(world, django_capture_on_commit_callbacks):
    world.attested()
    dean, affairs = enter(world.dean), enter(world.affairs)
    assert "group" in see(affairs, "records_accreditation_groups")
    assert affairs.post(reverse("records_accredit_groups")).status_code == 403
    press(dean, "records_accredit_groups")
    assert not Accreditation.objects.exists()
    elsewhere = enter(factories.make_user("dean", factories.make_faculty("303-109")))
    press(elsewhere, "records_accredit_groups", group=world.group.pk)
    assert not Accreditation.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        press(dean, "records_accredit_groups", group=world.group.pk)
    assert Accreditation.objects.count() == len(world.students)


@pytest.mark.duty("2.7", "B7.4", "S")
def test_a_recognised_subject_and_its_correction(world):
    dean, affairs, student = enter(world.dean), enter(world.affairs), world.students[0]
    today = timezone.localdate()
    typed = {
        "institution": "TATU", "subject_name": "Robototexnika", "studied_year": 2026, "semester": 1, "hours": 120,
        "credit": 4, "points": 75, "basis": "Transkript 5", "decision_number": "11", "decision_date": today,
        "reason": "Koʻchirish",
    }  # fmt: skip
    url = reverse("records_recognise", args=[student.pk])
    assert dean.post(url, typed | {"points": 20}).status_code == 422
    assert dean.post(url, typed | {"semester": 13}).status_code == 422
    dean.post(url, typed)
    act = RecordAct.objects.get()
    assert dean.post(reverse("records_act_confirm", args=[act.pk])).status_code == 403
    press(affairs, "records_act_confirm", act.pk)
    line = RecordLine.objects.get(origin="recognised")
    correct = reverse("records_correct", args=[line.pk])
    change = {
        "points": 90, "reason": "Xato", "basis": "Xat 3", "decision_number": "12", "decision_date": today,
    }  # fmt: skip
    dean.post(correct, change)
    second = RecordAct.objects.latest("pk")
    press(affairs, "records_act_reject", second.pk, remark="Asos yoʻq")
    dean.post(correct, change)
    press(affairs, "records_act_confirm", RecordAct.objects.latest("pk").pk)
    mine = see(enter(own_user(student)), "my_record")
    assert "Robototexnika" in mine and "90" in mine
    card = see(dean, "students_students_detail", student.pk, tab="record")
    assert "Robototexnika" in card and act.number not in card
    press(affairs, "records_feed")


def test_kept_steps_are_read_in_the_language_of_the_page():
    phrase = Phrase("Topic: %(topic)s.", topic=Phrase("duty %(code)s", code="8.3"))
    with override("uz"):
        assert readable(kept(phrase)) == "Mavzu: vakolat 8.3."
    assert readable("eski matn") == "eski matn"


def test_a_teacher_sees_supervised_topics_only(world):
    own = world.topic(title="Oʻz mavzusi", title_en="")
    world.topic(title="Begona mavzu", title_en="", supervisor=factories.make_employee(world.kafedra))
    teacher = enter(factories.make_user("teacher", person=world.teacher.person))
    page = see(teacher, "records_topics_list")
    assert own.title in page and "Begona mavzu" not in page
    assert not CommissionMember.secretaries(world.teacher.person_id).exists()
