"""The lists of teachers, of other employees and of tutors, today and on any day (duty 1.2)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.base import Request
from hemis.pages.columns import Column, display
from hemis.pages.filters import Filter, RangeFilter
from hemis.pages.home import Todo, register_todo
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register, Tab
from staff.forms.posts import OtherPostForm, TeachingPostForm
from staff.models import Position
from staff.models.posts import HOURLY, TEACHING, TUTOR
from staff.pages.employees import age
from staff.pages.filters import HeldFilter, UnitFilter, on_day, units
from structure.models import Unit

MINISTRY = (
    "employee__number", "employee__person__citizenship", "faculty", "unit", "employee__person__last_name",
    "employee__person__first_name", "employee__person__middle_name", "employment", "rate", "post", "category",
    "employee__academic_degree", "employee__academic_rank", "employee__specialty", "employee__entry_year",
    "contract_number", "contract_date", "order_number", "order_date", "employee__person__birth_date", "age",
    "employee__person__passport", "employee__person__pinfl", "employee__person__gender",
    "employee__person__email", "employee__person__phone", "employee__person__address",
)  # fmt: skip


def faculty(position: Position) -> str:
    """The faculty of the unit, if it has one."""
    if position.unit.kind == Unit.FACULTY:
        return position.unit.get_name_display()
    return position.unit.parent.name if position.unit.parent else ""


def _chain(request: Request, position: Position) -> dict:
    """Everything the employee holds and has held, this post marked."""
    return {
        "posts": position.employee.positions.select_related("unit").order_by("-valid_from"),
        "today": timezone.localdate(),
        "this": position,
        "may_edit": request.access.can("employee.edit"),
    }


class _Posts(Register):
    """What the lists of posts share."""

    columns = [
        Column("employee__person", _("Employee"), link=True, sort="employee__person__sort_key"),
        Column("unit", sort="unit__name"),
        Column("post"),
        Column("rate", numeric=True),
        Column("employment"),
        Column("employee__academic_degree"),
        Column("valid_from"),
        Column("valid_to"),
        Column("faculty", _("Faculty"), value=faculty, hidden=True),
        Column("category", hidden=True),
        Column("employee__number", hidden=True),
        Column("employee__person__last_name", hidden=True),
        Column("employee__person__first_name", hidden=True),
        Column("employee__person__middle_name", hidden=True),
        Column("employee__academic_rank", hidden=True),
        Column("employee__specialty", hidden=True),
        Column("employee__entry_year", hidden=True),
        Column("contract_number", hidden=True),
        Column("contract_date", hidden=True),
        Column("order_number", hidden=True),
        Column("order_date", hidden=True),
        Column("employee__person__birth_date", hidden=True),
        Column("age", _("Age"), value=lambda row: age(row.employee), hidden=True, numeric=True),
        Column("employee__person__gender", hidden=True),
        Column("employee__person__citizenship", hidden=True),
        Column("employee__person__passport", hidden=True),
        Column("employee__person__pinfl", hidden=True),
        Column("employee__person__email", hidden=True),
        Column("employee__person__phone", hidden=True),
        Column("employee__person__address", hidden=True),
        Column("end_order_number", hidden=True),
        Column("end_order_date", hidden=True),
        Column("end_reason", hidden=True),
    ]
    filters = [
        HeldFilter(), on_day, UnitFilter("unit", units("employee.view")), Filter("post"), Filter("employment"),
        Filter("degree", "employee__academic_degree"), Filter("rank", "employee__academic_rank"),
        RangeFilter("valid_to", "date"),
    ]  # fmt: skip
    column_sets = {"ministry": (_("In the ministry's columns"), MINISTRY)}
    search = ("employee__number", "order_number", "contract_number")
    search_person = "employee__person"
    select_related = ("employee__person", "unit__parent")
    ordering = ("employee__person__sort_key",)
    fields = (
        "employee", "employee__number", "unit", "post", "category", "employment", "rate", "contract_number",
        "contract_date", "order_number", "order_date", "valid_from", "valid_to", "end_order_number",
        "end_order_date", "end_reason", "correction",
    )  # fmt: skip
    tabs = [Tab("posts", _("All posts of the employee"), "staff/_posts.html", _chain)]
    header_actions = [MenuItem("staff", _("Import from Excel"), "staff_import", "employee.edit")]
    detail_template = "staff/post.html"

    @classmethod
    def summary(cls, rows):
        totals = rows.order_by().aggregate(
            people=Count("employee", distinct=True), rates=Sum("rate", filter=~Q(employment=HOURLY))
        )
        return [(_("people"), totals["people"]), (_("rates"), display(totals["rates"] or Decimal("0.00")))]

    @classmethod
    def detail_context(cls, request: Request, obj):
        today = timezone.localdate()
        return {
            "may_edit": request.access.can("employee.edit"),
            "may_change": request.access.can("employee.edit")
            and (obj.valid_to is None or obj.valid_to >= today),
        }


class Teachers(_Posts):
    app, name, title, title_one = "staff", "teachers", _("List of teachers"), _("teaching post")
    model, permission = Position, "employee"
    form = TeachingPostForm
    empty = _("Add the posts of professors and teachers; the employee must be in the base.")

    @classmethod
    def base_queryset(cls):
        return Position.objects.filter(category=TEACHING)


class OtherPosts(_Posts):
    app, name, title, title_one = "staff", "other_employees", _("List of other employees"), _("post")
    model, permission = Position, "employee"
    form = OtherPostForm
    empty = _("Add the posts of everyone who is not a teacher; the employee must be in the base.")

    @classmethod
    def base_queryset(cls):
        return Position.objects.exclude(category=TEACHING)


class Tutors(_Posts):
    app, name, title, title_one = "staff", "tutors", _("Tutors"), _("tutor")
    model, permission = Position, "employee"
    header_actions: list[MenuItem] = []
    empty = _("Who holds the post of a tutor stands here.")

    @classmethod
    def base_queryset(cls):
        return Position.objects.filter(post=TUTOR)


def register_of(position: Position) -> type[_Posts]:
    """The list in which a post has its card."""
    return Teachers if position.is_teaching else OtherPosts


SOON_DAYS = 30


def _ending(access) -> int:
    """Teaching posts with a term that end within a month."""
    today = timezone.localdate()
    rows = Teachers.rows(access, "employee.edit").in_force(today)  # type: ignore[attr-defined]
    return rows.filter(valid_to__lte=today + timedelta(days=SOON_DAYS)).count()


def _ending_url() -> str:
    until = timezone.localdate() + timedelta(days=SOON_DAYS)
    return f"{reverse(Teachers.url_name('list'))}?valid_to_to={until:%Y-%m-%d}"


register_todo(
    Todo(_("teaching posts that end within a month"), "employee.edit", _ending, _ending_url, "calendar-time")
)
