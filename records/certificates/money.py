"""What the certificates of stipend and of payments say, from accounting's books (duties 2.7, 7.1)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from finance.debts.queries import debts
from finance.models import Contract, StipendAppointment, StipendLine, StipendList
from finance.payments.models import Payment
from finance.steps import figure
from hemis.classifiers.queries import label
from hemis.documents.words import sum_in_words
from records.certificates.words import MONEY
from structure.models import Signatory
from structure.queries import signatory_name
from students.models import Student

DATE, MONTH = "%d.%m.%Y", "%m.%Y"
# A certificate of stipend covers so many months, the present one with them.
MONTHS = 12
ZERO = Decimal(0)


def _common(language: str) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "m": dict(MONEY[language]),
        "accountant": signatory_name(Signatory.Post.CHIEF_ACCOUNTANT, today),
        "as_of": today.strftime(DATE),
    }


def first_month(day: datetime.date) -> datetime.date:
    """The first of the months that a certificate of a day covers."""
    at = day.year * 12 + day.month - MONTHS
    return datetime.date(at // 12, at % 12 + 1, 1)


def stipend(student: Student, language: str, up_to: str) -> dict[str, Any]:
    """Stipends of the last year: which were appointed by which order, and what approved lists give month by month."""
    today = timezone.localdate()
    start = first_month(today)
    appointed = StipendAppointment.objects.filter(student=student, valid_from__lte=today, valid_to__gte=start)
    # One taken back by a cancelled order before its first day was none.
    appointed = appointed.filter(Q(ended_on=None) | Q(ended_on__gte=start)).select_related("order")
    held = [one for one in appointed.order_by("valid_from", "pk") if not _never_began(one)]
    lines = list(
        StipendLine.objects.filter(student=student, month__gte=start, sheet__state=StipendList.APPROVED, amount__gt=0)
        .order_by("month")
    )  # fmt: skip
    total = sum((one.amount for one in lines), ZERO)
    return _common(language) | {
        "period": f"{start.strftime(MONTH)} – {today.strftime(MONTH)}",
        "appointed": [
            {
                "name": label("h_stipend_rate", one.rate, language),
                "from": one.valid_from.strftime(DATE),
                "until": (one.ended_on or one.valid_to).strftime(DATE),
                "number": one.order.number,
                "date": one.order.date.strftime(DATE) if one.order.date else "",
            }
            for one in held
        ],
        "months": [
            {
                "month": one.month.strftime(MONTH),
                "name": label("h_stipend_rate", one.rate, language),
                "sum": figure(one.amount),
            }
            for one in lines
        ],
        "total": figure(total),
        "words": sum_in_words(total, language) if total else "",
    }


def _never_began(one: StipendAppointment) -> bool:
    return one.ended_on is not None and one.ended_on < one.valid_from


def has_contract(student: Student) -> bool:
    """Whether accounting has ever charged the student anything."""
    return bool(debts([student.pk], timezone.localdate()))


def payments(student: Student, language: str, up_to: str) -> dict[str, Any]:
    """Contracts with their sums as the ledger has them today, and every payment that stands."""
    today = timezone.localdate()
    standing = dict(debts([student.pk], today).get(student.pk, []))
    contracts = Contract.objects.filter(student=student, number__in=standing).select_related("academic_year")
    paid = Payment.objects.filter(contract__student=student, date__lte=today, reverses=None, reversed_by=None)
    total = sum((one.paid for one in standing.values()), ZERO)
    return _common(language) | {
        "contracts": [
            {
                "number": one.number,
                # A debt or credit of years before this program: a balance, no contract.
                "brought": one.brought_forward,
                "date": one.date.strftime(DATE) if one.date else "",
                "year": str(one.academic_year),
                "charged": figure(standing[one.number].charged),
                "paid": figure(standing[one.number].paid),
                "left": figure(standing[one.number].charged - standing[one.number].paid),
            }
            for one in contracts.order_by("academic_year_id", "pk")
        ],
        "payments": [
            {
                "date": one.date.strftime(DATE),
                "document": one.number or one.get_means_display(),
                "number": one.contract.number,
                "sum": figure(one.amount),
            }
            for one in paid.select_related("contract").order_by("date", "pk")
        ],
        "total": figure(total),
        "words": sum_in_words(total, language) if total > 0 else "",
    }
