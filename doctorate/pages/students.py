"""Specialities, doctoral students, independent researchers, supervisors, figures of the law (duty 6.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from doctorate import queries
from doctorate.forms.students import (
    DoctoralStudentForm,
    ResearcherForm,
    RuleForm,
    SpecialityForm,
    SupervisionForm,
)
from doctorate.models import DoctoralRule, DoctoralSpeciality, DoctoralStudent, Supervision
from doctorate.models.students import RESEARCHER_KINDS, STUDENT_KINDS
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register, Tab
from hemis.pages.tabs import rows_tab
from staff.models import Employee
from structure.models import Unit

STATUS_COLOURS = {
    "candidate": "blue", "studying": "green", "leave": "orange", "completed": "teal", "defended": "purple",
    "expelled": "red", "withdrawn": "secondary",
}  # fmt: skip
STUDENT = Column("student", sort="student__person__sort_key", link=True)


def kafedras(access):
    """Kafedras of the scope, for a filter."""
    return Unit.objects.kafedras().filter(is_active=True).for_scope(access.scope("doctoral_student.view"))


def specialities(access):
    """All specialities, for a filter."""
    return DoctoralSpeciality.objects.all()


class Specialities(Register):
    app, name, title = "doctorate", "specialities", _("Doctoral specialities")
    title_one, model, permission = _("scientific speciality"), DoctoralSpeciality, "doctoral_speciality"
    menu, menu_place = "doctorate", 50
    columns = [
        Column("code", value=lambda row: row.code, sort="code"), Column("name", link=True), Column("level"),
        Column("kafedra", sort="kafedra__name"), Column("opened_on"), Column("basis", hidden=True),
        Column("is_active"),
    ]  # fmt: skip
    filters = [Filter("level"), BooleanFilter("is_active")]
    search = ("code", "name", "basis")
    select_related = ("kafedra",)
    form = SpecialityForm
    empty = _(
        "Add the national specialities in which the university has permission to train, PhD and DSc apart."
    )


class _OfStudent(Register):
    """Rows that belong to a doctoral student; those of a closed card are not edited."""

    app, permission = "doctorate", "doctoral_student"
    search_person = "student__person"
    select_related: ClassVar[Sequence[str]] = ("student__person",)

    @classmethod
    def rows(cls, access, permission=""):
        found = super().rows(access, permission)
        if permission == cls.edit_permission():
            return found.exclude(student__status__in=DoctoralStudent.FINAL)
        return found


SUPERVISOR = Column("name", _("Supervisor"), value=lambda row: row.name, sort=None)


class Supervisions(_OfStudent):
    name, title, title_one, model = "supervisions", _("Supervisors"), _("supervision"), Supervision
    columns = [
        STUDENT, SUPERVISOR, Column("role"), Column("valid_from"), Column("valid_to"),
        Column("order_number", hidden=True), Column("order_date", hidden=True),
    ]  # fmt: skip
    filters = [Filter("role"), RangeFilter("valid_from", "date"), RangeFilter("valid_to", "date")]
    search = ("outsider", "order_number")
    select_related = ("student__person", "employee__person")
    form = SupervisionForm
    fields = (
        "student",
        "role",
        "employee",
        "outsider",
        "valid_from",
        "valid_to",
        "order_number",
        "order_date",
    )
    empty = _("Name who leads each doctoral student, by which order or protocol.")


class Loads(Register):
    """Employees who lead somebody today, and how many more they may."""

    app, name, title = "doctorate", "loads", _("Load of supervisors")
    title_one, model, permission, menu, menu_place = (
        _("supervisor"), Employee, "doctoral_student", "doctorate", 45,
    )  # fmt: skip
    columns = [
        Column("person", _("Supervisor"), link=True, sort="person__sort_key"), Column("academic_degree"),
        Column("academic_rank"), Column("phd", _("PhD"), numeric=True), Column("dsc", _("DSc"), numeric=True),
        Column("led", _("In all"), numeric=True),
    ]  # fmt: skip
    filters = [Filter("academic_degree"), RangeFilter("led", label=_("In all"))]
    search = ("number",)
    search_person = "person"
    select_related = ("person",)
    ordering = ("-led", "person__sort_key")
    fields = ("person", "number", "academic_degree", "academic_rank")
    detail_template = "doctorate/load.html"
    tabs = [rows_tab("supervisions", _("Whom one leads"), Supervisions, "employee")]
    empty = _("Who leads doctoral students today stands here with the load.")

    @classmethod
    def base_queryset(cls):
        return queries.supervisors()

    @classmethod
    def detail_context(cls, request: Request, obj):
        return {
            "loads": [
                (title, queries.load_of(obj.pk, level)) for level, title in (("phd", "PhD"), ("dsc", "DSc"))
            ]
        }


def periods_of(request: Request, obj: DoctoralStudent) -> dict[str, Any]:
    """Every period with its order and how the term was found."""
    rows = obj.periods.select_related("order", "defence").order_by("-valid_from")
    steps: dict[int | None, list] = {line.order_id: line.steps for line in obj.order_lines.all()}
    return {
        "periods": [(one, steps.get(one.order_id, [])) for one in rows],
        "links": request.access.can("doctoral_order.view"),
        "colours": STATUS_COLOURS,
    }


def form_order(request: Request, rows) -> HttpResponse:
    """An order on the ticked: its form with the list filled in."""
    keys = ",".join(str(pk) for pk in rows.order_by().values_list("pk", flat=True)[:500])
    return redirect(f"{reverse('doctorate_orders_new')}?{urlencode({'students': keys})}")


class _Students(Register):
    """What the lists of doctoral students and of researchers share."""

    app, permission, menu = "doctorate", "doctoral_student", "doctorate"
    kinds: tuple[str, ...] = ()
    columns = [
        Column("person", _("Name"), link=True, sort="person__sort_key"), Column("status", badge=STATUS_COLOURS),
        Column("kind"),
        # The code is enough for whoever knows the list; the name with it is long.
        Column("code", _("Scientific speciality code"), value=lambda row: row.speciality.code, sort="speciality__code"),
        Column("kafedra", sort="kafedra__name"), Column("study_year", _("Year of study"), numeric=True),
        Column("term_to"),
        Column("supervisor", _("Supervisor"), value=lambda row: row.leader, sort="leader"),
        Column("number", hidden=True), Column("speciality", sort="speciality__code", hidden=True),
        Column("admitted_on", hidden=True), Column("theme", hidden=True), Column("payment_form", hidden=True),
        Column("person__pinfl", hidden=True), Column("person__passport", hidden=True),
        Column("person__birth_date", hidden=True), Column("person__gender", hidden=True),
        Column("person__citizenship", hidden=True), Column("person__phone", hidden=True),
        Column("theme_approved_on", hidden=True), Column("entry_articles", hidden=True, numeric=True),
        Column("entry_theses", hidden=True, numeric=True),
    ]  # fmt: skip
    filters = [
        Filter("status"), Filter("kind"), RelatedFilter("speciality", specialities),
        RelatedFilter("kafedra", kafedras), RangeFilter("study_year", label=_("Year of study")),
        RangeFilter("admitted_on", "date"), RangeFilter("term_to", "date"),
        Filter("payment_form"), Filter("gender", "person__gender"),
    ]  # fmt: skip
    search = ("number", "theme", "speciality__code", "speciality__name")
    search_person = "person"
    is_about_people = True
    select_related = ("person", "speciality", "kafedra")
    fields: ClassVar[Sequence[str]] = (
        "person", "number", "kind", "status", "speciality", "kafedra", "admitted_on", "term_to", "payment_form",
        "theme", "theme_approved_on", "theme_protocol", "entry_articles", "entry_theses", "note",
        "person__birth_date", "person__phone", "person__email",
    )  # fmt: skip
    files = ("person__photo",)
    actions = [BulkAction("order", _("Form an order"), "doctoral_order.edit", form_order, "file-text")]
    header_actions = [
        MenuItem("doctorate", _("Import from Excel"), "doctorate_import", "doctoral_student.edit"),
    ]
    detail_template = "doctorate/student.html"

    @classmethod
    def base_queryset(cls):
        rows = DoctoralStudent.objects.filter(kind__in=cls.kinds)
        return queries.with_study_year(queries.with_supervisor(rows))

    @classmethod
    def rows(cls, access, permission=""):
        """A closed card is not edited."""
        found = super().rows(access, permission)
        if permission == cls.edit_permission():
            return found.exclude(status__in=DoctoralStudent.FINAL)
        return found

    @classmethod
    def may_be_deleted(cls, obj):
        """Only a candidate goes; whoever was admitted has a history."""
        return obj.status == DoctoralStudent.CANDIDATE

    @classmethod
    def summary(cls, rows):
        counted = dict.fromkeys((code for code, _text in DoctoralStudent.STATUSES), 0)
        for status in rows.order_by().values_list("status", flat=True):
            counted[status] += 1
        return [(text, counted[code]) for code, text in DoctoralStudent.STATUSES if counted[code]]

    @classmethod
    def detail_context(cls, request: Request, obj):
        may_order = request.access.can("doctoral_order.edit") and obj.status in DoctoralStudent.OPEN
        plan = getattr(obj, "plan", None)
        return {
            "study_year": queries.study_year(obj),
            "left": queries.term_left(obj),
            "lateness": queries.lateness(obj),
            "state_titles": queries.STATES,
            "order_url": f"{reverse('doctorate_orders_new')}?{urlencode({'students': obj.pk})}"
            if may_order
            else "",
            "plan": plan,
        }

    @classmethod
    def history_parts(cls, obj):
        return [
            obj.supervisions.all(), obj.stages.all(), obj.attestations.all(), obj.defences.all(),
            obj.order_lines.all(), obj.periods.all(),
        ]  # fmt: skip


class Students(_Students):
    name, title, title_one = "students", _("Doctoral students"), _("doctoral student")
    model, kinds, menu_place, form = DoctoralStudent, STUDENT_KINDS, 10, DoctoralStudentForm
    tabs = [
        Tab("periods", _("Orders and terms"), "doctorate/_periods.html", periods_of),
        rows_tab("supervisions", _("Supervisors"), Supervisions, "student"),
    ]
    empty = _("Add a candidate, name the supervisor, then form an order of admission.")


class Researchers(_Students):
    name, title, title_one = "researchers", _("Independent researchers"), _("independent researcher")
    model, kinds, menu_place, form = DoctoralStudent, RESEARCHER_KINDS, 15, ResearcherForm
    columns = [one for one in _Students.columns if one.name != "term_to"]
    filters = [one for one in _Students.filters if one.name != "term_to"]
    fields = tuple(name for name in _Students.fields if name != "term_to")
    tabs = Students.tabs
    empty = _("Add a researcher, name the supervisor, then form an order of admission.")


def register_of(student: DoctoralStudent) -> type[_Students]:
    """The list in which somebody has the card."""
    return Researchers if student.is_researcher else Students


class Rules(Register):
    app, name, title = "doctorate", "rules", _("Terms and limits of the doctorate")
    title_one, model, permission = _("term or limit"), DoctoralRule, "doctoral_student"
    menu, menu_place = "doctorate", 60
    columns = [
        Column("kind", link=True), Column("value", numeric=True), Column("valid_from"), Column("basis"),
        Column("is_confirmed"),
    ]  # fmt: skip
    filters = [Filter("kind"), BooleanFilter("is_confirmed")]
    search = ("basis",)
    form = RuleForm
    empty = _("When the law changes a figure, add a row with the day from which it holds; older rows stay.")
