"""Completeness and the home pages: what is missing where, who sees it, what is fetched after the page."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hemis.access import duties
from hemis.pages.charts import Chart
from reports import dashboards
from reports.completeness.declaration import FACULTY, GAPS, KAFEDRA, Count, Moment, open_to, overview
from reports.completeness.pages import moment_now
from reports.dashboards import TRENDS, months_before
from staff.models import Position
from students.models import Student, TutorGroup
from tests import factories

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Two faculties with a kafedra, a group of students and a teacher each; nothing of them stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        faculties = [factories.make_faculty(code) for code in ("303-101", "303-102")]
        kafedras = [factories.make_kafedra(one) for one in faculties]
        for faculty, kafedra, count in zip(faculties, kafedras, (3, 2), strict=True):
            factories.make_students(faculty, count)
            factories.make_employee(kafedra)
        yield faculties, kafedras
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(world):
    """In the place of pytest-django's own, which would close the database after every test."""
    assert connection.settings_dict["NAME"].startswith("test_")
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def client_of(role: str, unit=None):
    return factories.client_of(factories.make_user(role, unit))


def access_of(role: str, unit=None):
    return factories.access_of(factories.make_user(role, unit))


# --- completeness


@pytest.mark.duty("B6")
def test_every_gap_counts_the_rows_that_it_lists(world):
    """The one statement against each list by itself, unit by unit."""
    access, moment = access_of("rectorate"), moment_now()
    for level in (FACULTY, KAFEDRA):
        gaps = open_to(access, level)
        with CaptureQueriesContext(connection) as made:
            found = overview(gaps, access, moment)
        assert len(made) == 1
        for gap in gaps:
            scope = access.scope(gap.permission)
            rows = list(gap.with_unit(gap.rows(scope, moment)).distinct())
            assert found.totals[gap.code].missing == len(rows), gap.code
            for unit, count in found.counts[gap.code].items():
                assert count.missing == sum((row.gap_unit or 0) == unit for row in rows), gap.code
            if gap.of:
                assert found.totals[gap.code].of == (gap.of(scope, moment).distinct().count() or None), (
                    gap.code
                )


@pytest.mark.duty("B6", "1.2")
def test_gaps_as_counted_one_by_one(world):
    faculties, kafedras = world
    access, moment = access_of("rectorate"), moment_now()
    found = overview(list(GAPS.values()), access, moment)
    groups = {one.current.group for one in Student.objects.all()}
    assert found.totals["no_tutor"] == Count(len(groups), len(groups))
    first = next(iter(groups))
    tutor = factories.make_employee(kafedras[0], post="34")
    TutorGroup.objects.create(employee=tutor, group=first, valid_from=datetime.date(2020, 9, 1))
    again = overview(list(GAPS.values()), access, moment)
    assert again.counts["no_tutor"][first.faculty_id] == Count(0, 1)
    assert found.counts["no_contract"][faculties[0].pk] == Count(3, 3)
    assert found.counts["post_without_order"][kafedras[1].pk].missing == 1
    Position.objects.filter(unit=kafedras[1]).update(order_number="1-k", order_date=datetime.date(2020, 8, 1))
    again = overview(list(GAPS.values()), access, moment)
    assert again.counts["post_without_order"][kafedras[1].pk].missing == 0
    no_photo = Student.objects.filter(person__photo="").count()
    assert found.totals["student_data"].missing >= no_photo > 0


@pytest.mark.duty("2.8", "8.2", "7.1", "1.2", "1.3", "4.1", "B6")
@pytest.mark.parametrize(
    ("role", "own", "seen", "unseen"),
    [
        ("dean", "faculty", {"no_tutor", "no_contract", "student_data"}, {"post_without_order"}),
        ("head", "kafedra", {"subject_topics", "no_teacher", "journals"}, {"no_tutor", "no_contract"}),
        ("accounting", "", {"no_contract", "contract_unsigned"}, {"no_tutor", "journals"}),
        ("hr", "", {"post_without_order", "employee_data", "diplomas"}, {"no_tutor", "no_contract"}),
        ("marketing", "", {"employment"}, {"no_tutor", "journals"}),
        ("academic_affairs", "", {"curriculum_draft", "timetable", "student_data"}, {"employee_data"}),
    ],
)
def test_each_sees_the_gaps_of_the_own_duties_in_scope(world, role, own, seen, unseen):
    faculties, kafedras = world
    unit = {"faculty": faculties[0], "kafedra": kafedras[0], "": None}[own]
    client = client_of(role, unit)
    shown = set()
    for level in (FACULTY, KAFEDRA):
        with CaptureQueriesContext(connection) as made:
            page = client.get(reverse("completeness"), {"level": level})
        assert page.status_code == 200 and len(made) <= MOST_QUERIES
        shown |= {line["gap"].code for line in page.context["lines"]}
        if unit:
            assert {line["unit"].pk for line in page.context["units"]} <= {unit.pk}
        for line in page.context["lines"]:
            if line["url"]:
                assert client.get(line["url"]).context["paginator"].count == line["count"].missing
    assert seen <= shown and not unseen & shown
    for code in unseen:
        assert client.get(reverse("completeness_rows"), {"gap": code}).status_code == 403


@pytest.mark.duty("2.8")
def test_rows_of_another_unit_are_not_there(world):
    faculties, _kafedras = world
    client = client_of("dean", faculties[0])
    for unit, count in ((faculties[0].pk, 3), (faculties[1].pk, 0), ("x", 3)):
        page = client.get(reverse("completeness_rows"), {"gap": "no_contract", "unit": unit})
        assert page.context["paginator"].count == count
    book = client.get(reverse("completeness_rows"), {"gap": "no_contract", "file": "xlsx"})
    assert book["Content-Type"].endswith("sheet")
    assert client.get(reverse("completeness_rows"), {"gap": "kitchen"}).status_code == 302
    assert client_of("teacher").get(reverse("completeness")).status_code == 403


def test_every_gap_names_a_duty_and_whoever_has_it():
    numbers = {one.number for one in duties.DUTIES}
    for gap in GAPS.values():
        assert gap.duty in numbers and gap.responsible


def test_half_years_have_their_semesters_and_a_share_is_never_rounded_up():
    assert Moment(datetime.date(2026, 9, 1), 2026, "11").semesters == [1, 3, 5, 7, 9, 11]
    assert Moment(datetime.date(2027, 3, 1), 2026, "12").semesters == [2, 4, 6, 8, 10, 12]
    assert Count(1, 1000).share == 99 and Count(0, 7).share == 100 and Count(3).share is None


# --- home pages


@pytest.mark.parametrize(
    ("role", "panels"),
    [
        ("rectorate", {"completeness", "trend_students", "trend_movement", "trend_payments", "trend_staff"}),
        ("dean", {"completeness", "trend_students", "trend_movement", "trend_attendance", "trend_staff"}),
        ("head", {"completeness", "trend_lessons"}),
        ("accounting", {"completeness", "trend_payments"}),
        ("hr", {"completeness", "trend_staff"}),
        ("academic_affairs", {"completeness", "trend_students", "trend_lessons"}),
    ],
)
@pytest.mark.duty("R", "2.8", "8.2", "7.1", "1.2", "3.7")
def test_home_pages_show_what_is_missing_and_trends(world, role, panels):
    faculties, kafedras = world
    unit = {"dean": faculties[0], "head": kafedras[0]}.get(role)
    client = client_of(role, unit)
    page = client.get(reverse("home"))
    shown = {one["panel"].code: one["data"] for one in page.context["panels"]}
    assert panels <= set(shown)
    for code, data in shown.items():
        if code.startswith("trend_") or code == "completeness":
            with CaptureQueriesContext(connection) as made:
                part = client.get(data["url"])
            assert part.status_code == 200 and len(made) <= MOST_QUERIES, code
            assert "<html" not in part.content.decode()


@pytest.mark.duty("1.2", "7.1")
def test_what_waits_is_counted_within_the_duty(world):
    waiting = {str(one["title"]): one for one in client_of("hr").get(reverse("home")).context["todos"]}
    assert waiting[str(GAPS["post_without_order"].title)]["count"] == 2
    address = waiting[str(GAPS["post_without_order"].title)]["url"]
    assert client_of("hr").get(address).context["paginator"].count == 2


@pytest.mark.duty("2.8")
def test_students_of_the_last_months(world, monkeypatch):
    """A month's figure is who studied at its end: nobody in August, everybody from September on."""
    faculties, _kafedras = world
    access = access_of("dean", faculties[0])
    monkeypatch.setattr(dashboards.timezone, "localdate", lambda *_: datetime.date(2026, 11, 26))
    chart = dashboards.students_by_month(access)
    assert isinstance(chart, Chart)
    assert dict(zip(chart.rows, chart.series[0].values, strict=True)) | {"08.2026": 0, "09.2026": 3} == dict(
        zip(chart.rows, chart.series[0].values, strict=True)
    )
    assert chart.rows[-1] == "11.2026" and chart.series[0].values[-1] == 3
    assert [f"{day:%Y-%m-%d}" for day in months_before(datetime.date(2026, 1, 31), 3)] == [
        "2025-11-01", "2025-12-01", "2026-01-01",
    ]  # fmt: skip


def test_a_trend_asks_for_its_duty(world):
    for trend in TRENDS.values():
        address = reverse("statistics_trend", query={"code": trend.code})
        may = trend.permission in duties.permissions_of("library")
        assert client_of("library").get(address).status_code == (200 if may else 403)
    assert client_of("library").get(reverse("statistics_trend")).status_code == 302
