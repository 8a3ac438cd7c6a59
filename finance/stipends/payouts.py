"""One-off help from the fund, and paying out: stipends and help, returned by the bank, paid again (duty 7.1).

The ledger follows by itself: triggers of the database post what is written here.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from finance.common import FinanceError
from finance.models import (
    Aid,
    AidFund,
    Payout,
    PayoutAccount,
    PayoutLine,
    StipendAmount,
    StipendLine,
    StipendList,
)
from finance.steps import Phrase, figure
from hemis.access.scope import Access
from hemis.explain import Explained, Step
from hemis.legal import cited
from students.models import Student

EDIT = "stipend.edit"


# --- the fund


def fund_left(year: int) -> Explained[Decimal] | None:
    """What the fund of a calendar year still has, soʻm, with its steps; None where there is no fund."""
    fund = AidFund.objects.filter(year=year).first()
    if fund is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT budget, income, given, rest FROM hemis_aid_fund(%s)", [year])
        budget, income, given, rest = cursor.fetchone()
    source = cited(fund.source, confirmed=fund.is_confirmed)
    share = gettext_noop("%(percent)s %% of the stipend budget of the year")
    part = gettext_noop("%(percent)s %% of what contracts brought in this year")
    return Explained(
        rest,
        [
            Step(Phrase(share, percent=fund.stipend_percent.normalize()), budget, source),
            Step(Phrase(part, percent=fund.contract_percent.normalize()), income, source),
            Step(Phrase(gettext_noop("help and awards given")), -given, ""),
            Step(Phrase(gettext_noop("left")), rest, ""),
        ],
    )


def _limit(fund: AidFund, day: datetime.date) -> Decimal:
    base = StipendAmount.objects.on(day).filter(rate=StipendAmount.BASE).first()
    if base is None:
        raise FinanceError(_("No base stipend holds on the day of the decision."))
    return fund.most * base.amount


@transaction.atomic
def give(
    *,
    access: Access,
    student: Student,
    kind: str,
    amount: Decimal,
    reason: str,
    decision: str,
    decided_on: datetime.date,
) -> Aid:
    """Help or an award that the commission decided; owed from the day of the decision (VMQ 59/2020).

    Raises:
        PermissionDenied: without duty 7.1.
        FinanceError: out of scope, a day to come, above the limit, or the fund has not so much.
    """
    access.require(EDIT)
    found = (
        Student.objects.for_scope(access.scope(EDIT)).select_related("current").filter(pk=student.pk).first()
    )
    if found is None or found.current is None:
        raise FinanceError(_("There is no student with this number."))
    if decided_on > timezone.localdate():
        raise FinanceError(_("The decision is not of a day to come."))
    fund = AidFund.objects.select_for_update().filter(year=decided_on.year).first()
    if fund is None:
        raise FinanceError(_("Enter the fund of %(year)s first.") % {"year": decided_on.year})
    limit = _limit(fund, decided_on)
    if not 0 < amount <= limit:
        text = _("One sum is at most %(most)s base stipends: %(limit)s soʻm.")
        raise FinanceError(text % {"most": f"{fund.most.normalize():f}", "limit": figure(limit)})
    left = fund_left(decided_on.year)
    if left is None or amount > left.value:
        raise FinanceError(
            _("The fund has only %(left)s soʻm left.") % {"left": figure(left.value if left else 0)}
        )
    try:
        with transaction.atomic():
            return Aid.objects.create(
                student=found, faculty=found.current.faculty, kind=kind, amount=amount, reason=reason.strip()[:500],
                decision=decision.strip()[:64], decided_on=decided_on, made_by=access.user,
            )  # fmt: skip
    except IntegrityError as error:
        raise FinanceError(_("This decision on the student is entered already.")) from error


@transaction.atomic
def cancel(aid: Aid, *, access: Access, reason: str) -> Aid:
    """Help that is not paid is cancelled with a reason; the fund has its sum again.

    Raises:
        FinanceError: no reason, cancelled already, or it is paid.
    """
    access.require(EDIT)
    if not reason.strip():
        raise FinanceError(_("Say why it is cancelled."))
    found = Aid.objects.for_scope(access.scope(EDIT)).select_for_update(of=("self",)).get(pk=aid.pk)
    if found.cancelled_at:
        raise FinanceError(_("It is cancelled already."))
    if found.payouts.filter(returned_on=None).exists():
        raise FinanceError(_("It is paid; only what the bank returned can be cancelled."))
    found.cancelled_at, found.cancelled_by, found.cancel_reason = (
        timezone.now(),
        access.user,
        reason.strip()[:500],
    )
    found.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    return found


# --- paying out


@dataclass(frozen=True)
class Owed:
    """What is approved and lies on no account yet."""

    student: int
    amount: Decimal
    account: str
    stipend_line: int | None = None
    aid: int | None = None


def _unpaid(rows: QuerySet, name: str) -> QuerySet:
    return rows.filter(~Exists(PayoutLine.objects.filter(returned_on=None, **{name: OuterRef("pk")})))


def unpaid_lines() -> QuerySet[StipendLine]:
    """Lines of approved lists that no payout has paid, or that the bank returned."""
    return _unpaid(
        StipendLine.objects.filter(sheet__state=StipendList.APPROVED, amount__gt=0), "stipend_line"
    )


def unpaid_aids() -> QuerySet[Aid]:
    """Help that no payout has paid, or that the bank returned."""
    return _unpaid(Aid.objects.filter(cancelled_at=None), "aid")


def returned_count() -> int:
    """How much the bank returned that is neither paid again nor cancelled."""
    back = PayoutLine.objects.filter(returned_on__isnull=False)
    lines = unpaid_lines().filter(Exists(back.filter(stipend_line=OuterRef("pk"))))
    aids = unpaid_aids().filter(Exists(back.filter(aid=OuterRef("pk"))))
    return lines.count() + aids.count()


def owed(sheet: StipendList | None) -> list[Owed]:
    """What is to be paid of a list, or of help, to today's account of each, else the list's: two queries."""
    if sheet is None:
        found = [Owed(student, amount, "", aid=pk) for pk, student, amount in unpaid_aids().order_by(
            "student__person__sort_key", "pk").values_list("pk", "student", "amount")]  # fmt: skip
    else:
        rows = unpaid_lines().filter(sheet=sheet).order_by("student__person__sort_key", "pk")
        found = [
            Owed(student, amount, account, stipend_line=pk)
            for pk, student, amount, account in rows.values_list("pk", "student", "amount", "account")
        ]
    accounts = dict(
        PayoutAccount.objects.filter(student__in=[one.student for one in found]).values_list(
            "student", "number"
        )
    )
    return [
        Owed(one.student, one.amount, accounts.get(one.student, one.account), one.stipend_line, one.aid)
        for one in found
    ]


@transaction.atomic
def pay(*, access: Access, sheet: StipendList | None, date: datetime.date, number: str) -> tuple[Payout, int]:
    """Enter what the bank paid by a payment order: of a list, or of help; with it how many have no account.

    Whatever was paid before is left out; what the bank returned is paid again.

    Raises:
        PermissionDenied: without duty 7.1.
        FinanceError: a day to come, nothing to pay, or the payment order is entered already.
    """
    access.require(EDIT)
    if date > timezone.localdate():
        raise FinanceError(_("The day of a payment does not lie in the future."))
    found = owed(sheet)
    ready: Sequence[Owed] = [one for one in found if one.account]
    if not ready:
        raise FinanceError(_("There is nothing to pay, or nobody has a card or account."))
    try:
        with transaction.atomic():
            payout = Payout.objects.create(date=date, number=number.strip()[:32], made_by=access.user)
            PayoutLine.objects.bulk_create(
                [
                    PayoutLine(
                        payout=payout, student_id=one.student, amount=one.amount, account=one.account,
                        stipend_line_id=one.stipend_line, aid_id=one.aid,
                    )
                    for one in ready
                ]
            )  # fmt: skip
    except IntegrityError as error:
        raise FinanceError(_("A payout by this payment order is entered already.")) from error
    return payout, len(found) - len(ready)


@transaction.atomic
def take_return(line: PayoutLine, *, access: Access, on: datetime.date, reason: str) -> PayoutLine:
    """The bank returned it: it is owed to the student again, and paid by the next payout.

    Raises:
        FinanceError: no reason, a day to come or before the payout, or it is returned already.
    """
    access.require(EDIT)
    found = PayoutLine.objects.select_for_update(of=("self",)).select_related("payout").get(pk=line.pk)
    if found.returned_on:
        raise FinanceError(_("It is returned already."))
    if not reason.strip():
        raise FinanceError(_("Say why the bank returned it."))
    if not found.payout.date <= on <= timezone.localdate():
        raise FinanceError(_("The day of the return lies between the payout and today."))
    found.returned_on, found.return_reason, found.returned_by = on, reason.strip()[:255], access.user
    found.save(update_fields=["returned_on", "return_reason", "returned_by"])
    return found
