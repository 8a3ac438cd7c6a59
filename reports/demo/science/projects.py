"""Research projects of the demo: sums, executors, stages, reports and results."""

from __future__ import annotations

import datetime
from decimal import Decimal
from random import Random

from reports.demo import YEAR
from research.models import (
    Project,
    ProjectExecutor,
    ProjectResult,
    ProjectStage,
    ProjectSum,
    Work,
)

SOUM, DOLLAR = "11", "12"
TEACHER, OTHER = "11", "10"
NAMES = (
    "Yarimoʻtkazgichli nanotuzilmalar asosida datchiklar yaratish", "Suv resurslarini raqamli boshqarish tizimi",
    "Oʻzbek tilining elektron korpusini ishlab chiqish", "Qurgʻoqchilikka chidamli gʻoʻza navlari",
    "Oliy taʼlimda sunʼiy intellekt vositalari", "Mahalliy tarix manbalarini raqamlashtirish",
    "Quyosh energiyasi qurilmalarining samaradorligi", "Zamonaviy didaktik texnologiyalar",
)  # fmt: skip
CUSTOMERS = (
    "Innovatsion rivojlanish agentligi", "“Hududgaz” AJ", "Yoshlar ishlari agentligi", "Erasmus+ dasturi",
)  # fmt: skip


def build(random: Random, held: dict[int, int]) -> None:
    """A project of every other kafedra, begun over three years; the oldest are finished."""
    teachers: dict[int, list[int]] = {}
    for employee, kafedra in held.items():
        teachers.setdefault(kafedra, []).append(employee)
    projects = Project.objects.bulk_create(
        _project(number, kafedra) for number, kafedra in enumerate(list(teachers)[::2])
    )
    ProjectSum.objects.bulk_create(one for project in projects for one in _sums(random, project))
    ProjectExecutor.objects.bulk_create(
        one for project in projects for one in _executors(project, teachers[project.unit_id])
    )
    ProjectStage.objects.bulk_create(one for project in projects for one in _stages(project))
    _results(projects)


def _project(number: int, kafedra: int) -> Project:
    begins = YEAR - number % 3
    abroad = number % 4 == 3
    project = Project(
        number=f"FZ-{begins}{number + 1:04d}", name=NAMES[number % len(NAMES)], unit_id=kafedra,
        kind=("11", "13", "15", "16")[number % 4], locality="12" if abroad else "11",
        customer=CUSTOMERS[number % len(CUSTOMERS)], contract_number=f"{number + 11}/{begins}",
        contract_date=datetime.date(begins, 1, 20), currency=DOLLAR if abroad else SOUM,
        starts=datetime.date(begins, 2, 1), ends=datetime.date(begins + 1, 12, 31),
        purpose="Mavzu boʻyicha tadqiqot oʻtkazish, natijalarni amaliyotga tatbiq etish.",
    )  # fmt: skip
    if project.ends.year < YEAR:
        project.state, project.closed_on = Project.FINISHED, project.ends
        project.outcome = "Reja toʻliq bajarildi, hisobot buyurtmachi tomonidan qabul qilindi."
    return project


def _sums(random: Random, project: Project) -> list[ProjectSum]:
    abroad = project.currency == DOLLAR
    amount = Decimal(random.randint(8, 40)) * (1000 if abroad else 10_000_000)
    source = (
        ProjectSum.GRANT if abroad else ProjectSum.CUSTOMER if project.kind == "16" else ProjectSum.BUDGET
    )
    years = range(project.starts.year, project.ends.year + 1)
    found = [
        ProjectSum(
            project=project, year=year, source=source, currency=project.currency, amount=amount, members=4
        )
        for year in years
    ]
    if project.kind == "15":
        own = {"source": ProjectSum.OWN, "currency": SOUM, "amount": Decimal(30_000_000)}
        found.append(ProjectSum(project=project, year=project.starts.year, **own))
    return found


def _executors(project: Project, teachers: list[int]) -> list[ProjectExecutor]:
    found = [
        ProjectExecutor(
            project=project, kind=TEACHER, employee_id=employee, valid_from=project.starts,
            role=ProjectExecutor.MEMBER if place else ProjectExecutor.LEADER,
        )
        for place, employee in enumerate(teachers[:3])
    ]  # fmt: skip
    found.append(
        ProjectExecutor(
            project=project,
            kind=OTHER,
            outsider="A. Müller",
            valid_from=project.starts,
            valid_to=project.ends,
        )
    )
    return found


def _stages(project: Project) -> list[ProjectStage]:
    """Three stages that follow each other from the first day to the last."""
    length = (project.ends - project.starts).days // 3
    titles = ("Manbalarni tahlil qilish", "Tajribalar oʻtkazish", "Natijalarni joriy etish")
    return [
        ProjectStage(
            project=project, number=number + 1, name=title, expected="Oraliq hisobot",
            starts=project.starts + datetime.timedelta(days=number * length + bool(number)),
            ends=project.ends if number == 2 else project.starts + datetime.timedelta(days=(number + 1) * length),
        )
        for number, title in enumerate(titles)
    ]  # fmt: skip


def _results(projects: list[Project]) -> None:
    """An approved work of the kafedra, and an implementation."""
    works = dict(
        Work.objects.filter(state=Work.APPROVED, sort=Work.SCIENTIFIC)
        .order_by("kafedra", "-pk")
        .distinct("kafedra")
        .values_list("kafedra", "pk")
    )
    made = [
        ProjectResult(project=one, kind=ProjectResult.WORK, work_id=works[one.unit_id], day=one.starts)
        for one in projects
        if one.unit_id in works
    ]
    made += [
        ProjectResult(
            project=one, kind=ProjectResult.IMPLEMENTED, name="Natija ishlab chiqarishga joriy etildi",
            day=one.closed_on,
        )
        for one in projects
        if one.closed_on
    ]  # fmt: skip
    ProjectResult.objects.bulk_create(made)
