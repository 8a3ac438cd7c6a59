"""Acts on blanks, and the moves by which papers take and use them (duties 1.3, 2.7)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.scope import Access, Scope
from hemis.documents.actions import next_number
from hemis.people.models import User
from records.models import Blank, BlankAct, BlankMove, BlankRange, Certificate, Diploma
from structure.models import Unit

EDIT = "blank.edit"
# From which states an act takes blanks; the database holds the same.
TAKES = {
    BlankAct.GIVEN: (Blank.STOCK,),
    BlankAct.SPOILED: (Blank.STOCK, Blank.ASSIGNED, Blank.PRINTED),
    BlankAct.DESTROYED: (Blank.SPOILED,),
    BlankAct.LOST: (Blank.STOCK, Blank.ASSIGNED, Blank.PRINTED, Blank.SPOILED),
    BlankAct.FOUND: (Blank.LOST,),
    BlankAct.RETURNED: (Blank.STOCK,),
}
LEAST_COMMISSION = 3


class BlankError(Exception):
    """Why the act cannot be drawn up, in words for the user."""


@dataclass(frozen=True)
class Received:
    """A line of a receipt."""

    kind: str
    series: str
    first: int
    last: int
    education_type: str = "11"
    category: str = "ordinary"
    digits: int = 7


def _require(access: Access, holder: Unit | None) -> Scope:
    access.require(EDIT)
    scope = access.scope(EDIT)
    if not scope.everything and (holder is None or holder.pk not in scope.faculty_ids):
        raise PermissionDenied(EDIT)
    return scope


def _commission(kind: str, commission: str, reason: str) -> None:
    people = [line for line in commission.splitlines() if line.strip()]
    if kind in BlankAct.BY_COMMISSION and len(people) < LEAST_COMMISSION:
        raise BlankError(_("At least three people of a commission sign this act, one a line."))
    if kind in BlankAct.BY_COMMISSION and not reason.strip():
        raise BlankError(_("Say what happened."))


def _act(access: Access, kind: str, date: datetime.date, **fields: Any) -> BlankAct:
    if date > timezone.localdate():
        raise BlankError(_("An act has no date to come."))
    if not fields["basis"].strip():
        raise BlankError(_("Name the document the act rests on."))
    serial = next_number("blank_act", date.year)
    return BlankAct.objects.create(
        kind=kind, year=date.year, serial=serial, date=date, created_by=access.user, **fields
    )


@transaction.atomic
def receive(
    *, access: Access, date: datetime.date, holder: Unit | None, basis: str, lines: Collection[Received]
) -> BlankAct:
    """Blanks of a receipt; the database makes one row of each number of the lines.

    Raises:
        PermissionDenied: without the duty, or the holder is not in its scope.
        BlankError: no line, or a number of it was received before.
    """
    _require(access, holder)
    if not lines:
        raise BlankError(_("Name at least one range of blanks."))
    for one in lines:
        if Blank.objects.filter(
            kind=one.kind, series=one.series, number__range=(one.first, one.last)
        ).exists():
            message = _("Blanks %(series)s %(first)s – %(last)s: some were received before.")
            raise BlankError(message % {"series": one.series, "first": one.first, "last": one.last})
    act = _act(access, BlankAct.RECEIVED, date, holder=holder, giver=holder, basis=basis.strip())
    BlankRange.objects.bulk_create(BlankRange(act=act, **vars(one)) for one in lines)
    return act


@transaction.atomic
def draw_up(
    *,
    access: Access,
    kind: str,
    date: datetime.date,
    blanks: Collection[int],
    basis: str,
    reason: str = "",
    commission: str = "",
    holder: Unit | None = None,
) -> BlankAct:
    """An act on blanks in scope; ``holder`` is who gets them when they are given on.

    In order: locks the blanks, takes those that are spoiled or lost from their papers
    (which are to be printed anew then), writes act and moves.

    Raises:
        PermissionDenied: without the duty.
        BlankError: none chosen, some are elsewhere or in a state the act does not take, or the
            commission and the reason are missing.
    """
    access.require(EDIT)
    _commission(kind, commission, reason)
    rows = Blank.objects.for_scope(access.scope(EDIT)).filter(pk__in=blanks)
    found = list(rows.select_for_update().order_by("pk"))
    if not found:
        raise BlankError(_("No blank is chosen."))
    if len(found) < len(set(blanks)):
        raise BlankError(_("Some of these blanks are not in your scope."))
    wrong = [one for one in found if one.state not in TAKES[kind]]
    if wrong:
        named = ", ".join(f"{one.code} ({one.get_state_display()})" for one in wrong[:5])
        raise BlankError(_("The act does not take these: %(blanks)s.") % {"blanks": named})
    if BlankMove.objects.filter(blank__in=found, day__gt=date).exists():
        raise BlankError(_("Some of these blanks were moved after this date."))
    holders = {one.holder_id for one in found}
    if len(holders) > 1:
        raise BlankError(_("One act is about the blanks of one holder."))
    before = holders.pop()
    after = (holder.pk if holder else None) if kind == BlankAct.GIVEN else before
    if kind == BlankAct.GIVEN and after == before:
        raise BlankError(_("The blanks lie with this holder already."))
    act = _act(
        access, kind, date, holder_id=after, giver_id=before, basis=basis.strip(), reason=reason.strip(),
        commission=commission.strip(),
    )  # fmt: skip
    used = _free_papers(found) if kind in (BlankAct.SPOILED, BlankAct.LOST) else {}
    BlankMove.objects.bulk_create(
        (
            BlankMove(blank=one, verb=kind, act=act, diploma_id=used.get(one.pk), day=date, by=access.user)
            for one in found
        ),
        batch_size=2000,
    )
    return act


def _free_papers(blanks: list[Blank]) -> dict[int, int]:
    """Papers lose these blanks and are to be printed anew; the diploma of each blank."""
    keys = [one.pk for one in blanks if one.state in (Blank.ASSIGNED, Blank.PRINTED)]
    used: dict[int, int] = {}
    for name in ("blank", "supplement_blank"):
        for diploma in Diploma.objects.select_for_update().filter(**{f"{name}__in": keys}):
            used[getattr(diploma, f"{name}_id")] = diploma.pk
            _take_back(diploma, name)
    Certificate.objects.filter(blank__in=keys).update(blank=None, printed_at=None)
    return used


def _take_back(diploma: Diploma, name: str) -> None:
    """The diploma without this blank; its other blank, if printed, is not printed anew."""
    setattr(diploma, f"{name}_id", None)
    if diploma.state == Diploma.PRINTED:
        diploma.state = Diploma.APPROVED
        diploma.printed_at = diploma.printed_by = None
    diploma.save(update_fields=[name, "state", "printed_at", "printed_by"])


def move(
    verb: str,
    pairs: Iterable[tuple[int | None, dict[str, Any]]],
    *,
    by: User | None,
    day: datetime.date | None = None,
) -> None:
    """Moves of papers' blanks: pairs of a blank's key and ``{"diploma": …}`` or ``{"certificate": …}``."""
    BlankMove.objects.bulk_create(
        (
            BlankMove(blank_id=blank, verb=verb, by=by, day=day or timezone.localdate(), **paper)
            for blank, paper in pairs
            if blank
        ),
        batch_size=2000,
    )


def free_blanks(
    kind: str, *, education_type: str, category: str | None, holders: Collection[int | None], count: int
) -> list[Blank]:
    """The first free blanks that these holders have, lowest numbers first; locked, others' are passed by."""
    from django.db.models import Q

    where = Q(holder__in=[one for one in holders if one is not None])
    if None in holders:
        where |= Q(holder=None)
    rows = Blank.objects.filter(where, kind=kind, state=Blank.STOCK)
    if kind != "academic":
        rows = rows.filter(education_type=education_type)
    if category:
        rows = rows.filter(category=category)
    return list(
        rows.select_for_update(skip_locked=True, of=("self",)).order_by(
            "holder_id", "series", "number", "pk"
        )[:count]
    )
