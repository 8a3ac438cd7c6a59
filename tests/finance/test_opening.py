"""Balances of earlier years: in the books, owed and paid, taken back by reversal only; what the database refuses."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from finance.common import FinanceError
from finance.contracts import actions as contracts
from finance.contracts.payers import replace_payer
from finance.debts.queries import debts, overdue_of
from finance.invoices.actions import issue_invoice
from finance.ledger.models import Posting
from finance.models import Contract
from finance.opening import actions
from finance.opening.actions import Balance
from finance.opening.sheets import BroughtForwardSheet
from finance.payments import actions as payments
from finance.payments import queries
from finance.payments.models import Payment
from tests.factories import client_of, make_user, make_year
from tests.payments.world import workbook

pytestmark = pytest.mark.django_db
BASIS = "2026-yil 1-sentabrdagi solishtirma dalolatnoma"


@pytest.fixture
def year(students):
    make_year(2024)
    return make_year(2025)


def brought(student, access, amount, year=2025) -> Contract:
    return actions.bring_forward([Balance(student.pk, year, Decimal(amount), BASIS)], access=access)[0]


def postings(contract) -> list:
    rows = Posting.objects.filter(contract=contract).order_by("pk")
    return [(one.kind, one.debit_id, one.credit_id, one.amount) for one in rows]


@pytest.mark.duty("7.1")
def test_a_debt_is_in_the_books_owed_and_payable(year, students, access):
    contract, today = brought(students[0], access, 1_500_000), timezone.localdate()
    assert postings(contract) == [("brought", "students", "opening", 1_500_000)]
    assert overdue_of([students[0].pk], today)[students[0].pk].value == 1_500_000, "due at once"
    assert queries.paid_next([students[0].pk]) == {students[0].pk: contract.pk}
    payments.enter(
        access=access, contract=contract, date=today, amount=Decimal(600_000), means=Payment.CASH, number="1"
    )
    ((number, standing),) = debts([students[0].pk], today)[students[0].pk]
    assert (number, standing.charged, standing.paid, standing.overdue) == (
        contract.number, 1_500_000, 600_000, 900_000,
    )  # fmt: skip
    with pytest.raises(FinanceError):
        actions.reverse(contract, access=access, reason="Xato")


@pytest.mark.duty("7.1")
def test_no_verb_of_a_contract_with_a_paper_touches_it(year, students, access):
    contract, today = brought(students[0], access, 1_000), timezone.localdate()
    for refused in (
        lambda: contracts.mark_signed(contract, access=access, on=today),
        lambda: contracts.cancel(contract, access=access, reason="Xato"),
        lambda: issue_invoice(contract, access=access, amount=Decimal(1)),
        lambda: replace_payer(contract, access=access, sides={"parties": "11"}, basis="Xat"),
    ):
        with pytest.raises(FinanceError, match="oldingi yil qoldigʻi"):
            refused()


@pytest.mark.duty("7.1")
def test_a_credit_counts_for_other_years_and_can_be_given_back(year, students, access):
    owed, credit = brought(students[0], access, 1_000_000, 2024), brought(students[0], access, -400_000)
    today = timezone.localdate()
    assert postings(credit) == [("brought", "opening", "students", 400_000)]
    assert overdue_of([students[0].pk], today)[students[0].pk].value == 600_000
    assert queries.overpaid(credit.pk) == 400_000 and queries.overpaid(owed.pk) == -1_000_000
    with pytest.raises(FinanceError):
        payments.refund(
            access=access, contract=credit, date=today, amount=Decimal(400_001), number="1", reason="Ariza"
        )
    payments.refund(
        access=access, contract=credit, date=today, amount=Decimal(400_000), number="1", reason="Ariza"
    )
    assert queries.overpaid(credit.pk) == 0


@pytest.mark.duty("7.1")
def test_it_is_corrected_by_reversal_and_entered_anew(year, students, access):
    wrong = brought(students[0], access, -5)
    with pytest.raises(FinanceError):
        brought(students[0], access, 5)
    actions.reverse(wrong, access=access, reason="Ishorasi xato")
    assert postings(wrong)[-1] == ("cancelling", "students", "opening", 5)
    assert debts([students[0].pk], timezone.localdate())[students[0].pk][0][1].owed == 0
    right = brought(students[0], access, 5)
    assert right.number.endswith("Q00002") and right.state == Contract.FORMED


@pytest.mark.duty("7.1")
@pytest.mark.parametrize(("amount", "of", "basis"), [(0, 2025, BASIS), (5, 2026, BASIS), (5, 2025, " ")])
def test_what_is_no_balance_is_refused(year, students, access, amount, of, basis):
    with pytest.raises(FinanceError):
        actions.bring_forward([Balance(students[0].pk, of, Decimal(amount), basis)], access=access)


@pytest.mark.duty("7.1")
def test_the_database_keeps_balances(year, students, access):
    contract = brought(students[0], access, 700)
    for sql in (
        "UPDATE finance_contract SET amount = 1, current_amount = 1 WHERE id = %s",
        "UPDATE finance_contract SET basis = 'x' WHERE id = %s",
        "UPDATE finance_contract SET brought_forward = false, basis = '' WHERE id = %s",
        "DELETE FROM finance_contract WHERE id = %s",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [contract.pk])


@pytest.mark.duty("7.1")
def test_balances_come_from_excel_once(year, students, access):
    headers = ["Talaba raqami yoki JSHSHIR", "Oʻquv yili", "Qarzi, soʻm", "Haqi, soʻm", "Asos"]
    rows = [
        [students[0].number, "2025/2026", 1_500_000, "", BASIS],
        [students[1].person.pinfl, 2025, "", "250 000", BASIS],
        [students[2].number, 2025, 1, 1, BASIS],
        ["999999999999", 2025, 1, "", BASIS],
        [students[2].number, 2026, 1, "", BASIS],
    ]

    def taken():
        sheet = BroughtForwardSheet(access, {"file": "qoldiq.xlsx"})
        checked = sheet.check(sheet.read(workbook(rows, headers)))
        return checked, sheet.save(checked.good)

    checked, saved = taken()
    assert {one.fault for one in checked.faults} == {"one_sum", "no_student", "not_earlier"}
    assert (saved.added, saved.unchanged) == (2, 0)
    assert {one.student: one.amount for one in Contract.objects.select_related("student")} == {
        students[0]: 1_500_000, students[1]: -250_000,
    }  # fmt: skip
    assert taken()[1].added == 0, "the file comes twice, the balance counts once"


@pytest.mark.duty("7.1")
@pytest.mark.duty("S")
def test_the_pages_of_balances(year, students, accountant, faculty):
    client = client_of(accountant)
    page = reverse("finance_bring_forward")
    assert client.post(page, {"student": "1", "year": 2025, "debt": 5, "basis": BASIS}).status_code == 422
    client.post(page, {"student": students[0].number, "year": 2025, "debt": "900000", "basis": BASIS})
    contract = Contract.objects.get()
    detail = reverse("finance_brought_forward_detail", args=[contract.pk])
    assert BASIS in client.get(detail).content.decode()
    assert contract.number in client.get(reverse("finance_debts_list")).content.decode()
    own = client_of(students[0].person.user).get(reverse("my_payments")).content.decode()
    assert contract.number in own and BASIS in own
    dean = client_of(make_user("dean", faculty))
    assert dean.get(detail).status_code == 200 and dean.get(page).status_code == 403
    client.post(reverse("finance_balance_reverse", args=[contract.pk]), {"reason": "Xato"})
    assert Contract.objects.get().state == Contract.CANCELLED
