"""What the law asks before an order: pure functions, each with its explanation and source."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

STUDYING = "11"
SEMESTERS_A_YEAR = 2
FIRST_CODE = 11
LAST_SERIAL = 99_999
NEW_YEAR_MONTH = 7


@dataclass(frozen=True)
class Check:
    """The outcome of one check; a blocking one that fails stops the order."""

    ok: bool
    text: str
    source: str
    blocking: bool = True


def first_semester(course: str) -> str:
    """The first semester of a course (`h_course` → `h_semester`): 11 → 11, 12 → 13 …"""
    return str(FIRST_CODE + (int(course) - FIRST_CODE) * SEMESTERS_A_YEAR)


def academic_year(day: datetime.date) -> int:
    """The academic year that ``day`` belongs to, named by the year it starts in; it turns on 1 July."""
    return day.year if day.month >= NEW_YEAR_MONTH else day.year - 1


def student_number(
    *, university: str, entry_year: int, education_type: str, education_form: str, serial: int
) -> str:
    """Twelve digits: university (3), year (2), kind (1), form (1), serial (5).

    Raises:
        ValueError: the serial needs more than five digits.
    """
    if serial > LAST_SERIAL:
        raise ValueError("The series of student numbers is exhausted.")
    return f"{university}{entry_year % 100:02d}{education_type[-1]}{education_form[-1]}{serial:05d}"


def check_status(*, status: str, allowed: frozenset[str], title: str = "") -> Check:
    """The student's status (`h_student_status`) is one that this kind of order may start from."""
    ok = status in allowed
    text = _("Status: %(status)s.") if ok else _("An order of this kind is not for the status: %(status)s.")
    return Check(ok, text % {"status": title or status or "—"}, "B8")


def check_not_studying(*, active_status: str) -> Check:
    """One person has no two active studies (people.md R4)."""
    ok = active_status in ("", "12", "14")
    text = _("Does not study here already.") if ok else _("Studies here already.")
    return Check(ok, text, "2.1 · R4")


def check_not_on_other_order(*, other_order: str) -> Check:
    """A candidate stands on one admission order at a time."""
    if other_order:
        return Check(False, _("Stands on another order: %(order)s.") % {"order": other_order}, "B8")
    return Check(True, _("Stands on no other order."), "B8")


def check_identity(*, has_pinfl: bool, has_passport: bool) -> Check:
    """Identity: PINFL, or for foreigners passport and country."""
    ok = has_pinfl or has_passport
    return Check(ok, _("Identity is known.") if ok else _("Neither PINFL nor passport."), "VMQ 177/2022")


def check_capacity(*, group: str, capacity: int, taken: int, coming: int) -> Check:
    """Places in the group; more is a warning, since groups may be split later."""
    ok = taken + coming <= capacity
    text = _("Group %(group)s: %(taken)d students and %(coming)d new ones for %(capacity)d places.") % {
        "group": group,
        "taken": taken,
        "coming": coming,
        "capacity": capacity,
    }
    return Check(ok, text, "2.1", blocking=False)


def check_score(*, score: Decimal | None) -> Check:
    """The entrance score is known and within 0–189."""
    ok = score is not None and 0 <= score <= 189
    return Check(ok, _("Entrance score %(score)s.") % {"score": score}, "VMQ 578/2025")


def check_current(*, expected: int | None, actual: int | None) -> Check:
    """Nothing has changed the student's placement since the order was formed."""
    ok = expected == actual
    text = (
        _("The placement is as it was when the order was formed.")
        if ok
        else _("Another order has changed the student's placement meanwhile.")
    )
    return Check(ok, text, "B8")
