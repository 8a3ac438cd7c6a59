"""Registers of duty 1.2: the base of employees, the lists of teachers and of other employees."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.register import Register, Tab
from staff.forms import TEACHING, EmployeeForm, OtherPostForm, TeachingPostForm
from staff.models import Employee, Position
from structure.models import Unit

STATUS_COLOURS = {"11": "green", "12": "orange", "13": "blue", "14": "red"}


def _units(access):
    return Unit.objects.filter(is_active=True).for_scope(access.scope("employee.view"))


class InForceFilter(BooleanFilter):
    """Held today, or ended or not yet begun."""

    def __init__(self) -> None:
        super().__init__("in_force", lookup="valid_from", label=_("Held today"))

    def apply(self, rows, data):
        wanted = set(self.chosen(data)) & {"0", "1"}
        if len(wanted) != 1:
            return rows
        today = timezone.localdate()
        held = Q(valid_from__lte=today) & (Q(valid_to=None) | Q(valid_to__gte=today))
        return rows.filter(held if wanted == {"1"} else ~held)


def _posts(request: Request, employee: Employee) -> dict:
    return {"posts": employee.positions.select_related("unit")}


class Employees(Register):
    app, name, title, title_one = "staff", "employees", _("Base of employees"), _("employee")
    model, permission, menu = Employee, "employee", "staff"
    columns = [
        Column("number"),
        Column("person", link=True, sort="person__sort_key"),
        Column("academic_degree"),
        Column("academic_rank"),
        Column("status", badge=STATUS_COLOURS),
        Column("person__phone", hidden=True),
        Column("person__email", hidden=True),
        Column("person__pinfl", hidden=True),
        Column("person__birth_date", hidden=True),
    ]
    filters = [
        RelatedFilter("unit", _units, lookup="positions__unit", label=_("Unit")),
        Filter("academic_degree"), Filter("academic_rank"), Filter("status"), Filter("gender", "person__gender"),
    ]  # fmt: skip
    search = ("number",)
    search_person = "person"
    is_about_people = True
    select_related = ("person",)
    ordering = ("person__sort_key",)
    fields = (
        "number", "person", "person__pinfl", "person__passport", "person__birth_date", "person__gender",
        "person__citizenship", "person__phone", "person__email", "person__address", "academic_degree",
        "academic_rank", "status",
    )  # fmt: skip
    tabs = [Tab("posts", _("Posts"), "staff/_posts.html", _posts)]
    form = EmployeeForm
    empty = _("Add the first employee, then the posts held.")

    @classmethod
    def filtered(cls, access, data):
        return (
            super().filtered(access, data).distinct() if data.get("unit") else super().filtered(access, data)
        )


class _Posts(Register):
    """What the two lists of posts share."""

    columns = [
        Column("employee__person", _("Employee"), link=True, sort="employee__person__sort_key"),
        Column("unit", sort="unit__name"),
        Column("post"),
        Column("category", hidden=True),
        Column("rate", numeric=True),
        Column("employment"),
        Column("valid_from"),
        Column("valid_to"),
        Column("employee__number", hidden=True),
        Column("order_number", hidden=True),
        Column("order_date", hidden=True),
    ]
    filters = [
        RelatedFilter("unit", _units), Filter("post"), Filter("employment"), InForceFilter(),
    ]  # fmt: skip
    search = ("employee__number", "order_number")
    search_person = "employee__person"
    select_related = ("employee__person", "unit")
    ordering = ("employee__person__sort_key",)
    fields = (
        "employee", "employee__number", "unit", "post", "category", "employment", "rate", "order_number",
        "order_date", "valid_from", "valid_to",
    )  # fmt: skip


class Teachers(_Posts):
    app, name, title, title_one = "staff", "teachers", _("List of teachers"), _("teaching post")
    model, permission, menu = Position, "employee", "staff"
    form = TeachingPostForm
    empty = _("Add the posts of professors and teachers; the employee must be in the base.")

    @classmethod
    def base_queryset(cls):
        return Position.objects.filter(category=TEACHING)


class OtherPosts(_Posts):
    app, name, title, title_one = "staff", "other_employees", _("List of other employees"), _("post")
    model, permission, menu = Position, "employee", "staff"
    form = OtherPostForm
    empty = _("Add the posts of everyone who is not a teacher; the employee must be in the base.")

    @classmethod
    def base_queryset(cls):
        return Position.objects.exclude(category=TEACHING)
