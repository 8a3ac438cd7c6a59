"""Individual plans, their stages, attestations (duty 6.1)."""

from __future__ import annotations

from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from doctorate import queries
from doctorate.forms.work import AttestationForm, PlanForm, StageForm
from doctorate.models import Attestation, IndividualPlan, PlanStage
from doctorate.pages.students import STUDENT, Researchers, Students, _OfStudent, kafedras
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.register import Tab
from hemis.pages.tabs import rows_tab

PLAN_COLOURS = {"draft": "secondary", "approved": "green"}
RESULT_COLOURS = {"passed": "green", "conditional": "orange", "failed": "red"}


class Stages(_OfStudent):
    name, title, title_one, model = "stages", _("Stages of plans"), _("stage"), PlanStage
    columns = [
        Column("title", link=True), STUDENT, Column("year", numeric=True), Column("kind"), Column("due_on"),
        Column("done_on"), Column("result", hidden=True),
    ]  # fmt: skip
    filters = [
        Filter("kind"), Filter("status", "student__status", _("Status of the doctoral student")),
        RelatedFilter("kafedra", kafedras, lookup="student__kafedra", label=_("Kafedra")),
        RangeFilter("due_on", "date"), RangeFilter("done_on", "date"), RangeFilter("year"),
    ]  # fmt: skip
    search = ("title", "result")
    form = StageForm
    fields = ("student", "year", "kind", "title", "due_on", "done_on", "result")
    files = ("scan",)
    empty = _("Stages are added on the card of their plan or of the doctoral student.")

    @classmethod
    def may_be_deleted(cls, obj):
        """Stages of an approved plan stand."""
        return not queries.has_approved_plan(obj.student_id)


class Attestations(_OfStudent):
    name, title, title_one, model = "attestations", _("Attestations"), _("attestation"), Attestation
    menu, menu_place = "doctorate", 35
    columns = [
        STUDENT, Column("due_on"), Column("held_on"), Column("result", badge=RESULT_COLOURS),
        Column("fulfilled", numeric=True), Column("protocol_number"), Column("conclusion", hidden=True),
        Column("correction", hidden=True),
    ]  # fmt: skip
    filters = [
        Filter("result"), Filter("status", "student__status", _("Status of the doctoral student")),
        RelatedFilter("kafedra", kafedras, lookup="student__kafedra", label=_("Kafedra")),
        RangeFilter("due_on", "date"), RangeFilter("held_on", "date"),
    ]  # fmt: skip
    search = ("protocol_number", "conclusion")
    # What is to be held comes first, the nearest at the top; then the latest.
    ordering = (F("held_on").desc(nulls_first=True), "due_on")
    form = AttestationForm
    fields = (
        "student", "due_on", "held_on", "result", "fulfilled", "protocol_number", "conclusion", "correction",
    )  # fmt: skip
    files = ("scan",)
    empty = _("Attestations are planned by the program when somebody is admitted.")

    @classmethod
    def may_be_deleted(cls, obj):
        """What was held stays."""
        return not obj.result


def _stages(request: Request, plan: IndividualPlan) -> dict:
    """The stages of the plan's doctoral student, with a way to add one while it is a draft."""
    found = rows_tab("stages", "", Stages, "student").context(request, plan.student)
    if plan.state == IndividualPlan.APPROVED:
        found["add_url"] = ""
    return found


class Plans(_OfStudent):
    name, title, title_one, model = "plans", _("Individual plans"), _("individual plan"), IndividualPlan
    menu, menu_place = "doctorate", 30
    columns = [
        STUDENT, Column("student__speciality", _("Scientific speciality"), sort="student__speciality__code"),
        Column("state", badge=PLAN_COLOURS), Column("approved_on"), Column("protocol_number"),
        Column("stages", _("Stages"), value=lambda row: row.stage_count, sort="stage_count", numeric=True),
        Column("done", _("Done"), value=lambda row: row.done_count, sort="done_count", numeric=True),
    ]  # fmt: skip
    filters = [
        Filter("state"), Filter("status", "student__status", _("Status of the doctoral student")),
        RelatedFilter("kafedra", kafedras, lookup="student__kafedra", label=_("Kafedra")),
        RangeFilter("approved_on", "date"),
    ]  # fmt: skip
    search = ("protocol_number",)
    select_related = ("student__person", "student__speciality")
    form = PlanForm
    fields = ("student", "state", "approved_on", "protocol_number", "reopened_why")
    files = ("scan",)
    tabs = [Tab("stages", _("Stages"), "pages/_rows.html", _stages)]
    detail_template = "doctorate/plan.html"
    empty = _("Begin the plan of each doctoral student, add its stages, then approve it by a protocol.")

    @classmethod
    def may_be_deleted(cls, obj):
        """An approved plan stays."""
        return obj.state == IndividualPlan.DRAFT

    @classmethod
    def base_queryset(cls):
        return IndividualPlan.objects.annotate(
            stage_count=Count("student__stages"),
            done_count=Count("student__stages", filter=Q(student__stages__done_on__isnull=False)),
        )

    @classmethod
    def detail_context(cls, request: Request, obj):
        may = cls.can_edit(request.access, obj)
        return {
            "may_approve": may and obj.state == IndividualPlan.DRAFT,
            "may_reopen": may and obj.state == IndividualPlan.APPROVED,
        }


for _register in (Students, Researchers):
    _register.add_tab(rows_tab("stages", _("Plan"), Stages, "student"))
    _register.add_tab(rows_tab("attestations", _("Attestations"), Attestations, "student"))
