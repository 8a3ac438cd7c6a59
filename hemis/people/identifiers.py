"""Numbers that identify people and organisations: PINFL, passport, phone, STIR (law.md §8)."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache

PINFL_WEIGHTS = (7, 3, 1)
CENTURY_OF_FIRST_DIGIT = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}
MALE, FEMALE = "11", "12"
_PASSPORT = re.compile(r"[A-Z]{2}[0-9]{7}")
_FOREIGN_PASSPORT = re.compile(r"[A-Z0-9]{5,20}")
_PLAIN_PASSPORT = re.compile(r"[A-Z]{2}[0-9]{7}\Z")
# What each three digits of a PINFL add to the sum of its control digit: the weights repeat after three.
_OF_THREE = {
    f"{number:03d}": sum(
        weight * int(digit) for weight, digit in zip(PINFL_WEIGHTS, f"{number:03d}", strict=True)
    )
    for number in range(1000)
}
_NOISE = re.compile(r"[\s\-'’‘`ʻʼ.]")
_PLAIN_PHONE = re.compile(r"\+998[0-9]{9}\Z")
# Cyrillic letters that look Latin.
_LOOKALIKES = str.maketrans("АВЕКМНОРСТХУІ", "ABEKMHOPCTXYI")


def pinfl_check_digit(first13: str) -> str:
    """The control digit: weights 7-3-1 repeating, sum modulo 10 (VMQ 177/2022)."""
    of = _OF_THREE
    total = of[first13[:3]] + of[first13[3:6]] + of[first13[6:9]] + of[first13[9:12]]
    total += PINFL_WEIGHTS[0] * int(first13[12])
    return str(total % 10)


def pinfl_is_valid(pinfl: str) -> bool:
    """Fourteen digits with a right control digit."""
    return (
        len(pinfl) == 14
        and pinfl.isascii()
        and pinfl.isdigit()
        and pinfl_check_digit(pinfl[:13]) == pinfl[13]
    )


def pinfl_birth_date(pinfl: str) -> datetime.date | None:
    """The birth date that a PINFL tells, if it tells a date at all."""
    return _birth_date(pinfl[:7])


@lru_cache(maxsize=50_000)
def _birth_date(beginning: str) -> datetime.date | None:
    century = CENTURY_OF_FIRST_DIGIT.get(beginning[:1])
    if century is None:
        return None
    try:
        return datetime.date(century + int(beginning[5:7]), int(beginning[3:5]), int(beginning[1:3]))
    except ValueError:
        return None


def pinfl_gender(pinfl: str) -> str:
    """Gender code (`h_gender`): odd first digit male, even female."""
    return MALE if int(pinfl[0]) % 2 else FEMALE


def pinfl_beginning(birth_date: datetime.date, gender: str) -> str:
    """The first seven digits that a PINFL of this person has: century and sex, then ddmmyy."""
    first = 2 * (birth_date.year // 100 - 18) + (1 if gender == MALE else 2)
    return f"{first}{birth_date:%d%m%y}"


def normalise_pinfl(value: object) -> str:
    """A PINFL as text: numbers stored as floats, spaces and dashes put right."""
    if isinstance(value, str) and value.isdigit():
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _NOISE.sub("", str(value).strip().removesuffix(".0"))


def normalise_passport(value: object) -> str | None:
    """``ab 8328453`` → ``AB8328453``; None when it is not two Latin letters and seven digits."""
    if isinstance(value, str) and _PLAIN_PASSPORT.match(value):
        return value
    text = _passport_text(value)
    return text if _PASSPORT.fullmatch(text) else None


def normalise_foreign_passport(value: object) -> str | None:
    """A passport of another country: letters and digits, 5 to 20; else None."""
    text = _passport_text(value)
    return text if _FOREIGN_PASSPORT.fullmatch(text) and any(char.isdigit() for char in text) else None


def _passport_text(value: object) -> str:
    return re.sub(r"[\s\-–№.]", "", str(value)).upper().translate(_LOOKALIKES)


def normalise_phone(value: object) -> str | None:
    """``(90) 123-45-67`` → ``+998901234567``; None when it is no phone of Uzbekistan."""
    if isinstance(value, str) and _PLAIN_PHONE.match(value):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    digits = re.sub(r"[^0-9]", "", str(value))
    if len(digits) == 9:
        digits = "998" + digits
    return "+" + digits if len(digits) == 12 and digits.startswith("998") else None


def normalise_tin(value: object) -> str | None:
    """A STIR (taxpayer's number): nine digits; else None."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    digits = re.sub(r"[\s\-]", "", str(value))
    return digits if re.fullmatch(r"[0-9]{9}", digits) else None
