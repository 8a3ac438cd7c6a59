"""SHOP API of Click (docs.click.uz): prepare, then complete, each signed by MD5.

The student is named by the number of the contract (``merchant_trans_id``). Off
without ``CLICK_SECRET_KEY`` and ``CLICK_SERVICE_ID``.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from finance.common import FinanceError
from finance.online.models import ClickTransaction
from finance.payments.actions import book
from finance.payments.models import Payment
from finance.payments.queries import payable

PREPARE, COMPLETE = "0", "1"
OK, BAD_SIGN, BAD_AMOUNT, NO_ACTION, PAID_ALREADY, NO_ACCOUNT = 0, -1, -2, -3, -4, -5
NO_TRANSACTION, NOT_BOOKED, BAD_REQUEST, CANCELLED = -6, -7, -8, -9
NOTES = {
    OK: "Success",
    BAD_SIGN: "SIGN CHECK FAILED!",
    BAD_AMOUNT: "Incorrect parameter amount",
    NO_ACTION: "Action not found",
    PAID_ALREADY: "Already paid",
    NO_ACCOUNT: "User does not exist",
    NO_TRANSACTION: "Transaction does not exist",
    NOT_BOOKED: "Failed to update user",
    BAD_REQUEST: "Error in request from click",
    CANCELLED: "Transaction cancelled",
}
COMMON = (
    "click_trans_id", "service_id", "merchant_trans_id", "amount", "action", "error", "sign_time", "sign_string",
)  # fmt: skip


class ClickError(Exception):
    """An error of the protocol by its code."""

    def __init__(self, code: int):
        super().__init__(NOTES[code])
        self.code = code


def signature(data: Mapping[str, str], secret: str) -> str:
    """What ``sign_string`` must be: the protocol's MD5 over the fields as they were sent."""
    parts = [data["click_trans_id"], data["service_id"], secret, data["merchant_trans_id"]]
    if data["action"] == COMPLETE:
        parts.append(data.get("merchant_prepare_id", ""))
    parts += [data["amount"], data["action"], data["sign_time"]]
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def answer(data: Mapping[str, str], *, action: str) -> dict[str, Any]:
    """The answer to a request of the address for ``action``."""
    found: dict[str, Any] = {
        "click_trans_id": _whole(data.get("click_trans_id", "")),
        "merchant_trans_id": data.get("merchant_trans_id", ""),
    }
    try:
        _check(data, action)
        with transaction.atomic():
            found |= _prepare(data) if action == PREPARE else _complete(data)
        code = found.pop("code", OK)
    except ClickError as error:
        code = error.code
    return found | {"error": code, "error_note": NOTES[code]}


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004


def _check(data: Mapping[str, str], action: str) -> None:
    if any(name not in data for name in COMMON) or _whole(data["click_trans_id"]) is None:
        raise ClickError(BAD_REQUEST)
    right = signature(data, settings.CLICK_SECRET_KEY)
    mine = data["service_id"] == settings.CLICK_SERVICE_ID
    if not mine or not hmac.compare_digest(right.encode(), data["sign_string"].lower().encode()):
        raise ClickError(BAD_SIGN)
    if data["action"] != action:
        raise ClickError(NO_ACTION)


def _sum(data: Mapping[str, str]) -> Decimal:
    try:
        amount = Decimal(data["amount"])
    except InvalidOperation as error:
        raise ClickError(BAD_AMOUNT) from error
    if not amount.is_finite() or not 0 < amount < 10**11 or amount != amount.quantize(Decimal("0.01")):
        raise ClickError(BAD_AMOUNT)
    return amount


def _prepare(data: Mapping[str, str]) -> dict[str, Any]:
    """Whether the contract can be paid; what is answered is the number of our row."""
    amount = _sum(data)
    number = data["merchant_trans_id"].strip()
    contract = payable(number)
    if not number or contract is None:
        raise ClickError(NO_ACCOUNT)
    key = int(data["click_trans_id"])
    ClickTransaction.objects.bulk_create(
        [ClickTransaction(click_trans_id=key, contract=contract, amount=amount)], ignore_conflicts=True
    )
    found = ClickTransaction.objects.select_for_update(of=("self",)).get(click_trans_id=key)
    if found.state == ClickTransaction.PAID:
        raise ClickError(PAID_ALREADY)
    if found.state == ClickTransaction.CANCELLED:
        raise ClickError(CANCELLED)
    if (found.contract_id, found.amount) != (contract.pk, amount):
        raise ClickError(BAD_REQUEST)
    return {"merchant_prepare_id": found.pk}


def _complete(data: Mapping[str, str]) -> dict[str, Any]:
    """Book the payment, or cancel when Click says that it failed."""
    rows = ClickTransaction.objects.select_for_update(of=("self",))
    found = rows.filter(
        pk=_whole(data.get("merchant_prepare_id", "")), click_trans_id=int(data["click_trans_id"])
    ).first()
    if found is None:
        raise ClickError(NO_TRANSACTION)
    if found.state == ClickTransaction.CANCELLED:
        raise ClickError(CANCELLED)
    if found.state == ClickTransaction.PAID:
        raise ClickError(PAID_ALREADY)
    if data["error"].startswith("-"):
        found.state = ClickTransaction.CANCELLED
        found.save(update_fields=["state"])
        # Answered, not raised: that it is cancelled stands.
        return {"merchant_confirm_id": found.pk, "code": CANCELLED}
    if _sum(data) != found.amount:
        raise ClickError(BAD_AMOUNT)
    try:
        found.payment = book(
            contract_id=found.contract_id,
            date=timezone.localdate(),
            amount=found.amount,
            means=Payment.CLICK,
            number=str(found.click_trans_id),
            payer="Click",
        )
    except FinanceError as error:
        raise ClickError(NOT_BOOKED) from error
    found.state = ClickTransaction.PAID
    found.save(update_fields=["state", "payment"])
    return {"merchant_confirm_id": found.pk}
