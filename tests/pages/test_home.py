"""The home page: what waits first, then the figures of one's duties; charts carry their table."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from hemis.jobs.models import Job
from hemis.pages import home
from hemis.pages.charts import Chart, Series
from hemis.pages.dashboard import running
from hemis.pages.register import REGISTERS
from hemis.people.models import User
from students.dashboard import by_faculty, contingent
from students.models import Student
from tests import factories
from tests.pages.base import MAX_QUERIES
from tests.sharing import shared

pytestmark = pytest.mark.django_db


@shared
def faculties(db):
    here, there = factories.make_faculty(), factories.make_faculty("303-102")
    factories.make_students(here, 2)
    factories.make_students(here, 1, payment="11")
    factories.make_students(there, 4)
    return here, there


def home_of(user) -> str:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client.get("/").content.decode()


@pytest.mark.duty("2.1")
def test_contingent_counts_the_scope_only(faculties, django_assert_num_queries):
    here, _there = faculties
    access = factories.access_of(factories.make_user("dean", here))
    with django_assert_num_queries(1):
        chart = contingent(access)["chart"]
    assert [list(one.values) for one in chart.series] == [[1], [2]] and chart.total == 3
    assert by_faculty(access) is None
    text = home_of(factories.make_user("dean", here))
    assert "panel-contingent" in text and "panel-faculties" not in text
    assert f"{reverse('students_students_list')}?status=11&amp;course=11&amp;payment_form=12" in text


@pytest.mark.duty("R")
def test_the_rectorate_sees_all_faculties(faculties):
    rector = factories.make_user("rectorate")
    chart = by_faculty(factories.access_of(rector))["chart"]
    assert [value for one in chart.series for value in one.values] == [3, 4]
    assert contingent(factories.access_of(rector))["chart"].total == 7


def test_panels_are_those_of_the_own_duties(faculties):
    teacher, student = factories.make_user("teacher"), factories.make_user("student")
    for user in (teacher, student):
        assert "panel-contingent" not in home_of(user) and "panel-contracts" not in home_of(user)
    assert "panel-contracts" in home_of(factories.make_user("accounting"))
    assert "panel-own-studies" not in home_of(student)  # No placement, nothing to show.


@pytest.mark.duty("A")
def test_the_administrator_sees_accounts_and_long_work(faculties, django_assert_num_queries):
    admin, dean = factories.make_user("administrator"), factories.make_user("dean", faculties[0])
    Job.objects.create(owner=dean, kind="documents.batch", state=Job.FAILED)
    access = factories.access_of(admin)
    with django_assert_num_queries(2):
        found = running(access)
    assert found["jobs"] == {"going": 0, "failed": 1} and found["accounts"]["never"] >= 2
    assert "panel-system" in home_of(admin) and "panel-system" not in home_of(dean)


@pytest.mark.duty("S")
def test_a_student_sees_what_goes_on(faculties, django_assert_max_num_queries):
    """Own orders, nobody else's, and no more queries than a page may cost."""
    student, other = Student.objects.order_by("pk")[:2]
    user = User.objects.get(person=student.person)
    text = home_of(user)
    assert "panel-own_way" in text or "panel-own-way" in text
    order = student.order_lines.get().order
    assert f"№ {order.number}," in text and other.number not in text
    client = Client()
    client.force_login(user)
    client.get("/")
    with django_assert_max_num_queries(MAX_QUERIES):
        client.get("/")


def test_home_costs_a_fixed_number_of_queries(faculties, django_assert_max_num_queries):
    client = Client()
    client.force_login(factories.make_user("rectorate"))
    client.get("/")
    # Three for the session and its roles, then one or two for each panel and each thing that may wait.
    with django_assert_max_num_queries(3 + 2 * (len(home._panels) + len(home._todos))) as first:
        client.get("/")
    factories.make_students(faculties[0], 3)
    with django_assert_max_num_queries(len(first)):
        client.get("/")


def test_only_what_waits_is_shown(faculties, monkeypatch):
    counts = {"few": 2, "none": 0, "many": 9}
    todos = [
        home.Todo(name, "order.sign", lambda access, name=name: counts[name], lambda: "/", "signature")
        for name in counts
    ]
    monkeypatch.setattr(home, "_todos", todos)
    rector = factories.make_user("rectorate")
    text = home_of(rector)
    assert text.index(">many<") < text.index(">few<") and ">none<" not in text
    monkeypatch.setattr(home, "_todos", todos[1:2])
    assert "Nothing waits for you now" in home_of(rector)


def test_search_of_people_is_offered_to_those_who_may_find_them(faculties):
    assert any(one.is_about_people for one in REGISTERS.values())
    assert 'role="search"' in home_of(factories.make_user("rectorate"))
    assert 'role="search"' not in home_of(factories.make_user("student"))


def test_a_chart_knows_its_sums_and_its_links():
    chart = Chart(
        "Students", "Course", ["1", "2"], [Series("grant", [3, 4], ["/a", "/b"]), Series("contract", [5, 6])]
    )
    assert chart.sums == [7, 11] and chart.total == 18 and chart.shows_row_totals
    assert [total for _label, _cells, total in chart.table] == [8, 10]
    assert chart.table[1][1][0].url == "/b" and chart.table[1][1][1].url == ""
    assert json.loads(chart.data)["series"][1]["values"] == [5.0, 6.0]
    with pytest.raises(ValueError, match="one value for each row"):
        Chart("Students", "Course", ["1"], [Series("grant", [3, 4])])
