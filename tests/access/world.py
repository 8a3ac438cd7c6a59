"""A small university for the role walk: for every kind of row the walker's own, a colleague's, another faculty's.

The walker is one account that holds every role of the duty table and puts on one
after the other by the switcher of the header. To let the walk see the rows of a
new model, add a maker to ``ROWS`` (rows.py); most need only a line, because ``make`` fills
in what is required and finds out whose the row is.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import DatabaseError, models, transaction

from finance.models import Contract, ContractInstalment
from hemis.access import duties
from hemis.access.models import RoleAssignment
from hemis.access.scope import Access, Scope
from hemis.base import ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.classifiers.models import ClassifierItem
from hemis.documents.models import Document
from hemis.people.models import Person, User
from movement import actions as orders
from movement.models import Order
from staff.models import Employee, Position
from structure.models import Unit
from students.models import AcademicYear, Candidate, Group, Programme, Speciality, Student, TutorGroup
from tests import factories

OWN, COLLEAGUE, OTHER = "own", "colleague's", "other faculty's"
WHERE = (OWN, COLLEAGUE, OTHER)
TESTS = Path(__file__).parent.parent
DAY, LONG_AGO = datetime.date(2026, 9, 1), datetime.date(2020, 9, 1)
_serial = itertools.count(1)


@dataclass(frozen=True)
class Place:
    """Whose a row is. Compared with a scope without asking the model, so that the walk tests ``for_scope``."""

    faculty: int | None = None
    kafedra: int | None = None
    person: int | None = None
    # A list of the whole university, which whoever has the duty sees.
    everybody: bool = False

    def within(self, scope: Scope) -> bool:
        return (
            scope.everything
            or self.everybody
            or self.faculty in scope.faculty_ids
            or self.kafedra in scope.kafedra_ids
            or (self.person is not None and self.person == scope.person_id)
        )


@dataclass(frozen=True)
class Row:
    """A row with its place. ``also`` are permissions of which one is needed beside the page's own."""

    obj: Any
    place: Place
    also: tuple[str, ...] = ()
    # What the place does not tell: an answer of one station is for its role alone.
    seen: Callable[[Access], bool] | None = None


@dataclass
class World:
    """All rows of the walk; each kind is made when the walk first asks for it."""

    rows: dict[tuple[str, str], Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        factories.make_university()
        factories.make_year()
        self.faculties = {
            OWN: factories.make_faculty("303-101"),
            COLLEAGUE: factories.make_faculty("303-101"),
            OTHER: factories.make_faculty("303-102"),
        }
        self.kafedras = {
            OWN: factories.make_kafedra(self.faculties[OWN], 1),
            COLLEAGUE: factories.make_kafedra(self.faculties[OWN], 2),
            OTHER: factories.make_kafedra(self.faculties[OTHER], 1),
        }
        self.picture = default_storage.save("walk.jpg", ContentFile(b"\xff\xd8\xff"))
        self.persons = {
            where: factories.make_person("Yuruvchi", name, photo=self.picture)
            for where, name in zip(WHERE, ("Oʻzi", "Hamkasb", "Begona"), strict=True)
        }
        self.walker = factories.make_user(login="walker", person=self.persons[OWN])
        self.assignments = {role: self._give(role) for role in duties.ROLES}
        self.groups = {
            where: factories.make_group(self.faculties[where], f"610-26.9{n}")
            for n, where in enumerate(WHERE)
        }
        for where in WHERE:
            # Each of the three cares for the own group as a tutor (duty T).
            employee = self.post(where, "11").employee
            TutorGroup.objects.create(employee=employee, group=self.groups[where], valid_from=LONG_AGO)
        TOTP.activate(self.walker, generate_totp_secret())
        RecoveryCodes.activate(self.walker)

    def _give(self, role: str) -> RoleAssignment:
        level = duties.ROLES[role].scope
        unit = {duties.FACULTY: self.faculties[OWN], duties.KAFEDRA: self.kafedras[OWN]}.get(level)
        return factories.give_role(self.walker, role, unit)

    def place(self, where: str, *, person: bool = True, kafedra: bool = False) -> Place:
        """The place of a row of ``where``: of the faculty, and of the person or the kafedra if it has them."""
        return Place(
            self.faculties[where].pk,
            self.kafedras[where].pk if kafedra else None,
            self.persons[where].pk if person else None,
        )

    def row(self, key: str, model: type[models.Model], where: str) -> Row:
        """The row of a register (by its key) or of a model.

        Raises:
            LookupError: nobody has said how to make one.
        """
        from tests.access.rows import ROWS

        maker = ROWS.get(key) or ROWS.get(model) or guess(model)
        if type(model._default_manager.all()).for_scope is ScopedQuerySet.for_scope:
            # Only a duty of the whole university reaches such rows: one of them serves all.
            maker, where = maker or of_university(plain(model)), OWN
        if maker is None:
            raise LookupError(f"tests/access/rows.py: ROWS lacks a maker for {key} ({model.__name__}).")
        name = key if key in ROWS else model._meta.label
        if (name, where) not in self.rows:
            try:
                self.made(maker, where, name)
            except (DatabaseError, ObjectDoesNotExist, AttributeError, ValidationError) as error:
                raise LookupError(
                    f"tests/access/rows.py: give ROWS a maker for {key} ({model.__name__}); what is required "
                    f"was filled in, but: {error}"
                ) from error
        return self.rows[name, where]

    def made(self, maker: Callable[[World, str], Row], where: str, name: str = "") -> Row:
        """What ``maker`` makes for ``where``, once."""
        key = (name or maker.__qualname__, where)
        if key not in self.rows:
            with transaction.atomic():
                self.rows[key] = maker(self, where)
        return self.rows[key]

    # --- rows that others stand on

    @cached_property
    def signed_orders(self) -> dict[str, Order]:
        """An executed admission of each of the three persons."""
        return {where: self._admit(where) for where in WHERE}

    def _draft(self, where: str, person: Person) -> Order:
        candidate = factories.make_candidate(self.groups[where], person=person)
        return orders.create_admission_order(
            access=factories.access_of(factories.make_user("dean", self.faculties[where])),
            faculty=self.faculties[where],
            candidates=Candidate.objects.filter(pk=candidate.pk),
            title="Oʻqishga qabul qilish toʻgʻrisida",
            basis="Qabul komissiyasi qarori",
            effective_date=DAY,
        )

    def _admit(self, where: str) -> Order:
        order = self._draft(where, self.persons[where])
        dean = factories.access_of(order.created_by)
        orders.submit(order, access=dean)
        orders.sign(order, access=self.rectorate, date=datetime.date(2026, 8, 28))
        return orders.execute(order, access=dean)

    @cached_property
    def rectorate(self):
        return factories.access_of(factories.make_user("rectorate"))

    def student(self, where: str) -> Student:
        line = self.signed_orders[where].lines.get()
        return Student.objects.get(pk=line.student_id)

    def draft_order(self, where: str) -> Order:
        return self._draft(where, factories.make_person("Nomzodov"))

    def document(self, where: str) -> Document:
        return Document.objects.get(pk=self.signed_orders[where].document_id)

    def employee(self, where: str) -> Employee:
        """The person of ``where`` as a teacher of the kafedra."""
        found = Employee.objects.filter(person=self.persons[where]).first()
        return found or factories.make_employee(self.kafedras[where], person=self.persons[where])

    def post(self, where: str, category: str) -> Position:
        """A post of the employee in the kafedra: of a teacher (12), or of another category a tutor's."""
        employee = self.employee(where)
        found = Position.objects.filter(employee=employee, category=category).first()
        return found or make(
            Position,
            self,
            where,
            employee=employee,
            unit=self.kafedras[where],
            category=category,
            post="34",
            rate=Decimal("0.5"),
            employment="12",  # One main post is enough.
            valid_from=LONG_AGO,
        )

    def contract(self, where: str) -> Contract:
        """A contract as it stands between numbering and issuing."""
        student = self.student(where)
        now = student.current
        facts = {name: getattr(now, name) for name in ("faculty", "programme", "group", "course")}
        found = Contract.objects.create(
            number=f"T-{next(_serial)}",
            date=DAY,
            student=student,
            academic_year=factories.make_year(),
            placement=now,
            education_form=now.education_form,
            amount=Decimal(5_000_000),
            price_steps=[],
            scan=self.picture,
            **facts,
        )
        # Its instalments make up the sum, which the database asks when the transaction ends.
        ContractInstalment.objects.create(
            contract=found, position=1, due_date=DAY, share=100, amount=found.amount
        )
        return found

    def owner(self, where: str) -> User:
        person = self.persons[where]
        return User.objects.filter(person=person).first() or factories.make_user(person=person)


def make(model: type[models.Model], world: World, where: str, **given: Any) -> Any:
    """A saved row of ``model`` with everything required filled in; ``given`` says what matters."""
    values = dict(given)
    for one in model._meta.concrete_fields:
        if one.name in values or one.primary_key or one.has_default() or one.null or one.generated:
            continue
        if getattr(one, "auto_now", False) or getattr(one, "auto_now_add", False):
            continue
        if isinstance(one, models.FileField):
            values[one.name] = world.picture
            continue
        if not one.blank or isinstance(one, models.ForeignKey):
            values[one.name] = _value(one, world, where)
    return model._default_manager.create(**values)


def _value(one: models.Field, world: World, where: str) -> Any:
    if isinstance(one, ClassifierField):
        return ClassifierItem.objects.filter(list=one.list_code).order_by("code").first().code
    if isinstance(one, models.ForeignKey):
        return _related(one, world, where)
    if one.choices:
        return one.choices[0][0]
    number = _within(one, next(_serial))
    for kind, value in (
        (models.BooleanField, False),
        (models.DateTimeField, datetime.datetime(2026, 9, 1, 9, tzinfo=datetime.UTC)),
        (models.DateField, DAY),
        (models.TimeField, datetime.time(9)),
        (models.DecimalField, Decimal(1)),
        (models.IntegerField, number),
        (models.JSONField, {}),
    ):
        if isinstance(one, kind):
            return value
    return f"{one.name[:4]}-{number}"[: one.max_length or None]


def _within(one: models.Field, number: int) -> int:
    """``number``, moved into the bounds that the field has."""
    for limit in one.validators:
        if isinstance(limit, MinValueValidator):
            number = max(number, int(limit.limit_value))
        if isinstance(limit, MaxValueValidator):
            number = min(number, int(limit.limit_value))
    return number


def _related(one: models.ForeignKey, world: World, where: str) -> Any:
    target = one.related_model
    if target is Unit:
        return (world.kafedras if "kafedra" in one.name else world.faculties)[where]
    ready: dict[type, Callable[[], Any]] = {
        Person: lambda: world.persons[where],
        User: lambda: world.owner(where),
        Employee: lambda: world.employee(where),
        Student: lambda: world.student(where),
        Group: lambda: world.groups[where],
        Speciality: lambda: world.groups[where].speciality,
        Programme: lambda: (
            Programme.objects.filter(speciality=world.groups[where].speciality).first()
            or make(Programme, world, where)
        ),
        AcademicYear: factories.make_year,
        Order: lambda: world.signed_orders[where],
    }
    return ready[target]() if target in ready else world.row("", target, where).obj


def of_faculty(get: Callable[[World, str], Any]) -> Callable[[World, str], Row]:
    """Rows that the faculty sees and nobody as a person."""
    return lambda world, where: Row(get(world, where), world.place(where, person=False))


def of_person(get: Callable[[World, str], Any], **also: Any) -> Callable[[World, str], Row]:
    """Rows that the faculty sees, and the person whom they are about."""
    return lambda world, where: Row(get(world, where), world.place(where), **also)


def of_kafedra(get: Callable[[World, str], Any]) -> Callable[[World, str], Row]:
    """Rows of somebody of a kafedra: seen by the kafedra, its faculty and the person."""
    return lambda world, where: Row(get(world, where), world.place(where, kafedra=True))


def of_university(get: Callable[[World, str], Any]) -> Callable[[World, str], Row]:
    """Rows that only a duty of the whole university reaches."""
    return lambda world, where: Row(get(world, where), Place())


def of_everybody(get: Callable[[World, str], Any]) -> Callable[[World, str], Row]:
    """Rows of a list of the whole university: the duty is enough, however far it reaches."""
    return lambda world, where: Row(get(world, where), Place(everybody=True))


def of_unit(get: Callable[[World, str], Any]) -> Callable[[World, str], Row]:
    """Rows of a kafedra and of nobody in it."""
    return lambda world, where: Row(get(world, where), world.place(where, person=False, kafedra=True))


def first(model: type[models.Model], **given: Any) -> Callable[[World, str], Any]:
    """A row that is there from the beginning, else a plain one."""
    return lambda world, where: (
        model._default_manager.order_by("pk").first() or make(model, world, where, **given)
    )


def guess(model: type[models.Model]) -> Callable[[World, str], Row] | None:
    """Whose the rows of a model most likely are, by what they point at; a wrong guess fails the walk."""
    links = {one.related_model: one.name for one in model._meta.fields if isinstance(one, models.ForeignKey)}
    for target, kind in (
        (Employee, of_kafedra),
        (Student, of_person),
        (Group, of_faculty),
        (Programme, of_faculty),
        (Speciality, of_faculty),
        (Person, of_person),
    ):
        if target in links:
            return kind(plain(model))
    if Unit in links:
        return of_unit(plain(model)) if "kafedra" in links[Unit] else of_faculty(plain(model))
    return None


def plain(model: type[models.Model], **given: Any) -> Callable[[World, str], Any]:
    """A row with nothing special about it."""
    return lambda world, where: make(model, world, where, **given)


# Register key or model → maker; filled in ``rows.py``. A key goes before the model, for registers that show some
# rows of a model only.
ROWS: dict[Any, Callable[[World, str], Row]] = {}
