"""What students keep themselves: own data only, checked at the field, seen by the faculty (duty S, B3)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hemis.access.models import HistoryEntry
from students.models import Contact, Student
from tests import factories

pytestmark = pytest.mark.django_db
LIVING = {
    "accommodation": "14", "current_region": "1718", "current_district": "1718236", "current_address": "Registon, 5-uy",
    "roommate_type": "12", "roommate_count": "3", "landlord": "", "latitude": "39.654167", "longitude": "66.959722",
}  # fmt: skip


@pytest.fixture
def me(students, client):
    client.force_login(students[0].person.user)
    return students[0]


@pytest.mark.duty("S", "B3")
def test_a_student_keeps_the_place_of_living_and_the_faculty_sees_who_typed_it(client, me, dean):
    assert reverse("my_card") + "#own-phones" in client.get("/").content.decode(), "the home page asks for it"
    address = reverse("my_living")
    form = client.get(address).context["form"]
    assert "living_status" not in form.fields, "how safe the place is, is the faculty's to say"
    data = LIVING | {"row_version": me.version}
    for wrong, field in (
        ({"current_address": ""}, "current_address"),
        ({"accommodation": ""}, "accommodation"),
        ({"current_district": "1726269"}, "current_district"),
        ({"roommate_count": "500"}, "roommate_count"),
        ({"longitude": ""}, "longitude"),
        ({"latitude": "66.9", "longitude": "39.6"}, "latitude"),
    ):
        answer = client.post(address, data | wrong)
        assert answer.status_code == 422 and field in answer.context["form"].errors, wrong
        assert "Registon" in answer.content.decode() or field == "current_address", "nothing typed is lost"
    assert client.post(address, data).status_code == 302
    kept = Student.objects.get(pk=me.pk)
    assert (kept.accommodation, kept.current_address, kept.roommate_count) == ("14", "Registon, 5-uy", 3)
    entry = HistoryEntry.objects.filter(
        table="students_student", row_id=me.pk, changes__has_key="current_address"
    )
    assert entry.latest("at").actor_id == me.person.user.pk
    assert client.post(address, data).status_code == 409, "somebody else saved meanwhile"
    client.force_login(dean)
    card = client.get(reverse("students_students_detail", args=[me.pk]) + "?tab=residence").content.decode()
    assert "Registon, 5-uy" in card


@pytest.mark.duty("S")
def test_a_student_keeps_phones_and_contacts_own_only(client, me, students):
    phones = reverse("my_phones")
    version = {"row_version": me.person.version}
    assert "phone" in client.post(phones, version | {"phone": "12", "email": ""}).context["form"].errors
    assert "phone" in client.post(phones, version | {"phone": "", "email": ""}).context["form"].errors
    assert client.post(phones, version | {"phone": "90 123 45 67", "email": "a@b.uz"}).status_code == 302
    me.person.refresh_from_db()
    assert (me.person.phone, me.person.email) == ("+998901234567", "a@b.uz")
    new = {
        "relation": "father",
        "full_name": "VALIYEV ALI",
        "phone": "+998 91 111 22 33",
        "workplace": "",
        "address": "",
    }
    blank = client.get(reverse("my_contact_new")).context["form"]
    assert {blank[name].value() or "" for name in blank.fields} == {""}
    assert client.post(reverse("my_contact_new"), new).status_code == 302
    mine = Contact.objects.get()
    assert (mine.person_id, mine.full_name, mine.is_first) == (me.person_id, "Valiyev Ali", False)
    other = Contact.objects.create(
        person=students[1].person, relation="mother", full_name="X", phone="+998911112234"
    )
    assert client.get(reverse("my_contact", args=[other.pk])).status_code == 404
    page = client.get(reverse("my_card")).content.decode()
    assert "Valiyev Ali" in page and reverse("my_contact", args=[mine.pk]) in page
    client.force_login(factories.make_user("hr"))
    assert client.get(reverse("my_living")).status_code == 403


@pytest.mark.duty("S")
def test_whoever_has_left_only_reads(client, me, monkeypatch):
    monkeypatch.setattr("students.pages.own.may_change", lambda student: False)
    assert client.get(reverse("my_card")).status_code == 200
    for name in ("my_phones", "my_living", "my_contact_new"):
        assert (
            client.get(reverse(name)).status_code == 404
            and client.post(reverse(name), LIVING).status_code == 404
        )
        assert reverse(name) not in client.get(reverse("my_card")).content.decode()
