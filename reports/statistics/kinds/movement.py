"""Movement of students over a period, from the executed orders (clause B8)."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Coalesce, Concat, NullIf
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Scope
from hemis.classifiers import queries as classifiers
from hemis.pages.columns import Column
from movement.kinds import KINDS, kind_title
from movement.models import Order, OrderLine
from reports.statistics.declaration import PERIOD, Asked, Dimension, Measure, Statistic, register
from reports.statistics.dimensions import age_bands, coded, faculty, group, month, names_of, of_person
from students.models import Speciality

PERMISSION = "order.view"


def lines(scope: Scope, asked: Asked) -> QuerySet:
    """People of orders that are carried out, not undone and in force from a day of the period."""
    orders = Order.objects.for_scope(scope).filter(
        state__in=Order.DONE, cancels=None, effective_date__range=(asked.since, asked.until)
    )
    return OrderLine.objects.filter(order__in=orders.values("pk"), student__isnull=False)


def _kind(asked: Asked) -> Concat:
    return Concat(F("order__kind"), Value(":"), F("order__variant"), output_field=CharField())


def _reason(asked: Asked) -> Concat:
    return Concat(
        F("order__kind"), Value(":"), F("order__variant"), Value(":"), F("reason"), output_field=CharField()
    )


def _key(code: str) -> str:
    """``11:`` → ``11``, as kinds are declared."""
    return code.rstrip(":") if code.endswith(":") else code


def _kinds(keys: Collection[str]) -> dict[str, str]:
    return {key: kind_title(_key(key)) for key in keys}


def _reasons(keys: Collection[str]) -> dict[str, str]:
    """``kind:variant:reason`` → kind and reason in words."""
    found = {}
    for key in keys:
        order, _colon, reason = key.rpartition(":")
        kind = KINDS.get(_key(order))
        why = classifiers.label(kind.reason_list, reason) if kind and kind.reason_list and reason else ""
        found[key] = f"{kind_title(_key(order))} · {why}" if why else kind_title(_key(order))
    return found


def after_or_before(name: str):
    """What the order gives; where it gives nothing, what it ends."""
    return lambda asked: Coalesce(NullIf(F(name), Value("")), F(f"closes__{name}"))


def key_after_or_before(name: str):
    return lambda asked: Coalesce(F(name), F(f"closes__{name}"))


MOVEMENT = register(
    Statistic(
        "movement",
        _("Movement of students"),
        PERMISSION,
        lines,
        OrderLine,
        PERIOD,
        dimensions=(
            Dimension(
                "kind", _("Kind of order"), _kind, names=_kinds,
                choices=tuple((key if ":" in key else f"{key}:", one.title) for key, one in KINDS.items()),
            ),
            Dimension("reason", _("Kind of order and reason"), _reason, names=_reasons, is_wide=True),
            month("month", _("Month"), "order__effective_date"),
            faculty(key_after_or_before("faculty_id"), PERMISSION),
            Dimension(
                "speciality", _("Speciality"), key_after_or_before("programme__speciality"),
                names=names_of(Speciality, "code", "name"), is_wide=True,
            ),
            coded("course", _("Course"), after_or_before("course"), "h_course"),
            coded("form", _("Education form"), after_or_before("education_form"), "h_education_form"),
            coded("language", _("Language"), after_or_before("language"), "h_language"),
            coded("payment", _("Payment form"), after_or_before("payment_form"), "h_payment_form"),
            group(key_after_or_before("group_id"), PERMISSION),
            coded("status_before", _("Status before"), "closes__status", "h_student_status"),
            coded("status_after", _("Status after"), "status", "h_student_status"),
            *of_person("student__person__"),
            age_bands("age", _("Age"), "student__person__birth_date", (18, 20, 22, 25, 30)),
        ),
        measures=(
            Measure(
                "people", _("People in orders"), unit=_("people"),
                why=_("people whom the orders name; who is in two orders counts twice"),
            ),
            Measure(
                "students", _("Students"), "count(DISTINCT {student})", {"student": "student"}, _("people"),
                why=_("the same, each student once"), adds_up=False,
            ),
            Measure(
                "orders", _("Orders"), "count(DISTINCT {order})", {"order": "order"}, _("orders"),
                why=_("orders that name at least one of them"), adds_up=False,
            ),
            Measure(
                "women", _("Women"), "count(*) FILTER (WHERE {gender} = '12')",
                {"gender": "student__person__gender"}, _("people"), why=_("of the people in orders, women"),
            ),
        ),
        by=("kind", "month"),
        columns=(
            Column("student__person", _("Student"), link=True),
            Column("student__number"),
            Column("order__kind", _("Kind of order"), value=lambda row: row.order.kind_text),
            Column("order__number", _("Order")),
            Column("order__date", _("Date")),
            Column("order__effective_date"),
            Column("faculty", _("Faculty"), value=lambda row: row.faculty or (row.closes and row.closes.faculty)),
            Column("reason", value=lambda row: row.reason_text),
        ),
        help=_(
            "From orders that are carried out and not undone, by the day from which they are in force. Faculty, course "
            "and form are those that the order gives; where it gives none, those that it ends."
        ),
        select_related=("student__person", "order", "faculty", "closes__faculty"),
        ordering=("order__effective_date", "student__person__sort_key", "pk"),
        link=lambda row: reverse("movement_orders_detail", args=[row.order_id]),
        place=3,
    )
)  # fmt: skip
