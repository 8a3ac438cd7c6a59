"""Debts on any day, for any number of students in one statement: from the ledger and the plans of payment."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import DecimalField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from finance.debts.rules import Planned, Standing, overdue
from finance.models import Contract
from hemis.access.scope import Scope
from hemis.explain import Explained

SUM = DecimalField(max_digits=16, decimal_places=2)
ZERO = Decimal(0)
# What of a contract and a student the debts may be cut by: heading, expression, join and label.
CUTS: dict[str, tuple[str | Promise, str, str, str]] = {
    "faculty": (_("Faculty"), "c.faculty_id", "structure_unit", "t.name"),
    "group": (_("Group"), "c.group_id", "students_group", "t.name"),
    "speciality": (_("Speciality"), "pr.speciality_id", "students_speciality", "t.code || ' ' || t.name"),
    "course": (_("Course"), "c.course", "", ""),
    "form": (_("Education form"), "c.education_form", "", ""),
}


def with_debts(rows: QuerySet[Contract], day: datetime.date) -> QuerySet[Contract]:
    """Contracts with ``charged``, ``due``, ``paid``, ``overdue`` and ``owed`` on a day."""

    def of(expression: str) -> RawSQL:
        # The expression is one of the five below; the day is a parameter.
        sql = f"(SELECT {expression} FROM hemis_debts(%s) d WHERE d.contract_id = finance_contract.id)"  # noqa: S608
        return RawSQL(sql, [day], output_field=SUM)  # noqa: S611

    return rows.annotate(
        charged=of("d.charged"),
        due=of("d.due"),
        paid=of("d.paid"),
        overdue=of("greatest(d.due - d.paid, 0)"),
        owed=of("d.charged - d.paid"),
    )


@dataclass(frozen=True)
class Totals:
    """Sums over many contracts on a day."""

    charged: Decimal
    paid: Decimal
    late: Decimal


def totals(rows: QuerySet[Contract]) -> Totals:
    """Sums over contracts that :func:`with_debts` prepared, on its day; one statement over all of them."""
    day = rows.query.annotations["paid"].params[0]  # type: ignore[attr-defined]
    try:
        keys, params = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return Totals(ZERO, ZERO, ZERO)
    sql = f"""
        SELECT coalesce(sum(charged), 0), coalesce(sum(paid), 0), coalesce(sum(greatest(due - paid, 0)), 0)
          FROM hemis_debts(%s) WHERE contract_id IN ({keys})"""  # noqa: S608 - made by the queryset
    with connection.cursor() as cursor:
        cursor.execute(sql, [day, *params])
        return Totals(*cursor.fetchone())


# Which contracts: SQL over the figures of a day.
OWING = {
    "overdue": (_("overdue"), "due > paid"),
    "owed": (_("not paid in full"), "charged > paid"),
    "paid": (_("paid in full"), "charged <= paid"),
    "over": (_("paid more than the sum"), "paid > charged"),
}


def owing(rows: QuerySet[Contract], codes: Iterable[str], day: datetime.date) -> QuerySet[Contract]:
    """Contracts of which one of ``codes`` of :data:`OWING` holds on a day."""
    conditions = " OR ".join(OWING[code][1] for code in codes if code in OWING)
    if not conditions:
        return rows
    sql = f"SELECT contract_id FROM hemis_debts(%s) WHERE {conditions}"  # noqa: S608 - texts of OWING
    return rows.filter(pk__in=RawSQL(sql, [day]))  # noqa: S611


def debts(students: Collection[int] | None, day: datetime.date) -> dict[int, list[tuple[str, Standing]]]:
    """Student → number and sums of each contract that was ever charged; one query. None asks for everybody."""
    where = "" if students is None else "WHERE d.student_id = ANY(%s)"
    sql = f"""
        SELECT d.student_id, c.number, d.charged, d.due, d.paid
          FROM hemis_debts(%s) d JOIN finance_contract c ON c.id = d.contract_id {where}
         ORDER BY d.student_id, c.academic_year_id, c.id"""  # noqa: S608 - a fixed condition
    found: dict[int, list[tuple[str, Standing]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, [day] if students is None else [day, sorted(students)])
        for student, number, charged, due, paid in cursor:
            found.setdefault(student, []).append((number, Standing(charged, due, paid)))
    return found


def overdue_of(students: Collection[int], day: datetime.date) -> dict[int, Explained[Decimal]]:
    """What each of these students owes on a day, explained; students without contracts are missing."""
    return {student: overdue(rows) for student, rows in debts(students, day).items()}


def everybody(day: datetime.date) -> list[tuple[int, Decimal, Decimal, Decimal]]:
    """Student, charged, due and paid of everybody who was ever charged: one statement, rows as they come."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT student_id, sum(charged), sum(due), sum(paid) FROM hemis_debts(%s) GROUP BY student_id",
            [day],
        )
        return cursor.fetchall()


@dataclass(frozen=True)
class Cut:
    """The debts of one faculty, group, course …"""

    key: Any
    label: str
    contracts: int
    standing: Standing
    overdue: Decimal
    debtors: int


def cut(
    by: str, *, scope: Scope, day: datetime.date, year: int | None = None, faculty: int | None = None
) -> list[Cut]:
    """Debts on a day by one of :data:`CUTS`, within scope; one query."""
    _title, expression, table, label = CUTS[by]
    joined = f"LEFT JOIN {table} t ON t.id = {expression}" if table else ""
    wanted = []
    params: list[Any] = [day]
    if not scope.everything:
        wanted.append("c.faculty_id = ANY(%s)")
        params.append(sorted(scope.faculty_ids))
    if year:
        wanted.append("c.academic_year_id = %s")
        params.append(year)
    if faculty:
        wanted.append("c.faculty_id = %s")
        params.append(faculty)
    where = "WHERE " + " AND ".join(wanted) if wanted else ""
    shown = label or expression
    sql = f"""
        SELECT {expression}, coalesce({shown}, '—'), count(*), sum(d.charged), sum(d.due), sum(d.paid),
               sum(greatest(d.due - d.paid, 0)), count(*) FILTER (WHERE d.due > d.paid)
          FROM hemis_debts(%s) d
          JOIN finance_contract c ON c.id = d.contract_id
          JOIN students_programme pr ON pr.id = c.programme_id
          {joined} {where}
         GROUP BY 1, 2 ORDER BY 2"""  # noqa: S608 - texts of CUTS, values are parameters
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [
            Cut(key, name, count, Standing(charged, due, paid), late, debtors)
            for key, name, count, charged, due, paid, late, debtors in cursor
        ]


def plans(contracts: Collection[int]) -> dict[int, list[Planned]]:
    """The plan of payment of each contract, with the dates that the rector extended; one query."""
    found: dict[int, list[Planned]] = {}
    if not contracts:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contract_id, due_date, amount FROM finance_due WHERE contract_id = ANY(%s) ORDER BY 1, 2",
            [sorted(contracts)],
        )
        for contract, due, amount in cursor:
            found.setdefault(contract, []).append(Planned(due, amount))
    return found
