"""Payments of the demo: bank statements with their queue, Payme, cash, a reversal, a refund, a closed month."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from decimal import Decimal

from django.utils import timezone

from finance.contracts import payers
from finance.contracts.without import without_any
from finance.debts.queries import plans
from finance.invoices import actions as invoices
from finance.ledger import actions as ledger
from finance.models import THREE_SIDED, Contract
from finance.online import payme
from finance.opening import actions as opening
from finance.opening.actions import Balance
from finance.payments import actions, queries
from finance.payments.models import Payment
from finance.payments.sheets import StatementSheet
from finance.requests import actions as requests
from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.documents.actions import drawn_when_opened
from hemis.people.models import User
from reports.demo import YEAR

ACCOUNT = "23402000300100001010"
# Of ten contracts one is not paid at all, two are paid whole; of thirty one is named by two words only.
BY_PINFL, BY_NAME, BY_TWO_WORDS, UNPAID, WHOLE = 5, 6, 28, 9, (3, 7)
# The cash desk and Payme take contracts that the statements leave out.
AT_THE_DESK, BY_PAYME, PAID_TOO_MUCH = 2, 3, Decimal(250_000)
# What else comes to an account: rent, a sponsor, numbers that somebody has mistyped.
OTHERS = (
    ("OOO “BARAKA SAVDO”", "301234567", "Bino ijarasi uchun, 2026-yil sentabr", "4500000.00"),
    ("PAYME MCHJ", "305123456", "Elektron toʻlovlar reestri boʻyicha oʻtkazma", "1250000.00"),
    ("ERGASHEVA MUNIRA", "", "Kontrakt 30326O0012 uchun toʻlov", "1500000.00"),
    ("TOSHKENT SH. HOKIMLIGI", "200123456", "Isteʼdodli talabalarni qoʻllab-quvvatlash", "12000000.00"),
)

SPONSOR = {
    "parties": "12", "payer_name": "OOO “BARAKA SAVDO”", "payer_tin": "301234567",
    "payer_address": "Toshkent shahri, Navoiy koʻchasi, 5", "payer_bank": "20208000900123456001, MFO 00440",
}  # fmt: skip
BASIS, ASKING = "2026-yil 1-sentabrdagi solishtirma dalolatnoma", 3


def build(staff: dict[str, User], *, tell: Callable[[str], None]) -> None:
    """Most contracts paid in part by statements that leave a queue; last year's in full; the ledger follows."""
    accountant = staff["accounting"]
    access = Access.for_user(accountant)
    contracts = Contract.objects.filter(document__isnull=False, state__in=Contract.IN_FORCE)
    contracts = contracts.select_related("student__person").order_by("number")
    old, rows = list(contracts.filter(academic_year=YEAR - 1)), list(contracts.filter(academic_year=YEAR))
    if not rows:
        return
    with acting(accountant.pk, "demo"):
        # One of last year's debts is left.
        added = _import(access, old[1:], YEAR - 1, whole=True) + _import(access, rows, YEAR)
        unpaid = rows[UNPAID::10]
        _by_hand(access, unpaid[:AT_THE_DESK])
        _by_payme(unpaid[AT_THE_DESK : AT_THE_DESK + BY_PAYME])
        _too_much(access, rows[WHOLE[0]])
        _papers(access, rows)
        _from_before(access, rows)
        if timezone.localdate() >= datetime.date(YEAR, 10, 1):
            ledger.close_month(access=access, month=datetime.date(YEAR, 9, 1))
    _asked()
    tell(f"{added} receipts of the bank, {queries.waiting().count()} of them wait")


def _import(access: Access, rows: Sequence[Contract], year: int, *, whole: bool = False) -> int:
    """A text exchange of 1C, as the bank gives it; how many receipts it brings."""
    if not rows:
        return 0
    sheet = StatementSheet(access, {"file": f"vipiska-{year}.txt"})
    return sheet.save(sheet.check(sheet.read(_statement(rows, whole=whole))).good).added


def _statement(rows: Sequence[Contract], *, whole: bool) -> bytes:
    """First parts and whole sums, named by number, PINFL or name; and what is nobody's fee."""
    parts, today = plans([one.pk for one in rows]), timezone.localdate()
    lines = ["1CClientBankExchange", "ВерсияФормата=1.02", "Кодировка=Windows", f"РасчСчет={ACCOUNT}"]
    for at, contract in enumerate(rows):
        if at % 10 == UNPAID and not whole:
            continue
        person = contract.student.person
        amount = contract.amount if whole or at % 10 in WHOLE else parts[contract.pk][0].amount
        day = min(contract.date + datetime.timedelta(days=at % 45), today)
        payer = contract.payer_name or person.full_name
        lines += _order(at + 1, day, amount, payer, contract.payer_tin, _purpose(contract, at))
    if not whole:
        day = rows[0].date
        for at, (payer, tin, purpose, amount) in enumerate(OTHERS):
            lines += _order(9001 + at, day, Decimal(amount), payer, tin, purpose)
    return "\r\n".join([*lines, "КонецФайла"]).encode()


def _purpose(contract: Contract, at: int) -> str:
    person = contract.student.person
    if at % 30 == BY_TWO_WORDS:
        return f"Kontrakt, {person.last_name} {person.first_name}"
    if at % 10 == BY_PINFL:
        return f"Kontrakt toʻlovi, JSHSHIR {person.pinfl}"
    if at % 10 == BY_NAME:
        return f"Talaba {person.full_name} uchun kontrakt toʻlovi"
    year = contract.academic_year_id
    return f"{contract.number}-sonli shartnoma boʻyicha {year}/{year + 1} oʻquv yili uchun toʻlov"


def _order(number: int, day: datetime.date, amount: Decimal, payer: str, tin: str, purpose: str) -> list[str]:
    return [
        "СекцияДокумент=Платежное поручение", f"Номер={number}", f"Дата={day:%d.%m.%Y}", f"Сумма={amount:.2f}",
        f"ДатаПоступило={day:%d.%m.%Y}", f"Плательщик1={payer}", f"ПлательщикИНН={tin}",
        f"ПлательщикСчет=22618000{number:012d}", f"ПолучательСчет={ACCOUNT}", f"НазначениеПлатежа={purpose}",
        "КонецДокумента",
    ]  # fmt: skip


def _by_hand(access: Access, rows: Sequence[Contract]) -> None:
    """Payments at the cash desk, the last of them taken back, and the rent put aside."""
    for number, contract in enumerate(rows, start=101):
        payment = actions.enter(
            access=access, contract=contract, date=contract.date, amount=Decimal(1_000_000), means=Payment.CASH,
            number=f"K-{number}",
        )  # fmt: skip
        if contract == rows[-1]:
            actions.reverse(payment, access=access, reason="Boshqa talabaning toʻlovi", on=contract.date)
    rent = queries.waiting().filter(payer_tin=OTHERS[0][1]).first()
    if rent:
        actions.put_aside(rent, access=access, kind="other", reason="Ijara haqi")


def _by_payme(rows: Sequence[Contract]) -> None:
    """Payments by Payme, as its requests would book them; the last is only begun."""
    for at, contract in enumerate(rows, start=1):
        key = f"{at:024d}"
        account = {"contract": contract.number}
        payme.create({"id": key, "time": payme.now(), "amount": 150_000_000, "account": account})
        if contract != rows[-1]:
            payme.perform({"id": key})


def _too_much(access: Access, contract: Contract) -> None:
    """A parent pays once more what is paid; half of it is given back."""
    day = timezone.localdate()
    actions.enter(
        access=access, contract=contract, date=day, amount=PAID_TOO_MUCH, means=Payment.BANK, number="778",
        comment="Ota-onasi qayta toʻlagan",
    )  # fmt: skip
    actions.refund(
        access=access,
        contract=contract,
        date=day,
        amount=PAID_TOO_MUCH / 2,
        number="41",
        reason="Ariza",
    )


def _papers(access: Access, rows: Sequence[Contract]) -> None:
    """An organisation takes over a contract; it, an employer and students get invoices, one of which is annulled."""
    employed = [one for one in rows if one.parties == THREE_SIDED]
    others = [one for one in rows if one.parties != THREE_SIDED]
    with drawn_when_opened():
        payers.replace_payer(others[0], access=access, sides=SPONSOR, basis="Tashkilotning 12-sonli xati")
        for contract in employed:
            invoices.issue_invoice(contract, access=access, amount=contract.current_amount)
        half = (others[0].current_amount / 2).quantize(Decimal("0.01"))
        for contract in others[:3]:
            made = invoices.issue_invoice(contract, access=access, amount=half)
        invoices.annul(made, access=access, reason="Summa xato yozilgan")


def _from_before(access: Access, rows: Sequence[Contract]) -> None:
    """What two students owed, and one had paid too much, when the program began."""
    known = [
        Balance(rows[at].student_id, YEAR - 2, Decimal(amount), BASIS)
        for at, amount in ((3, 1_450_000), (4, 820_000), (5, -300_000))
    ]
    opening.bring_forward(known, access=access)


def _asked() -> None:
    """Students without a contract ask for one."""
    for student in without_any().select_related("person__user", "current").order_by("pk")[:ASKING]:
        if not requests.may_ask(student):
            own = Access.for_user(student.person.user)
            requests.ask(student, access=own, sum_type="12", comment="Shartnomani soʻrayman")
