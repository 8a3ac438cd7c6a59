"""Small plain makers of rows for tests; each returns a saved object."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

from django.test import Client

from hemis.access.models import RoleAssignment
from hemis.access.scope import Access
from hemis.people.identifiers import pinfl_check_digit
from hemis.people.models import Person, User
from staff.models import Employee, Position
from structure.models import Unit, University
from students.models import AcademicYear, Candidate, Group, Programme, Speciality

PASSWORD = "Tekshiruv-2026!"  # noqa: S105
_serial = itertools.count(1)

SPECIALITIES = {
    "60110500": ("Boshlangʻich taʼlim", "110"),
    "60111400": ("Oʻzbek tili va adabiyoti", "111"),
    "60410100": ("Iqtisodiyot", "410"),
    "60540200": ("Amaliy matematika", "540"),
    "60610100": ("Kompyuter ilmlari va dasturlash texnologiyalari", "610"),
    "60720700": ("Texnologik mashinalar va jihozlar", "720"),
}


def make_university() -> University:
    return University.objects.get_or_create(
        pk=1,
        defaults={
            "code": "303",
            "name": "Namuna davlat universiteti",
            "tin": "123456789",
            "address": "Toshkent shahri",
            "bank_name": "Markaziy bank",
            "bank_account": "23402000300100001010",
            "bank_mfo": "00014",
            "rector": "A. Rektorov",
        },
    )[0]


def make_faculty(code: str = "303-101", name: str = "") -> Unit:
    return Unit.objects.get_or_create(
        code=code, defaults={"name": name or f"Fakultet {code}", "kind": Unit.FACULTY}
    )[0]


def make_kafedra(faculty: Unit, number: int = 1) -> Unit:
    code = f"{faculty.code}-{number:02d}"
    return Unit.objects.get_or_create(
        code=code, defaults={"name": f"Kafedra {code}", "kind": Unit.KAFEDRA, "parent": faculty}
    )[0]


def make_pinfl(*, birth: datetime.date = datetime.date(2007, 5, 21), female: bool = False) -> str:
    """A valid PINFL that no other call gives."""
    first = ("3" if birth.year < 2000 else "5") if not female else ("4" if birth.year < 2000 else "6")
    body = f"{first}{birth:%d%m%y}{next(_serial):06d}"
    return body + pinfl_check_digit(body)


def make_person(
    last: str = "Karimov", first: str = "Akmal", middle: str = "Komil oʻgʻli", **fields
) -> Person:
    birth = fields.pop("birth_date", datetime.date(2007, 5, 21))
    number = next(_serial)
    defaults = {
        "pinfl": make_pinfl(birth=birth),
        "birth_date": birth,
        "gender": "11",
        "passport": f"AB{number:07d}",
        "region": "1726",
        "district": "1726294",
        "nationality": "1161",
        "phone": f"+9989{number:08d}",
    }
    return Person.objects.create(last_name=last, first_name=first, middle_name=middle, **(defaults | fields))


def make_user(
    role: str = "", unit: Unit | None = None, *, login: str = "", person: Person | None = None, **fields
) -> User:
    """An account with a password and, if named, a role."""
    user = User.objects.create_user(
        login or f"{role or 'user'}{next(_serial)}",
        PASSWORD,
        person=person or make_person("Xodimov", "Xodim", ""),
        **fields,
    )
    if role:
        give_role(user, role, unit)
    return user


def give_role(user: User, role: str, unit: Unit | None = None, **fields) -> RoleAssignment:
    return RoleAssignment.objects.create(user=user, role=role, unit=unit, **fields)


def access_of(user: User) -> Access:
    return Access.for_user(User.objects.get(pk=user.pk))


def client_of(user: User) -> Client:
    """A browser of somebody who has signed in; pages in English."""
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def make_employee(unit: Unit, *, person: Person | None = None, post: str = "12") -> Employee:
    employee = Employee.objects.create(
        person=person or make_person("Ustozov"), number=f"E{next(_serial):06d}"
    )
    Position.objects.create(
        employee=employee, unit=unit, post=post, category="12", valid_from=datetime.date(2020, 9, 1)
    )
    return employee


def make_speciality(faculty: Unit, code: str = "60610100") -> Speciality:
    name = SPECIALITIES.get(code, (f"Yoʻnalish {code}", ""))[0]
    return Speciality.objects.get_or_create(
        code=code, faculty=faculty, education_type="11", defaults={"name": name}
    )[0]


def make_programme(faculty: Unit, code: str = "60610100", form: str = "11") -> Programme:
    return Programme.objects.get_or_create(speciality=make_speciality(faculty, code), education_form=form)[0]


def make_group(faculty: Unit, name: str = "610-26.01", code: str = "60610100", year: int = 2026) -> Group:
    return Group.objects.get_or_create(
        name=name,
        entry_year=year,
        defaults={"faculty": faculty, "speciality": make_speciality(faculty, code)},
    )[0]


def make_year(year: int = 2026) -> AcademicYear:
    return AcademicYear.objects.get_or_create(year=year, defaults={"is_current": year == 2026})[0]


def make_candidate(
    group: Group, *, person: Person | None = None, form: str = "11", payment: str = "12"
) -> Candidate:
    programme = Programme.objects.get_or_create(speciality=group.speciality, education_form=form)[0]
    return Candidate.objects.create(
        person=person or make_person("Nomzodov", "Nomzod", "Vali oʻgʻli"),
        entry_year=group.entry_year,
        programme=programme,
        group=group,
        language="11",
        payment_form=payment,
        score=Decimal("120.5"),
    )


def make_admission_setting(code: str = "303-101") -> Unit:
    """A faculty with the six specialities in three forms and the groups of the sample list."""
    make_university()
    make_year()
    faculty = make_faculty(code)
    for speciality, (_name, prefix) in SPECIALITIES.items():
        for form in ("11", "12", "13"):
            make_programme(faculty, speciality, form)
        for number in range(1, 5):
            make_group(faculty, f"{prefix}-26.{number:02d}", speciality)
    return faculty


def make_students(
    faculty: Unit,
    count: int = 3,
    *,
    group: Group | None = None,
    payment: str = "12",
    day: datetime.date | None = None,
) -> list:
    """Students who came into being the only legal way: by a signed and executed order."""
    from movement import actions
    from movement.models import Order
    from students.models import Student

    make_university()
    make_year()
    group = group or make_group(faculty, f"610-26.{next(_serial):03d}")
    candidates = [make_candidate(group, payment=payment) for _ in range(count)]
    dean, rector = access_of(make_user("dean", faculty)), access_of(make_user("rectorate"))
    order: Order = actions.create_admission_order(
        access=dean,
        faculty=faculty,
        candidates=Candidate.objects.filter(pk__in=[c.pk for c in candidates]),
        title="Oʻqishga qabul qilish toʻgʻrisida",
        basis="Qabul komissiyasi qarori",
        effective_date=day or datetime.date(2026, 9, 1),
    )
    actions.submit(order, access=dean)
    actions.sign(order, access=rector, date=datetime.date(2026, 8, 28))
    actions.execute(order, access=dean)
    return list(Student.objects.filter(candidate__in=candidates).order_by("pk"))
