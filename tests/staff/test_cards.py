"""The card of an employee: printed once for the same facts, verified by anybody, void when the last post has ended."""

from __future__ import annotations

import datetime

import pypdf
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hemis.documents.models import Document
from hemis.jobs.actions import run_now
from hemis.jobs.models import Job
from staff.documents import issue_card, revoke_cards
from tests.factories import client_of, make_university, make_user
from tests.staff import makers

pytestmark = [pytest.mark.django_db, pytest.mark.duty("1.2")]


@pytest.fixture
def teacher(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    make_university()
    return makers.teacher(makers.kafedra(), "Ustozov")


def test_the_card_is_printed_from_the_page_and_is_the_same_until_its_facts_change(teacher):
    client, address = client_of(make_user("hr")), reverse("staff_print_card", args=[teacher.pk])
    page = reverse("staff_employees_detail", args=[teacher.pk])
    assert address in client.get(page).content.decode()
    first, again = client.post(address), client.post(address)
    card = Document.objects.get(kind="employee_card")
    assert first.url == again.url == reverse("document_pdf", args=[card.pk])
    assert client.get(first.url)["Content-Type"] == "application/pdf"
    assert card.payload["unit"] == teacher.positions.get().unit.name
    assert not {"pinfl", "passport"} & set(card.payload)
    person = teacher.person
    person.first_name = "Boshqa"
    person.save()
    client.post(address)
    card.refresh_from_db()
    assert card.state == Document.REPLACED
    for role, status in (("dean", 403), ("teacher", 403), ("accounting", 403)):
        unit = teacher.positions.get().unit.parent if role == "dean" else None
        assert client_of(make_user(role, unit)).post(address).status_code == status
    assert client.get(address).status_code == 405


def test_anybody_verifies_it_and_reads_no_full_name(teacher):
    card = issue_card(teacher, university=make_university(), by=None)
    page = Client().get(f"/v/{card.token}/").content.decode()
    assert card.number in page and card.payload["unit"] in page and teacher.person.full_name not in page


def test_the_cards_of_many_are_one_pdf_and_who_holds_no_post_is_told_apart(teacher):
    nobody = makers.employee("Ketganov")
    client = client_of(make_user("hr"))
    client.post(reverse("staff_employees_bulk"), {"action": "cards", "pk": [teacher.pk, nobody.pk]})
    job = run_now(Job.objects.get(kind="staff.cards"))
    assert job.state == Job.DONE, job.message
    with job.result_file.open("rb") as file:
        pages = pypdf.PdfReader(file).pages
        assert len(pages) == 1
        width, height = (float(side) / 72 * 25.4 for side in pages[0].mediabox[2:])
    assert (round(width, 1), round(height, 1)) == (85.6, 54.0)
    assert [one.label for one in job.failures.all()] == [str(nobody)]
    address = reverse("staff_print_card", args=[nobody.pk])
    assert client.post(address).url == reverse("staff_employees_detail", args=[nobody.pk])


def test_the_card_of_who_has_left_is_void_the_night_after(teacher):
    today = timezone.localdate()
    card = issue_card(teacher, university=make_university(), by=None)
    assert revoke_cards(today) == 0
    post = teacher.positions.get()
    type(post).objects.filter(pk=post.pk).update(
        valid_to=today, end_order_number="7", end_order_date=today, end_reason="Oʻz xohishi"
    )
    assert revoke_cards(today) == 0, "the last day counts"
    assert revoke_cards(today + datetime.timedelta(days=1)) == 1
    card.refresh_from_db()
    assert card.state == Document.REVOKED and card.reason
    assert revoke_cards(today + datetime.timedelta(days=1)) == 0
