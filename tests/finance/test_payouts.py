"""One-off help within the fund, and payouts: posted, returned by the bank, paid again (VMQ 59/2020)."""

import datetime
import io
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from finance.common import FinanceError
from finance.contracts import actions as contracts
from finance.contracts.queries import Selection
from finance.ledger.models import Posting
from finance.models import Aid, AidFund, Contract, Payout, PayoutAccount, PayoutLine, StipendAmount
from finance.payments.actions import book
from finance.stipends import actions, payouts
from hemis.documents.actions import drawn_when_opened
from tests.factories import access_of, client_of, make_user
from tests.finance.test_stipends import BASE, OCTOBER, appoint, grants, on_grant  # noqa: F401 - on a grant
from tests.sharing import shared

pytestmark = [pytest.mark.django_db, pytest.mark.duty("7.1")]
DAY = datetime.date(2026, 10, 20)
LATER = datetime.date(2026, 10, 25)


def balance(account: str) -> Decimal:
    """Debit less credit of an account."""
    total = Decimal(0)
    for debit, credit, amount in Posting.objects.values_list("debit", "credit", "amount"):
        total += (debit == account) * amount - (credit == account) * amount
    return total


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@shared
def paid_contract(prices, students, faculty, access):
    """A contract in force; its PDF is drawn when somebody asks."""
    chosen = Selection(year=2026, faculty=faculty.pk)
    numbered = contracts.number_contracts(access=access, chosen=chosen, on=datetime.date(2026, 9, 1))
    with drawn_when_opened():
        contracts.issue_documents(numbered.contracts, by=access.user)
    return Contract.objects.first()


@shared
def fund(db):
    return AidFund.objects.create(year=2026, stipend_budget=100_000_000, source="VMQ 59, 31.01.2020")


@pytest.fixture
def approved(grants, faculty, access):  # noqa: F811
    """An approved list of October; three of the four have a card."""
    appoint(faculty, grants)
    for at, student in enumerate(grants[:3]):
        PayoutAccount.objects.create(student=student, number=f"860012341234123{at}")
    return actions.approve(actions.form_list(access=access, faculty=faculty, month=OCTOBER), access=access)


def give(access, student, amount=1_000_000, **fields) -> Aid:
    usual = {"kind": "help", "reason": "davolanish", "decision": "7", "decided_on": DAY}
    return payouts.give(access=access, student=student, amount=Decimal(amount), **(usual | fields))


class TestFund:
    def test_it_is_shares_of_the_budget_and_of_the_contract_income(self, fund, paid_contract, grants, access):  # noqa: F811
        assert payouts.fund_left(2026).value == 10_000_000 and payouts.fund_left(2025) is None
        book(contract_id=paid_contract.pk, date=DAY, amount=Decimal(1_500_000), means="cash")
        give(access, grants[0], 2_000_000)
        left = payouts.fund_left(2026)
        assert [step.value for step in left.steps] == [10_000_000, 30_000, -2_000_000, 8_030_000]
        assert "to be confirmed" in left.steps[0].source

    def test_limits_are_said_and_kept_by_the_database(self, fund, grants, access):  # noqa: F811
        for amount, words in ((BASE * 10 + 1, "at most 10 base"), (0, "at most")):
            with pytest.raises(FinanceError, match=words):
                give(access, grants[0], amount)
        give(access, grants[0], BASE * 10)
        with pytest.raises(FinanceError, match="entered already"):
            give(access, grants[0], 1)
        with pytest.raises(FinanceError, match="only 4"):
            give(access, grants[1], BASE * 10)
        with pytest.raises(FinanceError, match="fund of 2025"):
            give(access, grants[1], decided_on=datetime.date(2025, 9, 1))
        with pytest.raises(FinanceError, match="day to come"):
            give(access, grants[1], decided_on=datetime.date(2999, 1, 1))
        with pytest.raises(PermissionDenied):
            give(access_of(make_user("hr")), grants[1])
        insert = (
            "INSERT INTO finance_aid (version, student_id, faculty_id, kind, amount, reason, decision, decided_on, "
            "made_at, made_by_id, cancel_reason) SELECT 1, student_id, faculty_id, 'award', {}, 'x', '8', '{}', "
            "now(), made_by_id, '' FROM finance_aid"
        )
        for statement in (
            insert.format(BASE * 10 + 1, DAY),
            insert.format(4_600_000, DAY),
            insert.format(1, "2025-09-01"),
            "UPDATE finance_aid SET amount = 1",
            "DELETE FROM finance_aid",
            "UPDATE finance_aid SET cancelled_at = now()",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                sql(statement)

    def test_cancelled_gives_the_sum_back(self, fund, grants, access):  # noqa: F811
        aid = give(access, grants[0])
        assert (balance("stipends"), balance("payable")) == (1_000_000, -1_000_000)
        with pytest.raises(FinanceError, match="why"):
            payouts.cancel(aid, access=access, reason=" ")
        payouts.cancel(aid, access=access, reason="ariza qaytarib olindi")
        assert payouts.fund_left(2026).value == 10_000_000 and balance("payable") == 0
        with pytest.raises(FinanceError, match="already"):
            payouts.cancel(aid, access=access, reason="yana")


class TestPayouts:
    def test_an_approved_list_is_owed_paid_returned_and_paid_again(self, approved, grants, access):  # noqa: F811
        assert (balance("stipends"), balance("payable")) == (BASE * 4, -BASE * 4)
        payout, without = payouts.pay(access=access, sheet=approved, date=DAY, number="101")
        assert (payout.lines.count(), without) == (3, 1)
        assert (balance("payable"), balance("bank")) == (-BASE, -BASE * 3)
        with pytest.raises(FinanceError, match="nothing to pay"):
            payouts.pay(access=access, sheet=approved, date=DAY, number="102")
        line = payout.lines.get(student=grants[0])
        for on, reason in (
            (DAY - datetime.timedelta(days=1), "x"),
            (DAY, ""),
            (datetime.date(2999, 1, 1), "x"),
        ):
            with pytest.raises(FinanceError):
                payouts.take_return(line, access=access, on=on, reason=reason)
        payouts.take_return(line, access=access, on=LATER, reason="karta yopilgan")
        with pytest.raises(FinanceError, match="already"):
            payouts.take_return(line, access=access, on=LATER, reason="karta yopilgan")
        assert (balance("payable"), balance("bank")) == (-BASE * 2, -BASE * 2)
        posting = Posting.objects.get(kind="payback")
        assert (posting.date, posting.amount, posting.document) == (LATER, BASE, "101")
        PayoutAccount.objects.filter(student=grants[0]).update(number="20" * 10)
        PayoutAccount.objects.create(student=grants[3], number="8600999912341234")
        again, without = payouts.pay(access=access, sheet=approved, date=LATER, number="103")
        assert without == 0 and dict(again.lines.values_list("student", "account")) == {
            grants[0].pk: "20" * 10, grants[3].pk: "8600999912341234",
        }  # fmt: skip
        assert balance("payable") == 0 and balance("bank") == -BASE * 4

    def test_help_is_paid_the_same_way(self, fund, grants, access):  # noqa: F811
        aid = give(access, grants[0], kind="award")
        with pytest.raises(FinanceError, match="account"):
            payouts.pay(access=access, sheet=None, date=DAY, number="1")
        PayoutAccount.objects.create(student=grants[0], number="8600123412341234")
        payout, _without = payouts.pay(access=access, sheet=None, date=DAY, number="1")
        with pytest.raises(FinanceError, match="It is paid"):
            payouts.cancel(aid, access=access, reason="xato")
        give(access, grants[0], decision="8")
        with pytest.raises(FinanceError, match="entered already"):
            payouts.pay(access=access, sheet=None, date=DAY, number="1")
        payouts.take_return(payout.lines.get(), access=access, on=LATER, reason="rekvizit xato")
        payouts.cancel(aid, access=access, reason="xato")
        assert payouts.unpaid_aids().count() == 1 and payouts.returned_count() == 0

    def test_the_database_refuses(self, approved, grants, access):  # noqa: F811
        payout, _without = payouts.pay(access=access, sheet=approved, date=DAY, number="101")
        line = payout.lines.order_by("pk").first()
        copy = (
            "INSERT INTO finance_payoutline (payout_id, student_id, stipend_line_id, account, amount, return_reason) "
            f"SELECT payout_id, {{}}, {{}}, account, {{}}, '' FROM finance_payoutline WHERE id = {line.pk}"
        )
        unpaid = payouts.unpaid_lines().get()
        for statement in (
            copy.format("student_id", "stipend_line_id", "amount"),
            copy.format(unpaid.student_id, unpaid.pk, "amount + 1"),
            copy.format("student_id", unpaid.pk, "amount"),
            "UPDATE finance_payoutline SET amount = 1",
            "UPDATE finance_payoutline SET returned_on = '2026-10-01', return_reason = 'x'",
            "UPDATE finance_payoutline SET returned_on = '2026-10-25'",
            "DELETE FROM finance_payoutline",
            "UPDATE finance_payout SET number = '5'",
            "DELETE FROM finance_payout",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                sql(statement)

    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(steps=st.lists(st.sampled_from(["pay", "return", "account", "help", "cancel"]), max_size=10))
    def test_whatever_happens_what_is_owed_is_what_waits(self, approved, fund, grants, access, steps):  # noqa: F811
        with transaction.atomic():
            for at, step in enumerate(steps):
                try:
                    with transaction.atomic():
                        self._do(step, at, approved, grants, access)
                except FinanceError:
                    continue
            waits = sum(payouts.unpaid_lines().values_list("amount", flat=True)) + sum(
                payouts.unpaid_aids().values_list("amount", flat=True)
            )
            paid = sum(PayoutLine.objects.filter(returned_on=None).values_list("amount", flat=True))
            assert (balance("payable"), balance("bank")) == (-waits, -paid)
            assert balance("stipends") == waits + paid
            transaction.set_rollback(True)

    @staticmethod
    def _do(step, at, approved, students, access):
        if step == "pay":
            payouts.pay(access=access, sheet=approved if at % 2 else None, date=DAY, number=str(at))
        elif step == "return" and (line := PayoutLine.objects.filter(returned_on=None).first()):
            payouts.take_return(line, access=access, on=LATER, reason="x")
        elif step == "account":
            PayoutAccount.objects.get_or_create(student=students[3], defaults={"number": "8600999912341234"})
        elif step == "help":
            give(access, students[at % 4], 100 + at, decision=str(at))
        elif step == "cancel" and (aid := Aid.objects.filter(cancelled_at=None).first()):
            payouts.cancel(aid, access=access, reason="x")


def test_accounting_enters_help_pays_it_and_the_student_sees_it(fund, grants, accountant):  # noqa: F811
    office = client_of(accountant)
    PayoutAccount.objects.create(student=grants[0], number="8600123412341234")
    data = {
        "student": grants[0].number, "kind": "help", "amount": "99999999", "decision": "7", "decided_on": "2026-10-20",
        "reason": "davolanish",
    }  # fmt: skip
    assert office.post(reverse("finance_give_aid"), data).status_code == 422
    assert office.post(reverse("finance_give_aid"), data | {"amount": "1000000"}).status_code == 302
    aid = Aid.objects.get()
    own = client_of(grants[0].person.user or make_user("student", person=grants[0].person))
    assert "davolanish" in own.get(reverse("my_stipend")).content.decode()
    assert "1" in office.get(reverse("finance_pay_out")).content.decode()
    answer = office.post(reverse("finance_pay_out"), {"sheet": "", "date": "2026-10-20", "number": "15"})
    payout = Payout.objects.get()
    assert answer.status_code == 302
    lines = office.get(reverse("finance_payouts_detail", args=[payout.pk]) + "?tab=lines").content.decode()
    assert grants[0].person.last_name in lines and "8600123412341234" in lines
    book_ = b"".join(office.get(reverse("finance_payout_bank", args=[payout.pk])))
    rows = list(load_workbook(io.BytesIO(book_)).active.iter_rows(values_only=True))
    assert rows[1][3] == "8600123412341234" and rows[-1][-1] == 1_000_000
    back = reverse("finance_payout_returned", args=[payout.lines.get().pk])
    office.post(back, {"on": "2026-10-21"})
    assert payout.lines.get().returned_on is None
    office.post(back, {"on": "2026-10-21", "reason": "karta yopilgan"})
    assert payout.lines.get().returned_on == datetime.date(2026, 10, 21)
    card = office.get(reverse("finance_aids_detail", args=[aid.pk])).content.decode()
    assert "karta yopilgan" in card and reverse("finance_aid_cancel", args=[aid.pk]) in card
    assert (
        "10" in office.get(reverse("finance_aid_funds_detail", args=[fund.pk]) + "?tab=left").content.decode()
    )
    office.post(reverse("finance_aid_cancel", args=[aid.pk]), {"reason": "ariza"})
    aid.refresh_from_db()
    assert aid.cancelled_at


def test_a_list_costs_a_fixed_number_of_queries(approved, access, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        payouts.pay(access=access, sheet=approved, date=DAY, number="101")
    assert StipendAmount.objects.filter(rate="11").exists()


def test_the_deans_office_sees_own_help_and_no_payouts(fund, grants, faculty, other_faculty, access):  # noqa: F811
    card = reverse("finance_aids_detail", args=[give(access, grants[0]).pk])
    own, other = client_of(make_user("dean", faculty)), client_of(make_user("dean", other_faculty))
    assert (own.get(card).status_code, other.get(card).status_code) == (200, 404)
    assert reverse("finance_aid_cancel", args=[Aid.objects.get().pk]) not in own.get(card).content.decode()
    for name in ("finance_payouts_list", "finance_aid_funds_list", "finance_give_aid", "finance_pay_out"):
        assert own.get(reverse(name)).status_code == 403
