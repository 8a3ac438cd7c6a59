"""The paper by which a student or a payer and the university agree on what is owed (solishtirma dalolatnoma)."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from finance.contracts.documents import LANGUAGES, university_facts
from finance.reconciliation.rules import Reconciled
from finance.steps import figure
from hemis.documents.kinds import DocumentKind, masked_name, register
from hemis.documents.words import sum_in_words
from structure.models import Signatory, University
from structure.queries import signatory_name

DATE = "%d.%m.%Y"


@register
class Reconciliation(DocumentKind):
    """Opening balance, every charge and payment between two days, closing balance."""

    code = "reconciliation"
    title = _("Reconciliation of accounts")
    permission = "payment.view"
    own_permission = "own.contract"

    @classmethod
    def number(cls, count, year, payload):
        return f"SD-{year % 100:02d}-{count:05d}"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("University")), payload["university"]["name"]),
            (str(_("Other side")), payload["side"]["masked"]),
            (str(_("Period")), f"{payload['start']} – {payload['end']}"),
            (str(_("Closing balance, soʻm")), payload["closing"]),
        ]


def payload_of(
    found: Reconciled, *, name: str, code: str, is_person: bool, start: datetime.date, end: datetime.date
) -> dict[str, Any]:
    """What the paper says; ``name`` and ``code`` (number, STIR or PINFL) are the other side's."""
    with override("uz"):
        return {
            "_language": "uz",
            "university": university_facts(University.objects.get()),
            "accountant": signatory_name(Signatory.Post.CHIEF_ACCOUNTANT, timezone.localdate()),
            "date": timezone.localdate().strftime(DATE),
            "side": {"name": name, "code": code, "masked": masked_name(name) if is_person else name},
            "start": start.strftime(DATE),
            "end": end.strftime(DATE),
            "opening": figure(found.opening),
            "debit": figure(found.debit),
            "credit": figure(found.credit),
            "closing": figure(found.closing),
            "owes": "side" if found.closing > 0 else "university" if found.closing < 0 else "",
            "words": {language: sum_in_words(abs(found.closing), language) for language in LANGUAGES},
            "entries": [
                {
                    "date": one.date.strftime(DATE),
                    "kind": str(one.kind),
                    "document": one.document,
                    "contract": one.contract,
                    "student": one.student,
                    "debit": figure(one.debit) if one.debit else "",
                    "credit": figure(one.credit) if one.credit else "",
                }
                for one in found.entries
            ],
        }
