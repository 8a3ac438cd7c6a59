"""What matching needs to know, read once for any number of receipts; and what waits."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import connection
from django.db.models import F, QuerySet, Sum

from finance.models import Contract
from finance.payments import rules
from finance.payments.models import Payment, StatementLine
from hemis.columns import SPLIT, column

# The contract a student pays next: the oldest that is not paid in full, else the latest.
PAID_NEXT = """
SELECT DISTINCT ON (c.student_id) c.student_id, c.id
  FROM finance_contract c
  LEFT JOIN LATERAL (
        SELECT sum(CASE WHEN p.debit = 'students' THEN p.amount WHEN p.credit = 'students' THEN -p.amount ELSE 0 END)
          FROM finance_posting p WHERE p.contract_id = c.id) owed(total) ON true
 WHERE c.student_id = ANY(%s) AND c.state IN ('formed', 'signed')
 ORDER BY c.student_id, coalesce(owed.total, 0) <= 0,
          CASE WHEN coalesce(owed.total, 0) > 0 THEN c.academic_year_id ELSE -c.academic_year_id END, c.id
"""

NAMED_CONTRACTS = (
    "SELECT number, id, student_id, state FROM finance_contract "  # noqa: S608 - what is joined is bound as a parameter
    f"WHERE number = ANY({SPLIT}) AND state <> 'draft'"
)
# Everybody whose contract is in force, with the words of the name.
NAMES = """
SELECT s.id, p.search_text FROM students_student s JOIN people_person p ON p.id = s.person_id
 WHERE EXISTS (SELECT FROM finance_contract c WHERE c.student_id = s.id AND c.state IN ('formed', 'signed'))
"""
# Who has several places of study is found by the latest.
NAMED_PEOPLE = """
SELECT s.id, s.number, p.pinfl FROM students_student s JOIN people_person p ON p.id = s.person_id
 WHERE s.id IN (SELECT x.id FROM students_student x WHERE x.number = ANY(%(numbers)s)
                UNION ALL SELECT x.id FROM people_person q JOIN students_student x ON x.person_id = q.id
                           WHERE q.pinfl = ANY(%(numbers)s))
 ORDER BY s.entry_year, s.id
"""


def payable(number: str) -> Contract | None:
    """The contract in force with this number, however its letters were typed; what can be paid."""
    return Contract.objects.filter(number__iexact=number, state__in=Contract.IN_FORCE).first()


def paid_next(students: Collection[int]) -> dict[int, int]:
    """Student → key of the contract that is paid next; one query."""
    if not students:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(PAID_NEXT, [sorted(students)])
        return dict(cursor.fetchall())


def known(lines: Sequence[rules.Line]) -> rules.Known:
    """All that the house knows of what these receipts name: at most five queries."""
    found = rules.Known()
    wanted = {number for line in lines for _word, numbers in line.numbered for number in numbers}
    numbers = {number for line in lines for number in line.long_numbers}
    with connection.cursor() as cursor:
        cursor.execute(NAMED_CONTRACTS, [column(wanted)])
        rows = cursor.fetchall()
        found.contracts = {number: (pk, student) for number, pk, student, _state in rows}
        found.cancelled = {pk for _number, pk, _student, state in rows if state == Contract.CANCELLED}
        if numbers:
            cursor.execute(NAMED_PEOPLE, {"numbers": list(numbers)})
            people = cursor.fetchall()
            found.students = {number: pk for pk, number, _pinfl in people}
            found.pinfls = {pinfl or "": pk for pk, _number, pinfl in people}
    nameless = [line for line in lines if not rules.numbers_say(line, found)]
    found.names = names({token for line in nameless for word in line.name_words for token in word})
    # Of all who share words only who has the most of them, alone, is asked what is paid next.
    nearest = (rules.nearest(line.name_words, found)[0] for line in nameless)
    found.paid_next = paid_next({*found.students.values(), *(one[0] for one in nearest if len(one) == 1)})
    return found


def names(tokens: Collection[str]) -> dict[str, set[int]]:
    """Search word → students with a contract whose names have it; one query."""
    if not tokens:
        return {}
    found: dict[str, set[int]] = {token: set() for token in tokens}
    with connection.cursor() as cursor:
        cursor.execute(NAMES)
        for student, text in cursor.fetchall():
            for token in text.split():
                if token in found:
                    found[token].add(student)
    return {token: students for token, students in found.items() if students}


@dataclass(frozen=True)
class Counted:
    """What is in the books already of the days that a statement covers."""

    # fingerprint with its occurrence
    keys: set[tuple[str, int]]
    # day, sum and number of receipts and of payments entered by hand
    numbers: set[tuple[datetime.date, Decimal, str]]
    # day, sum and contract of payments in force
    payments: set[tuple[datetime.date, Decimal, int]]


def counted(days: Iterable[datetime.date]) -> Counted:
    """Two queries, whatever the number of receipts."""
    days = set(days)
    if not days:
        return Counted(set(), set(), set())
    span = (min(days), max(days))
    keys, numbers = set(), set()
    lines = StatementLine.objects.filter(date__range=span).order_by()
    for fingerprint, occurrence, day, amount, number in lines.values_list(
        "fingerprint", "occurrence", "date", "amount", "number"
    ):
        keys.add((fingerprint, occurrence))
        if number:
            numbers.add((day, amount, rules.plain_number(number)))
    payments = set()
    paid = Payment.objects.in_force().filter(date__range=span).order_by()
    for day, amount, contract, number, line in paid.values_list(
        "date", "amount", "contract", "number", "line"
    ):
        payments.add((day, amount, contract))
        if number and line is None:
            numbers.add((day, amount, rules.plain_number(number)))
    return Counted(keys, numbers, payments)


def overpaid(contract_id: int) -> Decimal:
    """What was paid above the sum that a contract charges; below zero where something is left to pay."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT paid - charged FROM hemis_debts('infinity') WHERE contract_id = %s", [contract_id]
        )
        row = cursor.fetchone()
    return row[0] if row else Decimal(0)


def waiting() -> QuerySet[StatementLine]:
    """Receipts not yet assigned, wholly or in part."""
    return StatementLine.objects.waiting()


def waiting_totals(rows: QuerySet[StatementLine]) -> Decimal:
    """What is not yet assigned of these receipts."""
    return rows.order_by().aggregate(total=Sum(F("amount") - F("assigned")))["total"] or Decimal(0)


def suggestions(line: StatementLine, limit: int = 10) -> list[Contract]:
    """Contracts that a receipt may be for, the likeliest first: four queries."""
    facts = rules.Line(line.purpose, line.payer, line.payer_tin)
    found = known([facts])
    tokens = facts.name_words
    if not found.names:
        found = replace(found, names=names({token for word in tokens for token in word}))
    by_name = list(rules.candidates(tokens, found))[:limit]
    named = [found.pinfls.get(number) or found.students.get(number) for number in facts.long_numbers]
    students = [one for one in dict.fromkeys([*named, *by_name]) if one]
    contracts = [
        *([line.suggested_id] if line.suggested_id else []),
        *(pk for pk, _student in found.contracts.values() if pk not in found.cancelled),
    ]
    after = paid_next(students)
    keys = list(dict.fromkeys([*contracts, *(after[one] for one in students if one in after)]))[:limit]
    rows = {
        one.pk: one
        for one in Contract.objects.filter(pk__in=keys)
        .exclude(state__in=[Contract.DRAFT, Contract.CANCELLED])
        .select_related("student__person", "group", "academic_year")
    }
    return [rows[key] for key in keys if key in rows]
