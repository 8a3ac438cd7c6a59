"""The receipt of a payment on paper, with its QR code (duty 7.1)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from finance.common import FinanceError
from finance.contracts.documents import university_facts
from finance.payments.models import Payment, Receipt
from finance.steps import figure
from hemis.documents.actions import issue
from hemis.documents.kinds import DocumentKind, masked_name, register
from hemis.documents.models import Document
from hemis.documents.words import sum_in_words
from hemis.people.models import User
from structure.models import University

DATE = "%d.%m.%Y"


@register
class PaymentReceipt(DocumentKind):
    """Confirms one payment by a contract."""

    code = "payment_receipt"
    title = gettext_lazy("Receipt of a payment")
    permission = "payment.view"
    own_permission = "own.contract"

    @classmethod
    def series(cls, payload):
        return "payment-receipt"

    @classmethod
    def number(cls, count, year, payload):
        return f"T-{year % 100:02d}-{count:06d}"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("University")), payload["university"]["name"]),
            (str(_("Student")), payload["masked"]),
            (str(_("Contract")), payload["contract"]),
            (str(_("Paid on")), payload["date"]),
            (str(_("Amount, soʻm")), payload["amount"]),
        ]


def _payload(payment: Payment) -> dict:
    contract = payment.contract
    with override("uz"):
        return {
            "_language": "uz",
            "university": university_facts(University.objects.get(), payment.date),
            "student": contract.student.person.full_name,
            "masked": masked_name(contract.student.person.full_name),
            "student_number": contract.student.number,
            "contract": contract.number,
            "contract_date": contract.date.strftime(DATE),
            "year": str(contract.academic_year),
            "date": payment.date.strftime(DATE),
            "document": payment.number,
            "means": payment.get_means_display(),
            "payer": payment.payer,
            "amount": figure(payment.amount),
            "words": {language: sum_in_words(payment.amount, language) for language in ("uz", "ru")},
        }


@transaction.atomic
def receipt_of(payment: Payment, *, by: User | None) -> Document:
    """The paper of a payment: the one that was issued, else a new one.

    Raises:
        FinanceError: the payment is taken back, or is itself a reversal.
    """
    payment = (
        Payment.objects.select_for_update(of=("self",))
        .select_related("contract__student__person", "contract__academic_year", "contract__faculty")
        .get(pk=payment.pk)
    )
    if payment.amount < 0 or payment.reverses_id or Payment.objects.filter(reverses=payment).exists():
        raise FinanceError(_("A payment that is taken back has no receipt."))
    made = Receipt.objects.filter(payment=payment).select_related("document").first()
    if made is None:
        document = issue(
            kind=PaymentReceipt.code,
            payload=_payload(payment),
            owner=payment.contract.student.person,
            faculty=payment.contract.faculty,
            issued_by=by,
        )
        made = Receipt.objects.create(payment=payment, document=document)
    return made.document
