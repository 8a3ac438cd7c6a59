"""Works of the demo's teachers over three years."""

from __future__ import annotations

import datetime
from random import Random

from reports.demo import YEAR
from reports.demo.science.deciding import decide
from research.models import Work, WorkAuthor
from students.models import AcademicYear

EACH = 6  # works of a teacher
YEARS = (YEAR - 2, YEAR - 1, YEAR)
THEMES = (
    "Yarimoʻtkazgichli nanotuzilmalar", "Raqamli taʼlim muhiti", "Suv resurslarini boshqarish",
    "Oʻzbek tili korpusi", "Sonli usullar", "Mahalliy tarix manbalari", "Sunʼiy intellekt modellari",
)  # fmt: skip
WAYS = ("tadqiqoti", "metodikasi", "tahlili", "rivojlanish bosqichlari", "amaliy masalalari")
SOURCES = ("Fan va taʼlim", "Acta Scientifica", "Universitet xabarlari", "Journal of Applied Studies")


def build(random: Random, held: dict[int, int]) -> None:
    """Works with authors in bulk, then their states in the order that the database allows.

    ``held`` tells the kafedra of each teacher.
    """
    for year in YEARS:
        AcademicYear.objects.get_or_create(year=year)
    works = Work.objects.bulk_create(
        _work(random, employee, unit, number)
        for number, (employee, unit) in enumerate(one for one in held.items() for _ in range(EACH))
    )
    _name_authors(random, works, held)
    _decide(works)


def _work(random: Random, employee: int, unit: int, number: int) -> Work:
    sort = random.choice((Work.SCIENTIFIC, Work.SCIENTIFIC, Work.METHODICAL, Work.PROPERTY))
    issued = YEARS[number % len(YEARS)]
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


def _name_authors(random: Random, works: list[Work], held: dict[int, int]) -> None:
    """Who entered a work is its first author; a colleague and somebody from outside now and then."""
    made, everybody = [], list(held)
    for number, work in enumerate(works):
        share = 60 if number % 4 == 0 else None
        made.append(
            WorkAuthor(work=work, employee_id=work.entered_by_id, kafedra_id=work.kafedra_id, share=share)
        )
        colleague = random.choice(everybody)
        if number % 3 == 0 and colleague != work.entered_by_id:
            made.append(WorkAuthor(work=work, employee_id=colleague, kafedra_id=held[colleague], place=2))
        if number % 5 == 0:
            made.append(WorkAuthor(work=work, outsider="J. Smith", place=3))
    WorkAuthor.objects.bulk_create(made)


def _decide(works: list[Work]) -> None:
    """Of every ten one is a draft, one waits, one came back; the others are approved."""
    decide(Work, [(work.pk, work.kafedra_id) for work in works])
