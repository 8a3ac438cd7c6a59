"""What the contract's PDF and its public page say."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from finance.contracts import actions
from finance.contracts.queries import Selection
from finance.models import Contract, ContractTerms
from hemis.documents.rendering import made_anew, render
from tests.documents.helpers import fonts_of, pdf_text, qr_texts
from tests.finance.conftest import DAY

pytestmark = pytest.mark.django_db


def form(access, faculty):
    found = actions.number_contracts(access=access, chosen=Selection(year=2026, faculty=faculty.pk), on=DAY)
    actions.issue_documents(found.contracts, by=access.user)


@pytest.fixture
def contract(prices, students, faculty, access):
    ContractTerms.objects.create(
        student=students[0],
        academic_year=prices,
        parties="12",
        payer_name="“Namuna” MChJ",
        payer_tin="301234567",
        payer_bank="“Namuna” banki, 20208000100000000001",
    )
    form(access, faculty)
    return Contract.objects.exclude(student=students[0]).order_by("number").first()


def flat(text):
    return " ".join(text.split()).replace("\u00a0", " ")


@pytest.mark.duty("B5", "7.1")
def test_the_pdf_says_what_was_agreed_in_both_languages(contract):
    content = render(contract.document)
    text = flat(pdf_text(content))
    for part in (
        contract.number,
        "10.09.2026",
        "1 823 400",
        "bir million sakkiz yuz yigirma uch ming toʻrt yuz",
        "один миллион восемьсот двадцать три тысячи четыреста",
        "15.09.2026",
        "01.05.2027",
        "455 850",
        contract.student.person.full_name,
        contract.student.number,
        "NAMUNA DAVLAT UNIVERSITETI",
        "ikki tomonlama",
        "ТРЁХ" if contract.parties == "12" else "ДВУСТОРОННИЙ",
        "1 / ",
        "STIR / ИНН: 123456789",
    ):
        assert part in text, part
    assert "Buyurtmachi" not in text
    assert all(fonts_of(content).values())


def test_the_paper_is_uzbek_whatever_the_language_of_the_screen(prices, students, faculty, access):
    with override("ru"):
        form(access, faculty)
    document = Contract.objects.order_by("number").first().document
    assert document.title == "Toʻlov-shartnoma"
    assert "bir million sakkiz yuz" in flat(pdf_text(render(document)))


@pytest.mark.duty("B5")
def test_the_qr_code_leads_to_the_public_page(contract, client):
    address = f"https://hemis.namuna.uz/v/{contract.document.token}/"
    assert qr_texts(render(contract.document)) == [address]
    page = client.get(f"/v/{contract.document.token}/").content.decode()
    person = contract.student.person
    for shown in (contract.number, "10.09.2026", "2026/2027", contract.programme.speciality.code):
        assert shown in page
    for hidden in (
        person.last_name,
        person.first_name,
        person.pinfl,
        person.passport,
        person.phone,
        contract.student.number,
    ):
        assert hidden not in page


@pytest.mark.duty("B5")
def test_one_changed_byte_is_recognised(contract, client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    content = render(contract.document)

    def check(data):
        upload = SimpleUploadedFile("c.pdf", data, "application/pdf")
        return Client().post(reverse("verify_form"), {"file": upload}).context

    assert check(content)["identical"]
    middle = len(content) // 2
    changed = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    assert "identical" not in check(changed)


def test_a_cancelled_contract_says_so(contract, access, client):
    actions.cancel(contract, access=access, reason="Talaba chetlashtirildi")
    assert "Talaba chetlashtirildi" in client.get(f"/v/{contract.document.token}/").content.decode()


def test_a_three_sided_contract_has_its_payer(contract, students):
    three = Contract.objects.get(student=students[0])
    text = flat(pdf_text(render(three.document)))
    for part in (
        "uch tomonlama",
        "“Namuna” MChJ",
        "301234567",
        "20208000100000000001",
        "BUYURTMACHI",
        "uch nusxada",
    ):
        assert part in text, part


def test_the_same_snapshot_gives_the_same_bytes(contract):
    assert made_anew(contract.document) == render(contract.document)


def test_the_annex_explains_the_sum(contract):
    text = flat(pdf_text(render(contract.document)))
    assert "747 300" in text and "470 800" in text
