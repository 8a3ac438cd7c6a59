"""What books money: one function a verb, one transaction each (duty 7.1).

The ledger follows by itself: triggers of the database post what is written here.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from finance.common import FinanceError
from finance.models import Contract
from finance.payments import queries, rules
from finance.payments.models import BankStatement, Payment, PutAside, StatementLine
from finance.steps import figure
from hemis.access.scope import Access
from hemis.columns import copy_lines
from hemis.documents.actions import NotIssued, revoke
from hemis.people.models import User

LOCK_IMPORT = 730_072


class Incoming(NamedTuple):
    """A receipt of a file, with what matching found."""

    position: int
    date: datetime.date
    number: str
    amount: Decimal
    payer: str
    payer_tin: str
    payer_account: str
    purpose: str
    fingerprint: str
    occurrence: int
    match: rules.Match


@dataclass(frozen=True)
class Imported:
    """What an import wrote: the statement, new receipts, and those matched at once."""

    statement: BankStatement
    added: int
    matched: int


COLUMNS = (
    "position", "date", "number", "amount", "payer", "payer_tin", "payer_account", "purpose", "fingerprint",
    "occurrence", "suggested_id", "matched_by", "confidence", "doubt",
)  # fmt: skip
STAGE = """
CREATE TEMPORARY TABLE statement_stage (
    position int, date date, number text, amount numeric, payer text, payer_tin text, payer_account text, purpose text,
    fingerprint text, occurrence int, suggested_id bigint, matched_by text, confidence int, doubt text, sure boolean
) ON COMMIT DROP
"""
# One statement for both: a receipt comes with what its payment uses up, and is not written a second time to say so.
# Receipts are read as they were staged, in the order of the file.
ADD = f"""
WITH added AS (
    INSERT INTO finance_statementline (statement_id, assigned, {", ".join(COLUMNS)})
    SELECT %s, CASE WHEN sure THEN amount ELSE 0 END,
           {", ".join(COLUMNS).replace("suggested_id", "nullif(suggested_id, 0)")}
      FROM statement_stage
    RETURNING id, date, number, amount, assigned, suggested_id, payer)
INSERT INTO finance_payment (contract_id, date, number, amount, means, line_id, payer, comment, made_at, made_by_id)
SELECT suggested_id, date, number, amount, 'statement', id, payer, '', now(), %s FROM added WHERE assigned > 0
"""  # noqa: S608 - fixed names of columns


@transaction.atomic
def import_receipts(
    *, access: Access, name: str, account: str, receipts: Sequence[Incoming]
) -> Imported | None:
    """Write the receipts that are not in the books yet, and payments for those that are surely matched.

    In order: locks out a second import, leaves out what was counted meanwhile,
    writes the statement, then its receipts and the payments as one set. A file that
    brings nothing new writes nothing (None).

    Raises:
        PermissionDenied: without duty 7.1.
    """
    access.require("payment.edit")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_IMPORT])
        counted = queries.counted(one.date for one in receipts).keys
        new = [one for one in receipts if (one.fingerprint, one.occurrence) not in counted]
        if not new:
            return None
        matched = sum(one.match.is_sure for one in new)
        statement = BankStatement.objects.create(
            name=name[:255],
            account=account,
            date_from=min(one.date for one in receipts),
            date_to=max(one.date for one in receipts),
            lines=len(receipts),
            total=sum((one.amount for one in receipts), Decimal(0)),
            added=len(new),
            matched=matched,
            imported_by=access.user,
        )
        cursor.execute("DROP TABLE IF EXISTS statement_stage")
        cursor.execute(STAGE)
        copy_lines(cursor, "COPY statement_stage FROM STDIN", map(_staged, new))
        cursor.execute(ADD, [statement.pk, access.user.pk if access.user else None])
    return Imported(statement, len(new), matched)


def _staged(one: Incoming) -> str:
    """The line of the stage that a receipt is; 0 where no contract is found."""
    found = one.match
    return (
        f"{one.position}\t{one.date}\t{one.number}\t{one.amount}\t{one.payer}\t{one.payer_tin}\t{one.payer_account}"
        f"\t{one.purpose}\t{one.fingerprint}\t{one.occurrence}\t{found.contract or 0}\t{found.by}"
        f"\t{found.confidence}\t{found.doubt}\t{found.is_sure}"
    )


def _payable(contract_id: int) -> Contract:
    contract = Contract.objects.filter(pk=contract_id).first()
    if contract is None or contract.state not in Contract.IN_FORCE:
        raise FinanceError(_("Only a contract in force is paid."))
    return contract


@transaction.atomic
def enter(
    *,
    access: Access,
    contract: Contract,
    date: datetime.date,
    amount: Decimal,
    means: str,
    number: str = "",
    payer: str = "",
    comment: str = "",
) -> Payment:
    """A payment entered by hand.

    Raises:
        FinanceError: contract not in force, day in the future, or the same document is entered already.
    """
    access.require("payment.edit")
    if date > timezone.localdate():
        raise FinanceError(_("The day of a payment does not lie in the future."))
    if means not in Payment.BY_HAND:
        raise FinanceError(_("Such payments come by themselves; they are not entered."))
    return book(
        contract_id=contract.pk,
        date=date,
        amount=amount,
        means=means,
        number=number.strip(),
        payer=payer,
        comment=comment,
        by=access.user,
    )


def book(
    *,
    contract_id: int,
    date: datetime.date,
    amount: Decimal,
    means: str,
    number: str = "",
    payer: str = "",
    comment: str = "",
    by: User | None = None,
) -> Payment:
    """Write a payment of a contract in force; who may is decided by the caller.

    Raises:
        FinanceError: contract not in force, sum not above zero, or the same document is entered already.
    """
    contract = _payable(contract_id)
    if amount <= 0:
        raise FinanceError(_("The sum must be above zero."))
    try:
        with transaction.atomic():
            return Payment.objects.create(
                contract=contract,
                date=date,
                amount=amount,
                means=means,
                number=number,
                payer=payer[:255],
                comment=comment[:255],
                made_by=by,
            )
    except IntegrityError as error:
        raise FinanceError(_("This payment is entered already.")) from error


@transaction.atomic
def reverse(payment: Payment, *, access: Access, reason: str, on: datetime.date | None = None) -> Payment:
    """Take a payment back by one with the opposite sign; a receipt of a bank statement returns to the queue.

    Raises:
        FinanceError: no reason, or it is reversed already.
    """
    access.require("payment.edit")
    return take_back(payment, reason=reason, on=on, by=access.user)


def take_back(
    payment: Payment, *, reason: str, on: datetime.date | None = None, by: User | None = None
) -> Payment:
    """The reversal itself, for verbs that have asked who may; its paper is revoked too."""
    if not reason.strip():
        raise FinanceError(_("Say why the payment is taken back."))
    if payment.reverses_id:
        raise FinanceError(_("A reversal is not reversed; enter the payment again."))
    day = max(on or timezone.localdate(), payment.date)
    try:
        with transaction.atomic():
            made = Payment.objects.create(
                contract_id=payment.contract_id,
                date=day,
                amount=-payment.amount,
                means=payment.means,
                number=payment.number,
                line_id=payment.line_id,
                payer=payment.payer,
                comment=reason.strip()[:255],
                reverses=payment,
                made_by=by,
            )
    except IntegrityError as error:
        raise FinanceError(_("The payment is taken back already.")) from error
    receipt = getattr(payment, "receipt", None)
    if receipt:
        with suppress(NotIssued):
            revoke(receipt.document, reason=reason.strip(), by=by)
    return made


@transaction.atomic
def refund(
    *, access: Access, contract: Contract, date: datetime.date, amount: Decimal, number: str, reason: str
) -> Payment:
    """Give back what was paid above the sum of a contract (regulation 2431, p. 18–19, 28), from the bank account.

    Raises:
        FinanceError: no reason, day in the future, or more than is paid too much.
    """
    access.require("payment.edit")
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    if not reason.strip() or date > timezone.localdate():
        raise FinanceError(_("Say why and on which day the money was given back."))
    over = queries.overpaid(contract.pk)
    if not 0 < amount <= over:
        text = _("Between nothing and what is paid too much, %(over)s soʻm, can be given back.")
        raise FinanceError(text % {"over": figure(max(over, Decimal(0)))})
    return Payment.objects.create(
        contract=contract,
        date=date,
        number=number.strip()[:64],
        amount=-amount,
        means=Payment.REFUND,
        comment=reason.strip()[:255],
        made_by=access.user,
    )


def _locked(line: StatementLine) -> StatementLine:
    return StatementLine.objects.select_for_update(of=("self",)).get(pk=line.pk)


@transaction.atomic
def assign(line: StatementLine, *, access: Access, parts: Sequence[tuple[int, Decimal]]) -> list[Payment]:
    """Give a receipt, or parts of it, to contracts.

    Raises:
        FinanceError: nothing to give, more than is left, or a contract not in force.
    """
    access.require("payment.edit")
    line = _locked(line)
    if not parts or any(amount <= 0 for _contract, amount in parts):
        raise FinanceError(_("Say how much goes to which contract; every sum is above zero."))
    total = sum((amount for _contract, amount in parts), Decimal(0))
    if total > line.rest:
        text = _("Only %(rest)s soʻm of this receipt is left, but %(total)s is given.")
        raise FinanceError(text % {"rest": line.rest, "total": total})
    made = []
    for contract, amount in parts:
        payment = Payment(
            contract=_payable(contract),
            date=line.date,
            number=line.number,
            amount=amount,
            means=Payment.STATEMENT,
            line=line,
            payer=line.payer,
            made_by=access.user,
        )
        payment.save(force_insert=True)
        made.append(payment)
    return made


@transaction.atomic
def put_aside(line: StatementLine, *, access: Access, kind: str, reason: str) -> PutAside:
    """The rest of a receipt is no fee of a student.

    Raises:
        FinanceError: no reason, or nothing is left of it.
    """
    access.require("payment.edit")
    line = _locked(line)
    if not reason.strip() or kind not in dict(PutAside.KINDS):
        raise FinanceError(_("Say what this receipt is."))
    if not line.rest:
        raise FinanceError(_("The whole receipt is assigned already."))
    return PutAside.objects.create(
        line=line, amount=line.rest, kind=kind, reason=reason.strip()[:255], made_by=access.user
    )


@transaction.atomic
def bring_back(aside: PutAside, *, access: Access) -> None:
    """What was put aside waits in the queue again.

    Raises:
        FinanceError: it was brought back already.
    """
    access.require("payment.edit")
    aside = PutAside.objects.select_for_update(of=("self",)).get(pk=aside.pk)
    if aside.lifted_at:
        raise FinanceError(_("It was brought back already."))
    aside.lifted_at, aside.lifted_by = timezone.now(), access.user
    aside.save(update_fields=["lifted_at", "lifted_by"])


@transaction.atomic
def match_again(*, access: Access) -> int:
    """Look at what waits once more, for contracts are formed meanwhile; how many receipts are assigned by it."""
    access.require("payment.edit")
    rows = list(queries.waiting().filter(assigned=0).select_for_update(of=("self",)))
    facts = [rules.Line(one.purpose, one.payer, one.payer_tin) for one in rows]
    known, count = queries.known(facts), 0
    for line, fact in zip(rows, facts, strict=True):
        if line.doubt == rules.AGAIN:
            continue
        found = rules.match(fact, known)
        if (found.contract, found.by, found.confidence, found.doubt) == (
            line.suggested_id, line.matched_by, line.confidence, line.doubt,
        ):  # fmt: skip
            continue
        line.suggested_id, line.matched_by = found.contract, found.by
        line.confidence, line.doubt = found.confidence, found.doubt
        line.save(update_fields=["suggested", "matched_by", "confidence", "doubt"])
        if found.is_sure and found.contract:
            assign(line, access=access, parts=[(found.contract, line.amount)])
            count += 1
    return count
