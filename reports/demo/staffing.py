"""The working life of the demo's staff: diplomas, trainings, competitions, the plan, a head who changed."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal
from random import Random

from hemis.access.scope import Access
from hemis.people.models import User
from reports.demo import YEAR
from staff import accounts, actions
from staff.actions import OrderRef
from staff.models import (
    Absence,
    Award,
    Competition,
    CompetitionEntry,
    Degree,
    Development,
    Education,
    Employee,
    EstablishmentPost,
    ForeignSpecialist,
    ForeignTraining,
    Position,
    PostRole,
)
from staff.models.posts import HEAD_OF_KAFEDRA, TEACHING
from structure.models import Unit

SEED = 720
UNIVERSITIES = (
    "Oʻzbekiston Milliy universiteti",
    "Samarqand davlat universiteti",
    "Toshkent davlat pedagogika universiteti",
    "Buxoro davlat universiteti",
)
COURSES = (
    "Raqamli taʼlim texnologiyalari", "Zamonaviy pedagogika va psixologiya", "Oliy taʼlimda sunʼiy intellekt",
    "Ilmiy tadqiqot metodologiyasi", "Masofaviy taʼlimni tashkil etish", "Taʼlim sifatini baholash",
)  # fmt: skip
# Which office a division is: its posts bring the role.
OFFICES = {
    "303-202": "hr", "303-203": "academic_affairs", "303-204": "marketing", "303-205": "talent",
    "303-206": "research", "303-207": "accounting", "303-208": "administrator", "303-209": "legal",
    "303-210": "library", "303-211": "dormitory",
}  # fmt: skip


def build(staff: dict[str, User]) -> None:
    """Everything around the posts that ``build_staff`` has given; the same every time."""
    random = Random(SEED)  # noqa: S311
    _roles(staff)
    people = list(Employee.objects.select_related("person").order_by("pk"))
    _diplomas(people, random)
    teachers = [
        one
        for one in people
        if one.positions.filter(category=TEACHING).exists()  # Deans and officers are no teachers.
    ]
    _trainings(teachers, random)
    _competitions(teachers, random)
    _second_posts(teachers, random)
    _changes(staff)
    _plan(random)
    _abroad_and_awards(teachers, random)


def _roles(staff: dict[str, User]) -> None:
    """Offices bring their roles by unit; then every account is tied to its post."""
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=OFFICES)}
    PostRole.objects.bulk_create(PostRole(unit=units[code], role=role) for code, role in OFFICES.items())
    for employee in Employee.objects.filter(person__user__in=staff.values()).select_related("person"):
        accounts.bring_into_agreement(employee)


def _diplomas(people: list[Employee], random: Random) -> None:
    """A diploma of higher education for everybody; degrees and ranks for those whose posts ask for them."""
    Education.objects.bulk_create(
        Education(
            employee=one,
            level=random.choice(("specialist", "master")),
            institution=random.choice(UNIVERSITIES),
            speciality=random.choice(("Matematika", "Filologiya", "Iqtisodiyot", "Tarix", "Biologiya")),
            start_year=_born(one) + 18,
            end_year=_born(one) + 23,
            diploma_number=f"B {100000 + one.pk}",
            diploma_date=datetime.date(_born(one) + 23, 7, 1),
        )
        for one in people
    )
    degrees = []
    for one in people:
        post = one.positions.order_by("pk").values_list("post", flat=True)[0]
        degree, rank = {"15": ("12", "13"), "20": ("12", "13"), "14": ("11", "11"), "16": ("11", "11"),
                        "25": ("11", "11")}.get(post, ("", ""))  # fmt: skip
        if not degree and random.random() < 0.2:
            degree = "11"
        year = min(_born(one) + 30, YEAR - 2)  # the rank comes a year later, and is not in the future
        for kind, code, later in ((Degree.DEGREE, degree, 0), (Degree.RANK, rank, 1)):
            if code:
                degrees.append(_degree(one, kind, code, year + later, random))
    Degree.objects.bulk_create(degrees)


def _born(employee: Employee) -> int:
    assert employee.person.birth_date is not None  # the demo's people all have one
    return employee.person.birth_date.year


def _degree(one: Employee, kind: str, code: str, year: int, random: Random) -> Degree:
    day = datetime.date(year, 3, 1) + datetime.timedelta(days=random.randrange(300))
    return Degree(
        employee=one, kind=kind, **{kind: code}, diploma_number=f"{code}{one.pk:06d}", diploma_date=day,
        council="Oliy attestatsiya komissiyasi", council_number=str(random.randint(10, 300)),
        council_date=day - datetime.timedelta(days=20), country="UZ", university=random.choice(UNIVERSITIES),
    )  # fmt: skip


def _trainings(teachers: list[Employee], random: Random) -> None:
    """Most within three years, some overdue, a few never, one planned."""
    made = []
    today = datetime.date(YEAR, 11, 1)
    for number, one in enumerate(teachers):
        if number % 11 == 5:
            continue
        end = today - datetime.timedelta(days=random.randrange(60, 1500))
        made.append(_training(one, end, random, f"MO-{number:04d}"))
        if number % 4 == 0:
            earlier = end - datetime.timedelta(days=1000)
            made.append(_training(one, earlier, random, f"MO-{number:04d}a"))
    planned = datetime.date(YEAR + 1, 2, 20)
    made.append(_training(teachers[5], planned, random, ""))
    Development.objects.bulk_create(made)


def _training(one: Employee, end: datetime.date, random: Random, number: str) -> Development:
    place = random.choices(("11", "12", "13"), weights=(5, 4, 1))[0]
    institution = {"11": "Bosh ilmiy-metodik markaz", "12": "Tarmoq markazi, Samarqand", "13": "MGU"}[place]
    return Development(
        employee=one, place=place, institution=institution, country="RU" if place == "13" else "UZ",
        title=random.choice(COURSES), hours=random.choice((72, 144, 288)),
        begin_date=end - datetime.timedelta(days=30), end_date=end, document_number=number,
        document_date=end + datetime.timedelta(days=1) if number else None,
    )  # fmt: skip


def _competitions(teachers: list[Employee], random: Random) -> None:
    """Elections of three to six years ago for most, so that some terms end soon or have ended; one is announced."""
    for number, one in enumerate(teachers):
        if number % 9 == 4:
            continue
        position = one.positions.select_related("unit").order_by("pk")[0]
        held = datetime.date(YEAR, 10, 1) - datetime.timedelta(days=random.randrange(300, 2200))
        competition = Competition.objects.create(
            unit=position.unit, post=position.post, announced_on=held - datetime.timedelta(days=60),
            announced_in="Maʼrifat gazetasi", deadline=held - datetime.timedelta(days=15),
            state=Competition.HELD, held_on=held, protocol_number=str(number % 12 + 1), protocol_date=held,
        )  # fmt: skip
        start = held + datetime.timedelta(days=10)
        CompetitionEntry.objects.create(
            competition=competition, employee=one, votes_for=random.randint(15, 25),
            votes_against=random.randint(0, 3), result=CompetitionEntry.ELECTED, order_number=f"{number}-t",
            order_date=start, term_from=start, term_to=start.replace(year=start.year + 5, day=min(start.day, 28)),
        )  # fmt: skip
    first = teachers[0].positions.select_related("unit").order_by("pk")[0]
    announced = Competition.objects.create(
        unit=first.unit, post="14", announced_on=datetime.date(YEAR, 11, 10), announced_in="namuna.example",
        deadline=datetime.date(YEAR, 12, 10),
    )  # fmt: skip
    CompetitionEntry.objects.create(competition=announced, outsider="Nazarova Lola Anvar qizi")


def _second_posts(teachers: list[Employee], random: Random) -> None:
    """Some work part-time in another kafedra too."""
    kafedras = list(Unit.objects.kafedras().order_by("code"))
    since = datetime.date(YEAR - 1, 9, 1)
    Position.objects.bulk_create(
        Position(
            employee=one, unit=random.choice(kafedras), post="12", category=TEACHING, employment="12",
            rate=random.choice((Decimal("0.25"), Decimal("0.50"))), valid_from=since, order_number=f"{n}-o",
            order_date=since,
        )
        for n, one in enumerate(teachers[12::9], start=1)
    )  # fmt: skip
    for one in teachers[12::9]:
        accounts.bring_into_agreement(one)


def _changes(staff: dict[str, User]) -> None:
    """A head before the present one, another rate, a leave, somebody who left: each by its order."""
    access = Access.for_user(staff["hr"])
    head = Position.objects.select_related("unit").get(
        employee__person__user=staff["head1"], post=HEAD_OF_KAFEDRA
    )
    former = Position.objects.get(employee__person__user=staff["teacher1"], valid_from=head.valid_from)
    before = Position.objects.create(
        employee_id=former.employee_id, unit=head.unit, post=HEAD_OF_KAFEDRA, category=TEACHING,
        valid_from=datetime.date(YEAR - 8, 9, 1), valid_to=head.valid_from - datetime.timedelta(days=1),
        order_number="211-k", order_date=datetime.date(YEAR - 8, 8, 28), end_order_number="198-k",
        end_order_date=head.valid_from - datetime.timedelta(days=4), end_reason="Muddati tugagan",
    )  # fmt: skip
    Position.objects.filter(pk=former.pk).update(previous=before)
    less = Position.objects.get(employee__person__user=staff["teacher2"], employment="11")
    actions.change_rate(
        less,
        access=access,
        from_day=datetime.date(YEAR, 2, 1),
        order=OrderRef("31-k", datetime.date(YEAR, 1, 28)),
        rate=Decimal("0.75"),
    )
    away = Employee.objects.get(person__user=staff["teacher3"])
    Absence.objects.create(
        employee=away, kind="13", valid_from=datetime.date(YEAR, 11, 16), valid_to=datetime.date(YEAR, 12, 20),
        order_number="88-s", order_date=datetime.date(YEAR, 11, 12), note="Toshkent",
    )  # fmt: skip
    left = Employee.objects.get(person__user=staff[max(staff, key=_teacher_number)])
    actions.dismiss(
        left,
        access=access,
        last_day=datetime.date(YEAR, 6, 30),
        order=OrderRef("140-k", datetime.date(YEAR, 6, 25)),
        reason="Oʻz xohishiga koʻra",
    )


def _teacher_number(login: str) -> int:
    return int(login.removeprefix("teacher")) if login.startswith("teacher") else 0


def _plan(random: Random) -> None:
    """What is filled, and a little more here and there: vacancies."""
    since = datetime.date(YEAR - 1, 9, 1)
    filled: dict[tuple, Decimal] = defaultdict(Decimal)
    for unit, post, category, rate in Position.objects.in_force().values_list(
        "unit", "post", "category", "rate"
    ):
        filled[unit, post, category] += rate
    EstablishmentPost.objects.bulk_create(
        EstablishmentPost(
            unit_id=unit,
            post=post,
            category=category,
            valid_from=since,
            order_number="SH-1",
            order_date=since,
            rates=rates + _vacancy(post, category, random),
        )
        for (unit, post, category), rates in sorted(filled.items())
    )


def _vacancy(post: str, category: str, random: Random) -> Decimal:
    """Now and then half a rate or a whole one; never a second head."""
    if category != TEACHING or post == HEAD_OF_KAFEDRA:
        return Decimal(0)
    return random.choices((Decimal(0), Decimal("0.50"), Decimal(1)), weights=(5, 2, 2))[0]


def _abroad_and_awards(teachers: list[Employee], random: Random) -> None:
    for number, one in enumerate(teachers[3::15]):
        begin = datetime.date(YEAR - 1, 2, 1) + datetime.timedelta(days=40 * number)
        ForeignTraining.objects.create(
            employee=one, activity=random.choice(("internship", "research")), country="RU",
            institution="Moskva davlat universiteti", speciality="Pedagogika", begin_date=begin,
            end_date=begin + datetime.timedelta(days=30), contract=f"X-{number + 1}",
        )  # fmt: skip
        Award.objects.create(
            employee=one, kind="17", title="Yilning eng yaxshi pedagogi", awarded_by="Oliy taʼlim vazirligi",
            awarded_on=datetime.date(YEAR - 1, 10, 1), document_number=str(number + 1),
        )  # fmt: skip
    ForeignSpecialist.objects.create(
        full_name="Ivanov Sergey Petrovich", country="RU", work_place="Moskva davlat universiteti",
        speciality="Kimyo", subject="Fizik kimyo", unit=Unit.objects.kafedras().order_by("code")[7],
        contract="XM-4", begin_date=datetime.date(YEAR, 9, 1), end_date=datetime.date(YEAR + 1, 1, 31),
    )  # fmt: skip
