"""The payment contract on paper (clause B5)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from curriculum.models import Relearning
from finance.models import THREE_SIDED, ChangeInstalment, Contract, ContractChange, PayerChange
from finance.steps import figure, readable_steps
from hemis.classifiers.queries import label
from hemis.documents.kinds import DocumentKind, masked_name, register
from hemis.documents.words import sum_in_words
from structure.models import BankAccount, Signatory, University
from structure.queries import account, signatory_name

DATE = "%d.%m.%Y"
LANGUAGES = ("uz", "ru")


@register
class ContractDocument(DocumentKind):
    """Two- or three-sided payment contract of one student for one academic year."""

    code = "contract"
    title = _("Payment contract")
    permission = "contract.view"
    own_permission = "own.contract"

    @classmethod
    def public_fields(cls, payload):
        """Number and date are shown for every document; no full name, no identifiers."""
        return [
            (str(_("Contract date")), payload["date"]),
            (str(_("University")), payload["university"]["name"]),
            (str(_("Academic year")), payload["year"]),
            (str(_("Speciality code")), payload["study"]["code"]),
            (str(_("Student")), payload["student"]["masked"]),
            (str(_("Sum of the contract, soʻm")), payload["sum"]["amount"]),
        ]


def _both(list_code: str, code: str) -> dict[str, str]:
    """A coded value in the two languages of the contract."""
    return {language: label(list_code, code, language) for language in LANGUAGES}


def university_facts(university: University, day: datetime.date | None = None) -> dict[str, str]:
    """The university as a party on a day: the same for every contract of a batch.

    Rector and account are those of ``day`` (default: today), by their dates.
    """
    day = day or timezone.localdate()
    bank = account(BankAccount.Purpose.CONTRACT, day)
    with override("uz"):
        return {
            "name": university.name,
            "name_ru": university.name_ru or university.name,
            "code": university.code,
            "tin": university.tin,
            "address": university.address,
            "mailing_address": university.beside("mailing_address", "ru"),
            "contact": university.contact,
            "bank": bank.bank if bank else university.bank_name,
            "account": bank.number if bank else university.bank_account,
            "mfo": bank.mfo if bank else university.bank_mfo,
            "rector": signatory_name(Signatory.Post.RECTOR, day),
            "city": university.get_region_display(),
        }


def _student(contract: Contract) -> dict[str, str]:
    person = contract.student.person
    return {
        "name": person.full_name,
        "masked": masked_name(person.full_name),
        "number": contract.student.number,
        "pinfl": person.pinfl or "",
        "passport": person.passport,
        "birth_date": person.birth_date.strftime(DATE) if person.birth_date else "",
        "country": person.get_country_display() if person.citizenship == "12" else "",
        "address": ", ".join(
            filter(None, [person.get_region_display(), person.get_district_display(), person.address])
        ),
        "phone": person.phone,
        "email": person.email,
    }


def _study(contract: Contract) -> dict[str, Any]:
    speciality = contract.programme.speciality
    return {
        "code": speciality.code,
        "name": speciality.name,
        "name_ru": speciality.name_ru or speciality.name,
        "type": _both("h_education_type", speciality.education_type),
        "form": _both("h_education_form", contract.education_form),
        "course": _both("h_course", contract.course),
        "years": figure(contract.programme.years),
        "faculty": contract.faculty.name,
        "group": contract.group.name if contract.group else "",
    }


def _sum(contract: Contract) -> dict[str, Any]:
    return {
        "amount": figure(contract.amount),
        "words": {language: sum_in_words(contract.amount, language) for language in LANGUAGES},
        "type": _both("h_contract_summa_type", contract.sum_type),
        "contract_type": _both("h_contract_type", contract.contract_type),
        "months": contract.months,
        "discount": figure(contract.discount) if contract.discount else "",
    }


def payload_of(contract: Contract, university: dict[str, str], instalments: Sequence[Any]) -> dict[str, Any]:
    """Everything the paper says, frozen; in Uzbek, with headings and sums in Russian too."""
    with override("uz"):
        paid, plan = Decimal(0), []
        for part in instalments:
            paid += part.amount
            plan.append(
                {
                    "position": part.position,
                    "due": part.due_date.strftime(DATE),
                    "share": figure(part.share),
                    "amount": figure(part.amount),
                    "by_then": figure(paid),
                }
            )
        return {
            "_language": "uz",
            "number": contract.number,
            "date": contract.date.strftime(DATE),
            "year": str(contract.academic_year),
            "university": university,
            "student": _student(contract),
            "study": _study(contract),
            "sum": _sum(contract),
            "instalments": plan,
            "steps": readable_steps(contract.price_steps),
            "three_sided": contract.parties == THREE_SIDED,
            "payer": {
                "name": contract.payer_name,
                "tin": contract.payer_tin,
                "address": contract.payer_address,
                "bank": contract.payer_bank,
            },
        }


@register
class ContractChangeDocument(DocumentKind):
    """An extra agreement to a contract, or the recalculation when the study that it pays for ends."""

    code = "contract_change"
    title = _("Change of a payment contract")
    permission = "contract.view"
    own_permission = "own.contract"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Payment contract")), f"№ {payload['contract']['number']}, {payload['contract']['date']}"),
            (str(_("University")), payload["university"]["name"]),
            (str(_("Academic year")), payload["contract"]["year"]),
            (str(_("Student")), payload["student"]["masked"]),
            (str(_("Sum of the contract, soʻm")), payload["sum"]["after"]),
        ]


def change_payload(
    change: ContractChange, university: dict[str, str], parts: Sequence[ChangeInstalment]
) -> dict[str, Any]:
    """What the paper of a change says; ``change`` comes with its contract, order and placement."""
    contract, amount = change.contract, change.amount or Decimal(0)
    place = change.placement
    with override("uz"):
        return {
            "_language": "uz",
            "number": change.number,
            "date": (change.date or timezone.localdate()).strftime(DATE),
            "kind": change.kind,
            "ends": change.kind in ContractChange.ENDING,
            "what": _in_both(lambda: str(change.get_kind_display())),
            "ground": _both("h_expel_reason", change.ground) if change.ground else {},
            "effective_on": change.effective_on.strftime(DATE),
            "order": {
                "number": change.order.number,
                "date": change.order.date.strftime(DATE) if change.order.date else "",
            }
            if change.order
            else {},
            "relearning": _relearned(change.relearning) if change.relearning else {},
            "contract": {
                "number": contract.number,
                "date": contract.date.strftime(DATE),
                "year": str(contract.academic_year),
            },
            "university": university,
            "student": _student(contract),
            "study": {
                "before": f"{contract.programme}",
                "after": f"{place.programme}" if place and change.kind not in ContractChange.ENDING else "",
            },
            "sum": {
                "before": figure(change.before),
                "after": figure(amount),
                "difference": figure(amount - change.before),
                "words": {language: sum_in_words(amount, language) for language in LANGUAGES},
            },
            "instalments": [
                {"position": one.position, "due": one.due_date.strftime(DATE), "amount": figure(one.amount)}
                for one in parts
            ],
            "steps": readable_steps(change.steps),
            "three_sided": contract.parties == THREE_SIDED,
            "payer": contract.payer_name,
        }


def _relearned(relearning: Relearning) -> dict[str, Any]:
    """What the paper says of the subject that is studied anew."""
    subject = relearning.owed.subject
    return {
        "subject": {"uz": subject.name, "ru": subject.name_ru or subject.name},
        "credits": figure(relearning.owed.credit),
        "asked_on": timezone.localtime(relearning.asked_at).strftime(DATE),
        "year": str(relearning.window),
    }


def _in_both(text: Callable[[], str]) -> dict[str, str]:
    """A phrase of the program in the two languages of the contract."""
    found = {}
    for language in LANGUAGES:
        with override(language):
            found[language] = text()
    return found


@register
class PayerChangeDocument(DocumentKind):
    """An extra agreement by which a contract gets another payer (reg. 2431, point 32)."""

    code = "payer_change"
    title = _("Change of the payer of a contract")
    permission = "contract.view"
    own_permission = "own.contract"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Payment contract")), f"№ {payload['contract']['number']}, {payload['contract']['date']}"),
            (str(_("University")), payload["university"]["name"]),
            (str(_("Student")), payload["student"]["masked"]),
        ]


def payer_change_payload(change: PayerChange, university: dict[str, str]) -> dict[str, Any]:
    """What the paper says; ``change`` comes with its contract, student and year."""
    contract = change.contract
    with override("uz"):
        return {
            "_language": "uz",
            "number": change.number,
            "date": change.date.strftime(DATE),
            "basis": change.basis,
            "contract": {
                "number": contract.number,
                "date": contract.date.strftime(DATE),
                "year": str(contract.academic_year),
                "amount": figure(contract.current_amount),
            },
            "university": university,
            "student": _student(contract),
            "before": change.before,
            "after": {
                "name": change.payer_name,
                "tin": change.payer_tin,
                "address": change.payer_address,
                "bank": change.payer_bank,
            },
        }
