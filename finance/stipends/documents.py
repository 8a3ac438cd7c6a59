"""The list of stipends of a month on paper and as a workbook, as the bank takes it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from finance.models import Payout, StipendLine, StipendList
from finance.steps import figure
from hemis.documents.kinds import DocumentKind, register
from hemis.documents.words import sum_in_words
from hemis.sheets import writing


@register
class StipendListDocument(DocumentKind):
    """The approved stipends of a faculty for a month."""

    code = "stipend_list"
    title = _("Stipend list")
    permission = "stipend.view"

    @classmethod
    def series(cls, payload):
        return "stipend-list"

    @classmethod
    def number(cls, count, year, payload):
        return f"S-{year % 100:02d}/{count:04d}"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("University")), payload["university"]["name"]),
            (str(_("Faculty")), payload["faculty"]),
            (str(_("Month")), payload["month"]),
            (str(_("Sum, soʻm")), payload["total"]),
        ]


def paid_lines(lines: Sequence[StipendLine]) -> list[StipendLine]:
    """Those who get something."""
    return [one for one in lines if one.amount]


def list_payload(
    sheet: StipendList, lines: Sequence[StipendLine], university: dict[str, str]
) -> dict[str, Any]:
    """What the paper says: who gets how much on which account, without those whom nothing is paid."""
    with override("uz"):
        return {
            "_language": "uz",
            "university": university,
            "faculty": sheet.faculty.name,
            "month": f"{sheet.month:%m.%Y}",
            "lines": [
                {
                    "position": position,
                    "name": one.student.person.full_name,
                    "number": one.student.number,
                    "kind": one.get_rate_display(),
                    "account": one.account,
                    "amount": figure(one.amount),
                }
                for position, one in enumerate(paid_lines(lines), start=1)
            ],
            "total": figure(sheet.total),
            "words": sum_in_words(sheet.total, "uz"),
        }


HEADERS = ("T/r", "F.I.Sh.", "JSHSHIR", "Karta yoki hisobraqam", "Stipendiya turi", "Summa, soʻm")


def bank_book(sheet: StipendList) -> bytes:
    """The workbook for the bank: everyone who gets something, and the sum in the last row."""
    rows = sheet.lines.filter(amount__gt=0).select_related("student__person")
    with override("uz"):
        lines: list[list[Any]] = [
            [
                position, one.student.person.full_name, one.student.person.pinfl or "", one.account,
                one.get_rate_display(), one.amount,
            ]
            for position, one in enumerate(rows.order_by("student__person__sort_key", "pk"), start=1)
        ]  # fmt: skip
    total = sum((line[-1] for line in lines), Decimal(0))
    return writing.book([(f"{sheet.month:%m.%Y}", list(HEADERS), [*lines, ["", "Jami", "", "", "", total]])])


def payout_book(payout: Payout) -> bytes:
    """The workbook of a payout: what is paid to which account, without what the bank returned."""
    rows = payout.lines.filter(returned_on=None).select_related("student__person", "stipend_line", "aid")
    with override("uz"):
        lines: list[list[Any]] = [
            [
                position, one.student.person.full_name, one.student.person.pinfl or "", one.account,
                (one.stipend_line.get_rate_display() if one.stipend_line else "")
                or (one.aid.get_kind_display() if one.aid else ""),
                one.amount,
            ]
            for position, one in enumerate(rows.order_by("student__person__sort_key", "pk"), start=1)
        ]  # fmt: skip
    total = sum((line[-1] for line in lines), Decimal(0))
    return writing.book(
        [(f"{payout.date:%d.%m.%Y}", list(HEADERS), [*lines, ["", "Jami", "", "", "", total]])]
    )
