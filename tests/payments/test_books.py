"""What is paid, what the books say, and what the database refuses whoever asks (duty 7.1)."""

from __future__ import annotations

import datetime
import json
import re
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.common import FinanceError
from finance.contracts import actions as contracts
from finance.contracts.rules import REG_DISCOUNT
from finance.debts import queries as debts
from finance.ledger import actions as ledger
from finance.ledger import queries as books
from finance.ledger.models import ClosedMonth, Posting
from finance.models import Contract
from finance.payments import actions, queries, rules
from finance.payments.models import BankStatement, Payment, PutAside, StatementLine
from hemis.sheets import actions as sheets
from hemis.sheets.models import SheetImport
from hemis.sheets.reading import SheetRefused
from tests.factories import access_of, make_user
from tests.payments.world import DAY, SUM, World, exchange, order, row, sql, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.duty("7.1")]
START, END = datetime.date(2026, 1, 1), datetime.date(2030, 1, 1)


def balance(purpose: str) -> Decimal:
    """What an account stands at: debit above zero."""
    return {one.purpose: figures.closing for one, figures in books.trial_balance(START, END)}[purpose]


def agrees(world: World) -> None:
    """The books agree with the documents: contract by contract, receipt by receipt."""
    rows = dict(books.trial_balance(START, END))
    assert sum((one.closing for one in rows.values()), Decimal(0)) == 0
    charged = dict(Contract.objects.exclude(state="cancelled").values_list("pk", "current_amount"))
    for pk, owed_charged, _due, paid in sql(
        "SELECT contract_id, charged, due, paid FROM hemis_debts('2030-01-01')"
    ):
        assert owed_charged == charged.get(pk, 0)
        assert paid == (Payment.objects.filter(contract=pk).aggregate(Sum("amount"))["amount__sum"] or 0)
    assert books.unmatched_difference() == 0
    receipts = StatementLine.objects.aggregate(Sum("amount"))["amount__sum"] or 0
    by_hand = (
        Payment.objects.filter(means__in=["bank", "refund"]).aggregate(Sum("amount"))["amount__sum"] or 0
    )
    assert balance("bank") == receipts + by_hand
    for line in StatementLine.objects.all():
        used = line.payments.aggregate(Sum("amount"))["amount__sum"] or Decimal(0)
        aside = line.asides.filter(lifted_at=None).aggregate(Sum("amount"))["amount__sum"] or Decimal(0)
        assert line.assigned == used + aside


# --- contracts and payments


def test_contracts_are_charged_when_formed_and_taken_back_when_cancelled(world):
    one = world.contracts[0]
    [charge] = Posting.objects.filter(contract=one)
    assert (charge.kind, charge.debit_id, charge.credit_id, charge.amount, charge.date) == (
        "charge", "students", "fees", SUM, DAY,
    )  # fmt: skip
    contracts.cancel(one, access=world.access, reason="xato")
    last = Posting.objects.filter(contract=one, kind="cancelling").get()
    assert (last.debit_id, last.credit_id, last.amount) == ("fees", "students", SUM)
    agrees(world)


def test_a_discount_is_posted_apart(world):
    taken_off = {"value": "1823400", "source": str(REG_DISCOUNT)}
    steps = json.dumps([{"value": "2026000", "source": "x"}, taken_off])
    assert sql(
        "SELECT hemis_discount_of(%s::jsonb, 12), hemis_discount_of(%s::jsonb, 6)", [steps, steps]
    ) == [(Decimal(202600), Decimal(101300))]
    assert sql("SELECT hemis_discount_of('[]', 12)") == [(0,)]


def test_a_payment_is_booked_and_taken_back(world):
    payment = world.pay(0, 500_000, number="15")
    assert balance("cash") == 500_000 and balance("students") == 5 * SUM - 500_000
    back = actions.reverse(payment, access=world.access, reason="boshqa talaba")
    assert (back.amount, back.contract_id, back.comment) == (-500_000, payment.contract_id, "boshqa talaba")
    assert balance("cash") == 0
    for wrong in (payment, back):
        with pytest.raises(FinanceError):
            actions.reverse(wrong, access=world.access, reason="yana")
    with pytest.raises(FinanceError):
        actions.reverse(world.pay(1), access=world.access, reason="  ")
    agrees(world)


def test_the_same_document_is_not_entered_twice(world):
    world.pay(0, number="15", means="bank")
    with pytest.raises(FinanceError):
        world.pay(0, number="15", means="bank")
    world.pay(0, number="16", means="bank")
    assert Payment.objects.count() == 2


def test_who_may_and_what_is_refused_in_words(world):
    for role in ("hr", "rectorate", "teacher"):
        with pytest.raises(PermissionDenied):
            actions.enter(
                access=access_of(make_user(role)),
                contract=world.contracts[0],
                date=DAY,
                amount=Decimal(1),
                means="cash",
            )
    with pytest.raises(FinanceError):
        world.pay(0, date=datetime.date(2999, 1, 1))
    with pytest.raises(FinanceError):
        world.pay(0, means=Payment.PAYME)
    contracts.cancel(world.contracts[0], access=world.access, reason="xato")
    with pytest.raises(FinanceError):
        world.pay(0)


# --- statements


def statement(world: World) -> list[list]:
    """Receipts of every kind: five surely matched, four that wait."""
    first, second = world.contracts[0], world.contracts[1]
    return [
        row(number="1", purpose=f"Shartnoma {first.number}", amount=500_000),
        row(number="2", purpose=f"Shartnoma {first.number}", amount="455 850,00"),
        row(number="3", purpose="kontrakt", tin=second.student.person.pinfl, amount=455850.0),
        row(number="4", purpose=f"{world.students[2].number} toʻlov", amount=100),
        row(number="5", purpose="kontrakt", payer="ТЎРАЕВ АЗИЗ КОМИЛ УГЛИ", amount=200),
        row(number="6", purpose="Karimova kontrakt", amount=300),
        row(number="7", purpose="Yuldashev Sherzod uchun", amount=400),
        row(number="8", purpose="ijara haqi", amount=500),
        row(number="9", purpose="ijara haqi", amount=500),
        row(number="10", purpose="elektr energiyasi", amount="", out=7_000_000),
    ]


def test_a_statement_is_matched_and_the_rest_waits(world):
    checked, saved = world.take(statement(world))
    assert not checked.faults and (saved.added, saved.unchanged) == (9, 0)
    [one] = BankStatement.objects.all()
    assert (one.lines, one.added, one.matched, one.date_from) == (9, 9, 5, datetime.date(2026, 9, 15))
    paid = dict(Payment.objects.values_list("contract").annotate(Sum("amount")))
    assert paid == {
        world.contracts[0].pk: Decimal(955850),
        world.contracts[1].pk: Decimal(455850),
        world.contracts[2].pk: Decimal(100),
        world.contracts[3].pk: Decimal(200),
    }
    waits = {one.number: (one.doubt, one.suggested_id) for one in queries.waiting()}
    assert waits == {
        "6": (rules.UNKNOWN, None),
        "7": (rules.TWO_WORDS, world.contracts[0].pk),
        "8": (rules.UNKNOWN, None),
        "9": (rules.UNKNOWN, None),
    }
    assert (
        balance("unmatched") == -1700
        and balance("bank") == 1_413_700
        and balance("students") == 5 * SUM - 1_412_000
    )
    told = {(one.kind, one.count) for one in checked.notices}
    assert told == {
        ("shartnoma raqami boʻyicha topildi", 2),
        ("JSHSHIR boʻyicha topildi", 1),
        ("talaba raqami boʻyicha topildi", 1),
        ("ism boʻyicha topildi", 1),
        ("navbatga tushadi: faqat familiya va ism mos keladi", 1),
        ("navbatga tushadi: talabani bildiradigan hech narsa yoʻq", 3),
        ("chiqim, olinmaydi", 1),
    }
    agrees(world)


def test_nothing_is_counted_twice_however_often_and_in_whatever_file_it_comes(world):
    rows = statement(world)
    world.take(rows)
    before = Payment.objects.count(), StatementLine.objects.count(), Posting.objects.count()
    checked, saved = world.take(rows, "yana.xlsx")
    assert (saved.added, saved.unchanged) == (0, 9) and not BankStatement.objects.filter(
        name="yana.xlsx"
    ).exists()
    # The same day with one receipt more, in another order and in other letters.
    more = [[str(cell).upper() if at == 7 else cell for at, cell in enumerate(one)] for one in reversed(rows)]
    _checked, saved = world.take([*more, row(number="11", purpose=f"{world.contracts[0].number}", amount=1)])
    assert saved.added == 1
    assert Payment.objects.count() == before[0] + 1 and StatementLine.objects.count() == before[1] + 1
    agrees(world)


def test_two_equal_receipts_of_a_day_are_two(world):
    twice = [row(number="", purpose=f"{world.contracts[0].number}", amount=1000)] * 2
    world.take(twice)
    world.take(twice)
    world.take(twice[:1])
    assert Payment.objects.count() == 2


def test_what_looks_counted_waits(world):
    world.pay(0, 500_000, number="1", means="bank")
    contract = world.contracts[0]
    world.take([row(number="0001", purpose=f"Shartnoma {contract.number} uchun", amount=500_000)])
    [line] = queries.waiting()
    assert line.doubt == rules.AGAIN and line.suggested_id == contract.pk
    # The other format of the same day, with other words: nothing is counted by itself.
    world.take([row(number="21", purpose=f"Shartnoma {contract.number}", amount=700)])
    world.take_file(
        exchange([order(number="21", amount="700.00", purpose=f"dog. {contract.number}")]), "kl_to_1c.txt"
    )
    assert queries.waiting().filter(doubt=rules.AGAIN).count() == 2
    assert Payment.objects.filter(means="statement").count() == 1
    agrees(world)


def test_the_exchange_of_1c(world):
    content = exchange([order(number="31", amount="1000.50", purpose=f"№ {world.contracts[0].number}")])
    checked, saved = world.take_file(content, "kl_to_1c.txt")
    assert saved.added == 1
    [payment] = Payment.objects.all()
    assert (payment.amount, payment.payer) == (Decimal("1000.50"), "TALABA OTASI")
    assert BankStatement.objects.get().account == "20210000900000000303"
    with pytest.raises(SheetRefused):
        world.take_file(content[: len(content) // 2], "kl_to_1c.txt")


def test_the_account_of_an_exchange_is_kept_by_the_upload_too(world):
    content = exchange([order(number="32", amount="900.00", purpose=f"№ {world.contracts[0].number}")])
    access = access_of(world.accountant)
    found = SheetImport.objects.create(
        sheet="finance.statement", owner=world.accountant, name="kl_to_1c.txt", params={},
        file=ContentFile(content, "kl_to_1c.txt"),
    )  # fmt: skip
    sheets.check(found, access)
    assert sheets.confirm(found, access).added == 1
    [statement] = BankStatement.objects.all()
    assert (statement.name, statement.account) == ("kl_to_1c.txt", "20210000900000000303")


def test_statements_of_other_banks(world):
    headers = [
        "Дата документа",
        "№ документа",
        "Наименование плательщика",
        "ИНН",
        "Сумма",
        "Назначение платежа",
    ]
    number = world.contracts[0].number
    lines = [
        ["15.09.2026", "41", "ООО", "123456789", "1,000.50", number],
        ["15.09.2026", "42", "ООО", "123456789", "много", number],
        ["", "43", "ООО", "123456789", "5", number],
        ["15.09.2026", "44", "ООО", "123456789", "", number],
        ["Итого", "", "", "", "1 000,50", ""],
    ]
    checked, saved = world.take_file(workbook(lines, headers))
    assert [(one.row, one.fault) for one in checked.faults] == [
        (3, "bad_sum"),
        (4, "missing_value"),
        (5, "no_sum"),
    ]
    assert saved.added == 1 and Payment.objects.get().amount == Decimal("1000.50")


def test_matching_takes_a_fixed_number_of_queries(world, django_assert_max_num_queries):
    rows = statement(world) * 4
    with django_assert_max_num_queries(18):
        world.take(rows)


# --- the queue


def test_a_receipt_is_split_and_never_overspent(world):
    line = world.line(1, amount=1000)
    first, second = world.contracts[0].pk, world.contracts[1].pk
    actions.assign(line, access=world.access, parts=[(first, Decimal(400)), (second, Decimal(500))])
    line.refresh_from_db()
    assert line.rest == 100
    for parts in ([(first, Decimal(101))], [], [(first, Decimal(0))], [(first, Decimal(-1))]):
        with pytest.raises(FinanceError):
            actions.assign(line, access=world.access, parts=parts)
    aside = actions.put_aside(line, access=world.access, kind="other", reason="qaytariladi")
    assert not queries.waiting().exists() and balance("other") == -100
    with pytest.raises(FinanceError):
        actions.put_aside(line, access=world.access, kind="other", reason="yana")
    actions.bring_back(aside, access=world.access)
    with pytest.raises(FinanceError):
        actions.bring_back(PutAside.objects.get(pk=aside.pk), access=world.access)
    payment = Payment.objects.get(contract=first)
    actions.reverse(payment, access=world.access, reason="xato")
    line.refresh_from_db()
    assert line.rest == 500 and balance("other") == 0
    agrees(world)


def test_money_of_a_payment_system_settles_what_is_on_its_way(world):
    actions.book(
        contract_id=world.contracts[0].pk, date=DAY, amount=Decimal(1000), means=Payment.PAYME, number="p1"
    )
    assert balance("transit") == 1000
    line = world.line(2, amount=1000)
    actions.put_aside(line, access=world.access, kind="transit", reason="Payme 15.09")
    assert balance("transit") == 0 and balance("bank") == 1000


def test_the_queue_is_matched_again(world):
    world.take([row(number="1", purpose="Shartnoma YANGI-0001", amount=1000)])
    assert actions.match_again(access=world.access) == 0
    [line] = queries.waiting()
    # The student is known by now.
    person = world.students[0].person
    sql("UPDATE finance_statementline SET matched_by = '' WHERE id = %s", [line.pk])
    world.take([row(number="2", purpose="kontrakt", payer="Saidova Lola Odil qizi", amount=5)])
    person.last_name, person.first_name, person.middle_name = "Saidova", "Lola", "Odil qizi"
    person.save()
    assert actions.match_again(access=world.access) == 1
    assert Payment.objects.get().contract_id == world.contracts[0].pk
    agrees(world)


def test_likely_contracts_are_offered(world):
    line = world.line(3, payer="Karimova Gulnora")
    assert [one.pk for one in queries.suggestions(line)][0] == world.contracts[1].pk
    assert {one.pk for one in queries.suggestions(world.line(4, payer="Karimova Rustam"))} == {
        world.contracts[1].pk
    }


# --- months


def test_a_closed_month_stays_closed(world):
    world.pay(0, 1000, date=datetime.date(2026, 9, 15))
    assert books.next_month_to_close() == datetime.date(2026, 9, 1)
    ledger.close_month(access=world.access, month=datetime.date(2026, 9, 1))
    figures = [one for _account, one in books.trial_balance(DAY.replace(day=1), datetime.date(2026, 9, 30))]
    late = world.pay(1, 2000, date=datetime.date(2026, 9, 20))
    posting = Posting.objects.get(payment=late)
    assert (posting.date, posting.document_date) == (datetime.date(2026, 10, 1), datetime.date(2026, 9, 20))
    assert figures == [
        one for _account, one in books.trial_balance(DAY.replace(day=1), datetime.date(2026, 9, 30))
    ]
    for month in (datetime.date(2026, 9, 1), datetime.date(2026, 8, 1), datetime.date(2999, 1, 1)):
        with pytest.raises(FinanceError):
            ledger.close_month(access=world.access, month=month)
    for role in ("rectorate", "hr"):
        with pytest.raises(PermissionDenied):
            ledger.close_month(access=access_of(make_user(role)), month=datetime.date(2026, 10, 1))
    agrees(world)


# --- what the database refuses


@pytest.fixture
def booked(world):
    """One of everything; what statements name is filled in by key."""
    payment = world.pay(0, 1000, number="15")
    line = world.line(9, amount=1000)
    aside = actions.put_aside(line, access=world.access, kind="other", reason="ijara")
    ClosedMonth.objects.create(month=datetime.date(2026, 8, 1))
    return {
        "payment": payment.pk,
        "line": line.pk,
        "aside": aside.pk,
        "contract": world.contracts[0].pk,
        "other": world.contracts[1].pk,
    }


POST = "INSERT INTO finance_posting (date, kind, debit, credit, amount, contract_id, document, document_date, made_at) "
PAY = (
    "INSERT INTO finance_payment "
    "(contract_id, date, number, amount, means, payer, comment, made_at, reverses_id, line_id) "
)


@pytest.mark.parametrize(
    "statement",
    [
        POST + "VALUES ('2026-09-15', 'payment', 'cash', 'students', 5, %(contract)s, '1', '2026-09-15', now())",
        "UPDATE finance_posting SET amount = amount + 1",
        "DELETE FROM finance_posting",
        "UPDATE finance_payment SET amount = 2000 WHERE id = %(payment)s",
        "UPDATE finance_payment SET contract_id = %(other)s WHERE id = %(payment)s",
        "DELETE FROM finance_payment WHERE id = %(payment)s",
        PAY + "VALUES (%(contract)s, '2026-09-15', '', 0, 'cash', '', '', now(), NULL, NULL)",
        PAY + "VALUES (%(contract)s, '2026-09-15', '', -5, 'cash', '', 'x', now(), NULL, NULL)",
        PAY + "VALUES (%(contract)s, '2026-09-15', '', 5, 'refund', '', 'x', now(), NULL, NULL)",
        PAY + "VALUES (%(contract)s, '2026-09-15', '', -5, 'refund', '', '', now(), NULL, NULL)",
        PAY + "VALUES (%(contract)s, '2026-09-15', '', -1001, 'refund', '', 'x', now(), NULL, NULL)",
        PAY + "VALUES (%(contract)s, '2026-09-15', '', 5, 'statement', '', '', now(), NULL, NULL)",
        # A reversal of another sum, of another contract, earlier than its payment, without a reason.
        PAY + "VALUES (%(contract)s, '2026-09-15', '', -999, 'cash', '', 'x', now(), %(payment)s, NULL)",
        PAY + "VALUES (%(other)s, '2026-09-15', '', -1000, 'cash', '', 'x', now(), %(payment)s, NULL)",
        PAY + "VALUES (%(contract)s, '2026-09-14', '', -1000, 'cash', '', 'x', now(), %(payment)s, NULL)",
        PAY + "VALUES (%(contract)s, '2026-09-15', '', -1000, 'cash', '', '', now(), %(payment)s, NULL)",
        # More than is left of a receipt.
        PAY + "VALUES (%(contract)s, '2026-09-15', '', 1, 'statement', '', '', now(), NULL, %(line)s)",
        "UPDATE finance_statementline SET assigned = 0 WHERE id = %(line)s",
        "UPDATE finance_statementline SET amount = 2000 WHERE id = %(line)s",
        "UPDATE finance_statementline SET purpose = 'x' WHERE id = %(line)s",
        "DELETE FROM finance_statementline WHERE id = %(line)s",
        "UPDATE finance_putaside SET amount = 1 WHERE id = %(aside)s",
        "DELETE FROM finance_putaside WHERE id = %(aside)s",
        "UPDATE finance_bankstatement SET added = 0",
        "DELETE FROM finance_closedmonth",
        "UPDATE finance_closedmonth SET month = '2026-01-01'",
        "INSERT INTO finance_closedmonth (month, closed_at) VALUES ('2026-07-01', now())",
        "INSERT INTO finance_closedmonth (month, closed_at) VALUES ('2999-01-01', now())",
        "INSERT INTO finance_closedmonth (month, closed_at) VALUES ('2026-09-02', now())",
    ],
)  # fmt: skip
def test_the_database_refuses(booked, statement):
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(statement, booked)


LINE = """
INSERT INTO finance_statementline (statement_id, position, date, number, amount, payer, payer_tin, payer_account,
                                   purpose, fingerprint, occurrence, matched_by, confidence, doubt, assigned)
SELECT statement_id, 2, date, 'N', 1000, payer, payer_tin, payer_account, purpose, 'new', 0, '', 0, '', {assigned}
  FROM finance_statementline WHERE id = %(line)s
"""
WITH_PAYMENT = (
    "WITH added AS (" + LINE + " RETURNING id) " + PAY
    + "SELECT %(contract)s, '2026-09-15', 'N', {paid}, 'statement', '', '', now(), NULL, id FROM added"
)  # fmt: skip


@pytest.mark.parametrize(("assigned", "paid"), [(400, 400), (0, 400), (0, 1000)])
def test_a_receipt_comes_with_its_payment(world, booked, assigned, paid):
    sql(WITH_PAYMENT.format(assigned=assigned, paid=paid), booked)
    assert StatementLine.objects.get(number="N").assigned == paid
    agrees(world)


@pytest.mark.parametrize(
    "statement",
    [
        LINE.format(assigned=1),
        WITH_PAYMENT.format(assigned=500, paid=400),
        WITH_PAYMENT.format(assigned=400, paid=500),
        WITH_PAYMENT.format(assigned=0, paid=1001),
    ],
)
def test_a_receipt_says_truly_what_is_used_up(booked, statement):
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(statement, booked)


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        (PAY + "VALUES (0, '2026-09-15', 'N', 5, 'cash', '', '', now(), NULL, NULL)", "payment_contract"),
        (
            PAY.replace("(contract_id,", "(made_by_id, contract_id,")
            + "VALUES (0, %(contract)s, '2026-09-15', 'N', 5, 'cash', '', '', now(), NULL, NULL)",
            "payment_made_by",
        ),
        # A payment stands in a receipt that is there already, or comes in the same statement.
        (
            PAY + "VALUES (%(contract)s, '2026-09-15', 'N', 5, 'statement', '', '', now(), NULL, 0)",
            "payment_line",
        ),
        (LINE.format(assigned=0).replace("SELECT statement_id", "SELECT 0"), "line_statement"),
        (
            LINE.format(assigned=0)
            .replace("(statement_id,", "(suggested_id, statement_id,")
            .replace("SELECT statement_id", "SELECT 0, statement_id"),
            "line_suggested",
        ),
        ("UPDATE finance_statementline SET suggested_id = 0 WHERE id = %(line)s", "line_suggested"),
    ],
)
def test_what_a_receipt_and_a_payment_refer_to_is_there(booked, statement, law):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        sql(statement, booked)
    assert refused.value.__cause__.diag.constraint_name == law


def test_a_contract_and_a_statement_that_are_referred_to_stay(booked):
    """The guards that ask for them only when they come may rely on it."""
    for statement in (
        "DELETE FROM finance_contract WHERE id = %(contract)s",
        "UPDATE finance_contract SET id = id + 1000000 WHERE id = %(contract)s",
        "DELETE FROM finance_bankstatement",
        "UPDATE finance_bankstatement SET id = id + 1000000",
        "UPDATE finance_statementline SET id = id + 1000000 WHERE id = %(line)s",
    ):
        with pytest.raises(DatabaseError, match=r"B5|7\.1"), transaction.atomic():
            sql(statement, booked)


def test_who_entered_payments_stays(world, booked):
    author = Payment.objects.get(pk=booked["payment"]).made_by_id
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        sql("UPDATE people_user SET id = id + 1000000 WHERE id = %s", [author])
        sql("SET CONSTRAINTS payment_author_gone IMMEDIATE")
    assert refused.value.__cause__.diag.constraint_name == "payment_made_by"


def test_a_reversal_is_not_reversed_and_a_draft_is_not_paid(world, booked):
    sql(
        PAY + "VALUES (%(contract)s, '2026-09-15', '', -1000, 'cash', '', 'x', now(), %(payment)s, NULL)",
        booked,
    )
    booked["back"] = Payment.objects.get(reverses=booked["payment"]).pk
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(
            PAY + "VALUES (%(contract)s, '2026-09-15', '', -1000, 'cash', '', 'x', now(), %(payment)s, NULL)",
            booked,
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(
            PAY + "VALUES (%(contract)s, '2026-09-15', '', 1000, 'cash', '', 'x', now(), %(back)s, NULL)",
            booked,
        )


# --- whatever happens, it sums up

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["pay", "receipt", "assign", "reverse", "aside", "back", "cancel", "close", "refund"]
        ),
        st.integers(0, 3),
        st.integers(1, 900),
    ),
    max_size=12,
)


@settings(max_examples=15)
@given(STEPS)
def test_payments_reversals_and_cancellings_always_sum_to_the_ledger(world, steps):
    with transaction.atomic():
        for at, (verb, which, amount) in enumerate(steps):
            try:
                with transaction.atomic():
                    _do(world, verb, which, Decimal(amount), at)
            except FinanceError:
                continue
        agrees(world)
        transaction.set_rollback(True)


def _do(world: World, verb: str, which: int, amount: Decimal, at: int) -> None:
    contract = world.contracts[which]
    if verb == "pay":
        world.pay(which, amount, number=f"P{at}")
    elif verb == "receipt":
        purpose = contract.number if amount % 2 else "nomaʼlum"
        world.take([row(number=f"R{at}", purpose=purpose, amount=float(amount))])
    elif verb == "assign" and (line := queries.waiting().first()):
        actions.assign(line, access=world.access, parts=[(contract.pk, amount)])
    elif verb == "reverse" and (payment := Payment.objects.in_force().order_by("pk").last()):
        actions.reverse(payment, access=world.access, reason="xato")
    elif verb == "aside" and (line := queries.waiting().first()):
        actions.put_aside(line, access=world.access, kind="other", reason="ijara")
    elif verb == "back" and (aside := PutAside.objects.filter(lifted_at=None).first()):
        actions.bring_back(aside, access=world.access)
    elif verb == "cancel" and amount < 100:
        contracts.cancel(contract, access=world.access, reason="xato")
    elif verb == "refund":
        actions.refund(
            access=world.access, contract=contract, amount=amount, date=DAY, number=f"G{at}", reason="ariza"
        )
    elif verb == "close" and (month := books.next_month_to_close()):
        ledger.close_month(access=world.access, month=month)


# --- debts


def test_debts_by_day(world):
    first = world.contracts[0]
    due = [debts.everybody(day) for day in (DAY, datetime.date(2026, 9, 15), datetime.date(2027, 1, 1))]
    quarter = Decimal(455850)
    assert [{row[2] for row in found} for found in due] == [{0}, {quarter}, {2 * quarter}]
    world.pay(0, 500_000, date=datetime.date(2026, 9, 20))

    def owes(day: datetime.date) -> Decimal:
        return debts.overdue_of([first.student_id], day)[first.student_id].value

    assert owes(datetime.date(2026, 9, 14)) == 0
    assert owes(datetime.date(2026, 9, 15)) == quarter
    assert owes(datetime.date(2026, 9, 20)) == 0
    assert owes(datetime.date(2027, 1, 1)) == 2 * quarter - 500_000
    assert owes(datetime.date(2027, 6, 1)) == SUM - 500_000
    contracts.cancel(first, access=world.access, reason="xato")
    assert owes(datetime.date(2030, 1, 1)) == 0


def test_the_rector_extends_a_date(world):
    from finance.models import InstalmentRule

    # Another plan of the year says nothing of a usual contract.
    InstalmentRule.objects.filter(plan="differentiated").update(extended_to=datetime.date(2027, 6, 1))
    InstalmentRule.objects.filter(plan="usual", share=25).update(extended_to=datetime.date(2026, 11, 1))
    first = world.contracts[0]
    [*_before, last] = debts.plans([first.pk])[first.pk]
    assert last.due == datetime.date(2027, 5, 1)
    for day, due in ((datetime.date(2026, 10, 31), 0), (datetime.date(2026, 11, 1), Decimal(455850))):
        assert debts.overdue_of([first.student_id], day)[first.student_id].value == due
        [line, *_rest] = debts.plans([first.pk])[first.pk]
        assert line.due == datetime.date(2026, 11, 1)


def test_what_one_contract_owes_is_read_by_its_index(world):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN (COSTS OFF) SELECT * FROM hemis_debts('2027-01-01') WHERE contract_id = %s",
            [world.contracts[0].pk],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")
    for table in ("finance_contractinstalment", "finance_posting"):
        assert re.search(rf"on {table} \w+\n\s+(Index|Recheck) Cond: .*contract_id = \d", plan), plan


def test_cuts_add_up_and_keep_to_the_scope(world):
    from hemis.access.scope import Scope

    day = datetime.date(2027, 1, 1)
    world.pay(0, 100_000)
    whole = sum((row[1] for row in debts.everybody(day)), Decimal(0))
    for by in debts.CUTS:
        found = debts.cut(by, scope=Scope(everything=True), day=day, year=2026)
        assert sum((one.standing.charged for one in found), Decimal(0)) == whole
        assert sum(one.contracts for one in found) == 5 and sum(one.debtors for one in found) == 5
    own = debts.cut("faculty", scope=Scope(faculty_ids=frozenset({world.elsewhere.faculty_id})), day=day)
    assert [(one.key, one.contracts) for one in own] == [(world.elsewhere.faculty_id, 1)]
    assert not debts.cut("faculty", scope=Scope(person_id=1), day=day)


def test_movement_is_told_what_is_owed(world):
    from movement import facts

    first = world.contracts[0]
    world.pay(0, 100_000)
    known = facts.known(["contract_debt"], [first.student_id], datetime.date(2026, 9, 30))
    found = known[first.student_id]["contract_debt"]
    assert found.value == Decimal(355850) and first.number in found.basis


# --- money given back


def test_what_is_paid_too_much_is_given_back(world):
    first = world.contracts[0]
    world.pay(0, SUM + 1000)
    give = {"date": datetime.date(2026, 10, 1), "number": "R1", "reason": "ariza"}
    for wrong in (
        {"amount": Decimal(1001)},
        {"amount": Decimal(0)},
        {"amount": Decimal(5), "reason": " "},
        {"amount": Decimal(5), "date": datetime.date(2999, 1, 1)},
    ):
        with pytest.raises(FinanceError):
            actions.refund(access=world.access, contract=first, **(give | wrong))
    made = actions.refund(access=world.access, contract=first, amount=Decimal(1000), **give)
    posting = Posting.objects.get(payment=made)
    assert (posting.kind, posting.debit_id, posting.credit_id, posting.amount) == (
        "refund",
        "students",
        "bank",
        1000,
    )
    assert queries.overpaid(first.pk) == 0 and balance("bank") == -1000
    with pytest.raises(DatabaseError), transaction.atomic():
        Payment.objects.create(
            contract=first, date=DAY, amount=-SUM - 1, means="refund", comment="x", made_by=world.accountant
        )
    actions.reverse(made, access=world.access, reason="bank qaytardi")
    assert queries.overpaid(first.pk) == 1000 and balance("bank") == 0
    contracts.cancel(first, access=world.access, reason="xato")
    assert queries.overpaid(first.pk) == SUM + 1000
