"""What is said to the checks of a draft: figures, written reasons, who is taken in after all (duties 2.2, 3.5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from hemis.people.models import User
from movement import queries, rules
from movement.actions.base import OrderError
from movement.actions.drafts import Figures, draft_list, list_people, signed_in_user
from movement.facts import FACTS
from movement.kinds import kind_of
from movement.models import LineFact, Order, OrderLine, Override
from students.models import Student


@transaction.atomic
def enter_figure(
    order: Order, *, access: Access, line_ids: Collection[int], code: str, value: Decimal, basis: str
) -> int:
    """A figure that the program does not know, for the lines chosen, with what it rests on; how many.

    Raises:
        OrderError: not a draft, no such figure, or no basis.
    """
    order = draft_list(order, access=access)
    if code not in FACTS or code not in kind_of(order).facts:
        raise OrderError(_("Choose a figure."))
    if not basis.strip():
        raise OrderError(_("Say what the figures rest on: the sheet, the report, its number and date."))
    lines = list(order.lines.filter(pk__in=line_ids))
    LineFact.objects.filter(line__in=lines, code=code).delete()
    LineFact.objects.bulk_create(
        [
            LineFact(line=line, code=code, value=value, basis=basis.strip(), entered_by=access.user)
            for line in lines
        ],
        batch_size=2000,
    )
    return len(lines)


@transaction.atomic
def give_reason(
    order: Order, *, access: Access, line_ids: Collection[int], check_code: str, reason: str
) -> int:
    """A written reason why a check that fails is not in the way of the lines chosen; how many.

    Raises:
        OrderError: no reason, or no chosen line has this check failing and excusable.
    """
    order = draft_list(order, access=access)
    if not reason.strip():
        raise OrderError(_("Write the reason."))
    lines = list(queries.lines_of(order).filter(pk__in=line_ids))
    found = queries.checks_of(order, lines) if lines else {}
    wanted = [
        pk
        for pk, checks in found.items()
        if any(one.code == check_code and one.excusable and not one.ok for one in checks)
    ]
    if not wanted:
        raise OrderError(_("Nobody chosen has a check that this reason would excuse."))
    Override.objects.filter(line__in=wanted, check_code=check_code).delete()
    _excuse(wanted, [check_code], reason, by=signed_in_user(access))
    return len(wanted)


def _excuse(line_ids: Collection[int], codes: Collection[str], reason: str, *, by: User) -> None:
    Override.objects.bulk_create(
        [
            Override(line_id=pk, check_code=code, reason=reason.strip()[:1000], given_by=by)
            for pk in line_ids
            for code in codes
        ],
        batch_size=2000,
    )


@transaction.atomic
def take_in(order: Order, *, access: Access, aside_ids: Collection[int], reason: str) -> int:
    """Put people who were set aside on the list after all, with a written reason; how many.

    Raises:
        OrderError: no reason, nobody chosen, or a check that no reason excuses.
    """
    order = draft_list(order, access=access)
    if not reason.strip():
        raise OrderError(_("Write the reason."))
    rows = list(order.aside.filter(pk__in=aside_ids).select_related("student__person"))
    if not rows:
        raise OrderError(_("Nothing is ticked."))
    for row in rows:
        if not row.can_be_excused:
            hard = next(one for one in row.why if not one["excusable"])
            raise OrderError(f"{row.student}: {hard['text']}")
    kind, year, by = kind_of(order), rules.academic_year(order.effective_date), signed_in_user(access)
    by_student = {row.student_id: row for row in rows}
    first = (order.lines.order_by("-position").values_list("position", flat=True).first() or 0) + 1
    lines = [kind.line(one, year=year, choices={}) for one in kind.listed(list(by_student))]
    for position, line in enumerate(lines, start=first):
        line.order, line.position = order, position
    for line in OrderLine.objects.bulk_create(lines, batch_size=2000):
        row = by_student[line.student_id or 0]
        _excuse([line.pk], {one["code"] for one in row.checks}, reason, by=by)
        LineFact.objects.bulk_create(
            LineFact(line=line, code=code, value=Decimal(value), basis=reason.strip()[:512], entered_by=by)
            for code, value in row.figures.items()
        )
    taken = {line.student_id for line in lines}
    order.aside.filter(student__in=taken).delete()
    return len(taken)


@transaction.atomic
def check_again(order: Order, *, access: Access, figures: Figures, basis: str) -> tuple[int, int]:
    """Figures for people set aside, by student number; who passes now stands on the list.

    Returns how many came onto the list and how many stay aside.

    Raises:
        OrderError: not a draft, or figures without a basis.
    """
    order = draft_list(order, access=access)
    rows = list(order.aside.select_related("student").filter(student__number__in=list(figures)))
    merged = {row.student.number: {**_decimals(row.figures), **figures[row.student.number]} for row in rows}
    before = order.lines.count()
    order.aside.filter(pk__in=[row.pk for row in rows]).delete()
    people = Student.objects.filter(pk__in=[row.student_id for row in rows])
    choices = {"figures": merged, "figures_basis": basis}
    if rows:
        list_people(order, people, choices, by=signed_in_user(access))
    came = order.lines.count() - before
    return came, len(rows) - came


def _decimals(figures: Mapping[str, str]) -> dict[str, Decimal]:
    return {code: Decimal(value) for code, value in figures.items()}
