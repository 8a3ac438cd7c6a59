"""Registers of payments, receipts, the books and debts, by declaration (duties 7.1, B5)."""

from __future__ import annotations

import pytest

from finance.debts.pages import Debts
from finance.ledger.models import Account, Posting
from finance.ledger.pages import Accounts, Journal
from finance.online.models import ClickTransaction, PaymeTransaction
from finance.online.pages import ClickTransactions, PaymeTransactions
from finance.payments.models import BankStatement
from finance.payments.pages import Payments, Queue, Statements
from tests.pages.base import RegisterTests
from tests.payments.world import row


class OfMoney(RegisterTests):
    """Rows that accounting sees."""

    viewer_role = "accounting"

    @pytest.fixture(autouse=True)
    def _world(self, _university, world):
        self.world = world


@pytest.mark.duty("7.1")
class TestPayments(OfMoney):
    register = Payments

    def make(self, number):
        return self.world.pay(number % 4, number * 1000, number=f"N{number}")


@pytest.mark.duty("7.1")
class TestStatements(OfMoney):
    register = Statements

    def make(self, number):
        self.world.take([row(number=f"S{number}", purpose=f"tushum {number}")], f"{number}.xlsx")
        return BankStatement.objects.get(name=f"{number}.xlsx")


@pytest.mark.duty("7.1")
class TestQueue(OfMoney):
    register = Queue

    def make(self, number):
        return self.world.line(number)

    def test_out_of_scope_looks_absent(self, viewer):
        assert viewer.get(self.url("detail", 10**9)).status_code == 404


@pytest.mark.duty("7.1")
class TestJournal(OfMoney):
    register = Journal

    def make(self, number):
        payment = self.world.pay(number % 4, number * 1000, number=f"N{number}")
        return Posting.objects.get(payment=payment)


@pytest.mark.duty("7.1")
class TestAccounts(OfMoney):
    register = Accounts
    editor_role = "accounting"

    def make(self, number):
        return Account.objects.order_by("pk")[number]

    def form_data(self, row):
        return {"number": "5111", "name": "Boshqa nom"}


@pytest.mark.duty("7.1", "B5")
class TestDebts(OfMoney):
    register = Debts
    viewer_role = "dean"
    faculty_code = "303-101"

    def make(self, number):
        return self.world.contracts[number % 4]

    def make_elsewhere(self):
        return self.world.elsewhere


@pytest.mark.duty("7.1")
class TestPaymeTransactions(OfMoney):
    register = PaymeTransactions

    def make(self, number):
        return PaymeTransaction.objects.create(
            payme_id=f"p{number}",
            time=number,
            contract=self.world.contracts[0],
            amount=100,
            create_time=number,
        )


@pytest.mark.duty("7.1")
class TestClickTransactions(OfMoney):
    register = ClickTransactions

    def make(self, number):
        return ClickTransaction.objects.create(
            click_trans_id=number, contract=self.world.contracts[0], amount=100
        )
