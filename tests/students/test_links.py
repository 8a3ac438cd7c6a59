"""First passwords of students: one-time links from the dean's office (duty 2.1, law 11)."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from hemis.people.models import User
from tests import factories
from tests.sharing import shared

pytestmark = pytest.mark.django_db


@shared
def accounts(students):
    """The admission has opened one for each."""
    return [User.objects.get(person=student.person) for student in students]


def links(answer) -> list[str]:
    """The paths of the links on the sheet."""
    return re.findall(r"<code[^>]*>https?://[^/<]+(/[^<]+)</code>", answer.content.decode())


@pytest.mark.duty("2.1")
def test_the_deans_office_gives_one_student_a_link_that_works_once(
    client, students, accounts, dean, stranger
):
    address = reverse("student_link", args=[students[0].pk])
    client.force_login(stranger)
    assert client.post(address).status_code == 404, "out of scope it looks absent"
    for role in ("hr", "rectorate", "accounting"):
        assert factories.client_of(factories.make_user(role)).post(address).status_code == 403
    client.force_login(dean)
    assert client.get(address).status_code == 405
    assert address in client.get(reverse("students_students_detail", args=[students[0].pk])).content.decode()
    first = links(client.post(address))
    answer = client.post(address)
    assert answer["Cache-Control"] == "private, no-store"
    (link,) = links(answer)
    owner = Client()
    assert owner.get(first[0]).status_code == 410, "a new link ends the unused one"
    words = {"new_password1": "Talaba-parol-2026", "new_password2": "Talaba-parol-2026"}
    assert owner.post(link, words).status_code == 302 and owner.get(link).status_code == 410
    assert owner.login(username=students[0].number, password="Talaba-parol-2026")
    history = client.get(reverse("students_students_history", args=[students[0].pk])).content.decode()
    assert str(dean) in history and link.rstrip("/").rsplit("/", 1)[-1] not in history


@pytest.mark.duty("2.1")
def test_links_of_the_ticked_stand_on_one_sheet(client, students, accounts, dean):
    closed, worker = accounts[1], accounts[2]
    User.objects.filter(pk=closed.pk).update(is_active=False)
    factories.give_role(worker, "accounting")
    other = factories.make_students(factories.make_faculty("303-103"), 1)[0]
    client.force_login(dean)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    ticked = {"action": "links", "pk": [one.pk for one in [*students, other]]}
    answer = client.post(reverse("students_students_bulk"), ticked)
    text = answer.content.decode()
    assert len(links(answer)) == len(students) - 2 and "Left out: 2" in text
    assert students[0].number in text and other.number not in text, "another faculty's student is not ticked"
    assert worker.login not in text, "a dean's office gets no password of an accountant"
