"""Invented people with valid identifiers."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from random import Random

from hemis.people.models import Person
from reports.demo import pools

MALE, FEMALE = "11", "12"


def pinfl(*, gender: str, birth_date: datetime.date, district: int, serial: int) -> str:
    """A PINFL with its control digit (VMQ 177/2022: weights 7-3-1, sum mod 10)."""
    century = 5 if birth_date.year >= 2000 else 3
    digits = f"{century + (gender == FEMALE)}{birth_date:%d%m%y}{district:03d}{serial:03d}"
    control = sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(digits)) % 10
    return f"{digits}{control}"


@dataclass
class People:
    """Makes people one after another; the same seed makes the same people."""

    random: Random
    made: int = 0

    def student(self, entry_year: int) -> Person:
        """Somebody of eighteen to twenty-two in the year of entry."""
        age = self.random.choice((18, 18, 18, 19, 19, 20, 22))
        return self._person(born=entry_year - age, gender=self.random.choice((MALE, FEMALE)))

    def employee(self) -> Person:
        """Somebody of working age."""
        return self._person(born=self.random.randint(1962, 1999), gender=self.random.choice((MALE, FEMALE)))

    def _person(self, *, born: int, gender: str) -> Person:
        pick, number = self.random.choice, self.made
        self.made += 1
        birth_date = datetime.date(born, 1, 1) + datetime.timedelta(days=self.random.randrange(365))
        female = gender == FEMALE
        region, district = pick(pools.PLACES)
        father = pick(pools.MEN)
        person = Person(
            # Serials run through 001–999 within ever new district digits, so no two agree.
            pinfl=pinfl(
                gender=gender, birth_date=birth_date, district=900 - number // 999, serial=number % 999 + 1
            ),
            last_name=pick(pools.SURNAMES) + ("a" if female else ""),
            first_name=pick(pools.WOMEN if female else pools.MEN),
            middle_name=f"{father} {'qizi' if female else 'oʻgʻli'}",
            birth_date=birth_date,
            gender=gender,
            nationality="1161",
            passport=f"HM{1_000_000 + number:07d}",
            region=region,
            district=district,
            address=f"{pick(pools.STREETS)} koʻchasi, {self.random.randint(1, 120)}",
            phone=f"+998{pick(pools.MOBILE)}{self.random.randint(1_000_000, 9_999_999)}",
        )
        person.passport_last_name = _passport(person.last_name)
        person.passport_first_name = _passport(person.first_name)
        person.set_keys()
        return person


def _passport(name: str) -> str:
    """Latin as passports print it: capitals with a plain apostrophe."""
    return name.replace("ʻ", "'").replace("ʼ", "'").upper()
