"""Opening, renaming, moving and closing units, each with its basis (duty 1.1)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from structure import registry, rules
from structure.models import Unit, UnitPeriod

ONE_DAY = datetime.timedelta(days=1)
NAMED = 10  # blockers of one kind that are named; the rest are counted


@dataclass(frozen=True)
class Basis:
    """From which day, by which order."""

    day: datetime.date
    order_number: str
    order_date: datetime.date
    note: str = ""


@transaction.atomic
def open_unit(unit: Unit, *, access: Access, order_number: str = "", order_date=None, note: str = "") -> Unit:
    """Save a new unit; its first period carries the order that opened it.

    Raises:
        PermissionDenied: without duty 1.1.
    """
    access.require("structure.edit")
    unit.save()
    unit.periods.update(order_number=order_number, order_date=order_date, note=note)
    return unit


@transaction.atomic
def rename(
    unit: Unit,
    *,
    access: Access,
    name: str,
    basis: Basis,
    name_ru: str = "",
    name_en: str = "",
    code: str = "",
) -> UnitPeriod:
    """The unit has another name (and, if given, code) from a day on; the old ones stay in its history.

    Raises:
        PermissionDenied: without duty 1.1.
        ValidationError: what stands against it, at its field.
    """
    unit = _locked(unit, access)
    code = code or unit.code
    _check_code(unit, code, unit.parent)
    if (name, name_ru, name_en, code) == (unit.name, unit.name_ru, unit.name_en, unit.code):
        raise ValidationError({"name": _("The unit is called so already.")})
    unit.name, unit.name_ru, unit.name_en, unit.code = name, name_ru, name_en, code
    return _next_period(unit, UnitPeriod.RENAMED, basis)


@transaction.atomic
def move(unit: Unit, *, access: Access, parent: Unit | None, basis: Basis, code: str = "") -> UnitPeriod:
    """The unit belongs to ``parent`` from a day on; a kafedra takes a code of its new faculty.

    Raises:
        PermissionDenied: without duty 1.1.
        ValidationError: what stands against it, at its field.
    """
    unit = _locked(unit, access)
    code = code or unit.code
    if unit.kind == Unit.FACULTY:
        raise ValidationError(_("A faculty belongs to nothing, so it does not move."))
    if (parent.pk if parent else None) == unit.parent_id:
        raise ValidationError({"parent": _("The unit belongs there already.")})
    if parent is not None:
        parent = Unit.objects.select_for_update().get(pk=parent.pk)
        _check_parent(unit, parent, basis.day)
    elif unit.kind == Unit.KAFEDRA:
        raise ValidationError({"parent": _("A kafedra belongs to a faculty.")})
    _check_code(unit, code, parent)
    unit.parent, unit.code = parent, code
    return _next_period(unit, UnitPeriod.MOVED, basis)


@transaction.atomic
def close(unit: Unit, *, access: Access, basis: Basis, successor: Unit | None = None) -> Unit:
    """The unit is no more from a day on; refused while something active hangs on it.

    Raises:
        PermissionDenied: without duty 1.1.
        ValidationError: what stands against it; what hangs on the unit is named.
    """
    unit = _locked(unit, access)
    last = _last(unit)
    _check_day(unit, last, basis.day)
    if successor is not None and (successor.pk == unit.pk or not successor.is_active):
        raise ValidationError({"successor": _("The successor is another unit that is open.")})
    found = hanging_on(unit, basis.day)
    if found:
        raise ValidationError(found)
    last.valid_to = basis.day - ONE_DAY
    last.save(update_fields=["valid_to"])
    unit.is_active, unit.closed_on, unit.successor = False, basis.day, successor
    unit.closed_order_number, unit.closed_order_date = basis.order_number, basis.order_date
    unit.closed_note = basis.note
    _save(unit)
    return unit


@transaction.atomic
def undo_last_change(unit: Unit, *, access: Access) -> Unit:
    """Take back a closing, or the last renaming or move, that was entered by mistake.

    The history of changes keeps both; the periods are as before.

    Raises:
        PermissionDenied: without duty 1.1.
        ValidationError: there is nothing to take back, or the place it goes back to is closed.
    """
    unit = _locked(unit, access, closed=True)
    last = _last(unit)
    if unit.closed_on is not None:
        if unit.parent is not None and not unit.parent.is_active:
            raise ValidationError(_("%(unit)s is closed; reopen it first.") % {"unit": unit.parent})
        last.valid_to = None
        last.save(update_fields=["valid_to"])
        unit.is_active, unit.closed_on, unit.successor = True, None, None
        unit.closed_order_number, unit.closed_order_date, unit.closed_note = "", None, ""
        _save(unit)
        return unit
    before = unit.periods.exclude(pk=last.pk).first()
    if before is None:
        raise ValidationError(_("Nothing has changed since the unit was opened."))
    if before.parent is not None and not before.parent.is_active:
        raise ValidationError(_("%(unit)s is closed; reopen it first.") % {"unit": before.parent})
    if Unit.objects.filter(code=before.code).exclude(pk=unit.pk).exists():
        raise ValidationError(_("The code %(code)s belongs to another unit by now.") % {"code": before.code})
    last.delete()
    before.valid_to = None
    before.save(update_fields=["valid_to"])
    unit.code, unit.name, unit.name_ru, unit.name_en = (
        before.code,
        before.name,
        before.name_ru,
        before.name_en,
    )
    unit.parent = before.parent
    _save(unit)
    return unit


def hanging_on(unit: Unit, day: datetime.date) -> list[str]:
    """What keeps the unit from closing on ``day``: kind, how many, and the first by name."""
    below = [str(one) for one in unit.children.filter(is_active=True)]
    found = [(_("units below it"), below)] if below else []
    for blocker in registry.blockers():
        names = blocker.find(unit, day)
        if names:
            found.append((str(blocker.title), names))
    return [
        f"{title} ({len(names)}): {', '.join(names[:NAMED])}{'…' if len(names) > NAMED else ''}"
        for title, names in found
    ]


def _locked(unit: Unit, access: Access, *, closed: bool = False) -> Unit:
    """The unit as stored, nobody else changing it; two people at once change it one after the other."""
    access.require("structure.edit")
    found = Unit.objects.select_for_update().get(pk=unit.pk)
    if found.closed_on is not None and not closed:
        raise ValidationError(_("The unit is closed already."))
    return found


def _last(unit: Unit) -> UnitPeriod:
    found = unit.periods.first()
    assert found is not None  # the first comes with the unit, by trigger
    return found


def _check_day(unit: Unit, last: UnitPeriod, day: datetime.date) -> None:
    if day > timezone.localdate():
        raise ValidationError({"day": _("Enter the change on its day or later, not before.")})
    since = last.valid_from
    if since is not None and day <= since:
        text = _("The last change is of %(day)s; this one comes after it.") % {"day": f"{since:%d.%m.%Y}"}
        raise ValidationError({"day": text})


def _check_code(unit: Unit, code: str, parent: Unit | None) -> None:
    if not rules.code_is_right(unit.kind, code):
        text = _("The code looks like %(example)s.") % {"example": rules.code_example(unit.kind)}
        raise ValidationError({"code": text})
    if parent is not None and not rules.code_belongs(unit.kind, code, parent.code):
        text = _("The code of a kafedra begins with its faculty's code, %(code)s.") % {"code": parent.code}
        raise ValidationError({"code": text})
    if Unit.objects.filter(code=code).exclude(pk=unit.pk).exists():
        raise ValidationError({"code": _("Another unit has this code.")})


def _check_parent(unit: Unit, parent: Unit, day: datetime.date) -> None:
    if not parent.is_active:
        raise ValidationError({"parent": _("This unit is closed.")})
    if parent.opened_on is not None and parent.opened_on > day:
        raise ValidationError({"parent": _("This unit is not open yet on that day.")})
    if unit.kind == Unit.KAFEDRA and parent.kind != Unit.FACULTY:
        raise ValidationError({"parent": _("A kafedra belongs to a faculty.")})
    above: Unit | None = parent
    while above is not None:
        if above.pk == unit.pk:
            raise ValidationError({"parent": _("A unit does not belong to itself or to a unit below it.")})
        above = above.parent


def _next_period(unit: Unit, change: str, basis: Basis) -> UnitPeriod:
    last = _last(unit)
    _check_day(unit, last, basis.day)
    last.valid_to = basis.day - ONE_DAY
    last.save(update_fields=["valid_to"])
    period = UnitPeriod.objects.create(
        unit=unit, code=unit.code, name=unit.name, name_ru=unit.name_ru, name_en=unit.name_en,
        parent=unit.parent, valid_from=basis.day, change=change, order_number=basis.order_number,
        order_date=basis.order_date, note=basis.note,
    )  # fmt: skip
    _save(unit)
    return period


def _save(unit: Unit) -> None:
    """Save, and let whoever edits the unit at this moment be told."""
    unit.version += 1
    unit.save()
