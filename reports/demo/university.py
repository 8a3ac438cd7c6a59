"""University, units, staff, logins and roles of the demo."""

from __future__ import annotations

import datetime
from decimal import Decimal
from random import Random

from hemis.access.models import RoleAssignment
from hemis.people.models import Person, User
from reports.demo import YEAR, pools
from reports.demo.people import People
from staff.models import Employee, Position
from structure.models import Unit, University

STAFF = 120
SINCE = datetime.date(YEAR - 3, 9, 1)
UNIVERSITY = {
    "code": "303",
    "name": "Namuna davlat universiteti",
    "name_ru": "Образцовый государственный университет",
    "name_en": "Sample State University",
    "short_name": "NDU",
    "tin": "200000303",
    "region": "1718",
    "address": "Samarqand shahri, Universitet xiyoboni, 15",
    "address_ru": "г. Самарканд, Университетский бульвар, 15",
    "address_en": "15 University Boulevard, Samarkand",
    "contact": "+998 66 200-03-03 · info@namuna.example",
    "bank_name": "Gʻaznachilik",
    "bank_account": "23402000300100001010",
    "bank_mfo": "00014",
}


def build_units() -> dict[str, Unit]:
    """The university, four faculties, twelve kafedras, eleven divisions, by code."""
    University.objects.update_or_create(pk=1, defaults=UNIVERSITY)
    units = [
        Unit(
            code=f"303-{100 + n}",
            name=name,
            name_ru=ru,
            name_en=en,
            kind=Unit.FACULTY,
            locality="11",
            position=n,
        )
        for n, (name, ru, en, _kafedras) in enumerate(pools.FACULTIES, start=1)
    ]
    units += [Unit(code=code, name=name, kind=kind, position=50) for code, name, kind in pools.DIVISIONS]
    faculties = Unit.objects.bulk_create(units)[: len(pools.FACULTIES)]
    Unit.objects.bulk_create(
        Unit(
            code=f"{faculty.code}-{k:02d}",
            name=f"{name} kafedrasi",
            kind=Unit.KAFEDRA,
            parent=faculty,
            position=k,
        )
        for faculty, (_name, _ru, _en, kafedras) in zip(faculties, pools.FACULTIES, strict=True)
        for k, name in enumerate(kafedras, start=1)
    )
    return {unit.code: unit for unit in Unit.objects.all()}


def build_staff(people: People, units: dict[str, Unit], password: str) -> dict[str, User]:
    """Employees with posts, and an account with its role for each; accounts by login."""
    faculties = [unit for unit in units.values() if unit.kind == Unit.FACULTY]
    kafedras = sorted(
        (unit for unit in units.values() if unit.kind == Unit.KAFEDRA), key=lambda unit: unit.code
    )
    places = [
        (login, role, units[code], post, kind, None) for login, role, code, post, kind in pools.OFFICERS
    ]
    places += [(f"dean{n}", "dean", unit, "25", "11", unit) for n, unit in enumerate(faculties, start=1)]
    places += [(f"head{n}", "head", unit, "16", "12", unit) for n, unit in enumerate(kafedras, start=1)]
    teachers = STAFF - len(places)
    places += [
        (f"teacher{n + 1}", "teacher", kafedras[n % len(kafedras)], _teaching_post(people.random), "12", None)
        for n in range(teachers)
    ]
    persons = Person.objects.bulk_create([people.employee() for _place in places])
    employees = Employee.objects.bulk_create(
        Employee(person=person, number=f"3033{n:06d}", entry_year=SINCE.year)
        for n, person in enumerate(persons, start=1)
    )
    Position.objects.bulk_create(
        Position(
            employee=employee,
            unit=unit,
            post=post,
            category=category,
            valid_from=SINCE,
            order_date=SINCE,
            order_number=f"{n}-k",
            rate=Decimal("1.00"),
        )
        for n, (employee, (_login, _role, unit, post, category, _scope)) in enumerate(
            zip(employees, places, strict=True), start=1
        )
    )
    users = User.objects.bulk_create(
        User(login=login, person=person, password=password, language="")
        for person, (login, role, *_rest) in zip(persons, places, strict=True)
    )
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, role=role, unit=scope, valid_from=SINCE)
        for user, (_login, role, _unit, _post, _category, scope) in zip(users, places, strict=True)
    )
    rector = next(person for person, place in zip(persons, places, strict=True) if place[0] == "rector")
    University.objects.filter(pk=1).update(rector=rector.full_name)
    return {user.login: user for user in users}


def _teaching_post(random: Random) -> str:
    """Assistant, senior teacher, associate professor or professor."""
    return random.choices(("12", "13", "14", "15"), weights=(4, 3, 2, 1))[0]
