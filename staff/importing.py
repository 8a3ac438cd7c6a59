"""Saving an imported list: people, employees, degrees, posts; the same list twice changes nothing."""

from __future__ import annotations

from typing import Any

from hemis.people.keepers import NAME_FIELDS, why_not_renamed
from hemis.people.models import Person
from hemis.sheets.declaration import Saved
from staff import accounts
from staff.forms.employees import next_number
from staff.models import Degree, Employee, Position
from staff.models.posts import TEACHING
from structure.models import Unit

TEACHING_POSTS = ("11", "12", "13", "14", "15", "16", "29")
ADMINISTRATIVE = "11"
PERSON = ("last_name", "first_name", "middle_name", "passport", "birth_date", "gender", "citizenship")
# Empty cells of these leave what is known.
PERSON_OPEN = ("phone", "email", "address")
EMPLOYEE_OPEN = ("specialty", "entry_year")
DOCUMENTS = ("contract_number", "contract_date", "order_number", "order_date")


def name_of(row: dict[str, Any]) -> dict[str, Any]:
    """The name as a row writes it; an empty middle name is a name without one."""
    return {name: row[name] for name in NAME_FIELDS if row[name] or name == "middle_name"}


def default_category(post: str, unit: Unit) -> str:
    """The category that a post has when nothing is said: teachers in kafedras, else administration."""
    return TEACHING if post in TEACHING_POSTS and unit.kind == Unit.KAFEDRA else ADMINISTRATIVE


def same_post(one: Position, other: Position) -> bool:
    """Whether two rows speak of one post: unit, post, form of employment and first day agree."""
    return (one.unit_id, one.post, one.employment, one.valid_from) == (
        other.unit_id, other.post, other.employment, other.valid_from,
    )  # fmt: skip


def keep_person(row: dict[str, Any]) -> tuple[Person, bool]:
    """The person of a row, known by PINFL (or passport and country), and whether anything became different."""
    country = row["country"] or "UZ"
    if row["pinfl"]:
        person = Person.objects.filter(pinfl=row["pinfl"]).first()
    else:
        person = Person.objects.filter(country=country, passport=row["passport"]).first()
    made = person is None
    person = person or Person(pinfl=row["pinfl"] or None, country=country)
    values = {name: row[name] for name in PERSON if row[name]} | name_of(row)
    values |= {name: row[name] for name in PERSON_OPEN if row[name]}
    if why_not_renamed(person, values):
        values = {name: value for name, value in values.items() if name not in NAME_FIELDS}
    if _set(person, values) or made:
        person.version = person.version if made else person.version + 1
        person.save()
        return person, True
    return person, False


class Importer:
    """Takes rows one after another; counts posts added, rows that changed something, rows known already."""

    def __init__(self) -> None:
        self.added = self.changed = self.unchanged = 0
        self.touched: dict[int, Employee] = {}

    def take(self, row: dict[str, Any], position: Position) -> None:
        """Save one row."""
        employee, changed = self._employee(row)
        changed |= self._degrees(employee, row)
        known = next((one for one in employee.positions.all() if same_post(one, position)), None)
        if known is None:
            position.employee = employee
            position.save()
            self.added += 1
            self.touched[employee.pk] = employee
        elif changed | self._documents(known, position):
            self.changed += 1
        else:
            self.unchanged += 1

    def finish(self) -> Saved:
        """Open accounts and give the roles of the new posts; links are given out later, one by one."""
        for employee in self.touched.values():
            accounts.bring_into_agreement(employee)
        return Saved(self.added, self.changed, self.unchanged)

    def _employee(self, row: dict[str, Any]) -> tuple[Employee, bool]:
        person, changed = keep_person(row)
        employee = Employee.objects.filter(person=person).first()
        if employee is None:
            employee = Employee(person=person, number=row["number"] or next_number())
            for name in EMPLOYEE_OPEN:
                setattr(employee, name, row[name] or (None if name == "entry_year" else ""))
            employee.save()
            return employee, True
        if _set(employee, {name: row[name] for name in EMPLOYEE_OPEN if row[name]}):
            employee.save()
            return employee, True
        return employee, changed

    @staticmethod
    def _degrees(employee: Employee, row: dict[str, Any]) -> bool:
        """A degree or rank that no diploma tells yet: kept without one, until HR enters it."""
        made = False
        for kind, code in ((Degree.DEGREE, row["degree"]), (Degree.RANK, row["rank"])):
            if code and code != "10" and not employee.degrees.filter(**{kind: code}).exists():
                Degree.objects.create(employee=employee, kind=kind, **{kind: code})
                made = True
        return made

    @staticmethod
    def _documents(known: Position, new: Position) -> bool:
        """Numbers and dates of documents may be completed; the post itself only by an order."""
        values = {name: getattr(new, name) for name in DOCUMENTS if getattr(new, name)}
        if not _set(known, values):
            return False
        known.version += 1
        known.save()
        return True


def _set(row, values: dict[str, Any]) -> bool:
    """Whether anything became different."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)
