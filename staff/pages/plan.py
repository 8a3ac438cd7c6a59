"""The establishment plan, the figures of the law, the roles that posts bring."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from hemis.pages.columns import Column, display
from hemis.pages.filters import BooleanFilter, DayFilter, Filter
from hemis.pages.register import Register
from staff.forms.posts import EstablishmentForm, PostRoleForm, StaffRuleForm
from staff.models import EstablishmentPost, PostRole, StaffRule
from staff.pages.filters import UnitFilter, units


class Establishment(Register):
    app, name, title, title_one = "staff", "establishment", _("Establishment plan"), _("planned post")
    model, permission = EstablishmentPost, "employee"
    columns = [
        Column("post", link=True), Column("unit", sort="unit__name"), Column("category"),
        Column("rates", numeric=True), Column("valid_from"), Column("valid_to"), Column("order_number"),
        Column("order_date", hidden=True),
    ]  # fmt: skip
    filters = [
        DayFilter("on", lambda rows, day: rows.in_force(day), label=_("On the day")),  # type: ignore[attr-defined]
        UnitFilter("unit", units("employee.view")), Filter("post"), Filter("category"),
    ]  # fmt: skip
    search = ("unit__name", "order_number")
    select_related = ("unit",)
    ordering = ("unit__code", "post", "-valid_from")
    form = EstablishmentForm
    empty = _("Enter how many rates of each post a unit has, by which order and from when.")

    @classmethod
    def summary(cls, rows):
        return [
            (_("rates"), display(rows.order_by().aggregate(total=Sum("rates"))["total"] or Decimal("0.00")))
        ]


def plain_value(rule: StaffRule) -> Decimal:
    """The figure without idle noughts: 36 months, but a rate of 1.5."""
    whole = rule.value.to_integral_value()
    return whole if rule.value == whole else rule.value.normalize()


class StaffRules(Register):
    app, name = "staff", "rules"
    title, title_one = _("Terms and limits of staff law"), _("term or limit")
    model, permission = StaffRule, "employee"
    columns = [
        Column("kind", link=True), Column("value", value=plain_value, sort="value", numeric=True),
        Column("valid_from"), Column("basis"),
        Column("is_confirmed"),
    ]  # fmt: skip
    filters = [Filter("kind"), BooleanFilter("is_confirmed")]
    search = ("basis",)
    form = StaffRuleForm
    empty = _("When the law changes a figure, add a row with the day from which it holds; older rows stay.")


class PostRoles(Register):
    app, name, title, title_one = "staff", "post_roles", _("Roles of posts"), _("role of a post")
    model, permission, menu = PostRole, "user", "system"
    columns = [
        Column("role", link=True), Column("post"), Column("unit_kind"), Column("unit", sort="unit__name"),
    ]  # fmt: skip
    filters = [Filter("role"), Filter("post")]
    search = ("unit__name",)
    select_related = ("unit",)
    form = PostRoleForm
    empty = _("Say which role a post brings; HR's “bring accounts into agreement” applies it to posts held.")

    @classmethod
    def edit_permission(cls) -> str:
        return "user.manage"
