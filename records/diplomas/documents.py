"""Diploma and supplement as PDF with QR code, and the sheets that a printer puts onto the blanks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from hemis.documents.actions import issue
from hemis.documents.kinds import DocumentKind, masked_name, register
from hemis.documents.models import Document
from hemis.documents.rendering import pdf_of, qr_image
from hemis.people.models import User
from records.diplomas.facts import long_date
from records.models import Diploma, PrintProfile
from records.models.blanks import DIPLOMA, SUPPLEMENT
from records.signing import both

# What the sheets read of each diploma.
NEEDED = ("student__person", "faculty", "blank", "supplement_blank", "document", "supplement", "duplicate_of")


class _Paper(DocumentKind):
    """What both papers tell the public: enough to compare with the paper in hand."""

    permission = "diploma.view"

    @classmethod
    def public_fields(cls, payload):
        return [
            (str(_("Graduate")), masked_name(payload["full_name"]["uz"])),
            (str(_("Speciality")), f"{payload['speciality_code']} {payload['speciality']['uz']}"),
            (str(_("Degree")), payload["degree"]["uz"]),
            (str(_("Diploma")), payload["blank"] or "—"),
            (str(_("With honours")), str(_("yes")) if payload["honours"] else str(_("no"))),
            (str(_("Registered on")), payload["registered_on"]),
        ]


@register
class DiplomaPaper(_Paper):
    """The diploma."""

    code = "diploma"
    title = _("Diploma")


@register
class SupplementPaper(_Paper):
    """The supplement to the diploma."""

    code = "diploma_supplement"
    # 2: the rating stands in the credit system too, as the form has it.
    template_version = 2
    title = _("Supplement to the diploma")


def payload_of(diploma: Diploma) -> dict[str, Any]:
    """What both papers are made of: the frozen facts, the number, the blanks."""
    said = dict(diploma.facts)
    code = diploma.blank.code if diploma.blank else ""
    return said | {
        # The frame of the house's papers names the author so.
        "university": {**said["university"], "name": said["university"]["uz"]},
        "register_number": diploma.number,
        "registered_on": diploma.registered_on.strftime("%d.%m.%Y") if diploma.registered_on else "",
        "registered": long_date(diploma.registered_on) if diploma.registered_on else both("", ""),
        "blank": code,
        "supplement_blank": diploma.supplement_blank.code if diploma.supplement_blank else "",
        "duplicate": bool(said.get("duplicate")),
        "original": said.get("original", ""),
    }


def issue_papers(diploma: Diploma, *, by: User | None) -> Diploma:
    """Both papers of an approved diploma: kept ones while they say the same, else new in their place."""
    payload = payload_of(diploma)
    with override("uz"):
        reason = str(_("Printed onto another blank."))
    for kind, name in (("diploma", "document"), ("diploma_supplement", "supplement")):
        older: Document | None = getattr(diploma, name)
        if older and _same(older, payload):
            continue
        made = issue(
            kind=kind, payload=payload, number=_number(diploma, older, name), owner=diploma.student.person,
            faculty=diploma.faculty, issued_by=by, replaces=older if older and older.state == Document.ISSUED else None,
            reason=reason,
        )  # fmt: skip
        setattr(diploma, name, made)
    diploma.save(update_fields=["document", "supplement"])
    return diploma


def _same(document: Document, payload: dict[str, Any]) -> bool:
    kept = {key: value for key, value in document.payload.items() if not key.startswith("_")}
    return kept == payload


def _number(diploma: Diploma, older: Document | None, name: str) -> str:
    """The number in the book of issue; a paper in the place of another tells the how-many-th it is."""
    if older is None:
        return diploma.number
    kind = "diploma" if name == "document" else "diploma_supplement"
    count = Document.objects.filter(kind=kind, number__startswith=diploma.number, owner=older.owner).count()
    return f"{diploma.number}-{count + 1}"


# --- onto the blank

# Millimetres from the left and the top of the sheet to each field of the test sheet; the same as the template's.
TEST_FACTS = {
    "university": {"uz": "NAMUNA UNIVERSITETI", "en": "SAMPLE UNIVERSITY"},
    "full_name": {"uz": "Namunayev Namuna Namuna oʻgʻli", "en": "Namunaev Namuna"},
    "speciality": {"uz": "Namunaviy taʼlim yoʻnalishi", "en": "Sample field of study"},
    "qualification": {"uz": "Namunaviy mutaxassis", "en": "Sample specialist"},
    "degree": {"uz": "Bakalavr", "en": "Bachelor"},
    "decided": {"uz": "2026-yil 25-iyun", "en": "June 25, 2026"},
    "registered": {"uz": "2026-yil 30-iyun", "en": "June 30, 2026"},
    "city": {"uz": "Toshkent", "en": "Tashkent"},
    "rector": {"uz": "R. R. Rektorov", "en": "R. Rektorov"}, "register_number": "1/2026", "speciality_code": "60610100",
}  # fmt: skip


def _shift(profile: PrintProfile | None) -> dict[str, str]:
    return {
        "right": f"{profile.right if profile else 0:.1f}",
        "down": f"{profile.down if profile else 0:.1f}",
    }


def _sheet(template: str, context: dict[str, Any], name: str) -> bytes:
    with override("uz"):
        html = render_to_string(template, context)
    return pdf_of(html, name)


def diploma_sheets(diplomas: Sequence[Diploma], profile: PrintProfile | None) -> bytes:
    """One landscape page a diploma: what is filled in on the blank, and the QR code of the issued paper."""
    pages = [
        {"p": payload_of(one), "qr": qr_image(one.document.public_url) if one.document else ""}
        for one in diplomas
    ]
    return _sheet(
        "records/print/diploma.html", {"pages": pages, "shift": _shift(profile)},
        f"diplomas-{[one.pk for one in diplomas]}",
    )  # fmt: skip


def supplement_sheets(diplomas: Sequence[Diploma], profile: PrintProfile | None) -> bytes:
    """The supplements one after another, each beginning on a page of its own."""
    pages = [{"p": payload_of(one), "number": one.number} for one in diplomas]
    context = {"pages": pages, "shift": _shift(profile)}
    return _sheet("records/print/supplement.html", context, f"supplements-{[one.pk for one in diplomas]}")


def test_sheet(profile: PrintProfile) -> bytes:
    """A sheet with rulers and crosses, and the fields where the profile puts them."""
    context = {
        "profile": profile, "shift": _shift(profile), "landscape": profile.kind == DIPLOMA,
        "is_diploma": profile.kind == DIPLOMA, "p": TEST_FACTS,
        "across": range(0, 300 if profile.kind == DIPLOMA else 211, 10),
        "downwards": range(0, 211 if profile.kind == DIPLOMA else 300, 10),
        "day": f"{timezone.localdate():%d.%m.%Y}",
    }  # fmt: skip
    return _sheet("records/print/test.html", context, f"test-{profile.pk}")


SHEETS = {DIPLOMA: diploma_sheets, SUPPLEMENT: supplement_sheets}
