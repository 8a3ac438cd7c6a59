"""Acts on blanks on paper, for the signatures of the commission."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from hemis.documents.actions import issue
from hemis.documents.kinds import DocumentKind, register
from hemis.documents.models import Document
from hemis.people.models import User
from records.models import Blank, BlankAct
from structure.models import University

DATE = "%d.%m.%Y"


@register
class BlankActPaper(DocumentKind):
    """An act on blanks of strict accountability."""

    code = "blank_act"
    title = _("Act on blanks")
    permission = "blank.view"

    @classmethod
    def public_fields(cls, payload):
        return [(str(_("Kind of act")), payload["kind"]), (str(_("Blanks")), str(payload["count"]))]


@transaction.atomic
def act_document(act: BlankAct, *, by: User | None) -> Document:
    """The act on paper; issued when first asked for, since an act never changes."""
    BlankAct.objects.select_for_update(of=("self",)).get(pk=act.pk)
    series = f"blank_act-{act.pk}"
    known = Document.objects.filter(kind="blank_act", series=series).first()
    if known:
        return known
    with override("uz"):
        payload = _payload(act)
    faculty = act.holder or act.giver
    return issue(
        kind="blank_act", payload=payload, series=series, number=act.number, faculty=faculty, issued_by=by
    )


def _payload(act: BlankAct) -> dict[str, Any]:
    blanks = list(Blank.objects.filter(moves__act=act).order_by("kind", "series", "number"))
    store = "Universitet ombori"
    return {
        "university": {"name": University.objects.get().name},
        "kind": str(act.get_kind_display()),
        "verb": act.kind,
        "date": act.date.strftime(DATE),
        "holder": act.holder.name if act.holder else store,
        "giver": act.giver.name if act.giver else store,
        "basis": act.basis,
        "reason": act.reason,
        "commission": [line.strip() for line in act.commission.splitlines() if line.strip()],
        "rows": [
            {"kind": str(one[0].get_kind_display()), "category": str(one[0].get_category_display()),
             "numbers": one[0].code if len(one) == 1 else f"{one[0].code} – {one[-1].code}", "count": len(one)}
            for one in in_runs(blanks)
        ],
        "count": len(blanks),
    }  # fmt: skip


def in_runs(blanks: list[Blank]) -> list[list[Blank]]:
    """Blanks in order, cut into runs of numbers without a gap."""
    runs: list[list[Blank]] = []
    for one in blanks:
        last = runs[-1][-1] if runs else None
        same = last and (last.kind, last.series, last.category, last.number + 1) == (
            one.kind, one.series, one.category, one.number,
        )  # fmt: skip
        if same:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs
