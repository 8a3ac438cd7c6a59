"""Makers of what payments need: prices, students with names of their own, contracts, statements as files."""

from __future__ import annotations

import datetime
import io
from dataclasses import dataclass
from decimal import Decimal

import xlsxwriter
from django.db import connection

from finance.contracts import actions as contracts
from finance.contracts.queries import Selection
from finance.models import (
    BaseCoefficient,
    CalculationSetting,
    Contract,
    ContractTypeCoefficient,
    MinimumWage,
    StipendAmount,
)
from finance.payments import actions
from finance.payments.models import Payment, StatementLine
from finance.payments.sheets import StatementSheet
from finance.prices.actions import set_law_dates
from hemis.access.scope import Access
from hemis.people.models import User
from students.models import Programme, Student
from tests.factories import access_of, make_faculty, make_students, make_user, make_year

DAY = datetime.date(2026, 9, 10)
SUM = Decimal(1823400)
NAMES = (
    ("Yoʻldoshev", "Sherzod", "Baxtiyor oʻgʻli"),
    ("Karimova", "Gulnora", "Rustam qizi"),
    ("Karimova", "Nodira", "Olim qizi"),
    ("Toʻrayev", "Aziz", "Komil oʻgʻli"),
)
HEADERS = ["Sana", "Hujjat raqami", "Kirim", "Chiqim", "Toʻlovchi", "STIR", "Hisobvaraq", "Toʻlov maqsadi"]


@dataclass
class World:
    """Who and what there is."""

    accountant: User
    access: Access
    students: list[Student]
    contracts: list[Contract]
    elsewhere: Contract

    def pay(self, at: int = 0, amount: Decimal | int = 100_000, **fields) -> Payment:
        """A payment entered by hand."""
        wanted = {"date": datetime.date(2026, 9, 15), "means": Payment.CASH, "number": ""} | fields
        return actions.enter(
            access=self.access, contract=self.contracts[at], amount=Decimal(amount), **wanted
        )

    def take(self, rows: list[list], name: str = "vipiska.xlsx"):
        """Check and import a statement of these rows; what was found and what was saved."""
        return self.take_file(workbook(rows), name)

    def take_file(self, content: bytes, name: str = "vipiska.xlsx"):
        sheet = StatementSheet(self.access, {"file": name})
        checked = sheet.check(sheet.read(content))
        return checked, sheet.save(checked.good)

    def line(self, number: int, **fields) -> StatementLine:
        """A receipt that nobody knows, in the queue."""
        self.take([row(number=f"Q{number}", purpose=f"nomaʼlum tushum {number}", **fields)])
        return StatementLine.objects.get(number=f"Q{number}")


def row(
    *,
    number: str = "1",
    amount=500_000,
    purpose: str = "",
    day="15.09.2026",
    payer: str = "",
    tin: str = "",
    out="",
) -> list:
    """A row of a statement under HEADERS."""
    return [day, number, amount, out, payer, tin, "22618000900000000001", purpose]


def workbook(rows: list[list], headers: list[str] | None = None) -> bytes:
    """An Excel file with these rows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for line, cells in enumerate([headers or HEADERS, *rows]):
        for at, value in enumerate(cells):
            page.write(line, at, value)
    book.close()
    return out.getvalue()


def exchange(
    orders: list[dict[str, str]], *, account: str = "20210000900000000303", encoding: str = "cp1251"
) -> bytes:
    """A text exchange of 1C with these payment orders."""
    lines = ["1CClientBankExchange", "ВерсияФормата=1.02", "Кодировка=Windows", f"РасчСчет={account}"]
    for order in orders:
        lines += ["СекцияДокумент=Платежное поручение", *(f"{key}={value}" for key, value in order.items())]
        lines.append("КонецДокумента")
    return ("\r\n".join([*lines, "КонецФайла"]) + "\r\n").encode(encoding)


def order(
    *, number: str, amount: str, purpose: str, day: str = "15.09.2026", **fields: str
) -> dict[str, str]:
    """A payment order as 1C writes it."""
    return {
        "Номер": number,
        "Дата": day,
        "Сумма": amount,
        "ПлательщикСчет": "22618000900000000001",
        "ДатаПоступило": day,
        "Плательщик": "ИНН 123456789 TALABA OTASI",
        "ПлательщикИНН": "123456789",
        "ПолучательСчет": "20210000900000000303",
        "НазначениеПлатежа": purpose,
    } | fields


def make_world() -> World:
    """Four students of one faculty and one of another, each with a contract formed on DAY."""
    faculty, other = make_faculty(), make_faculty("303-102")
    students = make_students(faculty, len(NAMES))
    others = make_students(other, 1)
    for student, (last, first, middle) in zip(students, NAMES, strict=True):
        person = student.person
        person.last_name, person.first_name, person.middle_name = last, first, middle
        person.save()
    accountant = make_user("accounting")
    access = access_of(accountant)
    make_prices(access)
    for unit in (faculty, other):
        numbered = contracts.number_contracts(
            access=access, chosen=Selection(year=2026, faculty=unit.pk), on=DAY
        )
        contracts.issue_documents(numbered.contracts, by=accountant)
    made = {one.student_id: one for one in Contract.objects.all()}
    return World(accountant, access, students, [made[one.pk] for one in students], made[others[0].pk])


def make_prices(access: Access) -> None:
    """All that 2026/2027 needs for a contract of SUM."""
    year = make_year()
    MinimumWage.objects.create(amount=747300, valid_from=datetime.date(2021, 2, 1), document="PF-6155")
    StipendAmount.objects.create(
        rate="11", amount=470800, valid_from=datetime.date(2021, 2, 1), document="PF-6155"
    )
    for code, value in (("11", "1"), ("19", "1")):
        ContractTypeCoefficient.objects.create(
            contract_type=code, coefficient=Decimal(value), valid_from=datetime.date(2021, 1, 1)
        )
    CalculationSetting.objects.create(academic_year=year, mode="11")
    for programme in Programme.objects.all():
        BaseCoefficient.objects.create(programme=programme, academic_year=year, coefficient=10)
    set_law_dates(access=access, year=2026)


def sql(statement: str, params: list | None = None) -> list:
    """What the database itself answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []
