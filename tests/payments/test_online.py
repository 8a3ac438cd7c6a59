"""Payme and Click by their published protocols: every method, every error, every repetition (duty 7.1)."""

from __future__ import annotations

import base64
import datetime
import json
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from finance.contracts import actions as contracts
from finance.ledger.models import ClosedMonth
from finance.online import payme
from finance.online.models import ClickTransaction, PaymeTransaction
from finance.payments.models import Payment
from tests.payments.simulators import PAYME_KEY, SECRET, SERVICE, Click, Payme, now
from tests.payments.world import sql

pytestmark = [pytest.mark.django_db, pytest.mark.duty("7.1")]


@pytest.fixture(autouse=True)
def _switched_on():
    with override_settings(PAYME_KEY=PAYME_KEY, CLICK_SERVICE_ID=SERVICE, CLICK_SECRET_KEY=SECRET):
        yield


@pytest.fixture
def number(world) -> str:
    return world.contracts[0].number


def paid(number: str) -> Decimal:
    return sum(Payment.objects.filter(contract__number=number).values_list("amount", flat=True), Decimal(0))


def test_both_are_off_without_their_keys():
    with override_settings(PAYME_KEY="", CLICK_SERVICE_ID="", CLICK_SECRET_KEY=""):
        for name in ("finance_payme_api", "finance_click_prepare", "finance_click_complete"):
            assert Client().post(reverse(name)).status_code == 404


# --- Payme


def test_payme_pays_once(number):
    us = Payme()
    assert us.call("CheckPerformTransaction", amount=50_000_000, account={"contract": number}) == {
        "allow": True
    }
    began = now()
    made = us.create("p1", number, 500_000, time=began)
    assert made["state"] == 1 and us.create("p1", number, 500_000, time=began) == made
    assert paid(number) == 0
    done = us.call("PerformTransaction", id="p1")
    assert done == us.call("PerformTransaction", id="p1") and done["state"] == 2
    assert paid(number) == 500_000
    [payment] = Payment.objects.all()
    assert (payment.means, payment.number, payment.date) == ("payme", "p1", timezone.localdate())
    checked = us.call("CheckTransaction", id="p1")
    assert checked == {
        "create_time": made["create_time"],
        "perform_time": done["perform_time"],
        "cancel_time": 0,
        "transaction": made["transaction"],
        "state": 2,
        "reason": None,
    }
    listed = us.call("GetStatement", **{"from": began, "to": now()})["transactions"]
    assert listed == [
        checked | {"id": "p1", "time": began, "amount": 50_000_000, "account": {"contract": number}}
    ]
    assert us.call("GetStatement", **{"from": 0, "to": began - 1}) == {"transactions": []}


def test_payme_cancels_before_and_after(number):
    us = Payme()
    us.create("p1", number, 100)
    before = us.call("CancelTransaction", id="p1", reason=3)
    assert before["state"] == -1 and us.call("CancelTransaction", id="p1", reason=5) == before
    assert us.call("PerformTransaction", id="p1")["code"] == -31008
    assert us.create("p1", number, 100)["code"] == -31008
    us.create("p2", number, 200)
    us.call("PerformTransaction", id="p2")
    after = us.call("CancelTransaction", id="p2", reason=5)
    assert after["state"] == -2 and us.call("CancelTransaction", id="p2", reason=5) == after
    checked = us.call("CheckTransaction", id="p2")
    assert (checked["state"], checked["reason"], checked["cancel_time"]) == (-2, 5, after["cancel_time"])
    assert paid(number) == 0 and Payment.objects.count() == 2


def test_payme_does_not_cancel_what_is_in_closed_books(number):
    us = Payme()
    us.create("p1", number, 100)
    us.call("PerformTransaction", id="p1")
    posted = timezone.localdate().replace(day=1)
    later = datetime.datetime(2040, 1, 1, tzinfo=datetime.UTC)
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        sql("ALTER TABLE finance_closedmonth DISABLE TRIGGER month_closes")
        ClosedMonth.objects.create(month=posted)
        patch.setattr(timezone, "now", lambda: later)
        assert us.call("CancelTransaction", id="p1", reason=5)["code"] == -31007
    assert paid(number) == 100


def test_payme_lapses_after_twelve_hours(number):
    us, old = Payme(), now() - payme.TIMEOUT - 1
    assert us.create("p0", number, 100, time=old)["code"] == -31008
    assert us.call("CheckTransaction", id="p0")["code"] == -31003
    for key, ask in (
        ("p1", lambda key: us.call("PerformTransaction", id=key)),
        ("p2", lambda key: us.create(key, number, 100)),
    ):
        us.create(key, number, 100)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(payme, "now", lambda: now() + payme.TIMEOUT + 1)
            assert ask(key)["code"] == -31008
        checked = us.call("CheckTransaction", id=key)
        assert (checked["state"], checked["reason"]) == (-1, 4) and checked["cancel_time"] > 0
    assert paid(number) == 0


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"amount": 100, "account": {"contract": "nothing"}}, -31050),
        ({"amount": 100, "account": {}}, -31050),
        ({"amount": 100}, -31050),
        ({"amount": 0, "account": True}, -31001),
        ({"amount": -5, "account": True}, -31001),
        ({"amount": "100", "account": True}, -31001),
        ({"amount": 1.5, "account": True}, -31001),
        ({"amount": 10**15, "account": True}, -31001),
    ],
)
def test_payme_is_told_what_is_wrong(number, params, code):
    account = {"contract": number} if params.get("account") is True else params.get("account")
    params = params | ({} if account is None else {"account": account})
    us = Payme()
    assert us.call("CheckPerformTransaction", **params)["code"] == code
    assert us.call("CreateTransaction", id="p1", time=now(), **params)["code"] == code
    if code == -31050:
        assert us.call("CheckPerformTransaction", **params)["data"] == "contract"
    assert not PaymeTransaction.objects.exists()


def test_payme_pays_no_contract_that_is_not_in_force(world, number):
    us = Payme()
    us.create("p1", number, 100)
    contracts.cancel(world.contracts[0], access=world.access, reason="xato")
    assert us.call("CheckPerformTransaction", amount=100, account={"contract": number})["code"] == -31050
    assert us.call("PerformTransaction", id="p1")["code"] == -31008 and paid(number) == 0


def test_one_number_of_payme_is_one_transaction(world, number):
    us = Payme()
    us.create("p1", number, 100)
    assert us.create("p1", number, 200)["code"] == -31008
    assert us.create("p1", world.contracts[1].number, 100)["code"] == -31008
    assert us.create("p2", number, 100)["state"] == 1
    for method in ("PerformTransaction", "CheckTransaction"):
        assert us.call(method, id="nothing")["code"] == -31003
    assert us.call("CancelTransaction", id="nothing", reason=1)["code"] == -31003


def test_payme_must_prove_itself_and_speak_its_protocol(number):
    for key in ("", "wrong", "ключ"):
        assert Payme(key).call("CheckTransaction", id="p1")["code"] == -32504
    us = Payme()
    assert us.send(b"{}", Authorization="Bearer x")["error"]["code"] == -32504
    assert us.send(b"{}", Authorization="Basic !!!")["error"]["code"] == -32504
    assert us.send(b"not json")["error"]["code"] == -32700
    right = {"Authorization": "Basic " + base64.b64encode(f"Paycom:{PAYME_KEY}".encode()).decode()}
    for body in (
        [],
        {"method": "CheckTransaction"},
        {"params": {}},
        {"method": "CheckTransaction", "params": []},
    ):
        assert us.send(json.dumps(body), **right)["error"]["code"] == -32600
    assert us.call("ChangePassword", password="x")["code"] == -32601
    assert (
        us.call("CreateTransaction", id=5, time="x", amount=100, account={"contract": number})["code"]
        == -32600
    )
    answer = Client().get(reverse("finance_payme_api"))
    assert answer.status_code == 200 and answer.json()["error"]["code"] == -32300


# --- Click


def test_click_pays_once(number):
    us = Click()
    made = us.prepare(number)
    assert (made["error"], made["click_trans_id"], made["merchant_trans_id"]) == (0, 777, number)
    assert us.prepare(number) == made and paid(number) == 0
    done = us.complete(number, made["merchant_prepare_id"])
    assert done["error"] == 0 and done["merchant_confirm_id"] == made["merchant_prepare_id"]
    assert us.complete(number, made["merchant_prepare_id"])["error"] == -4
    assert us.prepare(number)["error"] == -4
    [payment] = Payment.objects.all()
    assert (payment.amount, payment.means, payment.number) == (1000, "click", "777")


def test_click_cancels(number):
    us = Click()
    made = us.prepare(number)
    failed = us.complete(number, made["merchant_prepare_id"], error="-5017")
    assert failed["error"] == -9 and ClickTransaction.objects.get().state == "cancelled"
    assert us.complete(number, made["merchant_prepare_id"])["error"] == -9
    assert us.prepare(number)["error"] == -9 and paid(number) == 0


def test_click_is_told_what_is_wrong(world, number):
    us = Click()
    assert us.prepare("nothing")["error"] == -5 and us.prepare("")["error"] == -5
    for amount in ("0", "-5", "x", "NaN", "1.005"):
        assert us.prepare(number, amount)["error"] == -2
    assert us.prepare(number, sign_string="0" * 32)["error"] == -1
    assert Click("other").prepare(number)["error"] == -1
    assert us.prepare(number, service_id="54321")["error"] == -1
    assert us.prepare(number, click_trans_id="x")["error"] == -8
    assert Click().client.post(reverse("finance_click_prepare"), {}).json()["error"] == -8
    assert us.call("finance_click_prepare", action="1", merchant_trans_id=number)["error"] == -3
    made = us.prepare(number)
    assert us.prepare(number, "2000.00")["error"] == -8
    assert us.complete(number, made["merchant_prepare_id"] + 1)["error"] == -6
    assert us.complete(number, "x")["error"] == -6
    assert us.complete(number, made["merchant_prepare_id"], "999.00")["error"] == -2
    assert us.complete(number, made["merchant_prepare_id"], click_trans_id="778")["error"] == -6
    contracts.cancel(world.contracts[0], access=world.access, reason="xato")
    assert us.complete(number, made["merchant_prepare_id"])["error"] == -7 and paid(number) == 0


# --- what the database refuses


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE finance_paymetransaction SET state = 1, payment_id = NULL",
        "UPDATE finance_paymetransaction SET amount = 1",
        "UPDATE finance_paymetransaction SET payme_id = 'x'",
        "DELETE FROM finance_paymetransaction",
        "UPDATE finance_clicktransaction SET state = 'prepared', payment_id = NULL",
        "UPDATE finance_clicktransaction SET amount = 1",
        "DELETE FROM finance_clicktransaction",
    ],
)
def test_transactions_only_go_forward(number, statement):
    us, other = Payme(), Click()
    us.create("p1", number, 100)
    us.call("PerformTransaction", id="p1")
    other.complete(number, other.prepare(number)["merchant_prepare_id"])
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(statement)
