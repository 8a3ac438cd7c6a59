"""Figures with evidence for the rating: the teacher enters, the head approves (duties B6.7, 8.4)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RelatedFilter
from research.pages.approval import COLOURS, Entered, approving, register_todos, returning, submitting
from research.rating import forms
from research.rating.models import Evidence
from research.rating.pages.criteria import years


class Evidences(Entered):
    model, menu, menu_place = Evidence, "rating", 60
    name, title, title_one = "evidence", _("Figures with evidence"), _("figure with evidence")
    columns = [
        Column("title", link=True),
        Column("employee", sort="employee__person__sort_key"),
        Column("kafedra", sort="kafedra__name"),
        Column("code"),
        Column("quantity", numeric=True),
        Column("academic_year", sort="academic_year_id"),
        Column("state", badge=COLOURS),
    ]
    filters = [Filter("state"), RelatedFilter("academic_year", years)]
    search = ("title", "code")
    search_person = "employee__person"
    select_related = ("employee__person", "kafedra", "academic_year", "decided_by__person")
    form = forms.EvidenceForm
    fields = (
        "academic_year", "code", "title", "quantity", "employee", "kafedra", "state", "submitted_at", "decided_by",
        "decided_at", "remark",
    )  # fmt: skip
    empty = _("Enter what the criteria ask and no register knows, with its evidence.")
    verbs = ("research_evidence_submit", "research_evidence_approve", "research_evidence_return")


submit, approve, send_back = submitting(Evidence), approving(Evidence), returning(Evidence)
register_todos(
    Evidences,
    to_approve=_("Figures of the rating to approve"),
    returned=_("Figures of the rating returned to you"),
)
