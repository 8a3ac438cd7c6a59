"""How fast a statement is matched and debts are found, against bare limits measured in the same run."""

from __future__ import annotations

import datetime
import io
from typing import Any

import xlsxwriter
from django.db import connection, transaction
from django.utils import timezone

from finance.contracts import actions as contracts
from finance.contracts.queries import Selection
from finance.debts import queries as debts
from finance.models import Contract
from finance.payments.formats import HEADERS
from finance.payments.sheets import StatementSheet
from hemis.access.models import RoleAssignment
from hemis.access.scope import Access
from hemis.bare import kept_rows, take_kept, take_text
from hemis.documents.actions import drawn_when_opened
from hemis.jobs.memory import collector_rests
from hemis.stopwatch import ask_deferred, seconds
from structure.models import Unit
from students.models import AcademicYear

ROUNDS = 5
# The same figures without the plan's extended dates and without what a payment is: sums by student.
BARE_DEBTS = """
SELECT c.student_id, m.charged, least(i.due, m.charged), m.paid
  FROM (SELECT contract_id, sum(amount) FILTER (WHERE debit = 'students') AS charged,
               sum(amount) FILTER (WHERE credit = 'students') AS paid
          FROM finance_posting WHERE contract_id IS NOT NULL AND date <= %s GROUP BY contract_id) m
  JOIN finance_contract c ON c.id = m.contract_id
  JOIN (SELECT contract_id, sum(amount) AS due FROM finance_contractinstalment WHERE due_date <= %s
         GROUP BY contract_id) i ON i.contract_id = c.id
"""
OF_FILE = (
    "SELECT l.id FROM finance_statementline l JOIN finance_bankstatement s ON s.id = l.statement_id "
    "WHERE s.name = 'bench.xlsx'"
)
KEPT = {
    "finance_statementline": f"t.id IN ({OF_FILE})",
    "finance_payment": f"t.line_id IN ({OF_FILE})",
    "finance_posting": f"t.line_id IN ({OF_FILE})",
}


class _Rollback(Exception):
    """Undoes what was written for the measurement."""


def bench_payments(rows: int = 20_000) -> dict[str, Any]:
    """Match and book ``rows`` receipts, the same file again, and everybody's debts on a day; nothing is kept.

    The match and its two bare limits are each the better of two. ``bare_text`` reads the same workbook with the
    same reader and copies its cells into a temporary table of text. ``bare`` copies instead
    what the program keeps of it, receipts, payments and postings, into temporary tables
    with the same keys, indexes and checks, but without foreign keys, guards and matching.
    The bare debts are one statement over the same rows. All figures but counts and ratios
    are seconds.

    Raises:
        ValueError: the database has no priced fee-paying students (load the demo first).
    """
    accountant = RoleAssignment.objects.filter(role="accounting").select_related("user").first()
    if accountant is None:
        raise ValueError("Load the demo first.")
    access = Access.for_user(accountant.user)
    found: dict[str, Any] = {"rows": rows}
    try:
        with transaction.atomic():
            content = _workbook(_form(access), rows)
            # What the contracts themselves still owe to the end of their transaction is no part of the statement.
            ask_deferred()
            found["bare_text"] = min(seconds(lambda: take_text(content)) for _ in range(2))
            found["first"] = min(
                _tried(access, content, rows), seconds(lambda: _import(access, content, rows))
            )
            found["again"] = seconds(lambda: _import(access, content, 0))
            kept = kept_rows(KEPT)
            found["bare"] = min(seconds(lambda: take_kept(content, kept)) for _ in range(2))
            found["kept"] = sum(one.count for one in kept)
            found["waiting"] = rows - _paid()
            _analyze()
            day = datetime.date(timezone.localdate().year + 1, 1, 1)
            found["students"] = len(debts.everybody(day))
            found["debts"] = min(seconds(lambda: debts.everybody(day)) for _ in range(ROUNDS))
            found["bare_debts"] = min(seconds(lambda: _bare_debts(day)) for _ in range(ROUNDS))
            raise _Rollback
    except _Rollback:
        pass
    found["ratio"] = found["first"] / found["bare"]
    found["text_ratio"] = found["first"] / found["bare_text"]
    found["debts_ratio"] = found["debts"] / found["bare_debts"]
    return found


def _form(access: Access) -> list[Contract]:
    """Contracts of everybody who pays a fee, in force; their PDFs are not drawn."""
    year = AcademicYear.objects.get(is_current=True).pk
    for unit in Unit.objects.faculties():
        made = contracts.number_contracts(
            access=access, chosen=Selection(year=year, faculty=unit.pk), on=timezone.localdate()
        )
        with drawn_when_opened():
            contracts.issue_documents(made.contracts, by=access.user)
    _analyze()
    rows = list(
        Contract.objects.filter(academic_year=year, state=Contract.FORMED).select_related("student__person")
    )
    if not rows:
        raise ValueError("No contract can be priced: enter the prices of the year.")
    return rows


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE finance_contract, finance_contractinstalment, finance_posting, finance_statementline"
        )


def _workbook(rows: list[Contract], count: int) -> bytes:
    """Of twenty receipts fifteen name the contract, two the PINFL, two the student, one nobody."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, HEADERS)
    day = timezone.localdate() - datetime.timedelta(days=30)
    for number in range(count):
        contract = rows[number % len(rows)]
        person, kind = contract.student.person, number % 20
        purpose, tin = f"{contract.number}-sonli shartnoma uchun toʻlov", ""
        if kind in (15, 16):
            purpose, tin = "Kontrakt toʻlovi", person.pinfl or ""
        elif kind in (17, 18):
            purpose = f"Kontrakt toʻlovi: {person.full_name}"
        elif kind == 19:  # noqa: PLR2004
            purpose = "Bino ijarasi"
        date = day + datetime.timedelta(days=number % 28)
        cells = (
            f"{date:%d.%m.%Y}",
            str(number + 1),
            1000 + number,
            "",
            "FUQARO",
            tin,
            f"22618{number:015d}",
            purpose,
        )
        page.write_row(number + 1, 0, cells)
    book.close()
    return out.getvalue()


@collector_rests()
def _import(access: Access, content: bytes, added: int) -> None:
    # As the job of sheets does it.
    sheet = StatementSheet(access, {"file": "bench.xlsx"})
    checked = sheet.check(sheet.read(content))
    saved = sheet.save(checked.good)
    ask_deferred()
    if saved.added != added:
        raise RuntimeError(f"{len(checked.faults)} faults, {saved}")


def _tried(access: Access, content: bytes, rows: int) -> float:
    """Seconds of an import that is taken back."""
    with transaction.atomic():
        took = seconds(lambda: _import(access, content, rows))
        transaction.set_rollback(True)
    return took


def _paid() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM finance_payment p JOIN finance_statementline l ON l.id = p.line_id "
            "JOIN finance_bankstatement s ON s.id = l.statement_id WHERE s.name = 'bench.xlsx'"
        )
        return cursor.fetchone()[0]


def _bare_debts(day: datetime.date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BARE_DEBTS, [day, day])
        cursor.fetchall()
