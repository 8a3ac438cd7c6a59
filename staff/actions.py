"""What changes posts: one function a verb, one transaction each (duty 1.2)."""

from __future__ import annotations

import datetime
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.pages.columns import display
from hemis.refusals import refusals_told
from staff import accounts, queries, rules
from staff.models import Employee, EstablishmentPost, Position, StaffRule
from staff.models.posts import DEAN, HEAD_OF_KAFEDRA, RECTOR, UNIT_KIND_OF_POST

PERMISSION = "employee.edit"
# What the database says, in words: constraint → field and text.
REFUSALS = {
    "one_main_post": ("employment", gettext_lazy("The employee has another main post on these dates.")),
    "one_head_of_unit": ("post", gettext_lazy("The unit has another head on these dates.")),
    "one_rector": ("post", gettext_lazy("The university has another rector on these dates.")),
    "position_rates_limit": ("rate", gettext_lazy("The rates of this employee would be too many.")),
    "post_of_unit_kind": ("unit", gettext_lazy("This post does not exist in a unit of this kind.")),
    "position_rate": ("rate", gettext_lazy("A rate is 1.00, 0.75, 0.50 or 0.25.")),
    "position_period": ("valid_to", gettext_lazy("The end lies before the beginning.")),
}


class StaffError(Exception):
    """Why the verb cannot be done now, in words for the user, and at which field."""

    def __init__(self, message: str, field: str = ""):
        self.field = field
        super().__init__(str(message))


@dataclass(frozen=True)
class OrderRef:
    """The order by which something is done."""

    number: str
    date: datetime.date


def refusals_in_words() -> AbstractContextManager[None]:
    """What the database refuses, told at a field: a StaffError instead of the database's own error."""
    return refusals_told(REFUSALS, lambda words: StaffError(str(words[1]), words[0]))


def problems(position: Position, *, instead_of: Position | None = None) -> list[tuple[str, str]]:
    """Field and text of everything that speaks against a post, before the database is asked.

    ``instead_of`` is the post that this one replaces and that will have ended.
    """
    found = []
    needed = UNIT_KIND_OF_POST.get(position.post)
    if needed and position.unit.kind != needed:
        found.append(("unit", _("This post does not exist in a unit of this kind.")))
    if position.valid_to and position.valid_to < position.valid_from:
        found.append(("valid_to", _("The end lies before the beginning.")))
        return found
    gone = {position.pk, instead_of.pk if instead_of else None}
    others = [one for one in position.employee.positions.select_related("unit") if one.pk not in gone]
    main = rules.second_main_post(position, others)
    if main:
        found.append(
            (
                "employment",
                _("The employee has another main post on these dates: %(post)s, %(unit)s. Choose part-time.")
                % {"post": main.get_post_display(), "unit": main.unit},  # type: ignore[attr-defined]
            )
        )
    law = queries.limits(position.valid_from)[StaffRule.MAX_RATES]
    text = rules.rate_problem([*others, position], limit=law.value, source=law.source)
    if text:
        found.append(("rate", text))
    head = _other_head(position, gone)
    if head:
        found.append(
            (
                "post",
                _("%(name)s holds this post from %(day)s; end that post first.")
                % {"name": head.employee, "day": display(head.valid_from)},
            )
        )
    return found


def _other_head(position: Position, gone: set) -> Position | None:
    """Who holds the one post of this kind on common days."""
    if position.post not in (HEAD_OF_KAFEDRA, DEAN, RECTOR):
        return None
    rows = Position.objects.filter(post=position.post).exclude(pk__in=gone - {None})
    if position.post != RECTOR:
        rows = rows.filter(unit=position.unit_id)
    return next(
        (one for one in rows.select_related("employee__person") if rules.overlap(position, one)), None
    )


def over_plan(position: Position) -> str:
    """A warning when the unit has fewer planned rates of this post than are filled with it."""
    day = max(position.valid_from, timezone.localdate())
    planned = EstablishmentPost.objects.in_force(day).filter(unit=position.unit_id)
    if not planned.exists():
        return ""
    rates = sum((one.rates for one in planned.filter(post=position.post)), Decimal(0))
    held = Position.objects.in_force(day).filter(unit=position.unit_id, post=position.post)
    filled = sum((one.rate for one in held.exclude(employment=rules.HOURLY)), Decimal(0))
    if filled <= rates:
        return ""
    return _("The establishment plan of %(unit)s has %(planned)s rates of this post; filled: %(filled)s.") % {
        "unit": position.unit,
        "planned": f"{rates:.2f}",
        "filled": f"{filled:.2f}",
    }


@transaction.atomic
def appoint(position: Position, *, access: Access) -> list[str]:
    """Save a new post; open the account and give the roles that it brings; what was done, in words.

    Raises:
        PermissionDenied: without the duty.
        StaffError: a rule or the database refuses the post.
    """
    access.require(PERMISSION)
    _check(position)
    with refusals_in_words():
        position.save()
    warning = over_plan(position)
    return [*accounts.bring_into_agreement(position.employee), *([warning] if warning else [])]


def _check(position: Position, *, instead_of: Position | None = None) -> None:
    for field, text in problems(position, instead_of=instead_of):
        raise StaffError(text, field)


def _locked(position: Position) -> Position:
    found = Position.objects.select_related("employee__person", "unit").select_for_update(of=("self",))
    return found.get(pk=position.pk)


@transaction.atomic
def end_post(
    position: Position, *, access: Access, last_day: datetime.date, order: OrderRef, reason: str
) -> list[str]:
    """End a post by an order: its roles end with it, and the account when nothing is left.

    Raises:
        PermissionDenied: without the duty.
        StaffError: it has ended already by then, or begins later.
    """
    access.require(PERMISSION)
    position = _locked(position)
    _end(position, last_day, order, reason)
    return _after_end(position.employee, last_day)


def _end(position: Position, last_day: datetime.date, order: OrderRef, reason: str) -> None:
    if position.end_order_number and position.valid_to and position.valid_to < timezone.localdate():
        raise StaffError(_("This post has ended already on %(day)s.") % {"day": display(position.valid_to)})
    if last_day < position.valid_from:
        raise StaffError(
            _("The post begins on %(day)s; it cannot end before.") % {"day": display(position.valid_from)},
            "last_day",
        )
    same_order = (position.end_order_number, position.end_order_date) == (order.number, order.date)
    if same_order and position.valid_to != last_day:
        raise StaffError(_("This order has set another last day already."), "order_number")
    position.valid_to = last_day
    position.end_order_number, position.end_order_date = order.number, order.date
    position.end_reason = reason
    with refusals_in_words():
        position.save(update_fields=["valid_to", "end_order_number", "end_order_date", "end_reason"])


def _after_end(employee: Employee, last_day: datetime.date) -> list[str]:
    """What HR should know: which access ended and when."""
    said = [
        _("Role ends on %(day)s: %(role)s.")
        % {"day": display(link.assignment.valid_to), "role": link.assignment}
        for position in employee.positions.filter(valid_to=last_day)
        for link in position.assignments.select_related("assignment__unit")
        if link.assignment.valid_to == last_day
    ]
    if last_day < timezone.localdate() and accounts.close_accounts(
        among=Employee.objects.filter(pk=employee.pk)
    ):
        said.append(_("The account is closed: no post and no role is left."))
    elif last_day >= timezone.localdate() and not employee.positions.filter(valid_to=None).exists():
        said.append(_("The account is closed when the last post has ended, if no other role is left."))
    return said


@transaction.atomic
def dismiss(
    employee: Employee, *, access: Access, last_day: datetime.date, order: OrderRef, reason: str
) -> list[str]:
    """End all posts of an employee by one order.

    Posts that would begin later are refused: they are ended or deleted first.

    Raises:
        PermissionDenied: without the duty.
        StaffError: there is no post to end.
    """
    access.require(PERMISSION)
    posts = employee.positions.select_for_update(of=("self",))
    open_posts = [one for one in posts if one.valid_to is None or one.valid_to > last_day]
    if not open_posts:
        raise StaffError(_("There is no post that is held after this day."), "last_day")
    for position in open_posts:
        _end(position, last_day, order, reason)
    return _after_end(employee, last_day)


@transaction.atomic
def move_post(
    position: Position, *, access: Access, from_day: datetime.date, order: OrderRef, changes: dict[str, Any]
) -> tuple[Position, list[str]]:
    """Move somebody to another unit, post, rate or form of employment: this post ends the day before.

    ``changes`` may hold unit, post, category, employment, rate, contract_number,
    contract_date and valid_to of the next post; what is not named stays.

    Raises:
        PermissionDenied: without the duty.
        StaffError: nothing would change, the day does not fit, or a rule refuses the next post.
    """
    access.require(PERMISSION)
    position = _locked(position)
    kept = ("unit", "post", "category", "employment", "rate", "contract_number", "contract_date")
    values = {name: getattr(position, name) for name in kept}
    if all(values.get(name) == value for name, value in changes.items() if name in values):
        raise StaffError(_("Nothing would change."))
    if from_day <= position.valid_from:
        raise StaffError(
            _("The post begins on %(day)s; the change comes later. If it was a slip, correct the post.")
            % {"day": display(position.valid_from)},
            "from_day",
        )
    if position.valid_to and from_day > position.valid_to + rules.ONE_DAY:
        raise StaffError(_("The post has ended before this day."), "from_day")
    new = Position(
        employee=position.employee,
        previous=position,
        valid_from=from_day,
        order_number=order.number,
        order_date=order.date,
        **(values | changes),
    )
    _check(new, instead_of=position)
    _end(position, from_day - rules.ONE_DAY, order, _("moved") if new.unit != position.unit else _("changed"))
    with refusals_in_words():
        new.save()
    said = accounts.bring_into_agreement(position.employee)
    warning = over_plan(new)
    return new, [*said, *([warning] if warning else [])]


def change_rate(
    position: Position, *, access: Access, from_day: datetime.date, order: OrderRef, rate: Decimal
) -> tuple[Position, list[str]]:
    """Another rate from a day on, everything else as before. Raises as ``move_post``."""
    return move_post(position, access=access, from_day=from_day, order=order, changes={"rate": rate})
