"""How fast an admission list is taken, against a bare limit measured in the same run."""

from __future__ import annotations

import datetime
import io
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil
import xlsxwriter
from django.db import connection, transaction

from hemis.access.scope import Access, Scope
from hemis.bare import kept_rows, take_kept, take_text
from hemis.people.identifiers import pinfl_beginning, pinfl_check_digit
from hemis.sheets.reading import read_table
from hemis.stopwatch import ask_deferred
from structure.models import Unit
from students import contingent
from students.models import Group, Programme, Speciality
from students.sheets import AdmissionSheet

YEAR = 2099
CODE = "303-999"
SURNAMES = (
    "Karimov",
    "Yusupov",
    "Rahimov",
    "Toʻrayev",
    "Abdullayev",
    "Hakimov",
    "Ergashev",
    "Sobirov",
    "Shodiyev",
)
FIRST_NAMES = (
    "Akmal",
    "Botir",
    "Sherzod",
    "Oʻtkir",
    "Jasur",
    "Aziz",
    "Bekzod",
    "Doston",
    "Eldor",
    "Farrux",
    "Gʻayrat",
)
FATHERS = ("Komil", "Ravshan", "Gʻulom", "Zafar", "Olim", "Tohir", "Rustam", "Norbek", "Alisher", "Shavkat")
REGIONS = (
    ("Andijon viloyati", "Asaka tumani"),
    ("Buxoro viloyati", "Gʻijduvon tumani"),
    ("Xorazm viloyati", "Xiva tumani"),
    ("Samarqand viloyati", "Urgut tumani"),
    ("Fargʻona viloyati", "Quva tumani"),
    ("Toshkent shahri", "Chilonzor tumani"),
)
HEADERS = (
    "Familiya",
    "Ism",
    "Otasining ismi",
    "JSHSHIR",
    "Pasport",
    "Tug‘ilgan sana",
    "Jinsi",
    "Fuqarolik",
    "Millati",
    "Viloyat",
    "Tuman",
    "Manzil",
    "Telefon",
    "Ta’lim turi",
    "Ta’lim shakli",
    "To‘lov shakli",
    "Mutaxassislik kodi",
    "Mutaxassislik",
    "Kurs",
    "Guruh",
    "O‘quv tili",
    "Ijtimoiy toifa",
    "Ball",
)
KEPT = {
    "people_person": f"EXISTS (SELECT FROM students_candidate c WHERE c.person_id = t.id AND c.entry_year = {YEAR})",
    "students_candidate": f"t.entry_year = {YEAR}",
}


class _Rollback(Exception):
    """Undoes everything the measurement wrote."""


class _University(Access):
    """The operator at the console."""

    def can(self, permission: str) -> bool:
        return True

    def scope(self, permission: str) -> Scope:
        return Scope(everything=True)


@dataclass(frozen=True)
class Seconds:
    """By the clock, and processor time of this process and of its database session."""

    wall: float
    cpu: float


def bench_import(rows: int = 40_000) -> dict[str, Any]:
    """Read, check and save ``rows`` admitted applicants; nothing is kept.

    Two bare limits, each the better of two. ``bare_text`` reads the same workbook with the
    same reader and copies its cells into a temporary (so unlogged) table of text. ``bare``
    copies instead what the program keeps of it, people and candidates, into temporary tables
    with the same keys, indexes and checks, without foreign keys and guards. ``first`` is the
    import, ``again`` the same file once more, which changes nothing. ``ratio`` is first / bare.
    """
    content = _workbook(rows)
    result: dict[str, Any] = {"size": rows}
    try:
        with transaction.atomic():
            _setting()
            result["bare_text"] = _better(lambda: take_text(content))
            result["first"] = _timed(lambda: _import(content, rows, added=rows))
            result["again"] = _timed(lambda: _import(content, rows, added=0))
            kept = kept_rows(KEPT)
            result["kept"] = sum(one.count for one in kept)
            result["bare"] = _better(lambda: take_kept(content, kept))
            raise _Rollback
    except _Rollback:
        pass
    result["ratio"] = result["first"].wall / result["bare"].wall
    result["text_ratio"] = result["first"].wall / result["bare_text"].wall
    return result


def _better(work: Callable[[], object]) -> Seconds:
    return min((_timed(work) for _ in range(2)), key=lambda one: one.wall)


def _timed(work: Callable[[], object]) -> Seconds:
    started, cpu = time.perf_counter(), _processor_time()
    work()
    return Seconds(time.perf_counter() - started, _processor_time() - cpu)


def _processor_time() -> float:
    """Seconds of this process and, where it runs on this machine, of the server's process behind it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        server = psutil.Process(pid)
        times = server.cpu_times() if "postgres" in server.name() else None
    except psutil.Error:
        times = None
    return time.process_time() + (times.user + times.system if times else 0)


def _import(content: bytes, rows: int, added: int) -> None:
    sheet = AdmissionSheet(_University(), {"year": YEAR})
    checked = sheet.check(read_table(content))
    saved = sheet.save(checked.good)
    ask_deferred()
    if (len(checked.good), saved.added) != (rows, added):
        raise RuntimeError(f"{len(checked.faults)} faults, {saved}")


def _setting() -> None:
    """A faculty, a speciality in one form and its groups, for the length of the measurement."""
    faculty = Unit.objects.create(code=CODE, name="Bench", kind=Unit.FACULTY)
    speciality = Speciality.objects.create(code="60999998", name="Bench", faculty=faculty)
    Programme.objects.create(speciality=speciality, education_form="11")
    Group.objects.bulk_create(
        [
            Group(name=f"bench-{number}", faculty=faculty, speciality=speciality, entry_year=YEAR)
            for number in range(100)
        ]
    )


def _workbook(rows: int) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    dates = book.add_format({"num_format": "dd.mm.yyyy"})
    page.write_row(0, 0, HEADERS)
    for number in range(rows):
        for at, value in enumerate(_row(number)):
            if isinstance(value, datetime.date):
                page.write_datetime(number + 1, at, value, dates)
            else:
                page.write(number + 1, at, value)
    book.close()
    return out.getvalue()


def _row(number: int) -> tuple:
    """A made-up man; names repeat as names do, numbers never."""
    birth = datetime.date(2000, 1, 1) + datetime.timedelta(days=number % 2500)
    body = f"{pinfl_beginning(birth, '11')}{number:06d}"
    region, district = REGIONS[number % len(REGIONS)]
    return (
        SURNAMES[number % 9] + "bc"[number % 2] * (number % 3),
        FIRST_NAMES[number % 11],
        f"{FATHERS[number % 10]} oʻgʻli",
        body + pinfl_check_digit(body),
        f"Z{chr(65 + number // 1_000_000)}{number % 1_000_000 + 1_000_000:07d}",
        birth,
        "Erkak",
        "Oʻzbekiston Respublikasi fuqarosi",
        "Oʻzbeklar",
        region,
        district,
        f"Navoiy koʻchasi, {number % 300}",
        f"+9989{number:08d}",
        "Bakalavr",
        "Kunduzgi",
        "Toʻlov-shartnoma",
        "60999998",
        "Bench",
        "1-kurs",
        f"bench-{number % 100}",
        "Oʻzbek tili",
        "Boshqa",
        round(56 + number % 1300 / 10, 1),
    )


# --- the contingent at a past date

ROUNDS = 15
# The table of this connection only: it hides the guarded one, so that no order is needed for invented moves.
HIDE = "CREATE TEMP TABLE students_placement (LIKE public.students_placement INCLUDING DEFAULTS INCLUDING INDEXES)"
MOVES = """
INSERT INTO students_placement
       (id, student_id, order_id, closed_by_id, valid_from, valid_to, status, faculty_id, programme_id, group_id,
        academic_year_id, course, semester, education_form, language, payment_form)
SELECT p.id * %(moves)s + n, p.student_id, p.order_id, p.closed_by_id, %(since)s::date + n * 180,
       CASE WHEN n < %(moves)s - 1 THEN %(since)s::date + (n + 1) * 180 END,
       CASE WHEN (p.student_id + n) %% 17 = 0 THEN '13' ELSE '11' END, p.faculty_id, p.programme_id, p.group_id,
       p.academic_year_id, (11 + n / 2)::text, (11 + n)::text, p.education_form, p.language, p.payment_form
  FROM public.students_placement p CROSS JOIN generate_series(0, %(moves)s - 1) AS n
 WHERE p.valid_to IS NULL
"""
BARE_CONTINGENT = """
SELECT pl.course, pl.payment_form, count(*)
  FROM students_placement pl
 WHERE pl.valid_from <= %s AND (pl.valid_to IS NULL OR pl.valid_to > %s) AND pl.status = '11'
 GROUP BY 1, 2
"""
SINCE = datetime.date(2023, 9, 1)


def bench_contingent(moves: int = 6) -> dict[str, Any]:
    """Cut the contingent at a past date by course and payment form, every student having ``moves`` placements.

    ``seconds`` is the cut as the page asks for it, ``bare_seconds`` the same figures by
    hand-written SQL, both the median of several rounds; nothing is kept.
    """
    day = SINCE + datetime.timedelta(days=400)
    everybody = Scope(everything=True)
    result: dict[str, Any] = {"moves": moves}

    def cut() -> Any:
        chosen = {"status": ["11"]}
        return contingent.pivot(day=day, scope=everybody, rows="course", cols="payment", chosen=chosen)

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(HIDE)
            cursor.execute(MOVES, {"moves": moves, "since": SINCE})
            cursor.execute("ANALYZE students_placement")
            cursor.execute("SELECT count(DISTINCT student_id), count(*) FROM students_placement")
            result["students"], result["placements"] = cursor.fetchone()

            def bare() -> Any:
                cursor.execute(BARE_CONTINGENT, [day, day])
                return cursor.fetchall()

            if cut().total != sum(row[-1] for row in bare()):
                raise RuntimeError("The cut and the bare statement disagree.")
            result["bare_seconds"] = statistics.median(_timed(bare).wall for _ in range(ROUNDS))
            result["seconds"] = statistics.median(_timed(cut).wall for _ in range(ROUNDS))
            raise _Rollback
    except _Rollback:
        pass
    result["ratio"] = result["seconds"] / result["bare_seconds"]
    return result
