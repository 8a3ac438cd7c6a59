"""Works of the demo's teachers: approved by the heads, some still waiting, some returned."""

from __future__ import annotations

import datetime
from random import Random

from django.utils import timezone

from hemis.access.models import RoleAssignment
from reports.demo import YEAR
from research.models import Work, WorkAuthor
from staff.models import Position
from staff.models.posts import TEACHING
from structure.models import Unit
from students.models import AcademicYear

SEED = 840
EACH = 4  # works of a teacher
THEMES = (
    "Yarimoʻtkazgichli nanotuzilmalar", "Raqamli taʼlim muhiti", "Suv resurslarini boshqarish",
    "Oʻzbek tili korpusi", "Sonli usullar", "Mahalliy tarix manbalari", "Sunʼiy intellekt modellari",
)  # fmt: skip
WAYS = ("tadqiqoti", "metodikasi", "tahlili", "rivojlanish bosqichlari", "amaliy masalalari")
SOURCES = ("Fan va taʼlim", "Acta Scientifica", "Universitet xabarlari", "Journal of Applied Studies")
REMARK = "Sahifalar va ISSN koʻrsatilmagan."


def build() -> None:
    """Works with authors in bulk, then their states in the order that the database allows."""
    random = Random(SEED)  # noqa: S311
    for year in (YEAR - 1, YEAR):
        AcademicYear.objects.get_or_create(year=year)
    posts = Position.objects.filter(category=TEACHING, unit__kind=Unit.KAFEDRA).order_by("employee", "pk")
    held = {post.employee_id: post.unit_id for post in posts}
    works = Work.objects.bulk_create(
        _work(random, employee, unit, number)
        for number, (employee, unit) in enumerate(one for one in held.items() for _ in range(EACH))
    )
    _name_authors(random, works, list(held))
    _decide(works)


def _work(random: Random, employee: int, unit: int, number: int) -> Work:
    sort = random.choice((Work.SCIENTIFIC, Work.SCIENTIFIC, Work.METHODICAL, Work.PROPERTY))
    issued = YEAR - number % 2
    kinds = {
        Work.SCIENTIFIC: ("11", "12", "13", "14", "15", "16"),
        Work.METHODICAL: ("11", "12", "13", "14"),
        Work.PROPERTY: ("11", "12", "17"),
    }
    work = Work(
        sort=sort, title=f"{random.choice(THEMES)} {random.choice(WAYS)} ({number + 1}-ish)", language="11",
        academic_year_id=issued, issue_year=issued, entered_by_id=employee, kafedra_id=unit, country="UZ",
    )  # fmt: skip
    setattr(work, f"{sort}_kind", random.choice(kinds[sort]))
    if sort == Work.SCIENTIFIC:
        work.source_name, work.pages = random.choice(SOURCES), f"{number + 1}–{number + 9}"
        work.doi, work.database = f"10.99999/demo.{number + 1}", random.choice(("", "", "11", "12", "19"))
    elif sort == Work.METHODICAL:
        work.source_name, work.pages = "Universitet nashriyoti", "128 b."
    if sort == Work.PROPERTY or number % 3 == 0:
        work.certificate_number = f"DGU {10000 + number}"
        work.certificate_date = datetime.date(issued, 1 + number % 9, 15)
    return work


def _name_authors(random: Random, works: list[Work], everybody: list[int]) -> None:
    """Who entered a work is its first author; a colleague and somebody from outside now and then."""
    made = []
    for number, work in enumerate(works):
        made.append(
            WorkAuthor(work=work, employee_id=work.entered_by_id, share=60 if number % 4 == 0 else None)
        )
        colleague = random.choice(everybody)
        if number % 3 == 0 and colleague != work.entered_by_id:
            made.append(WorkAuthor(work=work, employee_id=colleague, place=2))
        if number % 5 == 0:
            made.append(WorkAuthor(work=work, outsider="J. Smith", place=3))
    WorkAuthor.objects.bulk_create(made)


def _decide(works: list[Work]) -> None:
    """Most are approved by the head of their kafedra; of every ten one is a draft, one waits, one came back."""
    now = timezone.now()
    with_head = dict(RoleAssignment.objects.in_force().filter(role="head").values_list("unit", "user"))
    kept = [(number % 10, work) for number, work in enumerate(works) if number % 10]
    Work.objects.filter(pk__in=[work.pk for _, work in kept]).update(state=Work.SUBMITTED, submitted_at=now)
    for kafedra, head in with_head.items():
        decided = {"decided_by": head, "decided_at": now}
        here = [(digit, work.pk) for digit, work in kept if work.kafedra_id == kafedra]
        Work.objects.filter(pk__in=[pk for digit, pk in here if digit > 2]).update(
            state=Work.APPROVED, **decided
        )
        Work.objects.filter(pk__in=[pk for digit, pk in here if digit == 2]).update(
            state=Work.RETURNED, remark=REMARK, **decided
        )
