"""How fast a rating is counted, against a bare statement that finds the same marks in the same run."""

from __future__ import annotations

import datetime
from functools import partial
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from hemis.people.models import Person, User
from hemis.stopwatch import ask_deferred, seconds
from research.models import Work, WorkAuthor
from research.rating import counting
from research.rating.models import CriteriaSet, Criterion, Rating, RatingLine
from research.rating.template import TEMPLATE
from staff.models import Employee, Position
from structure.models import Unit
from students.models import AcademicYear

ROUNDS = 3
KINDS = {
    Work.SCIENTIFIC: ("11", "12", "13", "14", "15", "16"),
    Work.METHODICAL: ("11", "12", "13", "14"),
    Work.PROPERTY: ("11", "12", "17"),
}
# The same marks by hand: every counted work of every author, the sums by criterion, the totals with their places;
# once into bare tables, and once into tables with the keys and checks of those that a rating is kept in. No guards,
# no foreign keys, no history. An employee stands for the line.
TABLES = {
    "plain": """
CREATE TEMP TABLE bare_items (
    line_id bigint, criterion_id bigint, source_id bigint, label text, quantity numeric, marks numeric);
CREATE TEMP TABLE bare_parts (line_id bigint, criterion_id bigint, quantity numeric, marks numeric, score numeric);
""",
    "bare": """
CREATE TEMP TABLE bare_items (LIKE research_ratingitem INCLUDING ALL);
CREATE TEMP TABLE bare_parts (LIKE research_ratingpart INCLUDING ALL);
""",
}
BARE = (
    """
INSERT INTO bare_items (line_id, criterion_id, source_id, label, quantity, marks)
SELECT a.employee_id, c.id, w.id, w.title, 1, c.weight
  FROM research_work w JOIN research_workauthor a ON a.work_id = w.id AND a.employee_id IS NOT NULL
  JOIN research_criterion c ON c.criteria_id = %(criteria)s AND c.source = 'work_' || w.sort
   AND c.kind = CASE w.sort WHEN 'scientific' THEN w.scientific_kind WHEN 'methodical' THEN w.methodical_kind
                            ELSE w.property_kind END
   AND (c.in_database IS NULL OR c.in_database = (w.database NOT IN ('', '10')))
   AND (c.has_certificate IS NULL OR c.has_certificate = (w.certificate_number <> ''))
 WHERE w.academic_year_id = %(year)s AND w.state = 'approved'
""",
    """
INSERT INTO bare_parts (line_id, criterion_id, quantity, marks, score)
SELECT i.line_id, i.criterion_id, sum(i.quantity), sum(i.marks), least(sum(i.marks), c.cap)
  FROM bare_items i JOIN research_criterion c ON c.id = i.criterion_id GROUP BY 1, 2, c.cap
""",
    """
CREATE TEMP TABLE bare_lines ON COMMIT DROP AS
SELECT line_id AS employee_id, sum(score) AS total, rank() OVER (ORDER BY sum(score) DESC) AS place
  FROM bare_parts GROUP BY 1
""",
)


class _Rollback(Exception):
    """Undoes what was written for the measurement."""


def bench_rating(teachers: int = 2500, works: int = 60_000) -> dict[str, Any]:
    """Count the rating of ``teachers`` with ``works`` approved works of one year; nothing is kept.

    What the end of the transaction checks is part of it. ``bare`` finds the same marks by
    three statements into temporary tables with the keys of a rating, ``plain`` into such
    without any; each the better of three. All figures but counts and ratios are seconds.

    Raises:
        ValueError: the database has no kafedras (load the demo first).
    """
    if not Unit.objects.kafedras().exists():
        raise ValueError("Load the demo first.")
    found: dict[str, Any] = {}
    try:
        with transaction.atomic():
            rating = _world(teachers, works)
            ask_deferred()
            found["seconds"] = min(seconds(lambda: _count(rating)) for _ in range(ROUNDS))
            for name, tables in TABLES.items():
                found[name] = min(seconds(partial(_bare, rating, tables)) for _ in range(ROUNDS))
            found["teachers"] = RatingLine.objects.filter(rating=rating).count()
            found["works"] = Work.objects.filter(academic_year=rating.academic_year_id).count()
            found["same"] = _same(rating)
            raise _Rollback
    except _Rollback:
        pass
    found["ratio"] = found["seconds"] / found["bare"]
    found["plain_ratio"] = found["seconds"] / found["plain"]
    return found


def _count(rating: Rating) -> None:
    for step in counting.steps_of(rating):
        counting.do_step(rating, step)
    ask_deferred()


def _bare(rating: Rating, tables: str) -> None:
    facts = {"criteria": rating.criteria_id, "year": rating.academic_year_id}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare_items, bare_parts, bare_lines")
        cursor.execute(tables)
        for sql in BARE:
            cursor.execute(sql, facts)


def _same(rating: Rating) -> bool:
    """Whether both found the same total for everybody."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM research_ratingline l LEFT JOIN bare_lines b ON b.employee_id = l.employee_id "
            "WHERE l.rating_id = %s AND l.total <> coalesce(b.total, 0)",
            [rating.pk],
        )
        return cursor.fetchone()[0] == 0


def _world(teachers: int, works: int) -> Rating:
    """Teachers, their approved works (every third with a second author) and criteria of a year of their own."""
    year = AcademicYear.objects.get_or_create(year=2019)[0]
    user = User.objects.create(login="bench-rating", password=make_password(None))
    other = User.objects.create(login="bench-rating-2", password=make_password(None))
    employees = _teachers(teachers)
    kafedra = Unit.objects.kafedras().order_by("pk")[0]
    rows = Work.objects.bulk_create(
        (_work(number, year.pk, employees[number % teachers], kafedra.pk) for number in range(works)),
        batch_size=5000,
    )
    WorkAuthor.objects.bulk_create(
        (
            WorkAuthor(work=work, employee_id=employees[(number + shift) % teachers], place=1 + shift)
            for number, work in enumerate(rows)
            for shift in ((0, 1) if number % 3 == 0 else (0,))
        ),
        batch_size=10_000,
    )
    moment = timezone.now() - datetime.timedelta(days=1)
    Work.objects.filter(academic_year=year).update(state=Work.SUBMITTED, submitted_at=moment)
    Work.objects.filter(academic_year=year).update(state=Work.APPROVED, decided_at=moment, decided_by=user)
    criteria = CriteriaSet.objects.create(academic_year=year, basis="bench", created_by=user)
    Criterion.objects.bulk_create(
        line.criterion(criteria, place)
        for place, line in enumerate(TEMPLATE, start=1)
        if line.source.startswith("work")
    )
    CriteriaSet.objects.filter(pk=criteria.pk).update(
        state=CriteriaSet.APPROVED, approved_by=other, approved_at=moment
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE research_work, research_workauthor, research_criterion, staff_position")
    criteria.refresh_from_db()
    return Rating.objects.create(academic_year=year, criteria=criteria, as_of=timezone.localdate())


def _teachers(count: int) -> list[int]:
    """Employees with a teaching post, some of the demo's and as many new ones as it takes."""
    day = timezone.localdate()
    held = Position.objects.in_force(day).filter(category="12", unit__kind=Unit.KAFEDRA)
    found = list(held.order_by("employee").values_list("employee", flat=True).distinct()[:count])
    missing = count - len(found)
    if missing <= 0:
        return found
    people = [
        Person(
            last_name="Bench",
            first_name=f"T{number}",
            citizenship="12",
            country="RU",
            passport=f"BR{number:07d}",
        )
        for number in range(missing)
    ]
    for one in people:
        one.set_keys()
    Person.objects.bulk_create(people)
    made = Employee.objects.bulk_create(
        Employee(person=one, number=f"BR{number:06d}") for number, one in enumerate(people)
    )
    kafedras = list(Unit.objects.kafedras().order_by("pk"))
    Position.objects.bulk_create(
        Position(
            employee=one, unit=kafedras[number % len(kafedras)], post="12", category="12",
            valid_from=datetime.date(2018, 9, 1),
        )
        for number, one in enumerate(made)
    )  # fmt: skip
    return [*found, *(one.pk for one in made)]


def _work(number: int, year: int, employee: int, kafedra: int) -> Work:
    sort = (Work.SCIENTIFIC, Work.SCIENTIFIC, Work.METHODICAL, Work.PROPERTY)[number % 4]
    kinds = KINDS[sort]
    work = Work(
        sort=sort, title=f"Bench work number {number} of the year", academic_year_id=year, issue_year=year,
        entered_by_id=employee, kafedra_id=kafedra, language="11",
    )  # fmt: skip
    setattr(work, f"{sort}_kind", kinds[number // 4 % len(kinds)])
    if sort == Work.SCIENTIFIC and number % 8 < 4:
        work.database = "12"
    if sort == Work.PROPERTY or sort == Work.METHODICAL and number % 8 < 4:
        work.certificate_number, work.certificate_date = f"BR {number}", datetime.date(year, 1, 15)
    return work
