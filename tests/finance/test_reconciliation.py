"""Reconciliation of accounts of a student and of a payer: opening, every posting, closing; the paper."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from finance.contracts import payers
from finance.models import Contract
from finance.opening.actions import Balance, bring_forward
from finance.payments import actions as payments
from finance.payments.models import Payment
from finance.reconciliation.queries import reconciled
from finance.reconciliation.rules import Entry, Reconciled
from hemis.documents.actions import drawn_when_opened
from hemis.documents.models import Document
from hemis.documents.rendering import render
from tests.documents.helpers import pdf_text, qr_texts
from tests.factories import client_of, make_user, make_year
from tests.finance.conftest import DAY

pytestmark = pytest.mark.django_db
SUM = Decimal(1_823_400)
SPONSOR = {"parties": "12", "payer_name": "“Namuna” MCHJ", "payer_tin": "301234567"}


def pay(contract, access, amount, day) -> Payment:
    return payments.enter(
        access=access,
        contract=contract,
        date=day,
        amount=Decimal(amount),
        means=Payment.CASH,
        number=f"K{amount}",
    )


SUMS = st.decimals(0, 10**9, places=2)


@given(
    st.decimals(-(10**9), 10**9, places=2), st.lists(st.tuples(SUMS, SUMS), max_size=20), st.integers(0, 20)
)
def test_a_period_divided_anywhere_comes_to_the_same(opening, sums, at):
    entries = [Entry(DAY, "", "", "", "", debit, credit) for debit, credit in sums]
    whole = Reconciled(opening, entries)
    first = Reconciled(opening, entries[:at])
    assert Reconciled(first.closing, entries[at:]).closing == whole.closing


@pytest.mark.duty("7.1")
def test_balances_agree_with_the_books(contracts, students, access):
    make_year(2025)
    balance = [Balance(students[0].pk, 2025, Decimal(100_000), "Dalolatnoma")]
    bring_forward(balance, access=access, on=datetime.date(2026, 9, 1))
    pay(contracts[0], access, 400_000, datetime.date(2026, 9, 20))
    late = pay(contracts[0], access, 300_000, datetime.date(2026, 10, 5))
    payments.reverse(late, access=access, reason="Xato", on=datetime.date(2026, 10, 6))
    own = Contract.objects.filter(student=students[0])
    september = reconciled(own, datetime.date(2026, 9, 2), datetime.date(2026, 9, 30))
    assert (september.opening, september.debit, september.credit) == (100_000, SUM, 400_000)
    october = reconciled(own, datetime.date(2026, 10, 1), datetime.date(2026, 10, 31))
    assert october.opening == september.closing == SUM - 300_000
    assert (october.debit, october.credit, october.closing) == (300_000, 300_000, SUM - 300_000)


@pytest.mark.duty("7.1")
def test_the_page_and_the_paper(contracts, students, access, accountant, faculty):
    with drawn_when_opened():
        for contract in contracts[:2]:
            payers.replace_payer(contract, access=access, sides=SPONSOR, basis="Xat")
    pay(contracts[1], access, 500_000, datetime.date(2026, 9, 20))
    client, page = client_of(accountant), reverse("finance_reconciliation")
    assert client.get(page).status_code == 200
    asked = {"who": "301234567", "start": "2026-09-01", "end": timezone.localdate().isoformat()}
    shown = client.get(page, asked).content.decode()
    assert "Namuna" in shown and contracts[0].number in shown and contracts[2].number not in shown
    for wrong in ({"who": "999"}, {"start": "2027-01-01"}):
        assert client.get(page, asked | wrong).status_code == 422
    with drawn_when_opened():
        client.post(page, asked)
        client.post(page, asked | {"who": students[2].number})
    of_payer, of_student = Document.objects.filter(kind="reconciliation").order_by("pk")
    assert of_payer.owner is None and of_student.owner == students[2].person
    text = " ".join(pdf_text(render(of_payer)).split())
    for words in (
        "SOLISHTIRISH",
        of_payer.number,
        "“Namuna” MCHJ",
        "500 000",
        "3 146 800",
        contracts[1].number,
        "shartnoma boʻyicha toʻlov",
    ):
        assert words in text, words
    assert qr_texts(render(of_payer)) == [of_payer.public_url]
    assert client_of(make_user("dean", faculty)).get(page).status_code == 403


@pytest.mark.duty("7.1")
def test_a_reconciliation_costs_a_fixed_number_of_queries(
    contracts, students, access, django_assert_num_queries
):
    for day in range(1, 6):
        pay(contracts[0], access, day, datetime.date(2026, 9, 20))
    with django_assert_num_queries(2):
        reconciled(
            Contract.objects.filter(student=students[0]), datetime.date(2026, 9, 1), DAY.replace(month=10)
        )
