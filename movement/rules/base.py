"""The outcome of a check, and the arithmetic of courses, semesters and days."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from decimal import Decimal

from hemis.explain import kept
from hemis.legal import cited

STUDYING = "11"
SEMESTERS_A_YEAR = 2
FIRST_CODE = 11
LAST_SERIAL = 99_999
NEW_YEAR_MONTH, DAY_OF_NEW_YEAR = 7, "01"
GRANT, CONTRACT = "11", "12"
EXPELLED, ON_LEAVE, GRADUATED = "12", "13", "14"
# Grounds of expulsion (`h_expel_reason`).
BY_TRANSFER, LEGACY_HEALTH, ABSENCE, UNPAID, BROKE_ENTRANCE, DEATH = "12", "13", "15", "16", "18", "19"
# Held back on the course, and no application within the time for it (VMQ 578/2025, 49-band): of no national code.
NO_CLAIM = "no_claim"
# An application by the end of the leave is decided within a week (VMQ 344/2021, p. 18).
DAYS_TO_DECIDE = 7


@dataclass(frozen=True)
class Check:
    """The outcome of one check; a blocking one that fails stops the order.

    ``excusable``: a written reason lets the order go on, and ``excuse`` is that
    reason with who gave it and when; ``fact`` is the figure that the check reads.
    """

    ok: bool
    text: str
    source: str
    blocking: bool = True
    code: str = ""
    excusable: bool = False
    excuse: str = ""
    fact: str = ""

    def excused(self, reason: str) -> Check:
        """The same check, not in the way any more."""
        return replace(self, blocking=False, excuse=reason)

    def as_json(self) -> dict[str, object]:
        """As it is kept, to be read in any language (``SetAside.why``)."""
        return {
            "code": self.code,
            "text": kept(self.text),
            "source": kept(self.source),
            "excusable": self.excusable,
        }


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


def semester_number(semester: str) -> int:
    """`h_semester` → 1 … 12."""
    return int(semester) - FIRST_CODE + 1


def course_of(semester: str) -> str:
    """The course that a semester belongs to (`h_semester` → `h_course`): 11, 12 → 11; 13, 14 → 12 …"""
    return str(FIRST_CODE + (int(semester) - FIRST_CODE) // SEMESTERS_A_YEAR)


def next_code(code: str) -> str:
    """The following course or semester."""
    return str(int(code) + 1)


def last_course(years: Decimal) -> str:
    """The last course of a programme of so many years (a half year begins one more)."""
    return str(FIRST_CODE - 1 + int(-(-years // 1)))


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (datetime.date(year + (month == 11), (month + 1) % 12 + 1, 1) - datetime.timedelta(days=1)).day
    return datetime.date(year, month + 1, min(day.day, last))


def unknown(code: str, text: str, source: str, fact: str) -> Check:
    """A figure nobody knows never passes silently: it is entered, or a reason is written."""
    return Check(False, text, source, code=code, excusable=True, fact=fact)


def refusals() -> str:
    """When a transfer is refused: told by pages of universities, not read in the act itself."""
    return cited("VMQ 578/2025, 3-ilova", confirmed=False)
