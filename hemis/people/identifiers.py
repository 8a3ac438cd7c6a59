"""Numbers that identify people: PINFL, passport, phone (law.md §8)."""

from __future__ import annotations

import datetime
import re

PINFL_WEIGHTS = (7, 3, 1)
CENTURY_OF_FIRST_DIGIT = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}
MALE, FEMALE = "11", "12"
_PASSPORT = re.compile(r"^[A-Z]{2}\d{7}$")


def pinfl_check_digit(first13: str) -> str:
    """The control digit: weights 7-3-1 repeating, sum modulo 10 (VMQ 177/2022)."""
    return str(sum(int(digit) * PINFL_WEIGHTS[at % 3] for at, digit in enumerate(first13)) % 10)


def pinfl_is_valid(pinfl: str) -> bool:
    """Fourteen digits with a right control digit."""
    return bool(re.fullmatch(r"[0-9]{14}", pinfl)) and pinfl_check_digit(pinfl[:13]) == pinfl[13]


def pinfl_birth_date(pinfl: str) -> datetime.date | None:
    """The birth date that a PINFL tells, if it tells a date at all."""
    century = CENTURY_OF_FIRST_DIGIT.get(pinfl[:1])
    if century is None:
        return None
    try:
        return datetime.date(century + int(pinfl[5:7]), int(pinfl[3:5]), int(pinfl[1:3]))
    except ValueError:
        return None


def pinfl_gender(pinfl: str) -> str:
    """Gender code (`h_gender`): odd first digit male, even female."""
    return MALE if int(pinfl[0]) % 2 else FEMALE


def normalise_pinfl(value: object) -> str:
    """A PINFL as text: numbers stored as floats, spaces and dashes put right."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return re.sub(r"[\s\-'’‘`]", "", str(value).removesuffix(".0"))


def normalise_passport(value: object) -> str | None:
    """``ab 8328453`` → ``AB8328453``; None when it is not two Latin letters and seven digits."""
    text = re.sub(r"[\s\-№]", "", str(value)).upper().translate(str.maketrans("АВЕКМНОРСТХ", "ABEKMHOPCTX"))
    return text if _PASSPORT.match(text) else None


def normalise_phone(value: object) -> str | None:
    """``(90) 123-45-67`` → ``+998901234567``; None when it is no phone of Uzbekistan."""
    digits = re.sub(r"\D", "", str(value).removesuffix(".0"))
    if len(digits) == 9:
        digits = "998" + digits
    return "+" + digits if re.fullmatch(r"998\d{9}", digits) else None
