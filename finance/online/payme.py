"""Merchant API of Payme (JSON-RPC 2.0, protocol of developer.help.paycom.uz): six methods, its errors and states.

Payme asks with HTTP Basic ``Paycom:<key>``; every answer is HTTP 200, errors stand
in the body. Sums are tiyin, times milliseconds. A student is named by the number
of the contract: ``account: {"contract": "3032600001"}``. Off without ``PAYME_KEY``.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from finance.common import FinanceError
from finance.ledger.models import Posting
from finance.models import Contract
from finance.online.models import PaymeTransaction
from finance.payments.actions import book, take_back
from finance.payments.models import Payment
from finance.payments.queries import payable

# A transaction that is not paid within twelve hours lapses.
TIMEOUT = 43_200_000
LAPSED = 4
TIYIN = 100
UNAUTHORISED, NOT_POST, NOT_JSON, NOT_RPC, NO_METHOD = -32504, -32300, -32700, -32600, -32601
WRONG_AMOUNT, NOT_FOUND, NOT_CANCELLED, NOT_DONE, WRONG_ACCOUNT = -31001, -31003, -31007, -31008, -31050
# The three languages that the protocol asks for; these are the words of the answer, not of a page.
TEXTS = {
    UNAUTHORISED: ("Ruxsat yetarli emas", "Недостаточно привилегий", "Insufficient privileges"),
    NOT_POST: ("Soʻrov POST emas", "Метод запроса не POST", "The request is not a POST"),
    NOT_JSON: ("JSON oʻqilmadi", "Ошибка разбора JSON", "The JSON cannot be read"),
    NOT_RPC: ("Soʻrovda majburiy maydon yoʻq", "Нет обязательных полей в запросе", "Required fields are missing"),
    NO_METHOD: ("Metod topilmadi", "Метод не найден", "Method not found"),
    WRONG_AMOUNT: ("Summa notoʻgʻri", "Неверная сумма", "Wrong amount"),
    NOT_FOUND: ("Tranzaksiya topilmadi", "Транзакция не найдена", "Transaction not found"),
    NOT_CANCELLED: ("Toʻlovni bekor qilib boʻlmaydi", "Невозможно отменить платёж", "The payment cannot be cancelled"),
    NOT_DONE: ("Amalni bajarib boʻlmaydi", "Невозможно выполнить операцию", "The operation cannot be done"),
    WRONG_ACCOUNT: (
        "Bunday amaldagi shartnoma yoʻq", "Действующий контракт не найден", "There is no such contract in force",
    ),
}  # fmt: skip


class PaymeError(Exception):
    """An error of the protocol; ``data`` names the field of the account that is wrong."""

    def __init__(self, code: int, data: str | None = None):
        super().__init__(str(code))
        self.code, self.data = code, data

    def as_json(self) -> dict[str, Any]:
        uz, ru, en = TEXTS[self.code]
        return {"code": self.code, "message": {"uz": uz, "ru": ru, "en": en}, "data": self.data}


def now() -> int:
    """This moment in milliseconds."""
    return int(timezone.now().timestamp() * 1000)


def is_payme(header: str) -> bool:
    """Whether an ``Authorization`` header holds the key."""
    kind, _space, value = header.partition(" ")
    try:
        login, _colon, key = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    right = hmac.compare_digest(key.encode(), settings.PAYME_KEY.encode())
    return kind.lower() == "basic" and login == "Paycom" and right


def answer(body: bytes, *, authorization: str) -> dict[str, Any]:
    """The answer to one request, whatever it holds."""
    request_id = None
    try:
        try:
            asked = json.loads(body)
        except ValueError as error:
            raise PaymeError(NOT_JSON) from error
        request_id = asked.get("id") if isinstance(asked, dict) else None
        if not is_payme(authorization):
            raise PaymeError(UNAUTHORISED)
        if (
            not isinstance(asked, dict)
            or not isinstance(asked.get("params"), dict)
            or not asked.get("method")
        ):
            raise PaymeError(NOT_RPC)
        method = METHODS.get(str(asked["method"]))
        if method is None:
            raise PaymeError(NO_METHOD, str(asked["method"])[:64])
        result = _run(method, asked["params"])
        return {"jsonrpc": "2.0", "id": request_id, "result": result}
    except PaymeError as error:
        return {"jsonrpc": "2.0", "id": request_id, "error": error.as_json()}


def _run(
    method: Callable[[dict[str, Any]], dict[str, Any] | PaymeError], params: dict[str, Any]
) -> dict[str, Any]:
    """One method in one transaction; a lapse that it finds stands, though the answer is an error."""
    with transaction.atomic():
        result = method(params)
    if isinstance(result, PaymeError):
        raise result
    return result


def _whole(params: dict[str, Any], name: str) -> int:
    value = params.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
        raise PaymeError(NOT_RPC)
    return value


def _contract(params: dict[str, Any]) -> Contract:
    account = params.get("account")
    number = str(account.get("contract", "")).strip() if isinstance(account, dict) else ""
    found = payable(number)
    if not number or found is None:
        raise PaymeError(WRONG_ACCOUNT, "contract")
    return found


def _amount(params: dict[str, Any]) -> Decimal:
    """The sum in soʻm, above zero and not above what the ledger can hold."""
    value = params.get("amount")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**13:
        raise PaymeError(WRONG_AMOUNT)
    return Decimal(value) / TIYIN


def _found(params: dict[str, Any]) -> PaymeTransaction:
    key = params.get("id")
    rows = PaymeTransaction.objects.select_for_update(of=("self",)).select_related("contract")
    found = rows.filter(payme_id=key).first() if isinstance(key, str) else None
    if found is None:
        raise PaymeError(NOT_FOUND)
    return found


def check_perform(params: dict[str, Any]) -> dict[str, Any]:
    """Whether the contract can be paid with this sum."""
    _contract(params)
    _amount(params)
    return {"allow": True}


def create(params: dict[str, Any]) -> Any:
    """A transaction that awaits its payment; asked again with the same number it is the same."""
    key, time = params.get("id"), _whole(params, "time")
    if not isinstance(key, str) or not 0 < len(key) <= 32:  # noqa: PLR2004
        raise PaymeError(NOT_RPC)
    contract, amount = _contract(params), _amount(params)
    fresh, moment = now() - time < TIMEOUT, now()
    # Two requests of one number at the same moment: the second waits for the row of the first.
    PaymeTransaction.objects.bulk_create(
        [PaymeTransaction(payme_id=key, time=time, contract=contract, amount=amount, create_time=moment)]
        if fresh
        else [],
        ignore_conflicts=True,
    )
    rows = PaymeTransaction.objects.select_for_update(of=("self",)).filter(payme_id=key)
    found = rows.first()
    if found is None or found.state != PaymeTransaction.CREATED:
        raise PaymeError(NOT_DONE)
    if (found.contract_id, found.amount) != (contract.pk, amount):
        raise PaymeError(NOT_DONE)
    if _lapses(found):
        return PaymeError(NOT_DONE)
    return {"create_time": found.create_time, "transaction": str(found.pk), "state": found.state}


def _lapses(found: PaymeTransaction) -> bool:
    """Cancel a transaction whose twelve hours are over."""
    if now() - found.time < TIMEOUT:
        return False
    found.state, found.reason, found.cancel_time = PaymeTransaction.CANCELLED, LAPSED, now()
    found.save(update_fields=["state", "reason", "cancel_time"])
    return True


def perform(params: dict[str, Any]) -> Any:
    """The money is taken: the payment is booked, once."""
    found = _found(params)
    if found.state == PaymeTransaction.CREATED:
        if _lapses(found):
            return PaymeError(NOT_DONE)
        try:
            found.payment = book(
                contract_id=found.contract_id,
                date=timezone.localdate(),
                amount=found.amount,
                means=Payment.PAYME,
                number=found.payme_id,
                payer="Payme",
            )
        except FinanceError as error:
            raise PaymeError(NOT_DONE) from error
        found.state, found.perform_time = PaymeTransaction.PERFORMED, now()
        found.save(update_fields=["state", "perform_time", "payment"])
    if found.state != PaymeTransaction.PERFORMED:
        raise PaymeError(NOT_DONE)
    return {"transaction": str(found.pk), "perform_time": found.perform_time, "state": found.state}


def cancel(params: dict[str, Any]) -> dict[str, Any]:
    """Cancel: before the payment freely, after it by a reversal while its month is open."""
    found, reason = _found(params), _whole(params, "reason")
    if found.state == PaymeTransaction.CREATED:
        _end(found, PaymeTransaction.CANCELLED, reason)
    elif found.state == PaymeTransaction.PERFORMED and found.payment:
        if _is_closed(found.payment) or Payment.objects.filter(reverses=found.payment).exists():
            raise PaymeError(NOT_CANCELLED)
        take_back(found.payment, reason=f"Payme: {reason}")
        _end(found, PaymeTransaction.CANCELLED_AFTER, reason)
    return {"transaction": str(found.pk), "cancel_time": found.cancel_time, "state": found.state}


def _end(found: PaymeTransaction, state: int, reason: int) -> None:
    found.state, found.reason, found.cancel_time = state, reason, now()
    found.save(update_fields=["state", "reason", "cancel_time"])


def _is_closed(payment: Payment) -> bool:
    """Whether the books of the payment's month are closed."""
    from finance.ledger.models import ClosedMonth

    # By the contract, which has the index.
    rows = Posting.objects.filter(contract=payment.contract_id, payment=payment)
    posted = rows.values_list("date", flat=True).first() or payment.date
    return ClosedMonth.objects.filter(month__gte=posted.replace(day=1)).exists()


def check(params: dict[str, Any]) -> dict[str, Any]:
    """How a transaction stands."""
    return _state(_found(params))


def _state(found: PaymeTransaction) -> dict[str, Any]:
    return {
        "create_time": found.create_time,
        "perform_time": found.perform_time,
        "cancel_time": found.cancel_time,
        "transaction": str(found.pk),
        "state": found.state,
        "reason": found.reason,
    }


def statement(params: dict[str, Any]) -> dict[str, Any]:
    """All transactions that Payme created in a span of time, the oldest first."""
    span = (_whole(params, "from"), _whole(params, "to"))
    rows = PaymeTransaction.objects.filter(time__range=span).select_related("contract").order_by("time", "pk")
    return {
        "transactions": [
            _state(one)
            | {
                "id": one.payme_id,
                "time": one.time,
                "amount": int(one.amount * TIYIN),
                "account": {"contract": one.contract.number},
            }
            for one in rows
        ]
    }


METHODS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "CheckPerformTransaction": check_perform,
    "CreateTransaction": create,
    "PerformTransaction": perform,
    "CancelTransaction": cancel,
    "CheckTransaction": check,
    "GetStatement": statement,
}
