"""Invoices of contracts, payers that are replaced, contracts that students ask for; what the database refuses."""

import datetime
import io
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from finance.common import FinanceError
from finance.contracts import actions, changes, payers
from finance.contracts.queries import Selection
from finance.invoices import actions as invoices
from finance.ledger.models import Posting
from finance.models import (
    BaseCoefficient,
    Contract,
    ContractChange,
    ContractRequest,
    ContractTerms,
    Invoice,
    PayerChange,
)
from finance.requests import actions as requests
from hemis.documents.actions import drawn_when_opened
from hemis.documents.models import Document
from hemis.documents.rendering import render
from hemis.notices.models import Notice
from hemis.people.models import User
from tests.documents.helpers import pdf_text, qr_texts
from tests.factories import access_of, client_of, make_students, make_user
from tests.finance.conftest import DAY
from tests.finance.movements import carry_out, undo

pytestmark = pytest.mark.django_db
NOVEMBER = datetime.date(2026, 11, 20)
SUM = Decimal(1_823_400)
FACTORY = {
    "parties": "12", "payer_name": "“Namuna” MCHJ", "payer_tin": "301234567", "payer_address": "Toshkent",
    "payer_bank": "20208000, MFO 00440",
}  # fmt: skip
STUDENT = {"parties": "11"}


def invoice(contract, access, amount) -> Invoice:
    with drawn_when_opened():
        return invoices.issue_invoice(contract, access=access, amount=Decimal(amount))


def replace(contract, access, sides, basis="Ariza") -> PayerChange:
    with drawn_when_opened():
        return payers.replace_payer(contract, access=access, sides=sides, basis=basis)


def refused(sql: str, *params) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def login_of(student) -> User:
    return User.objects.get(person=student.person)


# --- invoices


@pytest.mark.duty("7.1")
def test_invoices_come_to_no_more_than_the_contract(contracts, access):
    contract = contracts[0]
    first, second = invoice(contract, access, 1_000_000), invoice(contracts[1], access, 5)
    year = timezone.localdate().year % 100
    assert [first.number, second.number] == [f"HF-{year}-00001", f"HF-{year}-00002"]
    with pytest.raises(FinanceError, match="823"):
        invoice(contract, access, 823_401)
    assert invoice(contract, access, 823_400).position == 3, "a refusal leaves no gap; equal is allowed"
    with pytest.raises(FinanceError):
        invoice(contract, access, 1)
    invoices.annul(first, access=access, reason="Xato")
    assert Document.objects.get(pk=first.document_id).state == Document.REVOKED
    assert invoice(contract, access, 1_000_000).position == 4, "the sum is free again, the number is not"
    for wrong in ("", " "):
        with pytest.raises(FinanceError):
            invoices.annul(second, access=access, reason=wrong)
    actions.cancel(contract, access=access, reason="Xato")
    assert not contract.invoices.filter(state=Invoice.ISSUED).exists()
    with pytest.raises(FinanceError):
        invoice(contract, access, 1)


@pytest.mark.duty("7.1")
def test_the_database_itself_keeps_invoices(contracts, access):
    made = invoice(contracts[0], access, 1_000_000)
    papers = [one.document_id for one in contracts]
    add = (
        "INSERT INTO finance_invoice (version, number, year, position, date, contract_id, amount, payer_name,"
        " payer_tin, payer_address, payer_bank, state, document_id, made_at, annul_reason)"
        " VALUES (1, %s, %s, %s, %s, %s, %s, 'X', '', '', '', 'issued', %s, now(), '')"
    )
    day = made.date
    refused(add, "B-1", day.year, 2, day, contracts[0].pk, 823_401, papers[0])
    refused(add, "B-1", day.year, 3, day, contracts[0].pk, 1, papers[0])
    refused(add, "B-1", day.year, 2, DAY - datetime.timedelta(days=1), contracts[0].pk, 1, papers[0])
    refused("UPDATE finance_invoice SET amount = 1 WHERE id = %s", made.pk)
    refused("DELETE FROM finance_invoice WHERE id = %s", made.pk)
    refused("UPDATE finance_invoice SET state = 'annulled', annulled_at = now() WHERE id = %s", made.pk)
    refused(
        "UPDATE finance_contract SET state = 'cancelled', cancel_reason = 'x', cancelled_at = now() WHERE id = %s",
        contracts[0].pk,
    )
    with connection.cursor() as cursor:
        cursor.execute(add, ["B-1", day.year, 2, day, contracts[0].pk, 823_400, papers[0]])
    assert Invoice.objects.count() == 2


@pytest.mark.duty("7.1")
def test_a_sum_that_falls_leaves_no_invoice_beyond_it(contracts, students, faculty, access):
    made = invoice(contracts[0], access, SUM)
    carry_out("11", faculty, [students[0]], NOVEMBER, reason="11")
    change = ContractChange.objects.get()
    with pytest.raises(FinanceError), drawn_when_opened():
        changes.form_change(change, access=access)
    invoices.annul(made, access=access, reason="Talaba chetlashtirildi")
    with drawn_when_opened():
        changes.form_change(change, access=access)
    rest = invoice(contracts[0], access, change.amount)
    undo(change.order, NOVEMBER)
    assert Invoice.objects.get(pk=rest.pk).state == Invoice.ISSUED, "the sum has grown again"


@pytest.mark.duty("7.1")
def test_the_paper_of_an_invoice_and_its_pages(contracts, students, access, accountant, faculty):
    replace(contracts[0], access, FACTORY)
    client = client_of(accountant)
    page = reverse("finance_invoice_issue", args=[contracts[0].pk])
    assert "Namuna" in client.get(page).content.decode()
    today = timezone.localdate()
    assert client.post(page, {"amount": "9000000", "date": today.isoformat()}).status_code == 422
    with drawn_when_opened():
        client.post(page, {"amount": "1500000", "date": today.isoformat()})
    made = Invoice.objects.get()
    content = render(made.document)
    assert len(PdfReader(io.BytesIO(content)).pages) == 1
    text = " ".join(pdf_text(content).split())
    for words in (
        "HISOB-FAKTURA", made.number, contracts[0].number, "“Namuna” MCHJ", "301234567", "1 500 000",
        "bir million besh yuz ming", "один миллион пятьсот тысяч", students[0].person.last_name,
    ):  # fmt: skip
        assert words.lower() in text.lower(), words
    assert qr_texts(content) == [made.document.public_url]
    tab = client.get(reverse("finance_contracts_detail", args=[contracts[0].pk]), {"tab": "invoices"})
    assert made.number in tab.content.decode()
    assert (
        client.post(reverse("finance_invoice_annul", args=[made.pk]), {"reason": "Xato"}).status_code == 302
    )
    assert Invoice.objects.get().state == Invoice.ANNULLED
    dean = client_of(make_user("dean", faculty))
    assert dean.get(reverse("finance_invoices_detail", args=[made.pk])).status_code == 200
    assert dean.get(page).status_code == 403


@pytest.mark.duty("S")
def test_the_student_downloads_the_own_invoice(contracts, students, access):
    made, other = invoice(contracts[0], access, 100), invoice(contracts[1], access, 100)
    client = client_of(login_of(students[0]))
    page = client.get(reverse("my_contracts")).content.decode()
    assert made.number in page and other.number not in page
    assert reverse("document_pdf", args=[made.document_id]) in page
    assert client.get(reverse("document_pdf", args=[other.document_id])).status_code == 404


# --- another payer


def posted() -> list:
    return list(Posting.objects.order_by("pk").values_list("pk", "amount"))


@pytest.mark.duty("7.1")
def test_a_payer_comes_changes_and_goes_and_the_ledger_stays(contracts, access):
    contract, books = contracts[0], posted()
    first = replace(contract, access, FACTORY)
    contract.refresh_from_db()
    assert (contract.parties, contract.payer_name, contract.payer_tin) == ("12", "“Namuna” MCHJ", "301234567")
    second = replace(contract, access, FACTORY | {"payer_name": "Boshqa tashkilot", "payer_tin": ""})
    third = replace(contract, access, STUDENT | {"payer_name": "qolib ketgan nom"})
    contract.refresh_from_db()
    assert (contract.parties, contract.payer_name, contract.payer_bank) == ("11", "", "")
    assert [first.number, third.number] == [f"{contract.number}-T1", f"{contract.number}-T3"]
    with pytest.raises(FinanceError):
        payers.cancel_payer_change(second, access=access, reason="Xato")
    payers.cancel_payer_change(third, access=access, reason="Xato")
    contract.refresh_from_db()
    assert contract.payer_name == "Boshqa tashkilot"
    payers.cancel_payer_change(second, access=access, reason="Xato")
    payers.sign_payer_change(first, access=access, on=timezone.localdate())
    payers.cancel_payer_change(first, access=access, reason="Xato")
    contract.refresh_from_db()
    assert (contract.parties, contract.payer_name) == ("11", ""), "as before the first"
    assert posted() == books and contract.current_amount == SUM


@pytest.mark.duty("7.1")
@pytest.mark.parametrize("sides", [STUDENT, {"parties": "12"}])
def test_sides_that_contradict_or_stay_the_same_are_refused(contracts, access, sides):
    with pytest.raises(FinanceError):
        replace(contracts[0], access, sides)
    with pytest.raises(FinanceError):
        replace(contracts[0], access, FACTORY, basis=" ")
    assert not PayerChange.objects.exists()


@pytest.mark.duty("7.1")
def test_the_database_lets_only_an_agreement_change_the_payer(contracts, access):
    made = replace(contracts[0], access, FACTORY)
    to = "UPDATE finance_contract SET parties = '12', payer_name = 'Y' WHERE id = %s"
    refused(to, contracts[0].pk)
    refused(to, contracts[1].pk)
    refused("UPDATE finance_payerchange SET payer_name = 'Y' WHERE id = %s", made.pk)
    refused("DELETE FROM finance_payerchange WHERE id = %s", made.pk)
    refused(
        "INSERT INTO finance_payerchange (version, contract_id, position, date, basis, before, parties, payer_name,"
        " payer_tin, payer_address, payer_bank, state, document_id, made_at, scan, cancel_reason)"
        " VALUES (1, %s, 2, %s, 'x', '{}', '11', '', '', '', '', 'formed', %s, now(), '', '')",
        contracts[0].pk, DAY, contracts[1].document_id,
    )  # fmt: skip


@pytest.mark.duty("7.1")
def test_the_page_of_the_payer_and_the_agreement(contracts, students, accountant):
    client = client_of(accountant)
    page = reverse("finance_payer_replace", args=[contracts[0].pk])
    assert client.get(page).status_code == 200
    sent = FACTORY | {"basis": "2026-yil 20-noyabrdagi xat"}
    assert client.post(page, sent).status_code == 422, "an organisation of the budget may not pay"
    with drawn_when_opened():
        client.post(page, sent | {"not_budget": "on"})
    made = PayerChange.objects.get()
    text = " ".join(pdf_text(render(made.document)).split())
    for words in ("SHIMCHA KELISHUV", made.number, "“Namuna” MCHJ", "32-bandi", students[0].person.last_name):
        assert words in text, words
    assert qr_texts(render(made.document)) == [made.document.public_url]
    detail = reverse("finance_payer_changes_detail", args=[made.pk])
    assert "Namuna" in client.get(detail).content.decode()
    client.post(reverse("finance_payer_sign", args=[made.pk]), {"date": timezone.localdate().isoformat()})
    assert PayerChange.objects.get().state == PayerChange.SIGNED
    client.post(reverse("finance_payer_cancel", args=[made.pk]), {"reason": "Xato"})
    assert PayerChange.objects.get().state == PayerChange.CANCELLED
    own = client_of(login_of(students[0])).get(reverse("my_contracts")).content.decode()
    assert "Namuna" not in own, "what is cancelled is not shown"


# --- asked for by the student


@pytest.fixture
def asking(prices, students):
    return access_of(login_of(students[0]))


def sent(student, asking, sum_type="12") -> ContractRequest:
    return requests.ask(student, access=asking, sum_type=sum_type)


@pytest.mark.duty("S")
@pytest.mark.duty("7.1")
def test_a_request_becomes_the_contract_and_the_student_is_told(prices, students, asking, access):
    made = sent(students[0], asking, "11")
    with pytest.raises(FinanceError):
        sent(students[0], asking)
    with drawn_when_opened():
        contract = requests.accept(made, access=access)
    made.refresh_from_db()
    assert (made.state, made.contract) == (ContractRequest.ACCEPTED, contract)
    assert (contract.state, contract.sum_type, contract.parties) == (Contract.FORMED, "11", "11")
    assert contract.amount == 7_473_000, "with the stipend"
    notice = Notice.objects.get(user__person=students[0].person, code="contract_formed")
    assert contract.number in str(notice.params)
    for again in (lambda: requests.accept(made, access=access), lambda: sent(students[0], asking)):
        with pytest.raises(FinanceError):
            again()


@pytest.mark.duty("7.1")
def test_what_accounting_has_set_goes_before_the_wish(prices, students, asking, access):
    ContractTerms.objects.create(
        student=students[0], academic_year_id=2026, sum_type="12", discount=10, basis="Ariza"
    )
    with drawn_when_opened():
        contract = requests.accept(sent(students[0], asking, "11"), access=access)
    assert (contract.sum_type, contract.discount) == ("12", 10)


@pytest.mark.duty("7.1")
def test_a_job_over_all_answers_requests_too_and_a_refusal_says_why(
    prices, students, asking, access, faculty
):
    made = sent(students[0], asking)
    with pytest.raises(FinanceError):
        requests.refuse(made, access=access, reason=" ")
    requests.refuse(made, access=access, reason="Grantga oʻtkazildi")
    assert Notice.objects.get(code="contract_refused").params == {"reason": "Grantga oʻtkazildi"}
    back = requests.withdraw(sent(students[0], asking), access=asking)
    assert back.state == ContractRequest.WITHDRAWN
    again = sent(students[0], asking)
    numbered = actions.number_contracts(
        access=access, chosen=Selection(year=2026, faculty=faculty.pk), on=DAY
    )
    with drawn_when_opened():
        actions.issue_documents(numbered.contracts, by=access.user)
    again.refresh_from_db()
    assert again.contract.student == students[0]
    with pytest.raises(FinanceError):
        requests.withdraw(again, access=asking)


@pytest.mark.duty("S")
def test_only_who_studies_for_a_fee_this_year_asks(prices, students, asking, faculty):
    free = make_students(faculty, 1, payment="11")[0]
    with pytest.raises(FinanceError):
        sent(free, access_of(login_of(free)))
    with pytest.raises(FinanceError):
        sent(students[1], asking)
    with pytest.raises(FinanceError):
        sent(students[0], asking, "99")
    add = (
        "INSERT INTO finance_contractrequest (version, student_id, academic_year_id, faculty_id, sum_type, comment,"
        " state, sent_at, refuse_reason) VALUES (1, %s, 2026, %s, '12', '', %s, now(), '')"
    )
    refused(add, free.pk, faculty.pk, "sent")
    refused(add, students[0].pk, faculty.pk, "refused")
    made = sent(students[0], asking)
    refused(add, students[0].pk, faculty.pk, "sent")
    refused("UPDATE finance_contractrequest SET sum_type = '11' WHERE id = %s", made.pk)
    refused(
        "UPDATE finance_contractrequest SET state = 'accepted', decided_at = now() WHERE id = %s", made.pk
    )
    refused("UPDATE finance_contractrequest SET state = 'refused', decided_at = now() WHERE id = %s", made.pk)
    refused("DELETE FROM finance_contractrequest WHERE id = %s", made.pk)


@pytest.mark.duty("S")
@pytest.mark.duty("7.1")
def test_the_cabinet_asks_and_the_queue_answers(prices, students, asking, accountant, faculty):
    client = client_of(login_of(students[0]))
    assert reverse("my_contract_request") in client.get(reverse("my_contracts")).content.decode()
    page = client.get(reverse("my_contract_request")).content.decode().replace("\u00a0", " ")
    assert "1 823 400" in page and "7 473 000" in page
    client.post(reverse("my_contract_request"), {"sum_type": "12", "comment": "Iltimos"})
    made = ContractRequest.objects.get()
    own = client.get(reverse("my_contracts")).content.decode()
    assert reverse("my_contract_request_withdraw", args=[made.pk]) in own
    assert reverse("my_contract_request") + '"' not in own, "one request at a time"
    office = client_of(accountant)
    assert (
        "Iltimos" in office.get(reverse("finance_contract_requests_detail", args=[made.pk])).content.decode()
    )
    assert reverse("finance_contract_requests_list") in office.get(reverse("home")).content.decode()
    with drawn_when_opened():
        office.post(reverse("finance_request_accept", args=[made.pk]))
    assert Contract.objects.get().request == made
    stranger = client_of(login_of(students[1]))
    assert stranger.post(reverse("my_contract_request_withdraw", args=[made.pk])).status_code == 404


@pytest.mark.duty("7.1")
def test_what_cannot_be_priced_stays_in_the_queue(prices, students, asking, accountant, access):
    made = sent(students[0], asking)
    BaseCoefficient.objects.all().delete()
    with pytest.raises(FinanceError):
        requests.accept(made, access=access)
    office = client_of(accountant)
    office.post(reverse("finance_request_refuse", args=[made.pk]), {"reason": "Narx yoʻq"})
    made.refresh_from_db()
    assert made.refuse_reason == "Narx yoʻq" and not Contract.objects.exists()
