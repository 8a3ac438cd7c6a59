"""Defences of dissertations and their opponents (duty 6.1)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from doctorate.forms.work import DefenceForm, OpponentForm
from doctorate.models import Defence, Opponent
from doctorate.pages.students import STUDENT, Researchers, Students, _OfStudent, kafedras
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RangeFilter, RelatedFilter
from hemis.pages.register import Register
from hemis.pages.tabs import rows_tab

RESULT_COLOURS = {"planned": "blue", "passed": "green", "failed": "red", "postponed": "secondary"}


class Opponents(Register):
    app, name, title, title_one = "doctorate", "opponents", _("Opponents"), _("opponent")
    model, permission = Opponent, "doctoral_student"
    columns = [
        Column("name", _("Opponent"), value=str, sort=None, link=True), Column("degree"), Column("work_place"),
        Column("defence", sort="defence__defence_date"),
    ]  # fmt: skip
    filters = [Filter("degree")]
    search = ("outsider", "work_place")
    search_person = "employee__person"
    select_related = ("employee__person", "defence__student__person")
    form = OpponentForm
    fields = ("defence", "employee", "outsider", "degree", "work_place")
    empty = _("Opponents are added on the card of their defence.")

    @classmethod
    def rows(cls, access, permission=""):
        """At an approved defence nothing changes."""
        found = super().rows(access, permission)
        return found.filter(defence__approved_on=None) if permission == cls.edit_permission() else found


class Defences(_OfStudent):
    name, title, title_one = "defences", _("Defences of dissertations"), _("defence")
    model, menu, menu_place = Defence, "doctorate", 40
    columns = [
        STUDENT, Column("student__speciality", _("Scientific speciality"), sort="student__speciality__code"),
        Column("council"), Column("defence_date"), Column("result", badge=RESULT_COLOURS), Column("approved_on"),
        Column("diploma_number"), Column("place", hidden=True), Column("leading_organisation", hidden=True),
        Column("votes_for", numeric=True, hidden=True), Column("votes_against", numeric=True, hidden=True),
        Column("diploma_date", hidden=True), Column("register_number", hidden=True),
    ]  # fmt: skip
    filters = [
        Filter("result"),
        BooleanFilter("waits", lookup="approved_on__isnull", label=_("Waits for the OAK")),
        RelatedFilter("kafedra", kafedras, lookup="student__kafedra", label=_("Kafedra")),
        RangeFilter("defence_date", "date"), RangeFilter("approved_on", "date"),
    ]  # fmt: skip
    search = ("council", "diploma_number", "approval_number", "register_number")
    select_related = ("student__person", "student__speciality")
    form = DefenceForm
    fields = (
        "student", "student__speciality", "student__theme", "council", "defence_date", "place", "leading_organisation",
        "result", "votes_for", "votes_against", "votes_invalid", "protocol_number", "approved_on", "approval_number",
        "diploma_number", "diploma_date", "diploma_by", "register_number",
    )  # fmt: skip
    files = ("scan", "approval_scan")
    tabs = [rows_tab("opponents", _("Opponents"), Opponents, "defence")]
    detail_template = "doctorate/defence.html"
    empty = _("Appoint a defence, name its opponents, then record the votes and the approval by the OAK.")

    @classmethod
    def rows(cls, access, permission=""):
        """What the OAK has approved is frozen."""
        found = super().rows(access, permission)
        return found.filter(approved_on=None) if permission == cls.edit_permission() else found

    @classmethod
    def history_parts(cls, obj):
        return [obj.opponents.all()]

    @classmethod
    def detail_context(cls, request: Request, obj):
        return {"may_approve": obj.result == Defence.PASSED and cls.can_edit(request.access, obj)}


for _register in (Students, Researchers):
    _register.add_tab(rows_tab("defences", _("Defence"), Defences, "student"))
