"""Contracts with what is charged, due and paid by a day, and payments over a period (duties 7.1, B5)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from finance.models import Contract
from finance.models.contracts import PARTIES
from finance.payments.models import Payment
from hemis.access.scope import Scope
from hemis.pages.columns import Column
from reports.statistics.declaration import (
    PERIOD,
    YEAR_AND_DAY,
    Asked,
    Dimension,
    Joined,
    Measure,
    Statistic,
    Text,
    register,
)
from reports.statistics.dimensions import coded, faculty, group, month, of_person, speciality

CONTRACT, PAYMENT = "contract.view", "payment.view"


def contracts(scope: Scope, asked: Asked) -> QuerySet:
    """Contracts of the year that are not cancelled."""
    return (
        Contract.objects.for_scope(scope).filter(academic_year=asked.year).exclude(state=Contract.CANCELLED)
    )


def _of_contract(path: str, permission: str) -> tuple[Dimension, ...]:
    return (
        faculty(f"{path}faculty", permission),
        speciality(f"{path}programme__speciality", permission),
        group(f"{path}group", permission),
        coded("course", _("Course"), f"{path}course", "h_course"),
        coded("form", _("Education form"), f"{path}education_form", "h_education_form"),
        coded("type", _("Contract type"), f"{path}contract_type", "h_contract_type"),
        coded("sum_type", _("Kind of sum"), f"{path}sum_type", "h_contract_summa_type"),
        Dimension("parties", _("Parties"), f"{path}parties", choices=PARTIES),
    )


# What the ledger says of each contract by the day; a contract that is not charged yet has no line there.
LEDGER = Joined(
    "LEFT JOIN hemis_debts(%s) l ON l.contract_id = {contract}", lambda asked: [asked.day], {"contract": "pk"}
)
SOUM = _("soʻm")


def _sum(expression: str) -> str:
    return f"coalesce(sum({expression}), 0)"


CONTRACTS = register(
    Statistic(
        "contracts",
        _("Contracts and debts"),
        CONTRACT,
        contracts,
        Contract,
        YEAR_AND_DAY,
        dimensions=(
            *_of_contract("", CONTRACT),
            Dimension("state", _("State"), "state", choices=Contract.STATES),
            *of_person("student__person__")[:2],
        ),
        measures=(
            Measure("contracts", _("Contracts"), why=_("contracts of the year that are not cancelled")),
            Measure("amount", _("Sum of contracts"), _sum("{amount}"), {"amount": "current_amount"}, SOUM,
                    why=_("what is owed by them now, after changes"), digits=0),
            Measure("paid", _("Paid"), _sum("l.paid"), unit=SOUM, why=_("paid by the day, by the ledger")),
            Measure("paid_share", _("Paid, %"), "round(100 * sum(l.paid) / nullif(sum(l.charged), 0), 1)",
                    why=_("paid of a hundred soʻm charged by the day"), adds_up=False, digits=1),
            Measure("due", _("Due"), _sum("l.due"), unit=SOUM,
                    why=_("instalments whose day has come by the day, by the ledger")),
            Measure("overdue", _("Overdue"), _sum("greatest(l.due - l.paid, 0)"), unit=SOUM,
                    why=_("of what is due, what is not paid, contract by contract")),
            Measure("debtors", _("Debtors"), "count(*) FILTER (WHERE l.due > l.paid)", unit=_("people"),
                    why=_("contracts with something overdue")),
            Measure("signed", _("Signed"), "count(*) FILTER (WHERE {state} = 'signed')", {"state": "state"},
                    why=_("of the contracts, those signed")),
        ),
        by=("faculty", ""),
        columns=(
            Column("number", link=True),
            Column("student__person", _("Student")),
            Column("faculty"),
            Column("group"),
            Column("course"),
            Column("contract_type"),
            Column("current_amount"),
            Column("state"),
        ),
        help=_("Faculty, group and course are those of the contract; sums charged, due and paid are the ledger's."),
        joined=LEDGER,
        select_related=("student__person", "faculty", "group"),
        ordering=("faculty__name", "number"),
        link=lambda row: reverse("finance_contracts_detail", args=[row.pk]),
        place=8,
    )
)  # fmt: skip


def payments(scope: Scope, asked: Asked) -> QuerySet:
    """Everything booked in the period: payments, what was given back and taken back with their signs."""
    return Payment.objects.for_scope(scope).filter(date__range=(asked.since, asked.until))


MEANS: tuple[tuple[str, Text], ...] = tuple((code, text) for code, text in Payment.MEANS)  # type: ignore[misc]
AMOUNT = {"amount": "amount"}
PAYMENTS = register(
    Statistic(
        "payments",
        _("Payments"),
        PAYMENT,
        payments,
        Payment,
        PERIOD,
        dimensions=(
            month("month", _("Month"), "date"),
            Dimension("means", _("How it was paid"), "means", choices=MEANS),
            *_of_contract("contract__", PAYMENT),
        ),
        measures=(
            Measure("amount", _("Sum"), _sum("{amount}"), AMOUNT, SOUM,
                    why=_("payments of the period; what is given back or taken back is subtracted")),
            Measure("payments", _("Bookings"), why=_("rows of the register of payments")),
            Measure("given_back", _("Given back"),
                    "coalesce(sum({amount}) FILTER (WHERE {means} = 'refund'), 0)", AMOUNT | {"means": "means"}, SOUM,
                    why=_("of the sum, what was given back to payers")),
            Measure("contracts", _("Contracts"), "count(DISTINCT {contract})", {"contract": "contract"},
                    why=_("contracts for which something was booked"), adds_up=False),
        ),
        by=("month", "means"),
        columns=(
            Column("date"),
            Column("contract__number", link=True),
            Column("contract__student__person", _("Student")),
            Column("amount"),
            Column("means"),
        ),
        help=_("From the register of payments, by the date of payment."),
        select_related=("contract__student__person",),
        ordering=("-date", "pk"),
        link=lambda row: reverse("finance_payments_detail", args=[row.pk]),
        place=9,
    )
)  # fmt: skip
