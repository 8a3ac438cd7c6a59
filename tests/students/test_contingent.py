"""The contingent on any day: cuts add up, the faculty sees its own of that day, files have the ministry's columns."""

from __future__ import annotations

import datetime
import io
import random

import openpyxl
import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from hemis.access.scope import Scope
from hemis.jobs.actions import run_now
from hemis.jobs.models import Job
from students import contingent
from students.contingent import DIMENSIONS, pivot
from students.models import Placement
from students.pages import contingent as pages
from tests import factories
from tests.sharing import shared

DAYS = [datetime.date(2026, 9, 1) + datetime.timedelta(days=30 * n) for n in range(6)]
UNIVERSITY = Scope(everything=True)


@pytest.fixture(scope="module")
def many(django_db_setup, django_db_blocker):
    """Students whom invented orders move about, in a table that hides the guarded one for this connection."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        faculties = [factories.make_faculty(code) for code in ("303-101", "303-102")]
        for faculty in faculties:
            factories.make_admission_setting(faculty.code)
        groups = [factories.make_group(one, f"sinov-{one.code}-{n}") for one in faculties for n in range(2)]
        students = [
            one for group in groups[:2] for one in factories.make_students(group.faculty, 6, group=group)
        ]
        _move_about(students, groups)
        yield faculties
        transaction.set_rollback(True)


def _move_about(students, groups) -> None:
    """Up to six placements each, one after the other, with whatever facts chance gives."""
    dice = random.Random(7)
    rows, base = [], Placement.objects.filter(student__in=students).select_related("programme")
    for was in base:
        days = sorted(dice.sample(DAYS, dice.randint(1, len(DAYS))))
        for start, end in zip(
            days, [*days[1:], dice.choice([None, DAYS[-1] + datetime.timedelta(days=9)])], strict=True
        ):
            group = dice.choice([*groups, None])
            rows.append(
                Placement(
                    student_id=was.student_id, order_id=was.order_id, valid_from=start, valid_to=end,
                    status=dice.choice(["11", "11", "11", "13", "12"]), programme=was.programme,
                    faculty=group.faculty if group else was.faculty, group=group, academic_year_id=2026,
                    course=dice.choice(["11", "12", "13"]), semester="11", education_form=dice.choice(["11", "13"]),
                    language=dice.choice(["11", "12"]), payment_form=dice.choice(["11", "12"]),
                )
            )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE students_placement (LIKE public.students_placement INCLUDING ALL)")
    Placement.objects.bulk_create(rows)


codes = st.sampled_from(sorted(DIMENSIONS))


@settings(max_examples=40)
@given(rows=codes, cols=codes, day=st.sampled_from([*DAYS, DAYS[0] - datetime.timedelta(days=1)]), scoped=st.booleans(),
       narrow=st.sampled_from([{}, {"status": ["11"]}, {"course": ["11", "12"], "payment": ["12"]}]))  # fmt: skip
def test_any_cut_adds_up_to_the_same_total(many, rows, cols, day, scoped, narrow):
    scope = Scope(faculty_ids=frozenset({many[0].pk})) if scoped else UNIVERSITY
    found = pivot(day=day, scope=scope, rows=rows, cols=cols, chosen=narrow)
    people = Placement.objects.on(day).for_scope(scope)
    for name, values in narrow.items():
        people = people.filter(**{f"{DIMENSIONS[name].path}__in": values})
    assert found.total == people.count()
    assert sum(found.row_totals.values()) == sum(found.col_totals.values()) == found.total
    assert sum(cell["count"] for line in found.table() for cell in line["cells"]) == found.total
    assert {key for key, _label in found.rows} == set(found.row_totals)


@settings(max_examples=15)
@given(code=codes, day=st.sampled_from(DAYS))
def test_every_figure_is_the_number_of_its_people(many, code, day):
    found = pivot(day=day, scope=UNIVERSITY, rows=code, cols="status")
    for key, count in found.row_totals.items():
        if key:
            people = Placement.objects.on(day).filter(**{DIMENSIONS[code].path: key})
            assert people.count() == count


def test_a_cut_is_one_statement(many, django_assert_num_queries):
    with django_assert_num_queries(1):
        pivot(day=DAYS[3], scope=UNIVERSITY, rows="group", cols="speciality", chosen={"gender": ["11"]})


@shared
def faculty(db):
    factories.make_university()
    factories.make_year()
    return factories.make_faculty()


@pytest.mark.duty("2.1", "B6")
def test_the_faculty_sees_its_own_and_every_figure_leads_to_its_people(client, faculty, settings):
    settings.MEDIA_ROOT = "/nonexistent"
    factories.make_students(faculty, 3)
    factories.make_students(factories.make_faculty("303-102"), 2)
    address, on = reverse("students_pivot"), {"on": "2026-10-01", "rows": "course", "cols": "payment"}
    client.force_login(factories.make_user("dean", faculty))
    page = client.get(address, on)
    assert page.context["pivot"].total == 3
    listed = client.get(page.context["table"][0]["cells"][0]["url"])
    assert listed.context["paginator"].count == 3
    assert client.get(address, on | {"on": "2026-08-31"}).context["pivot"].total == 0
    assert client.get(address, on | {"rows": "nonsense", "on": "never"}).status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(client.get(address, on | {"file": "xlsx"}).content)).active
    assert book.cell(book.max_row, book.max_column).value == 3
    client.force_login(factories.make_user("academic_affairs"))
    assert client.get(address, on).context["pivot"].total == 5
    client.force_login(factories.make_user("accounting"))
    assert client.get(address).status_code == 403


@pytest.mark.duty("2.1", "B6")
def test_files_have_the_ministrys_columns(client, faculty, tmp_path, settings, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    students = factories.make_students(faculty, 2)
    client.force_login(factories.make_user("dean", faculty))
    for kind, names in (("ministry", pages.MINISTRY), ("addresses", pages.ADDRESSES)):
        address = reverse("students_contingent_file", args=[kind]) + "?on=2026-10-01"
        sheet = openpyxl.load_workbook(io.BytesIO(client.get(address).content)).active
        assert (sheet.max_row, sheet.max_column) == (3, len(names))
        heads = [cell.value for cell in sheet[1]]
        assert len(set(heads)) == len(heads) and not {"Number", "Date", "Code", "Name"} & set(heads)
        assert {sheet.cell(row, 1).value for row in (2, 3)} == {one.number for one in students}
    monkeypatch.setattr(pages, "AT_ONCE", 1)
    client.get(reverse("students_contingent_file", args=["ministry"]) + "?on=2026-10-01")
    job = Job.objects.get()
    run_now(job)
    job.refresh_from_db()
    with job.result_file.open("rb") as file:
        assert openpyxl.load_workbook(file).active.max_row == 3


def test_dimensions_have_a_path_that_lists_understand():
    for one in DIMENSIONS.values():
        assert Placement.objects.filter(**{f"{one.path}__isnull": True}).query
    assert set(contingent.JOINS) >= {join for one in DIMENSIONS.values() for join in one.joins}


def test_the_measurement_leaves_nothing_behind(faculty):
    from students.bench import bench_contingent

    factories.make_students(faculty, 2)
    found = bench_contingent(moves=6)
    assert (found["students"], found["placements"]) == (2, 12) and found["ratio"] > 0
    assert Placement.objects.count() == 2
