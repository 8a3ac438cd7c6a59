"""Anybody looks a diploma up by its number and its holder; nothing is learnt by trying numbers (duty 2.7)."""

import pytest
from django.test import Client
from django.urls import reverse

from records.diplomas import actions, search
from records.models import Diploma
from tests.records.graduates import kept_for_the_module, one_test

pytestmark = [pytest.mark.django_db, pytest.mark.duty("2.7")]
ADDRESS = "/diploma/"


@pytest.fixture(scope="module")
def school(django_db_setup, django_db_blocker):
    with kept_for_the_module(django_db_blocker) as made:
        world = made.of(2)
        world.accredit()
        world.graduate()
        world.blanks()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "hemis.documents.rendering.pdf_of", lambda html, token, style: f"%PDF {token}".encode()
            )
            for one in world.printed():
                actions.issue_papers(one, access=world.access("hr"))
        yield made


@pytest.fixture
def _django_db_helper(school):
    with one_test():
        yield


@pytest.fixture(autouse=True)
def _unlimited(monkeypatch):
    monkeypatch.setattr(search, "too_many", lambda request, what, a_minute: False)


@pytest.fixture
def diploma(school):
    return Diploma.objects.get(student=school.students[0])


def look(number, holder):
    return Client(HTTP_ACCEPT_LANGUAGE="en").post(ADDRESS, {"number": number, "holder": holder})


def test_both_marks_lead_to_the_page_of_the_qr_code(diploma):
    person, blank = diploma.student.person, diploma.blank
    page = reverse("verify", args=[diploma.document.token])
    numbers = (
        diploma.number, f"№ {diploma.number}", blank.code, f"{blank.series.lower()} {blank.number}",
        blank.code.replace("A", "А").replace("B", "В"),  # typed in Cyrillic letters
    )  # fmt: skip
    for number in numbers:
        answer = look(number, person.last_name.upper())
        assert (answer.status_code, answer.headers.get("Location")) == (302, page), number
    for holder in ("Номзодов", person.pinfl[-6:], person.pinfl):
        assert look(diploma.number, holder).url == page, holder
    shown = Client(HTTP_ACCEPT_LANGUAGE="en").get(page).content.decode()
    assert "Genuine" in shown and person.last_name not in shown and person.pinfl not in shown


def test_whatever_does_not_agree_is_answered_alike(school, diploma):
    person = diploma.student.person
    wrong = [
        (diploma.number, "Begonayev"), (diploma.number, person.pinfl[-5:]), (diploma.number, person.first_name),
        (diploma.number, "%"), ("999999/2026", person.last_name), (f"{diploma.number}9", person.last_name),
        ("1/99999999999", person.last_name), ("ZZ999999999", person.last_name), ("' OR 1=1 --", person.last_name),
    ]  # fmt: skip
    answers = set()
    for number, holder in wrong:
        answer = look(number, holder)
        assert answer.status_code == 404, (number, holder)
        answers.add(answer.content.decode().split('role="alert"')[1].split("</div>")[0])
    assert len(answers) == 1 and person.pinfl[-5:] not in answers.pop()
    assert look("", "").status_code == 422
    assert Client().get(f"{ADDRESS}?number={diploma.number}&holder={person.last_name}").status_code == 200


def test_a_cancelled_diploma_is_found_and_called_void(school):
    third = school.of(3).students[2]
    school.accredit(third)
    school.graduate(third)
    (formed,) = actions.form([third.pk], access=school.access("dean")).done
    assert formed.document is None and search.find(formed.number or "/2026", third.person.last_name) is None
    (approved,) = actions.approve([formed], access=school.access("hr")).done
    number = actions.issue_papers(approved, access=school.access("hr")).number
    approved.refresh_from_db()
    actions.cancel(approved, access=school.access("hr"), permission=actions.APPROVE, reason="Xato")
    page = Client(HTTP_ACCEPT_LANGUAGE="en").get(look(number, third.person.last_name).url).content.decode()
    assert "Revoked." in page and "Genuine." not in page


def test_tries_are_limited(monkeypatch):
    monkeypatch.setattr(search, "too_many", lambda request, what, a_minute: a_minute <= 10)
    answer = look("1/2026", "X")
    assert answer.status_code == 429 and answer["Retry-After"] == "60"
    assert Client().get(ADDRESS).status_code == 200
