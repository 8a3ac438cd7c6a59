"""Duty 1.1: the university card; papers print whoever signs on their day."""

from __future__ import annotations

import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfWriter

from finance.contracts.documents import university_facts
from structure import queries
from structure.models import BankAccount, Licence, Signatory, University
from structure.pages import UniversityCard
from tests import factories

TODAY = datetime.date(2026, 10, 1)


@pytest.fixture(autouse=True)
def university(db) -> University:
    return factories.make_university()


def typed(**changes) -> dict:
    return {
        "post": "10", "person": "", "name": "Karimov A. B.", "basis": "Ustav", "valid_from": "2024-09-01",
        "valid_to": "", "ends_previous": "on",
    } | changes  # fmt: skip


def add(client, **changes):
    return client.post("/structure/signatories/new/", typed(**changes))


@pytest.mark.duty("1.1")
def test_the_university_is_one_card_not_a_list(client_of, university):
    Signatory.objects.create(name="Karimov A. B.", basis="Ustav", valid_from="2020-01-01")
    Signatory.objects.create(
        post=20, name="Oldingi B.", basis="Buyruq", valid_from="2020-01-01", valid_to="2020-02-01"
    )
    BankAccount.objects.create(number="2" * 20, bank="Gʻaznachilik", mfo="00014", valid_from="2020-01-01")
    soon = timezone.localdate() + datetime.timedelta(days=30)
    Licence.objects.create(number="OT-1", issued_on="2020-01-01", valid_until=soon, issuer="Inspeksiya")
    viewer = client_of("rectorate")
    answer = viewer.get("/structure/university/", follow=True)
    text = answer.content.decode()
    assert answer.redirect_chain == [(UniversityCard.url_of(university), 302)]
    for shown in ("Karimov A. B.", "2" * 20, "OT-1", "ends soon", university.tin):
        assert shown in text
    assert "Oldingi B." not in text and "/edit/" not in text
    assert "/edit/" in client_of("hr").get(UniversityCard.url_of(university)).content.decode()
    assert client_of("teacher").get("/structure/university/").status_code == 403
    University.objects.all().delete()
    assert "when the program is set up" in viewer.get("/structure/university/").content.decode()


@pytest.mark.duty("1.1")
def test_requisites_are_edited_and_checked(client_of, university):
    client = client_of("hr")
    url = f"/structure/university/{university.pk}/edit/"
    data = {
        "code": "303", "name": "Yangi nom", "tin": "123456789", "ownership": "11", "form": "12",
        "address": "Toshkent", "website": "namuna.example", "oked": "85410", "row_version": university.version,
    }  # fmt: skip
    wrong = client.post(url, data | {"tin": "12", "oked": "1"})
    assert wrong.status_code == 422 and {"tin", "oked"} <= set(wrong.context["form"].errors)
    assert client.post(url, data).status_code == 302
    university.refresh_from_db()
    assert (university.name, university.website) == ("Yangi nom", "https://namuna.example")
    assert university.rector == "A. Rektorov"


@pytest.mark.duty("1.1")
def test_a_new_rector_ends_the_last_one_and_papers_know_both(client_of, university):
    client = client_of("hr")
    assert queries.signatory_name(Signatory.Post.RECTOR, TODAY) == "A. Rektorov"
    assert add(client, name="Qodirov S. A.", valid_from="2018-02-01").status_code == 302
    assert add(client).status_code == 302
    names = {
        day: queries.signatory_name(Signatory.Post.RECTOR, datetime.date.fromisoformat(day))
        for day in ("2017-01-01", "2024-08-31", "2024-09-01")
    }
    university.refresh_from_db()
    assert university.rector == "Karimov A. B."
    assert names == {
        "2017-01-01": university.rector, "2024-08-31": "Qodirov S. A.", "2024-09-01": "Karimov A. B.",
    }  # fmt: skip
    clash = add(client, name="Uchinchi", valid_from="2020-01-01", valid_to="2025-01-01", ends_previous="")
    assert clash.status_code == 422
    assert "signs in this post" in str(clash.context["form"].errors["valid_from"])
    assert 'value="Uchinchi"' in clash.content.decode()


def test_the_name_is_made_from_the_person(client_of):
    teacher = factories.make_user("teacher", person=factories.make_person("Sobirov", "Olim", "Vali oʻgʻli"))
    client = client_of("hr")
    found = client.get("/structure/university/people/?q=sobir").json()["results"]
    assert found == [{"value": str(teacher.person.pk), "text": "Sobirov Olim Vali oʻgʻli"}]
    student = factories.make_user("student", person=factories.make_person("Sobirova", "Oyna"))
    assert str(student.person.pk) not in {
        one["value"] for one in client.get("/structure/university/people/").json()["results"]
    }
    assert add(client, name="", person=teacher.person.pk).status_code == 302
    assert Signatory.objects.get().name == "Sobirov O. V."
    assert "name" in add(client, name="", person="", post="11").context["form"].errors
    assert client_of("rectorate").get("/structure/university/people/").status_code == 403


def test_contracts_print_the_account_and_the_rector_of_their_day(university):
    Signatory.objects.create(name="Karimov A. B.", basis="Ustav", valid_from="2026-09-01")
    facts = university_facts(university, TODAY)
    assert (facts["account"], facts["rector"]) == (university.bank_account, "Karimov A. B.")
    for purpose, digit in ((10, "1"), (11, "2")):
        BankAccount.objects.create(
            purpose=purpose, number=digit * 20, bank="Bank", mfo="00257", valid_from=f"2026-0{digit}-01"
        )
    assert university_facts(university, TODAY)["account"] == "2" * 20
    assert university_facts(university, datetime.date(2026, 1, 15))["account"] == "1" * 20


@pytest.mark.duty("1.1")
@pytest.mark.parametrize(
    ("match", "sql"),
    [
        (
            "one_signatory_a_post_and_day",
            "INSERT INTO structure_signatory (version, post, acting, name, basis, valid_from) "
            "VALUES (1, 10, false, 'B', 'x', '2025-05-05')",
        ),
        ("signatory_period", "UPDATE structure_signatory SET valid_to = '2000-01-01'"),
        (
            "one_account_a_purpose_and_day",
            "INSERT INTO structure_bankaccount (version, purpose, currency, number, bank, mfo, swift, valid_from, "
            "note) SELECT 1, purpose, currency, '3', 'b', '1', '', '2026-01-01', '' FROM structure_bankaccount",
        ),
        ("licence_period", "UPDATE structure_licence SET valid_until = issued_on"),
        ("university_is_one", "UPDATE structure_university SET id = 2"),
    ],
)
def test_raw_writes_are_refused(refused, match, sql):
    Signatory.objects.create(name="A", basis="x", valid_from="2024-01-01")
    BankAccount.objects.create(number="2" * 20, bank="b", mfo="00014", valid_from="2020-01-01")
    Licence.objects.create(number="1", issued_on="2024-01-01", issuer="i")
    refused(match, sql)


@pytest.mark.duty("1.1")
def test_a_scan_is_kept_checked_and_shown_to_who_may(client_of, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = client_of("hr")

    def send(content: bytes, number: str = "OT-9"):
        scan = SimpleUploadedFile("litsenziya.pdf", content)
        data = {
            "kind": "licence",
            "number": number,
            "issued_on": "2024-01-01",
            "issuer": "Inspeksiya",
            "scan": scan,
        }
        return client.post("/structure/licences/new/", data)

    writer, pdf = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=72, height=72)
    writer.write(pdf)
    refused = send(b"<script>alert(1)</script>")
    assert refused.status_code == 422 and "scan" in refused.context["form"].errors
    assert send(pdf.getvalue()).status_code == 302
    licence = Licence.objects.get()
    assert "litsenziya" not in licence.scan.name
    url = f"/structure/licences/{licence.pk}/file/scan/"
    assert url in client.get(UniversityCard.url_of(University.objects.get())).content.decode()
    answer = client.get(url)
    assert (
        answer["Content-Type"] == "application/pdf" and b"".join(answer.streaming_content) == pdf.getvalue()
    )
    assert client_of("teacher").get(url).status_code == 403


@pytest.mark.duty("1.1")
def test_the_address_is_kept_in_each_language_and_papers_take_it(client_of, university):
    """A paper of one language has the address in it, one of two languages both; else Uzbek stands alone."""
    assert university.said("address", "ru") == university.said("mailing_address", "en") == university.address
    assert university.beside("mailing_address", "ru") == university.address, "alike: once"
    assert university_facts(university)["mailing_address"] == university.address
    hr = client_of("hr")
    form = hr.get(reverse("structure_university_edit", args=[university.pk])).context["form"]
    told = {name: form[name].value() or "" for name in form.fields}
    said = {
        "address_en": "1 Main Street, Tashkent", "mailing_address_ru": "100000, Ташкент", "accreditation": "OTM 1",
        "accreditation_en": "Certificate OTM 1",
    }  # fmt: skip
    assert hr.post(reverse("structure_university_edit", args=[university.pk]), told | said).status_code == 302
    university.refresh_from_db()
    assert university.said("address", "en") == university.said("mailing_address", "en") == said["address_en"]
    assert university_facts(university)["mailing_address"] == f"{university.address} / 100000, Ташкент"
    assert university.beside("accreditation", "en") == "OTM 1 / Certificate OTM 1"
    card = hr.get(reverse("structure_university_detail", args=[university.pk])).content.decode()
    assert all(one in card for one in said.values())
