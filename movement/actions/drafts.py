"""Drafts of orders: forming them and changing their lists (duties 2.2, 3.5)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from hemis.people.models import User
from movement import queries, rules
from movement.actions.base import OrderError, failing, locked
from movement.answers import kept
from movement.kinds import KINDS, kind_of
from movement.models import LineFact, Order, OrderLine, SetAside
from structure.models import Unit
from students.models import AcademicYear, Candidate

ADMISSION = "21"
OUT_OF_THE_WAY = 1_000_000
# Student number → fact → figure.
Figures = Mapping[str, Mapping[str, Decimal]]


def create_admission_order(
    *, access: Access, faculty: Unit, candidates: QuerySet[Candidate], title: str, basis: str,
    effective_date: datetime.date,
) -> Order:  # fmt: skip
    """A draft admission order for the candidates of the faculty who are on no other order.

    Raises:
        PermissionDenied: without the duty.
        OrderError: out of scope, or no candidate is free.
    """
    return create_order(
        kind=ADMISSION, access=access, faculty=faculty, people=candidates, title=title, basis=basis,
        effective_date=effective_date,
    )  # fmt: skip


@transaction.atomic
def create_order(
    *, kind: str, access: Access, faculty: Unit, people: QuerySet, title: str, basis: str,
    effective_date: datetime.date, choices: Mapping[str, Any] | None = None, variant: str = "",
) -> Order:  # fmt: skip
    """A draft of any kind: names those of ``people`` whom the kind may name and who are on no other order.

    ``kind`` is the key of a kind (``"16:faculty"``), or its national code with the
    ``variant`` beside it. ``people`` are candidates or students, as the kind says;
    ``choices`` is what its questions were answered (a group, a reason …), with
    ``figures`` by student number and ``figures_basis`` where it asks for them. In
    order: locks the people, reads again who is free, writes the order and its list,
    and sets those aside who do not pass, where the kind does so.

    Raises:
        KeyError: no such kind.
        PermissionDenied: without the duty.
        OrderError: out of scope, or nobody is free.
    """
    order = begin_order(
        kind=kind, variant=variant, access=access, faculty=faculty, title=title, basis=basis,
        effective_date=effective_date, choices=choices,
    )  # fmt: skip
    if not list_people(order, people, choices or {}, by=order.created_by):
        raise OrderError(_nobody(KINDS[order.key].makes_students))
    return order


def _nobody(candidates: bool) -> str:
    if candidates:
        return _("There is no candidate who is not on an order yet.")
    return _("There is nobody whom this order may name and who is on no other order.")


def begin_order(
    *, kind: str, access: Access, faculty: Unit, title: str, basis: str, effective_date: datetime.date,
    choices: Mapping[str, Any] | None = None, variant: str = "",
) -> Order:  # fmt: skip
    """A draft without people yet; a job puts them on in parts.

    Raises:
        KeyError: no such kind.
        PermissionDenied: without the duty.
        OrderError: out of scope, or the kind is started by academic affairs only.
    """
    declared = KINDS[f"{kind}:{variant}" if variant else kind]
    access.require(declared.start_permission)
    scope = access.scope(declared.start_permission)
    if not (scope.everything or faculty.pk in scope.faculty_ids):
        raise OrderError(_("The faculty is not in your scope."))
    if declared.university_only and not scope.everything:
        raise OrderError(_("Orders of this kind are started by academic affairs."))
    return Order.objects.create(
        kind=declared.code,
        variant=declared.variant,
        faculty=faculty,
        title=title,
        basis=basis,
        effective_date=effective_date,
        created_by=access.user,
        answers=kept(choices or {}, reason_list=declared.reason_list),
    )


@transaction.atomic
def add_people(
    order: Order, *, access: Access, people: QuerySet, choices: Mapping[str, Any] | None = None
) -> int:
    """Put more people on a draft, after those who stand there; how many, with those set aside.

    Raises:
        OrderError: not a draft, a cancelling order, or nobody is free.
    """
    order = draft_list(order, access=access)
    added = list_people(order, people, choices or {}, by=signed_in_user(access))
    if not added:
        raise OrderError(_("There is nobody whom this order may name and who is on no other order."))
    return added


def signed_in_user(access: Access) -> User:
    """Who does it.

    Raises:
        OrderError: nobody is signed in.
    """
    if access.user is None:
        raise OrderError(_("Nobody is signed in."))
    return access.user


def list_people(order: Order, people: QuerySet, choices: Mapping[str, Any], *, by: User) -> int:
    """Lines of those whom the order may name; how many, with those set aside.

    Locks, then looks: who waited for the lock sees what the other has written meanwhile.
    """
    kind = kind_of(order)
    found = kind.people(people.order_by("pk"), order.faculty)
    keys = list(found.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    year = _academic_year(order.effective_date)
    first = (order.lines.order_by("-position").values_list("position", flat=True).first() or 0) + 1
    lines = [kind.line(one, year=year, choices=choices) for one in kind.listed(keys)]
    if kind.one_person and first + len(lines) > 2:
        raise OrderError(_("An order of this kind names one person."))
    for position, line in enumerate(lines, start=first):
        line.order, line.position = order, position
    lines = OrderLine.objects.bulk_create(lines, batch_size=2000)
    figures: Figures = choices.get("figures") or {}
    _write_figures(lines, figures, str(choices.get("figures_basis") or ""), by=by)
    if kind.sets_aside and lines:
        _set_aside_failing(order, [line.pk for line in lines], figures)
    return len(lines)


def _write_figures(lines: list[OrderLine], figures: Figures, basis: str, *, by: User) -> None:
    """Figures of the lines whose student numbers were given some."""
    if not figures:
        return
    if not basis.strip():
        raise OrderError(_("Say what the figures rest on: the sheet, the report, its number and date."))
    LineFact.objects.bulk_create(
        [
            LineFact(line=line, code=code, value=value, basis=basis.strip(), entered_by=by)
            for line in lines
            if line.student
            for code, value in figures.get(line.student.number, {}).items()
        ],
        batch_size=2000,
    )


def _set_aside_failing(order: Order, line_ids: list[int], figures: Figures) -> None:
    """Of the lines just written, take those off who do not pass, and keep the reasons.

    A paper that the order lacks sets nobody aside: it can only be added to an order that is there.
    """
    lines = list(queries.lines_of(order).filter(pk__in=line_ids))
    found = failing(queries.checks_of(order, lines))
    bad = {
        pk: checks
        for pk, checks in found.items()
        if not all(rules.is_about_a_paper(check.code) for check in checks)
    }
    if not bad:
        return
    by_pk = {line.pk: line for line in lines}
    SetAside.objects.bulk_create(
        [
            SetAside(
                order=order, student_id=by_pk[pk].student_id,
                checks=[check.as_json() for check in checks],
                figures={
                    code: str(value)
                    for code, value in figures.get(by_pk[pk].student.number, {}).items()  # type: ignore[union-attr]
                },
            )
            for pk, checks in bad.items()
        ],
        batch_size=2000,
    )  # fmt: skip
    LineFact.objects.filter(line__in=list(bad)).delete()
    OrderLine.objects.filter(pk__in=list(bad)).delete()
    _number_anew(order)


def _academic_year(day: datetime.date) -> int:
    year = rules.academic_year(day)
    AcademicYear.objects.get_or_create(year=year)
    return year


def draft_list(order: Order, *, access: Access) -> Order:
    """A draft whose list may be changed: a cancelling order undoes all of the other or nothing."""
    order = locked(order, access=access, permission="order.create", states=(Order.DRAFT,))
    if order.cancels_id:
        raise OrderError(_("The list of a cancelling order is that of the order it cancels."))
    return order


@transaction.atomic
def follow_date(order: Order, *, access: Access, before: datetime.date) -> None:
    """After the date of a draft was changed: an admission goes to the academic year of the new one.

    Raises:
        OrderError: the list of an order on students was formed for another academic year.
    """
    order = locked(order, access=access, permission="order.create", states=(Order.DRAFT,))
    year = rules.academic_year(order.effective_date)
    if order.cancels_id or year == rules.academic_year(before):
        return
    if not kind_of(order).makes_students:
        raise OrderError(_("The list was formed for another academic year; form the order anew."))
    order.lines.update(academic_year_id=_academic_year(order.effective_date))


@transaction.atomic
def remove_lines(order: Order, *, access: Access, line_ids: list[int]) -> int:
    """Take people off a draft; the rest is numbered anew."""
    order = draft_list(order, access=access)
    keys = list(order.lines.filter(pk__in=line_ids).values_list("pk", flat=True))
    order.lines.filter(pk__in=keys).delete()
    _number_anew(order)
    return len(keys)


# Of those alone who stand behind a gap: nobody before it is touched.
NUMBER_ANEW = """
UPDATE movement_orderline l SET position = {position}
  FROM (SELECT id, row_number() OVER (ORDER BY position) AS place FROM movement_orderline WHERE order_id = %(order)s) n
 WHERE l.id = n.id AND l.position <> n.place
"""


def _number_anew(order: Order) -> None:
    named = {"order": order.pk, "away": OUT_OF_THE_WAY}
    with connection.cursor() as cursor:
        # First out of the way of each other, then one after another.
        cursor.execute(NUMBER_ANEW.format(position="l.position + %(away)s"), named)
        cursor.execute(NUMBER_ANEW.format(position="n.place"), named)


@transaction.atomic
def delete_draft(order: Order, *, access: Access) -> None:
    """Throw a draft away, with its scans."""
    order = locked(order, access=access, permission="order.create", states=(Order.DRAFT,))
    scans = [(one.file.storage, one.file.name) for one in order.files.all()]
    order.delete()
    for storage, name in scans:
        transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))  # type: ignore[misc]
