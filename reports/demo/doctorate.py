"""Doctorate of the demo: four years of admissions, supervisors, plans, attestations, defences, some who are late."""

from __future__ import annotations

import datetime
from random import Random
from typing import Any

from django.utils import timezone

from doctorate import actions
from doctorate.models import (
    Attestation,
    Defence,
    DoctoralOrder,
    DoctoralSpeciality,
    DoctoralStudent,
    IndividualPlan,
    Opponent,
    PlanStage,
    Supervision,
)
from doctorate.models.specialities import DSC, PHD
from hemis.access.scope import Access
from hemis.classifiers import queries as classifiers
from hemis.people.models import Person, User
from reports.demo import YEAR
from reports.demo.people import People
from staff.models import Employee
from staff.models.posts import TEACHING
from structure.models import Unit

SEED = 304
CODES = (
    "01.01.03", "05.01.07", "05.01.04", "10.00.01", "10.00.02", "08.00.13", "13.00.02", "13.00.01", "07.00.01",
)  # fmt: skip
THEMES = (
    "Chegaraviy masalalarni sonli yechish algoritmlari", "Oʻzbek tili korpusida morfologik tahlil modellari",
    "Hududiy turizm klasterlarini boshqarish mexanizmlari", "Boʻlajak oʻqituvchilarning raqamli kompetensiyasi",
    "Sunʼiy neyron tarmoqlar asosida bashoratlash", "Tarixiy manbalarda shahar madaniyati",
    "Kichik biznesni rivojlantirishning ekonometrik modeli", "Badiiy matnda milliy ruh ifodasi",
)  # fmt: skip
KINDS = ("11", "11", "11", "12", "11", "13", "11", "14")
EACH_YEAR = 8
STAGES = (
    (1, "exam", "Malakaviy imtihonlarni topshirish", 8), (1, "chapter", "Dissertatsiyaning 1-bobini yozish", 11),
    (2, "article", "Xorijiy jurnalda maqola chop etish", 18), (2, "chapter", "Dissertatsiyaning 2-bobini yozish", 22),
    (3, "conference", "Xalqaro konferensiyada maʼruza", 29), (3, "seminar", "Kafedra seminarida muhokama", 34),
)  # fmt: skip


class Office:
    """Who forms orders and who signs them, in the order of their days."""

    def __init__(self, staff: dict[str, User]):
        self.forms, self.signs = Access.for_user(staff["research"]), Access.for_user(staff["rector"])

    def draft(
        self, kind: str, students: list[DoctoralStudent], day: datetime.date, basis: str, **fields: Any
    ) -> DoctoralOrder:
        order = DoctoralOrder(kind=kind, effective_date=day, basis=basis, **fields)
        return actions.create_order(order, students, access=self.forms)

    def execute(
        self, kind: str, students: list[DoctoralStudent], day: datetime.date, basis: str, **fields: Any
    ) -> None:
        """An order that was signed some days before it came into force."""
        order = self.draft(kind, students, day, basis, **fields)
        actions.submit(order, access=self.forms)
        order.refresh_from_db()
        actions.sign(order, access=self.signs, date=day - datetime.timedelta(days=3))
        for one in students:
            one.refresh_from_db()


def build(staff: dict[str, User], people: People) -> None:
    """Everything by orders, as in life; the same every time."""
    random, office = Random(SEED), Office(staff)  # noqa: S311
    for code in CODES:
        for level in (PHD, DSC):
            DoctoralSpeciality.objects.create(
                code=code, level=level, name=classifiers.label("h_science_branch", code, "uz"),
                opened_on=datetime.date(2018, 1, 1), basis="OAK rayosati qarori",
            )  # fmt: skip
    years = {year: _candidates(people, random, year) for year in range(YEAR - 3, YEAR + 1)}
    _supervise(random, [one for found in years.values() for one in found])
    for year, found in years.items():
        day = datetime.date(year, 1, 5)
        office.execute("admission", found, day, f"Ilmiy kengash qarori, {year - 1}-yil 25-dekabr, 5-son")
        if year == YEAR - 1:
            _events_of_last_year(office, years)
    _events_of_this_year(office, years)
    studying = list(DoctoralStudent.objects.filter(status__in=DoctoralStudent.HERE).order_by("pk"))
    _plans(random, studying)
    _attest(random)
    _defend(staff, years)
    office.draft(
        "extension",
        [years[YEAR - 2][0]],
        datetime.date(YEAR, 12, 1),
        "Ariza",
        until=datetime.date(YEAR + 1, 6, 30),
    )
    waiting = _candidates(people, random, YEAR + 1)
    actions.submit(
        office.draft("admission", waiting[:4], datetime.date(YEAR + 1, 1, 5), "Ilmiy kengash qarori"),
        access=office.forms,
    )


def _candidates(people: People, random: Random, year: int) -> list[DoctoralStudent]:
    kafedras = list(Unit.objects.kafedras().order_by("code"))
    persons = Person.objects.bulk_create([people.employee() for _number in range(EACH_YEAR)])
    open_now = {(one.code, one.level): one for one in DoctoralSpeciality.objects.all()}
    made = []
    for number, person in enumerate(persons):
        kind = KINDS[number]
        level = PHD if kind in ("11", "12") else DSC
        code = CODES[(number + year) % len(CODES)]
        made.append(
            DoctoralStudent.objects.create(
                person=person, kind=kind, speciality=open_now[code, level],
                kafedra=kafedras[(number * 5 + year) % len(kafedras)],
                theme=THEMES[(number + year) % len(THEMES)], theme_protocol="5", payment_form="11",
                theme_approved_on=datetime.date(min(year, YEAR), 1, 5),
                entry_articles=random.randint(1, 4), entry_theses=random.randint(1, 4),
            )
        )  # fmt: skip
    return made


def _supervise(random: Random, students: list[DoctoralStudent]) -> None:
    """Doctors of sciences lead DSc, everybody with a degree PhD; nobody more than may be. One has nobody."""
    teachers = Employee.objects.filter(
        positions__category=TEACHING, academic_degree__in=("11", "12")
    ).distinct()
    doctors = [one for one in teachers.order_by("pk") if one.academic_degree == "12"]
    all_of_them = list(teachers.order_by("pk"))
    led: dict[tuple[int, str], int] = {}
    for number, student in enumerate(students):
        if number == len(students) - 2:
            continue
        most, among = (5, all_of_them) if student.level == PHD else (3, doctors)
        free = [one for one in among if led.get((one.pk, student.level), 0) < most - 1]
        if not free:
            continue
        who = random.choice(free)
        led[who.pk, student.level] = led.get((who.pk, student.level), 0) + 1
        begins = student.theme_approved_on
        assert begins is not None  # written just now
        Supervision.objects.create(
            student=student, employee=who, valid_from=begins, order_number="5", order_date=begins
        )


def _events_of_last_year(office: Office, years: dict[int, list[DoctoralStudent]]) -> None:
    first, second = years[YEAR - 3], years[YEAR - 2]
    office.execute("leave", [second[2]], datetime.date(YEAR - 1, 3, 1), "Ariza, tugʻilganlik guvohnomasi",
                   until=datetime.date(YEAR, 2, 28), leave_reason="14")  # fmt: skip
    office.execute("expulsion", [first[4]], datetime.date(YEAR - 1, 7, 1), "Attestatsiya komissiyasi xulosasi",
                   reason="Attestatsiyadan oʻtmagan")  # fmt: skip
    office.execute("extension", [first[1]], datetime.date(YEAR - 1, 12, 1), "Ariza, rahbar tavsiyanomasi",
                   until=datetime.date(YEAR, 7, 4))  # fmt: skip
    office.execute("completion", [first[0], first[6]], datetime.date(YEAR - 1, 12, 25), "Yakuniy hisobot")


def _events_of_this_year(office: Office, years: dict[int, list[DoctoralStudent]]) -> None:
    office.execute("return", [years[YEAR - 2][2]], datetime.date(YEAR, 3, 1), "Ariza")
    office.execute("leave", [years[YEAR - 1][4]], datetime.date(YEAR, 9, 1), "Ariza, tibbiy xulosa",
                   until=datetime.date(YEAR + 1, 2, 28), leave_reason="12")  # fmt: skip


def _plans(random: Random, students: list[DoctoralStudent]) -> None:
    """Most plans are approved; of the stages whose day has come most are done."""
    today = timezone.localdate()
    stages, approved = [], []
    for number, one in enumerate(students):
        if number % 9 == 8:
            continue
        plan = IndividualPlan.objects.create(student=one)
        assert one.admitted_on is not None  # who is here was admitted
        for year, kind, title, months in STAGES:
            due = one.admitted_on + datetime.timedelta(days=months * 30)
            done = due - datetime.timedelta(days=random.randint(1, 40))
            is_done = due < today and random.random() < 0.97
            stages.append(
                PlanStage(
                    student=one, year=year, kind=kind, title=title, due_on=due, done_on=done if is_done else None,
                    result="Bajarildi" if is_done else "",
                )
            )  # fmt: skip
        if number % 7 != 6:
            approved.append((plan, one.admitted_on + datetime.timedelta(days=50)))
    PlanStage.objects.bulk_create(stages)
    for plan, day in approved:
        plan.state, plan.approved_on, plan.protocol_number = IndividualPlan.APPROVED, min(day, today), "7"
    IndividualPlan.objects.bulk_update(
        [plan for plan, _day in approved], ["state", "approved_on", "protocol_number"]
    )


def _attest(random: Random) -> None:
    """What was due was held within a month; every twelfth was not."""
    today = timezone.localdate()
    held = []
    for number, one in enumerate(
        Attestation.objects.filter(
            due_on__lt=today, result="", student__status=DoctoralStudent.STUDYING
        ).order_by("pk")
    ):
        if number % 12 == 11:
            continue
        one.held_on = min(one.due_on + datetime.timedelta(days=random.randint(0, 30)), today)
        one.result = random.choices(
            (Attestation.PASSED, Attestation.CONDITIONAL, Attestation.FAILED), (20, 3, 1)
        )[0]
        one.fulfilled, one.protocol_number = random.randint(60, 100), str(random.randint(1, 20))
        held.append(one)
    Attestation.objects.bulk_update(held, ["held_on", "result", "fulfilled", "protocol_number"])


def _defend(staff: dict[str, User], years: dict[int, list[DoctoralStudent]]) -> None:
    """One approved by the OAK, one that waits for it, one appointed."""
    first = years[YEAR - 3]
    for number, (student, day) in enumerate(
        ((first[0], datetime.date(YEAR, 4, 15)), (first[6], datetime.date(YEAR, 10, 20)),
         (first[1], datetime.date(YEAR, 12, 18)))
    ):  # fmt: skip
        student.refresh_from_db()
        defence = Defence.objects.create(
            student=student, council="DSc.03/30.12.2019.FM.01.01", defence_date=day,
            place="Oʻzbekiston Milliy universiteti", leading_organisation="Samarqand davlat universiteti",
        )  # fmt: skip
        Opponent.objects.bulk_create(
            Opponent(
                defence=defence, outsider=name, degree="12", work_place="Oʻzbekiston Milliy universiteti"
            )
            for name in ("A. Rasulov", "D. Qodirova")
        )
        if number == 2:
            continue
        defence.result, defence.protocol_number = Defence.PASSED, str(20 + number)
        defence.votes_for, defence.votes_against, defence.votes_invalid = 15 - number, number, 0
        defence.save()
    approved = Defence.objects.get(student=first[0])
    facts = {
        "approved_on": datetime.date(YEAR, 7, 30), "approval_number": "320/5", "diploma_number": "PHD 0001234",
        "diploma_date": datetime.date(YEAR, 8, 20), "diploma_by": "Oliy attestatsiya komissiyasi",
        "register_number": "320/5",
    }  # fmt: skip
    actions.approve_defence(approved, access=Access.for_user(staff["research"]), facts=facts)
