"""How fast the student list, a search and a card are, against the same rows by one SQL statement."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hemis.people.models import User
from hemis.people.names import search_query
from reports.bench.parts import PAGE_GOAL, QUERIES_GOAL, Out, part
from students.models import Student
from students.pages import Students

ROUNDS = 41
WARM_UP = 3

COLUMNS = """
SELECT s.id, s.number, p.last_name, p.first_name, p.middle_name, sp.code, sp.name, g.name, f.name,
       pl.course, pl.education_form, pl.payment_form, pl.status
  FROM students_student s
  JOIN people_person p ON p.id = s.person_id
  JOIN students_placement pl ON pl.id = s.current_id
  JOIN structure_unit f ON f.id = pl.faculty_id
  JOIN students_programme pr ON pr.id = pl.programme_id
  JOIN students_speciality sp ON sp.id = pr.speciality_id
  LEFT JOIN students_group g ON g.id = pl.group_id
"""


@dataclass(frozen=True)
class PageMeasure:
    """Median server time of a page and of its rows alone, in milliseconds.

    ``cpu_ms`` is this process alone, which a busy machine hardly changes; ``sql_ms``
    what the queries of one round took, waiting for the database included.
    """

    name: str
    queries: int
    page_ms: float
    cpu_ms: float
    sql_ms: float
    bare_ms: float

    @property
    def ratio(self) -> float:
        return self.page_ms / self.bare_ms


def measure_pages(login: str = "academic") -> list[PageMeasure]:
    """List, search and card as the given account sees them."""
    client = Client()
    client.force_login(User.objects.get(login=login))
    listing = reverse(Students.url_name("list"))
    middle = Student.objects.select_related("person").order_by("pk")[Student.objects.count() // 2]
    typed = f"{middle.person.last_name} {middle.person.first_name[:3]}".replace("ʻ", "'")
    rows = getattr(Students, "page_size", 50)
    card = reverse(Students.url_name("detail"), args=[middle.pk])
    pages: list[tuple[str, str, Callable[[], Any]]] = [
        ("student list", listing, lambda: _bare_list(rows)),
        ("search", f"{listing}?q={typed}", lambda: _bare_search(typed, rows)),
        (
            "student card",
            card,
            lambda: _bare_card(middle.pk),
        ),
    ]
    return [_measure(client, name, address, bare) for name, address, bare in pages]


def _measure(client: Client, name: str, address: str, bare: Callable[[], Any]) -> PageMeasure:
    for _round in range(WARM_UP):
        response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    # Taken now: the next request empties the log.
    queries = list(captured.captured_queries)
    page_ms, cpu_ms = _medians(lambda: client.get(address))
    return PageMeasure(
        name=name,
        queries=len(queries),
        page_ms=page_ms,
        cpu_ms=cpu_ms,
        sql_ms=sum(float(query["time"]) for query in queries) * 1000,
        bare_ms=_medians(bare)[0],
    )


def _medians(work: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds of the median round: by the clock, and of this process's processor time."""
    wall, cpu = [], []
    for _round in range(ROUNDS):
        begin, begin_cpu = time.perf_counter(), time.process_time()
        work()
        wall.append((time.perf_counter() - begin) * 1000)
        cpu.append((time.process_time() - begin_cpu) * 1000)
    return statistics.median(wall), statistics.median(cpu)


def _bare_list(rows: int) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"{COLUMNS} ORDER BY p.sort_key, s.id LIMIT %s", [rows])  # noqa: S608
        return cursor.fetchall()


def _bare_search(typed: str, rows: int) -> list[tuple]:
    text = search_query(typed).get_source_expressions()[1].value
    with connection.cursor() as cursor:
        cursor.execute(
            f"{COLUMNS} WHERE p.search @@ to_tsquery('simple', %s) ORDER BY p.sort_key, s.id LIMIT %s",  # noqa: S608
            [text, rows],
        )
        return cursor.fetchall()


def _bare_card(pk: int) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"{COLUMNS} WHERE s.id = %s", [pk])  # noqa: S608
        return cursor.fetchall()


@part("pages")
def pages(out: Out) -> None:
    out.head(
        f"Pages at {Student.objects.count()} students (bare: the same rows by one statement; "
        f"goal {QUERIES_GOAL} queries, median {PAGE_GOAL} ms)"
    )
    out.line(
        f"{'page':<16}{'queries':>8}{'median ms':>11}{'CPU ms':>8}{'SQL ms':>8}{'bare ms':>9}{'ratio':>7}"
    )
    measured = measure_pages()
    for one in measured:
        out.line(
            f"{one.name:<16}{one.queries:>8}{one.page_ms:>11.1f}{one.cpu_ms:>8.1f}{one.sql_ms:>8.1f}"
            f"{one.bare_ms:>9.1f}{one.ratio:>7.1f}"
        )
    out.verdict(all(one.queries <= QUERIES_GOAL and one.page_ms <= PAGE_GOAL for one in measured))
