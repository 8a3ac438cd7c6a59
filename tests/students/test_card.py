"""The student's card, part by part: who may change what, files, photo, passport data (duties 2.1, T, S)."""

from __future__ import annotations

import datetime
import io

import pypdf
import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from hemis.access.models import RoleAssignment
from hemis.pages import files
from hemis.people.identifiers import pinfl_check_digit
from students.models import Contact, Education, PassportCorrection, Scan, Student, TutorGroup
from tests import factories
from tests.students.conftest import picture, upload

pytestmark = pytest.mark.django_db


def pdf(locked: bool = False, script: bool = False) -> bytes:
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    if script:
        run = {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert(1)"),
        }
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(run)
    if locked:
        writer.encrypt("x")
    writer.write(out)
    return out.getvalue()


def tab(student, code: str) -> str:
    return reverse("students_students_detail", args=[student.pk]) + f"?tab={code}"


@pytest.mark.duty("2.1")
def test_a_clerk_changes_only_what_the_part_asks_for(client, students, dean):
    student = students[0]
    client.force_login(dean)
    address = reverse("student_permanent_edit", args=[student.pk])
    page = client.get(address).content.decode()
    assert 'name="region"' in page and 'name="phone"' not in page
    data = {
        "region": "1718",
        "district": "1726294",
        "address": "Navoiy, 1",
        "row_version": student.person.version,
    }
    wrong = client.post(address, data)
    assert wrong.status_code == 422 and "district" in wrong.context["form"].errors
    assert "Navoiy, 1" in wrong.content.decode()
    assert client.post(address, data | {"district": "1718236", "phone": "x"}).url == tab(student, "residence")
    late = client.post(address, data | {"district": "1718236", "address": "Boshqa"})
    assert late.status_code == 409, "the second of two editors is told"
    student.person.refresh_from_db()
    assert (student.person.district, student.person.address) == ("1718236", "Navoiy, 1")
    history = client.get(reverse("students_students_history", args=[student.pk])).content.decode()
    assert "Navoiy, 1" in history and str(dean) in history, "who changed the person is told on the card"


@pytest.mark.duty("2.1")
def test_the_place_of_living_is_checked_on_the_map(client, students, dean):
    student = students[0]
    client.force_login(dean)
    address = reverse("student_living_edit", args=[student.pk])
    data = {"accommodation": "14", "current_region": "1718", "current_district": "1718236", "current_address": "X",
            "row_version": "1"}  # fmt: skip
    for latitude, longitude, wrong in (("39.65", "", "longitude"), ("66.9", "39.6", "latitude")):
        answer = client.post(address, data | {"latitude": latitude, "longitude": longitude})
        assert answer.status_code == 422 and wrong in answer.context["form"].errors
    assert client.post(address, data | {"latitude": "39.654167", "longitude": "66.959722"}).status_code == 302
    assert "openstreetmap.org/?mlat=39.654167" in client.get(tab(student, "residence")).content.decode()


@pytest.mark.duty("2.1")
def test_rows_of_the_card_are_added_changed_and_removed_in_scope_only(client, students, dean, stranger):
    student = students[0]
    new = reverse("student_contacts_new", args=[student.pk])
    data = {"relation": "mother", "full_name": "karimova lola", "phone": "(90) 123-45-67", "is_first": "on"}
    client.force_login(stranger)
    assert client.get(new).status_code == client.post(new, data).status_code == 404
    client.force_login(factories.make_user("teacher"))
    assert client.get(new).status_code == 403
    client.force_login(dean)
    assert client.post(new, data | {"phone": "12"}).status_code == 422
    assert client.post(new, data).status_code == 302
    contact = Contact.objects.get()
    assert (contact.full_name, contact.phone) == ("Karimova Lola", "+998901234567")
    other = students[1]
    assert client.post(reverse("student_contacts_edit", args=[other.pk, contact.pk]), data).status_code == 404
    assert client.post(new, data | {"full_name": "Karimov Akmal", "relation": "father"}).status_code == 302
    assert list(Contact.objects.filter(is_first=True).values_list("relation", flat=True)) == ["father"]
    delete = reverse("student_contacts_delete", args=[student.pk, contact.pk])
    assert client.get(delete).status_code == 405
    assert client.post(delete).status_code == 302 and Contact.objects.count() == 1


def test_a_document_of_education_belongs_to_one_person(client, students, dean):
    client.force_login(dean)
    data = {
        "kind": "school",
        "number": "um  1234567",
        "school": "1-maktab",
        "country": "UZ",
        "graduation_year": "2026",
    }
    first, second = (reverse("student_education_new", args=[one.pk]) for one in students[:2])
    early = client.post(first, data | {"issued_on": "2025-06-01"})
    assert "issued_on" in early.context["form"].errors
    assert client.post(first, data).status_code == 302
    assert Education.objects.get().number == "UM 1234567"
    assert "number" in client.post(second, data).context["form"].errors


@pytest.mark.duty("2.1")
def test_scans_are_taken_by_content_and_given_to_who_may_see(client, students, dean, stranger):
    student = students[0]
    client.force_login(dean)
    new = reverse("student_scans_new", args=[student.pk])
    for content in (
        b"MZ program",
        b"%PDF-1.7 broken",
        pdf(locked=True),
        pdf(script=True),
        b"\xff\xd8\xff broken",
    ):
        answer = client.post(new, {"kind": "passport", "scan": upload(content, "scan.pdf")})
        assert answer.status_code == 422 and "scan" in answer.context["form"].errors
    assert client.post(new, {"kind": "passport", "scan": upload(pdf(), "../../evil.exe")}).status_code == 302
    assert client.post(new, {"kind": "other", "scan": upload(picture("PNG"), "x.pdf")}).status_code == 302
    first, second = Scan.objects.order_by("pk")
    assert (
        first.scan.name.endswith(".pdf")
        and second.scan.name.endswith(".jpg")
        and "evil" not in first.scan.name
    )
    address = reverse("student_scans_scan", args=[student.pk, first.pk])
    answer = client.get(address)
    assert answer.status_code == 200 and answer["Cache-Control"] == "private, no-store"
    assert b"".join(answer.streaming_content) == pdf() or answer["Content-Type"] == "application/pdf"
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    client.force_login(factories.make_user("accounting"))
    assert client.get(address).status_code == 403


@pytest.mark.duty("2.1")
def test_a_photo_is_decoded_and_written_anew(client, students, dean):
    student = students[0]
    client.force_login(dean)
    address = reverse("student_photo_edit", args=[student.pk])
    for content in (pdf(), b"GIF89a", picture(size=(60, 60))):
        assert client.post(address, {"photo": upload(content)}).status_code == 422
    assert client.post(address, {"photo": upload(picture("PNG", (900, 700)))}).status_code == 302
    answer = client.get(reverse("student_photo", args=[student.pk]))
    shown = Image.open(io.BytesIO(b"".join(answer.streaming_content)))
    assert (shown.format, shown.size) == ("JPEG", files.PHOTO_SIZE)


@pytest.mark.duty("2.1", "B3")
def test_passport_data_change_only_by_a_correction_with_a_reason(client, students, dean):
    student, other = students[:2]
    person = student.person
    client.force_login(dean)
    address = reverse("student_correct_passport", args=[student.pk])
    data = {
        "last_name": "Boshqa", "first_name": "Botir", "middle_name": person.middle_name,
        "passport_last_name": "", "passport_first_name": "Botir", "pinfl": person.pinfl, "passport": "ac 7654321",
        "birth_date": "2007-05-21", "gender": "11", "citizenship": "11", "country": "UZ", "row_version": person.version,
        "reason": "Pasport almashtirildi", "basis": "Pasport AC7654321",
    }  # fmt: skip
    bad_digit = person.pinfl[:13] + str((int(person.pinfl[13]) + 1) % 10)
    for wrong, field in (
        ({"reason": ""}, "reason"),
        ({"pinfl": bad_digit}, "pinfl"),
        ({"birth_date": "2007-05-22"}, "birth_date"),
        ({"gender": "12"}, "gender"),
        ({"pinfl": other.person.pinfl}, "pinfl"),
        ({"passport": other.person.passport}, "passport"),
        ({"passport": "12"}, "passport"),
    ):
        answer = client.post(address, data | wrong)
        assert answer.status_code == 422 and field in answer.context["form"].errors, wrong
    person.refresh_from_db()
    assert not person.passport_first_name and not PassportCorrection.objects.exists()
    assert client.post(address, data | {"scan": upload(pdf(), "p.pdf")}).status_code == 302
    made = PassportCorrection.objects.get()
    assert (made.old["passport_first_name"], made.new["passport_first_name"]) == ("", "BOTIR")
    assert not {"first_name", "last_name"} & set(made.new), "a student's name changes by an order alone"
    assert made.new["passport"] == "AC7654321" and made.made_by == dean and made.scan
    assert client.get(reverse("student_correction_scan", args=[made.pk])).status_code == 200
    named = (person.last_name, person.first_name)
    person.refresh_from_db()
    assert (person.last_name, person.first_name) == named
    same = client.post(address, data | {"row_version": person.version})
    assert same.status_code == 422, "nothing is corrected twice"
    for sql in (
        "UPDATE students_passportcorrection SET reason = 'x'",
        "DELETE FROM students_passportcorrection",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.duty("T")
def test_a_tutor_sees_exactly_the_students_of_the_own_groups(client, faculty, students, group):
    elsewhere = factories.make_students(faculty, 1)[0]
    person = factories.make_person("Tyutorova")
    tutor = factories.make_employee(faculty, person=person, post="34")
    client.force_login(factories.make_user("tutor", person=person))
    address = reverse("students_students_list")
    assert not client.get(address).context["page"].object_list
    today = timezone.localdate() - datetime.timedelta(days=1)
    care = TutorGroup.objects.create(employee=tutor, group=group, valid_from=today)
    assert {row.pk for row in client.get(address).context["page"].object_list} == {one.pk for one in students}
    assert client.get(tab(students[0], "contacts")).status_code == 200
    assert client.get(tab(elsewhere, "contacts")).status_code == 404
    assert client.get(reverse("student_contacts_new", args=[students[0].pk])).status_code == 403
    groups = client.get(reverse("students_groups_list")).context["page"].object_list
    assert [row.pk for row in groups] == [group.pk]
    cut = client.get(reverse("students_pivot"), {"on": "2026-10-01"})
    assert cut.context["pivot"].total == len(students)
    TutorGroup.objects.filter(pk=care.pk).update(valid_to=today + datetime.timedelta(days=1))
    assert not client.get(address).context["page"].object_list, "the care has ended"


@pytest.mark.duty("S")
def test_ones_own_card_stays_ones_own_for_a_student_who_is_a_tutor_too(client, faculty, students, group):
    me = students[-1]
    tutor = factories.make_employee(faculty, person=me.person, post="34")
    TutorGroup.objects.create(employee=tutor, group=group, valid_from=datetime.date(2026, 9, 1))
    account = me.person.user
    RoleAssignment.objects.create(user=account, role="tutor")
    client.force_login(account)
    assert client.get(reverse("my_card")).context["student"] == me


def test_a_card_costs_a_fixed_number_of_queries(client, students, dean, django_assert_max_num_queries):
    client.force_login(dean)
    for code in ("card", "person", "contacts", "residence", "activities", "placements"):
        client.get(tab(students[0], code))
        with django_assert_max_num_queries(12):
            client.get(tab(students[0], code))


def test_laws_of_the_card_hold_for_raw_sql(students):
    student = students[0]
    refused = (
        ("UPDATE students_student SET current_region = '1703', current_district = '1718236' WHERE id = %s", student.pk),
        ("UPDATE students_student SET current_district = '1718236' WHERE id = %s", student.pk),
        ("UPDATE students_student SET latitude = 99, longitude = 60 WHERE id = %s", student.pk),
        ("UPDATE students_student SET latitude = 40 WHERE id = %s", student.pk),
        ("INSERT INTO students_contact (version, person_id, relation, full_name, phone, workplace, address, is_first) "
         "VALUES (1, %s, 'mother', 'X', '12', '', '', false)", student.person_id),
    )  # fmt: skip
    for sql, key in refused:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [key])
    Contact.objects.create(
        person=student.person, relation="mother", full_name="A", phone="+998901234567", is_first=True
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.create(
            person=student.person, relation="father", full_name="B", phone="+998901234568", is_first=True
        )


def test_pinfl_helpers_of_these_tests_are_right(students):
    pinfl = Student.objects.get(pk=students[0].pk).person.pinfl
    assert pinfl_check_digit(pinfl[:13]) == pinfl[13]


def test_the_group_is_a_link_only_for_who_may_open_it(students, dean):
    student = students[0]
    address = reverse("students_students_detail", args=[student.pk])
    group = reverse("students_groups_detail", args=[student.current.group_id])
    assert f'href="{group}"' in factories.client_of(dean).get(address).content.decode()
    page = factories.client_of(factories.make_user("academic_affairs")).get(address)
    assert page.status_code == 200 and student.current.group.name in page.content.decode()
    assert f'href="{group}"' not in page.content.decode()
