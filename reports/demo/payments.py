"""Payments of the demo: contracts of a faculty, a bank statement with its queue, cash, a reversal, a closed month."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

from django.utils import timezone

from finance.contracts import actions as contracts
from finance.contracts.queries import Selection
from finance.debts.queries import plans
from finance.ledger import actions as ledger
from finance.models import Contract
from finance.payments import actions, queries
from finance.payments.models import Payment
from finance.payments.sheets import StatementSheet
from hemis.access.history import acting
from hemis.access.scope import Access
from hemis.people.models import User
from reports.demo import YEAR
from structure.models import Unit
from students.models import Student

FACULTY = "303-103"
CONTRACTS = 150
SIGNED = datetime.date(YEAR, 9, 1)
ACCOUNT = "23402000300100001010"
# What else comes to an account: rent, a sponsor, numbers that somebody has mistyped.
OTHERS = (
    ("OOO “BARAKA SAVDO”", "301234567", "Bino ijarasi uchun, 2026-yil sentabr", "4500000.00"),
    ("PAYME MCHJ", "305123456", "Elektron toʻlovlar reestri boʻyicha oʻtkazma", "1250000.00"),
    ("ERGASHEVA MUNIRA", "", "Kontrakt 30326O0012 uchun toʻlov", "1500000.00"),
    ("TOSHKENT SH. HOKIMLIGI", "200123456", "Isteʼdodli talabalarni qoʻllab-quvvatlash", "12000000.00"),
)


def build(staff: dict[str, User], *, tell: Callable[[str], None]) -> None:
    """Contracts of a faculty, most of them paid in part by a statement that leaves a queue; the ledger follows."""
    accountant = staff["accounting"]
    access = Access.for_user(accountant)
    with acting(accountant.pk, "demo"):
        rows = _contracts(access, accountant)
        if not rows:
            return
        content = _statement(rows)
        sheet = StatementSheet(access, {"file": f"vipiska-{YEAR}-10.txt"})
        saved = sheet.save(sheet.check(sheet.read(content)).good)
        _by_hand(access, rows)
        if timezone.localdate() >= datetime.date(YEAR, 10, 1):
            ledger.close_month(access=access, month=SIGNED)
    tell(f"{len(rows)} more contracts, {saved.added} receipts, {queries.waiting().count()} of them wait")


def _contracts(access: Access, accountant: User) -> list[Contract]:
    faculty = Unit.objects.get(code=FACULTY)
    students = Student.objects.filter(current__faculty=faculty, current__payment_form="12").order_by("number")
    chosen = tuple(students.values_list("pk", flat=True)[:CONTRACTS])
    if not chosen:
        return []
    selection = Selection(year=YEAR, faculty=faculty.pk, students=chosen)
    numbered = contracts.number_contracts(access=access, chosen=selection, on=SIGNED)
    contracts.issue_documents(numbered.contracts, by=accountant, draw=False)
    rows = Contract.objects.filter(pk__in=numbered.contracts).select_related("student__person")
    return list(rows.order_by("number"))


def _statement(rows: list[Contract]) -> bytes:
    """A text exchange of 1C: first parts and whole sums, named by number, PINFL or name; every tenth pays nothing."""
    parts = plans([one.pk for one in rows])
    lines = ["1CClientBankExchange", "ВерсияФормата=1.02", "Кодировка=Windows", f"РасчСчет={ACCOUNT}"]
    for at, contract in enumerate(rows):
        if at % 10 == 9:  # noqa: PLR2004
            continue
        person = contract.student.person
        amount = contract.amount if at % 10 in (3, 7) else parts[contract.pk][0].amount
        purpose = {
            5: f"Kontrakt toʻlovi, JSHSHIR {person.pinfl}",
            6: f"Talaba {person.full_name} uchun kontrakt toʻlovi",
            8: f"Kontrakt, {person.last_name} {person.first_name}",
        }.get(
            at % 10, f"{contract.number}-sonli shartnoma boʻyicha {YEAR}/{YEAR + 1} oʻquv yili uchun toʻlov"
        )
        lines += _order(
            at + 1, contract.date + datetime.timedelta(days=at % 45), amount, person.full_name, "", purpose
        )
    for at, (payer, tin, purpose, amount) in enumerate(OTHERS):
        lines += _order(
            9001 + at, SIGNED + datetime.timedelta(days=20 + at), Decimal(amount), payer, tin, purpose
        )
    return "\r\n".join([*lines, "КонецФайла"]).encode()


def _order(number: int, day: datetime.date, amount: Decimal, payer: str, tin: str, purpose: str) -> list[str]:
    return [
        "СекцияДокумент=Платежное поручение", f"Номер={number}", f"Дата={day:%d.%m.%Y}", f"Сумма={amount:.2f}",
        f"ДатаПоступило={day:%d.%m.%Y}", f"Плательщик1={payer}", f"ПлательщикИНН={tin}",
        f"ПлательщикСчет=22618000{number:012d}", f"ПолучательСчет={ACCOUNT}", f"НазначениеПлатежа={purpose}",
        "КонецДокумента",
    ]  # fmt: skip


def _by_hand(access: Access, rows: list[Contract]) -> None:
    """Two payments at the cash desk, one of them taken back, and the rent put aside."""
    day = SIGNED + datetime.timedelta(days=14)
    for at, number in enumerate(("K-101", "K-102")):
        if len(rows) > 9 + at:
            payment = actions.enter(
                access=access, contract=rows[9 + at], date=day, amount=Decimal(1_000_000), means=Payment.CASH,
                number=number,
            )  # fmt: skip
            if at:
                actions.reverse(payment, access=access, reason="Boshqa talabaning toʻlovi", on=day)
    rent = queries.waiting().filter(payer_tin=OTHERS[0][1]).first()
    if rent:
        actions.put_aside(rent, access=access, kind="other", reason="Ijara haqi")
