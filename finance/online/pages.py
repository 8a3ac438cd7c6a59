"""The addresses that Payme and Click call, each open only when its key is set; and what they told (duty 7.1)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from finance.online import click, payme
from finance.online.models import ClickTransaction, PaymeTransaction
from hemis.access.guard import public
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter
from hemis.pages.register import Register

MAX_BODY = 64 * 1024
# By the numbers of the protocol.
PAYME_COLOURS: dict[Any, str] = {1: "azure", 2: "green", -1: "secondary", -2: "red"}


# No session and no form: the caller proves itself by the key of the protocol.
@csrf_exempt
@public
def payme_api(request: Request) -> HttpResponse:
    """Merchant API of Payme."""
    if not settings.PAYME_KEY:
        raise Http404
    if request.method != "POST":
        error = payme.PaymeError(payme.NOT_POST)
        return JsonResponse({"jsonrpc": "2.0", "id": None, "error": error.as_json()})
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
        error = payme.PaymeError(payme.NOT_JSON)
        return JsonResponse({"jsonrpc": "2.0", "id": None, "error": error.as_json()})
    return JsonResponse(payme.answer(request.body, authorization=request.headers.get("Authorization", "")))


def _click(action: str):
    @csrf_exempt
    @public
    def view(request: Request) -> HttpResponse:
        if not settings.CLICK_SECRET_KEY or not settings.CLICK_SERVICE_ID:
            raise Http404
        data = {name: str(value) for name, value in request.POST.items()}
        return JsonResponse(click.answer(data, action=action))

    return view


click_prepare = _click(click.PREPARE)
click_complete = _click(click.COMPLETE)


class PaymeTransactions(Register):
    app, name = "finance", "payme_transactions"
    title, title_one = gettext_lazy("Transactions of Payme"), gettext_lazy("transaction of Payme")
    model, permission, menu = PaymeTransaction, "payment", "finance"
    menu_place = 80
    columns = [
        Column("payme_id", link=True),
        Column("contract", sort="contract__number"),
        Column(
            "contract__student__person", gettext_lazy("Student"), sort="contract__student__person__sort_key"
        ),
        Column("amount", numeric=True),
        Column("state", badge=PAYME_COLOURS),
        Column("reason", hidden=True),
        Column("payment", sort="payment", hidden=True),
    ]
    filters = [Filter("state")]
    search = ("payme_id", "contract__number")
    search_person = "contract__student__person"
    select_related = ("contract__student__person", "payment")


class ClickTransactions(Register):
    app, name = "finance", "click_transactions"
    title, title_one = gettext_lazy("Transactions of Click"), gettext_lazy("transaction of Click")
    model, permission, menu = ClickTransaction, "payment", "finance"
    menu_place = 81
    columns = [
        Column("click_trans_id", link=True),
        Column("prepared_at"),
        Column("contract", sort="contract__number"),
        Column(
            "contract__student__person", gettext_lazy("Student"), sort="contract__student__person__sort_key"
        ),
        Column("amount", numeric=True),
        Column("state", badge={"prepared": "azure", "paid": "green", "cancelled": "secondary"}),
        Column("payment", sort="payment", hidden=True),
    ]
    filters = [Filter("state")]
    search = ("contract__number",)
    search_person = "contract__student__person"
    select_related = ("contract__student__person", "payment")
