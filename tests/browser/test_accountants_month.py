"""An accountant's month in a browser: price list, contracts, bank statement, queue, debts, a student, the books."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.urls import reverse

from finance.debts.models import DebtReminder
from finance.models import Contract
from finance.payments import queries
from finance.payments.models import BankStatement, Payment
from hemis.jobs.models import Job
from hemis.notices.models import Notice
from hemis.people.models import User
from structure.models import Unit
from tests import factories
from tests.browser.conftest import PHONE, Visitor
from tests.browser.test_way_through import accounting_sets_prices
from tests.documents.helpers import pdf_text
from tests.payments.world import exchange, order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STUDENTS, YEAR_SUM = 5, Decimal(12_074_500 - 7_200_000)
ON = "2027-01-01"


@pytest.mark.duty("7.1", "B5", "S")
def test_from_the_price_list_to_the_list_of_debts(visit):
    factories.make_year()
    faculty = factories.make_faculty()
    factories.make_students(faculty, STUDENTS)
    accounting = visit(factories.make_user("accounting"))
    accounting_sets_prices(accounting)
    contracts = contracts_are_formed(accounting, faculty)
    a_statement_is_imported(accounting, contracts)
    the_queue_is_emptied(accounting, contracts)
    debts_are_listed_and_told_of(accounting, contracts)
    a_student_sees_what_is_left(visit, contracts[0])
    a_payment_is_taken_back(accounting, contracts)
    the_dean_sees_the_own_faculty(visit, faculty)
    the_books_agree(accounting)


def contracts_are_formed(office: Visitor, faculty: Unit) -> list[Contract]:
    """A job forms all of them; the ledger is charged by itself."""
    office.go("finance_form_contracts").fill(faculty=str(faculty.pk), date="2026-09-01", draw_later=True)
    office.press("main form[method=get] button")
    office.press("main form[method=post] button")
    assert Job.objects.get(kind="finance.form_contracts").state == Job.DONE
    contracts = list(Contract.objects.order_by("number"))
    assert [one.amount for one in contracts] == [YEAR_SUM] * STUDENTS
    return contracts


def a_statement_is_imported(office: Visitor, contracts: list[Contract]) -> None:
    """Shown first, then kept; the same file again brings nothing."""
    quarter = str(YEAR_SUM / 4)
    content = exchange(
        [
            order(number="1", amount=quarter, purpose=f"{contracts[0].number}-sonli shartnoma"),
            order(number="2", amount=quarter, purpose=f"JSHSHIR {contracts[1].student.person.pinfl}"),
            order(number="3", amount=quarter, purpose="kontrakt uchun"),
            order(number="4", amount="700000", purpose="bino ijarasi"),
        ]
    )
    for time in (1, 2):
        office.go("finance_import").find("[name=file]").set_input_files(
            {"name": "vipiska.txt", "mimeType": "text/plain", "buffer": content}
        )
        office.press("main button.btn-primary")
        office.press("main a.btn-primary")
        found = Job.objects.filter(kind="sheets.check").latest("pk").params["import"]
        if time == 1:
            assert "bino ijarasi" in office.text() or "kontrakt uchun" in office.text()
            assert not Payment.objects.exists()
        if office.find(f"form[action='{reverse('sheet_confirm', args=[found])}']").count():
            office.press_at("sheet_confirm", found)
        assert (BankStatement.objects.count(), Payment.objects.count()) == (1, 2)


def the_queue_is_emptied(office: Visitor, contracts: list[Contract]) -> None:
    """One receipt goes to two contracts, another is no fee; the home page asked for them."""
    office.go("home").press(f"main a[href='{reverse('finance_queue_list')}']")
    office.press("#table tbody tr:has-text('kontrakt uchun') a")
    half = str((YEAR_SUM / 8).quantize(Decimal("0.01")))
    office.fill(**{"form-0-number": contracts[2].number, "form-0-amount": half})
    office.fill(**{"form-1-number": contracts[3].number, "form-1-amount": half}).press()
    [rent] = queries.waiting()
    office.press("#table tbody a")
    office.find("main details > summary.btn").click()
    office.fill(kind="other", reason="Ijara").press_at("finance_put_aside", rent.pk)
    assert not queries.waiting().exists() and Payment.objects.count() == 4


def debts_are_listed_and_told_of(office: Visitor, contracts: list[Contract]) -> None:
    """On the first of January half is due: nobody has paid so much; whom the list ticks is reminded."""
    office.go("finance_debts_list", owing="overdue", on=ON)
    assert office.find("#table tbody tr").count() == STUDENTS
    office.press(f"#table a:text-is('{contracts[4].number}')")
    assert office.find(".badge.bg-red-lt").count() > 0
    office.go("finance_debts_by", by="group", on=ON)
    assert office.find("main tbody tr").count() == 1
    office.go("finance_debts_list", owing="overdue")
    office.find("#table tbody tr:has-text('" + contracts[4].number + "') input[type=checkbox]").check()
    office.fill(action="remind")
    office.press("#bulk .hemis-bulk button")
    if office.find("main form [name=confirmed]").count():
        office.press("main form button.btn-primary")
    assert [one.contract for one in DebtReminder.objects.all()] == [contracts[4]]
    assert Notice.objects.filter(user__person=contracts[4].student.person, code="debt_overdue").exists()


def a_student_sees_what_is_left(visit, contract: Contract) -> None:
    """S: contract, plan, paid, due; the receipt is a PDF."""
    me = visit(User.objects.get(person=contract.student.person), size=PHONE)
    me.go("my_payments")
    assert contract.number in me.text()
    payment = Payment.objects.get(contract=contract)
    assert me.find(f"form[action='{reverse('my_receipt', args=[payment.pk])}'] button").is_visible()
    answer = me.page.context.request.post(
        me.base + reverse("my_receipt", args=[payment.pk]),
        form={"csrfmiddlewaretoken": me.find("[name=csrfmiddlewaretoken]").first.input_value()},
        headers={"Referer": me.page.url},
    )
    text = pdf_text(answer.body())
    assert contract.number in text and payment.receipt.document.number in text


def a_payment_is_taken_back(office: Visitor, contracts: list[Contract]) -> None:
    """What was given to the wrong student returns to the queue and is given to the right one."""
    wrong = Payment.objects.get(contract=contracts[3])
    office.go("finance_payments_detail", wrong.pk)
    office.find("summary.btn-ghost-danger").click()
    office.fill(reason="Boshqa talaba").press_at("finance_payment_reverse", wrong.pk)
    [line] = queries.waiting()
    office.go("finance_receipt", line.pk)
    office.fill(**{"form-0-number": contracts[4].number, "form-0-amount": str(line.rest)}).press()
    assert not queries.waiting().exists()
    assert Payment.objects.filter(contract=contracts[3]).aggregate(total=Sum("amount"))["total"] == 0


def the_dean_sees_the_own_faculty(visit, faculty: Unit) -> None:
    """B5: debts of the own faculty, and no payments to enter."""
    dean = visit(factories.make_user("dean", faculty)).go("finance_debts_list", owing="overdue", on=ON)
    assert dean.find("#table tbody tr").count() == STUDENTS
    assert dean.go("finance_payment_enter").status == 403


def the_books_agree(office: Visitor) -> None:
    """Debit is credit in every pair of columns; September is closed by hand and stays so."""
    office.go("finance_trial_balance", start="2026-09-01", end=datetime.date.today().isoformat())
    totals = [one.inner_text() for one in office.find("main tfoot th.text-end").all()]
    assert totals[0::2] == totals[1::2] and any(totals[4])
    office.press_at("finance_close_month")
    assert "09.2026" in office.text()
