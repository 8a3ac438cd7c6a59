"""Payme and Click as they call us: the requests of their published protocols, sent through the test client."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from decimal import Decimal

from django.test import Client
from django.urls import reverse
from django.utils import timezone

PAYME_KEY = "payme-test-key"
SERVICE, SECRET = "12345", "click-test-secret"


def now() -> int:
    return int(timezone.now().timestamp() * 1000)


class Payme:
    """Calls the merchant's endpoint; sums in soʻm here, in tiyin on the wire."""

    def __init__(self, key: str = PAYME_KEY):
        self.client, self.key = Client(enforce_csrf_checks=True), key
        self.numbers = itertools.count(1)

    def send(self, body: bytes | str, **headers) -> dict:
        answer = self.client.post(
            reverse("finance_payme_api"), body, content_type="application/json", headers=headers
        )
        assert answer.status_code == 200
        return json.loads(answer.content)

    def call(self, method: str, **params) -> dict:
        """The result, or the error."""
        number = next(self.numbers)
        token = base64.b64encode(f"Paycom:{self.key}".encode()).decode()
        found = self.send(
            json.dumps({"id": number, "method": method, "params": params}), Authorization=f"Basic {token}"
        )
        assert found["id"] == number
        if "error" in found:
            assert set(found["error"]["message"]) == {"uz", "ru", "en"} and all(
                found["error"]["message"].values()
            )
            return found["error"]
        return found["result"]

    def create(self, key: str, contract: str, amount, *, time: int | None = None) -> dict:
        return self.call(
            "CreateTransaction",
            id=key,
            time=now() if time is None else time,
            amount=int(amount * 100),
            account={"contract": contract},
        )


class Click:
    """Calls prepare and complete, signed as the protocol says."""

    def __init__(self, secret: str = SECRET):
        self.client, self.secret = Client(enforce_csrf_checks=True), secret

    def call(self, address: str, *, action: str, **changes) -> dict:
        data = {
            "click_trans_id": "777", "service_id": SERVICE, "click_paydoc_id": "999", "merchant_trans_id": "",
            "amount": "1000.00", "action": action, "error": "0", "error_note": "Success",
            "sign_time": "2026-09-15 10:00:00",
        } | changes  # fmt: skip
        prepared = data.get("merchant_prepare_id", "") if action == "1" else ""
        text = (
            data["click_trans_id"] + data["service_id"] + self.secret + data["merchant_trans_id"] + str(prepared)
            + data["amount"] + data["action"] + data["sign_time"]
        )  # fmt: skip
        data.setdefault("sign_string", hashlib.md5(text.encode()).hexdigest())
        answer = self.client.post(reverse(address), data)
        assert answer.status_code == 200
        return json.loads(answer.content)

    def prepare(self, contract: str, amount: Decimal | str = "1000.00", **changes) -> dict:
        return self.call(
            "finance_click_prepare", action="0", merchant_trans_id=contract, amount=str(amount), **changes
        )

    def complete(self, contract: str, prepared: int, amount: Decimal | str = "1000.00", **changes) -> dict:
        return self.call(
            "finance_click_complete",
            **{
                "action": "1",
                "merchant_trans_id": contract,
                "amount": str(amount),
                "merchant_prepare_id": str(prepared),
            }
            | changes,
        )
