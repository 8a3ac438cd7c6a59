"""People by a list of numbers, the text before the signature, and what was typed when the order refuses (2.2, B8)."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook
from pypdf import PdfReader

from movement import actions
from movement.kinds import KINDS
from movement.listing import find
from movement.models import Order
from students.models import Student
from tests.factories import access_of, make_admission_setting, make_group, make_students, make_user
from tests.movement.test_wizard import ADMITTED, DAY
from tests.sharing import shared


@shared
def students(faculty):
    return make_students(faculty, 4, group=make_group(faculty, "610-25.01", year=2025), day=ADMITTED)


@pytest.fixture
def stranger():
    faculty = make_admission_setting("303-102")
    return make_students(faculty, 1, group=make_group(faculty, "777-25.01", year=2025), day=ADMITTED)[0]


def client_of(user) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def workbook(*rows) -> SimpleUploadedFile:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return SimpleUploadedFile("talabalar.xlsx", out.getvalue())


@pytest.mark.duty("2.2")
def test_a_pasted_list_names_the_people_of_an_order(dean, faculty, students, stranger):
    office, where = client_of(dean), reverse("order_people", args=["11"])
    page = office.get(where).content.decode()
    assert "By a list of student numbers" in page
    slip = office.post(where, {"numbers": f"{students[0].number} 30323"})
    assert slip.status_code == 422 and "Not a student number of 12 digits: 30323" in slip.content.decode()
    assert students[0].number in slip.content.decode(), "what was typed stays"
    assert "Type or paste" in office.post(where, {"numbers": " "}).content.decode()

    numbers = "\n".join([students[0].number, f"{students[1].number};{stranger.number}", "999999999999"])
    partly = office.post(where, {"numbers": numbers})
    text = partly.content.decode()
    assert partly.status_code == 422 and text.count("no such student in your scope") == 2
    assert f"{stranger.number} ·" not in text, "of another faculty: as unknown as a wrong number"
    onward = office.post(where, {"numbers": numbers, "skip": "on"})
    assert onward.status_code == 302 and "list=" in onward.url
    assert "2 people" in office.get(onward.url).content.decode()
    office.post(onward.url, {"title": "Buyruq", "basis": "Bildirgi", "effective_date": DAY, "reason": "11"})
    order = Order.objects.get(title="Buyruq")
    assert {line.student for line in order.lines.all()} == set(students[:2])

    # Who is on an order already is told so, by name.
    again = office.post(where, {"numbers": students[0].number}).content.decode()
    assert "stands on another order: Buyruq" in again and str(students[0].person) in again
    assert "The order can name nobody of this list." in again


@pytest.mark.duty("2.2")
def test_a_file_puts_more_people_on_a_draft(dean, faculty, students, stranger):
    office = client_of(dean)
    order = actions.create_order(
        kind="11", access=access_of(dean), faculty=faculty, title="Buyruq", basis="",
        people=Student.objects.filter(pk=students[0].pk), effective_date=ADMITTED.replace(year=2026),
        choices={"reason": "11"},
    )  # fmt: skip
    where = reverse("order_add_listed", args=[order.pk])
    assert where in office.get(reverse("movement_orders_detail", args=[order.pk])).content.decode()
    broken = office.post(where, {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04 broken")})
    assert broken.status_code == 422 and "broken" in broken.content.decode()
    empty = office.post(where, {"file": workbook(["F.I.Sh."], ["Karimov"])})
    assert "no student number of 12 digits in the file" in empty.content.decode()
    listed = workbook(
        ["T/r", "F.I.Sh.", "Raqam"], [1, "A", students[1].number], [2, "B", int(students[2].number)]
    )
    office.post(where, {"file": listed})
    lines = list(order.lines.order_by("position"))
    assert {one.student for one in lines} == set(students[:3])
    assert {one.reason for one in lines} == {"11"}, "they get what the others get"
    elsewhere = client_of(make_user("dean", stranger.current.faculty))
    assert elsewhere.get(where).status_code == 404
    assert client_of(make_user("accounting")).get(where).status_code == 403


@pytest.mark.duty("2.2", "3.5")
def test_the_university_is_told_of_another_faculty(faculty, students, stranger):
    found, left = find(
        [students[0].number, stranger.number], kind=KINDS["11"], faculty=faculty,
        access=access_of(make_user("academic_affairs")),
    )  # fmt: skip
    assert list(found) == [students[0]]
    assert [(one.number, one.why) for one in left] == [(stranger.number, "studies in another faculty")]


@pytest.mark.duty("B8", "B8.1")
def test_the_text_is_read_before_it_is_agreed_and_signed(dean, rector, faculty, students):
    order = actions.create_order(
        kind="14:semester", access=access_of(dean), faculty=faculty, title="Keyingi semestr", basis="Bildirgi",
        people=Student.objects.filter(pk__in=[one.pk for one in students]), effective_date=ADMITTED.replace(year=2026),
    )  # fmt: skip
    where = reverse("order_preview", args=[order.pk])
    assert where in client_of(rector).get(reverse("movement_orders_detail", args=[order.pk])).content.decode()
    answer = client_of(dean).get(where)
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert answer["Content-Type"] == "application/pdf" and "LOYIHA" in text and "/v/" not in text
    assert "navbatdagi semestrga" in " ".join(text.split()) and students[0].person.last_name in text
    assert client_of(make_user("accounting")).get(where).status_code == 403
    actions.submit(order, access=access_of(dean))
    order.refresh_from_db()
    order = actions.sign(order, access=access_of(rector), date=ADMITTED.replace(year=2026))
    signed = client_of(dean).get(where)
    assert signed.status_code == 302 and signed.url == reverse("document_pdf", args=[order.document_id])


@pytest.mark.duty("2.2")
def test_what_was_typed_stays_when_the_order_refuses(dean, faculty, students):
    office = client_of(dean)
    order = actions.create_order(
        kind="11", access=access_of(dean), faculty=faculty, title="Buyruq", basis="",
        people=Student.objects.filter(pk__in=[one.pk for one in students]),
        effective_date=ADMITTED.replace(year=2026), choices={"reason": "11"},
    )  # fmt: skip
    line = order.lines.first()
    checks = office.post(
        reverse("order_figure", args=[order.pk]),
        {"tab": "checks", "line": [line.pk], "code": "contract_debt", "value": "bir", "basis": "Hisobot № 7"},
        follow=True,
    ).content.decode()
    assert "Enter the figure" in checks and 'value="Hisobot № 7"' in checks and 'value="bir"' in checks
    assert f'value="{line.pk}" aria-label="{line.person}" checked' in checks
    again = office.get(reverse("movement_orders_detail", args=[order.pk]) + "?tab=checks").content.decode()
    assert "Hisobot № 7" not in again, "once"


@pytest.mark.duty("2.2")
def test_only_groups_of_the_peoples_own_course_are_offered(dean, faculty, students):
    fits, other = make_group(faculty, "610-25.02", year=2025), make_group(faculty, "610-26.01", year=2026)
    where = reverse("order_answers", args=["16"]) + f"?pk={students[0].pk}"
    page = client_of(dean).get(where).content.decode()
    assert fits.name in page and other.name not in page
    refused = client_of(dean).post(
        where, {"title": "Koʻchirish", "basis": "", "effective_date": DAY, "group": other.pk}
    )
    assert refused.status_code == 422 and not Order.objects.filter(title="Koʻchirish").exists()
