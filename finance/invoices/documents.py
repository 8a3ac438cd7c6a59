"""The invoice on paper (hisob-faktura, duty 7.1)."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from finance.contracts.documents import LANGUAGES, university_facts
from finance.models import Contract
from finance.steps import figure
from hemis.documents.kinds import DocumentKind, masked_name, register
from hemis.documents.words import sum_in_words
from structure.models import Signatory, University
from structure.queries import signatory_name

DATE = "%d.%m.%Y"


@register
class InvoiceDocument(DocumentKind):
    """Asks a payer for a sum by a contract."""

    code = "invoice"
    title = _("Invoice")
    template_version = 2
    permission = "contract.view"
    own_permission = "own.contract"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("University")), payload["university"]["name"]),
            (str(_("Payment contract")), f"№ {payload['contract']['number']}, {payload['contract']['date']}"),
            (str(_("Student")), payload["student"]["masked"]),
            (str(_("Amount, soʻm")), payload["amount"]),
        ]


def payload_of(
    contract: Contract, *, number: str, date: datetime.date, amount: Decimal, payer: dict[str, str]
) -> dict[str, Any]:
    """What the paper says; ``payer`` has name, tin, address and bank as they are now."""
    person, speciality = contract.student.person, contract.programme.speciality
    with override("uz"):
        return {
            "_language": "uz",
            "number": number,
            "date": date.strftime(DATE),
            "contract": {
                "number": contract.number,
                "date": contract.date.strftime(DATE),
                "year": str(contract.academic_year),
            },
            "university": university_facts(University.objects.get(), date),
            "accountant": signatory_name(Signatory.Post.CHIEF_ACCOUNTANT, date),
            "payer": payer,
            "student": {
                "name": person.full_name,
                "masked": masked_name(person.full_name),
                "number": contract.student.number,
            },
            "speciality": f"{speciality.code} {speciality.name}",
            "amount": figure(amount),
            "words": {language: sum_in_words(amount, language) for language in LANGUAGES},
        }
