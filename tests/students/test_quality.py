"""Quality of data: each rule finds what it says and nothing else, and is mended in place (clause B4)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from hemis.access.scope import Scope
from hemis.people.models import Person
from students import quality
from students.models import Contact, Education, Group, SocialFact, Student
from tests import factories
from tests.sharing import shared
from tests.students.conftest import picture, upload

pytestmark = pytest.mark.django_db
UNIVERSITY = Scope(everything=True)


@shared
def students(faculty, group):
    """On a state grant: who pays needs a contract too, which a higher floor asks for."""
    return factories.make_students(faculty, 4, group=group, payment="11")


@shared
def complete(students):
    """Students of whom nothing is missing."""
    for at, student in enumerate(students):
        person = student.person
        Person.objects.filter(pk=person.pk).update(
            photo="x.jpg", address="Navoiy, 1", passport_last_name=person.last_name.upper(),
            passport_first_name=person.first_name.upper(),
        )  # fmt: skip
        Contact.objects.create(person=person, relation="mother", full_name="A", phone="+998901234567")
        Education.objects.create(
            person=person, kind="school", number=f"A {at}", school="1", graduation_year=2026
        )
    Student.objects.update(accommodation="11")
    return students


def counts() -> dict[str, int]:
    total = quality.overview(UNIVERSITY, by="faculty", chosen={})[0]
    return {code: count for code, count in total.faults.items() if count}


def test_complete_data_have_no_fault(complete):
    assert counts() == {}
    total = quality.overview(UNIVERSITY, by="faculty", chosen={})[0]
    assert (total.students, total.clean, total.completeness) == (4, 4, 100.0)


SPOILED = {
    "no_photo": "UPDATE people_person SET photo = '' WHERE id = {p}",
    "no_phone": "UPDATE people_person SET phone = '' WHERE id = {p}",
    "no_passport": "UPDATE people_person SET passport = '' WHERE id = {p}",
    "no_birth_date": "UPDATE people_person SET birth_date = NULL WHERE id = {p}",
    "no_nationality": "UPDATE people_person SET nationality = '' WHERE id = {p}",
    "no_education": "DELETE FROM students_education WHERE person_id = {p}",
    "no_parent": "UPDATE students_contact SET relation = 'other' WHERE person_id = {p}",
    "no_address": "UPDATE people_person SET address = '' WHERE id = {p}",
    "no_living_place": "UPDATE students_student SET accommodation = '' WHERE id = {s}",
    "district_elsewhere": "UPDATE people_person SET region = '1703' WHERE id = {p}",
    "pinfl_check": "UPDATE people_person SET pinfl = left(pinfl, 13) || (right(pinfl, 1)::int + 1) % 10 WHERE id = {p}",
    "pinfl_birth": "UPDATE people_person SET birth_date = birth_date + 1 WHERE id = {p}",
    "pinfl_gender": "UPDATE people_person SET gender = '12' WHERE id = {p}",
    "passport_form": "UPDATE people_person SET passport = '1234567' WHERE id = {p}",
    "name_not_as_in_passport": "UPDATE people_person SET passport_last_name = 'BOSHQA' WHERE id = {p}",
    "group_of_other_form": "UPDATE students_group SET language = '12' WHERE id = {g}",
    "social_unproved": "UPDATE students_student SET social_category = '11' WHERE id = {s}",
}


@pytest.mark.parametrize("code", sorted(SPOILED))
def test_each_rule_finds_what_it_says(complete, code):
    student = complete[0]
    sql = SPOILED[code].format(p=student.person_id, s=student.pk, g=student.current.group_id)
    with connection.cursor() as cursor:
        cursor.execute(sql)
    found = counts()
    assert set(found) == {code}
    assert found[code] == (4 if code == "group_of_other_form" else 1)
    if found[code] == 1:
        assert [rule.code for rule in quality.faults_of(student.pk)] == [code]
        assert quality.still_wrong(quality.RULES[code], [one.pk for one in complete]) == {student.pk}


def test_century_of_the_pinfl_and_fullness_of_groups_and_passports_abroad(complete):
    person = complete[0].person
    Person.objects.filter(pk=person.pk).update(birth_date=person.birth_date.replace(year=1907))
    assert set(counts()) == {"pinfl_birth"}
    Person.objects.filter(pk=person.pk).update(birth_date=person.birth_date)
    Group.objects.update(capacity=3)
    assert counts() == {"group_full": 4}
    Group.objects.update(capacity=4)
    factories.make_person(passport=person.passport, country="KZ")
    assert counts() == {"passport_twice": 1}
    SocialFact.objects.create(person=complete[1].person, category="11", document="x")
    Student.objects.filter(pk=complete[1].pk).update(social_category="11")
    assert counts() == {"passport_twice": 1}, "a proof in force is enough"


@pytest.mark.duty("B4")
def test_the_faculty_sees_its_own_and_mends_in_place(
    client, complete, dean, stranger, django_assert_max_num_queries
):
    student = complete[0]
    Person.objects.filter(pk=student.person_id).update(phone="", photo="")
    Contact.objects.filter(person=student.person).delete()
    client.force_login(dean)
    page = client.get(reverse("students_quality"))
    assert page.context["total"].faults["no_phone"] == 1 and page.context["total"].completeness < 100
    with django_assert_max_num_queries(12):
        client.get(reverse("students_quality"), {"by": "course"})
    listed = client.get(reverse("students_quality_rule", args=["no_phone"]))
    assert [row.pk for row in listed.context["page"].object_list] == [student.pk]
    address = reverse("students_mend", args=["no_phone", student.pk])
    form = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert 'name="phone"' in form and 'name="email"' not in form and "<html" not in form
    version = Person.objects.get(pk=student.person_id).version
    wrong = client.post(address, {"phone": "", "row_version": version}, headers={"HX-Request": "true"})
    assert "invalid-feedback" in wrong.content.decode()
    assert client.post(address, {"phone": "12", "row_version": version}).status_code == 422
    mended = client.post(
        address, {"phone": "901234567", "row_version": version}, headers={"HX-Request": "true"}
    )
    assert mended.status_code == 200 and not mended.context["still_wrong"]
    parent = {"relation": "father", "full_name": "Karimov Komil", "phone": "901112233"}
    assert client.post(reverse("students_mend", args=["no_parent", student.pk]), parent).status_code == 302
    photo = {"photo": upload(picture())}
    assert client.post(reverse("students_mend", args=["no_photo", student.pk]), photo).status_code == 302
    assert counts() == {}
    for address in (reverse("students_quality"), reverse("students_quality_rule", args=["no_phone"])):
        assert client.get(address, {"file": "xlsx"}).status_code == 200
    assert client.get(reverse("students_quality_rule", args=["nonsense"])).status_code == 404
    client.force_login(stranger)
    assert client.get(reverse("students_quality")).context["total"].students == 0
    assert client.post(reverse("students_mend", args=["no_phone", student.pk]), {}).status_code == 404
    client.force_login(factories.make_user("academic_affairs"))
    assert client.get(reverse("students_quality")).context["total"].students == 4
    assert client.get(reverse("students_mend", args=["no_phone", student.pk])).status_code == 403
    client.force_login(factories.make_user("accounting"))
    assert client.get(reverse("students_quality")).status_code == 403


def test_the_list_of_students_is_filtered_by_problem(client, complete, dean):
    Person.objects.filter(pk=complete[2].person_id).update(phone="")
    client.force_login(dean)
    page = client.get(reverse("students_students_list"), {"problem": "no_phone"})
    assert [row.pk for row in page.context["page"].object_list] == [complete[2].pk]


def test_higher_floors_register_rules_of_their_own(complete, monkeypatch):
    monkeypatch.setattr(quality, "RULES", dict(quality.RULES))
    rule = quality.register(quality.Rule("no_contract", "No contract", "s.entry_year = 2026"))
    assert counts() == {"no_contract": 4}
    with pytest.raises(ValueError):
        quality.register(quality.Rule("no_contract", "Another", "TRUE"))
    assert quality.by_severity([quality.RULES["pinfl_check"], rule])[0].severity == quality.CONTRADICTS
