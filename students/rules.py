"""Checks of people's data and of programmes, without a database."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hemis.people import identifiers

UZBEK_CITIZEN = "11"
FOREIGN_CITIZEN = "12"
UNKNOWN_GENDER = "10"


def pinfl_contradiction(*, pinfl: str, birth_date: datetime.date, gender: str) -> str:
    """Which column contradicts the PINFL: ``"birth"``, ``"gender"`` or nothing (law.md §8).

    An unknown gender (`h_gender` 10) contradicts nothing: the PINFL tells it.
    """
    if identifiers.pinfl_birth_date(pinfl) != birth_date:
        return "birth"
    if gender != UNKNOWN_GENDER and identifiers.pinfl_gender(pinfl) != gender:
        return "gender"
    return ""


def is_region(code: str) -> bool:
    """SOATO codes of regions have four digits."""
    return len(code) == 4


def is_district(code: str) -> bool:
    """SOATO codes of districts have seven digits, the first four of them the region's."""
    return len(code) == 7


def passport_fits(*, passport: str, citizenship: str) -> bool:
    """Citizens of Uzbekistan have two letters and seven digits; other countries have their own."""
    return citizenship != UZBEK_CITIZEN or identifiers.normalise_passport(passport) == passport


@dataclass(frozen=True)
class Objection:
    """What speaks against a value: the field, in words, and where it is written."""

    field: str
    text: str | Promise
    source: str


PINFL_ACT = "VMQ 177/2022"
FORMS_ACT = "Nizom 3807/2026, 13-band"
BACHELOR, MASTER = "11", "12"
FULL_TIME, EVENING, PART_TIME = "11", "12", "13"


def identity_objections(
    *,
    pinfl: str,
    passport: str,
    birth_date: datetime.date | None,
    gender: str,
    citizenship: str,
) -> list[Objection]:
    """What contradicts in identity data typed by hand: check digit, birth date, gender, passport (law.md §8)."""
    found = []
    if not pinfl and citizenship != FOREIGN_CITIZEN:
        found.append(Objection("pinfl", _("Only a foreign citizen may have no PINFL."), PINFL_ACT))
    if pinfl and not identifiers.pinfl_is_valid(pinfl):
        found.append(
            Objection("pinfl", _("A PINFL has 14 digits, the last of which checks the others."), PINFL_ACT)
        )
    elif pinfl and birth_date:
        contradiction = pinfl_contradiction(pinfl=pinfl, birth_date=birth_date, gender=gender)
        if contradiction == "birth":
            found.append(Objection("birth_date", _("The PINFL tells another birth date."), PINFL_ACT))
        if contradiction == "gender":
            found.append(Objection("gender", _("The PINFL tells another gender."), PINFL_ACT))
    if passport and not passport_fits(passport=passport, citizenship=citizenship):
        found.append(Objection("passport", _("A passport is two Latin letters and seven digits."), PINFL_ACT))
    if not passport and citizenship == FOREIGN_CITIZEN:
        found.append(Objection("passport", _("A foreign citizen is known by the passport."), PINFL_ACT))
    return found


def district_fits(*, region: str, district: str) -> bool:
    """The first four digits of a district's SOATO code are its region's."""
    return not district or bool(region) and district.startswith(region)


def programme_years_objection(
    *, education_type: str, education_form: str, years: Decimal, full_time_years: Decimal | None
) -> Objection | None:
    """Whether the duration is too short: bachelor's at least three years; part-time at least a year longer
    than full-time, evening at least half a year longer."""
    if education_type == BACHELOR and years < 3:
        return Objection("years", _("A bachelor's programme lasts three years at least."), FORMS_ACT)
    longer = {PART_TIME: Decimal(1), EVENING: Decimal("0.5")}.get(education_form)
    if longer is None or full_time_years is None or years >= full_time_years + longer:
        return None
    text = _("This form lasts at least %(years)s years: %(longer)s longer than full-time.") % {
        "years": full_time_years + longer,
        "longer": longer,
    }
    return Objection("years", text, FORMS_ACT)


# Uzbekistan lies within; what lies outside is a slip of the hand.
LATITUDES, LONGITUDES = (Decimal("37.1"), Decimal("45.7")), (Decimal("55.9"), Decimal("73.2"))


def lies_in_uzbekistan(*, latitude: Decimal, longitude: Decimal) -> bool:
    """Whether a point lies in the rectangle around the country."""
    return LATITUDES[0] <= latitude <= LATITUDES[1] and LONGITUDES[0] <= longitude <= LONGITUDES[1]


def even_parts(people: list[int], parts: int) -> list[list[int]]:
    """People in their order, cut into parts whose sizes differ by one at most."""
    if parts < 1:
        return []
    size, more = divmod(len(people), parts)
    cut, at = [], 0
    for number in range(parts):
        end = at + size + (number < more)
        cut.append(people[at:end])
        at = end
    return cut
