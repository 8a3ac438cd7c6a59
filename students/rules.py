"""Checks of an admission list, without a database."""

from __future__ import annotations

import datetime

from hemis.people import identifiers

UZBEK_CITIZEN = "11"
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
