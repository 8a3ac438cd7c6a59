"""Saved statistics on a schedule: made when their day comes, once, with what the owner may see then."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from hemis.jobs.actions import run_now
from hemis.jobs.models import Job
from hemis.notices.models import Notice
from hemis.pages.models import SavedView
from reports.nightly import statistics
from reports.statistics.models import StatisticSchedule
from reports.statistics.sending import next_day, schedule, send_due_statistics
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 26)


@pytest.fixture(scope="module")
def faculty(django_db_setup, django_db_blocker):
    """A faculty with three students, another with two; nothing of them stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        found = factories.make_faculty()
        factories.make_students(found, 3)
        factories.make_students(factories.make_faculty("303-102"), 2)
        yield found
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(faculty):
    """In the place of pytest-django's own, which would close the database after every test."""
    assert connection.settings_dict["NAME"].startswith("test_")
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def view(faculty):
    """A cut that a dean keeps."""
    user = factories.make_user("dean", faculty)
    return SavedView.objects.create(
        user=user, register="statistics_students", name="Kurslar", query="rows=course&cols=&set=1&status=11"
    )


@pytest.mark.duty("2.8")
def test_a_due_cut_is_made_once_with_the_scope_of_its_owner(view, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    made = schedule(view, "weekly")
    assert send_due_statistics(made.next_on - datetime.timedelta(days=1)) == 0
    assert send_due_statistics(made.next_on) == 1
    assert send_due_statistics(made.next_on) == 0, "a second call of the day makes nothing"
    made.refresh_from_db()
    assert (made.next_on - made.last_on).days == 7
    job = run_now(Job.objects.get(kind="reports.statistic", owner=view.user))
    assert job.state == Job.DONE, job.message
    with job.result_file.open("rb") as file:
        sheet = openpyxl.load_workbook(io.BytesIO(file.read())).active
    assert sheet.cell(sheet.max_row, 2).value == 3, "the own faculty's students"
    notice = Notice.objects.get(user=view.user)
    assert "Kurslar" in notice.text and notice.url == reverse("job", args=[job.pk])


def test_what_was_missed_is_made_up_for_once(view):
    made = schedule(view, "daily")
    assert send_due_statistics(made.next_on + datetime.timedelta(days=30)) == 1
    made.refresh_from_db()
    assert made.next_on == made.last_on + datetime.timedelta(days=1)


def test_who_lost_the_duty_gets_nothing(view):
    made = schedule(view, "daily")
    view.user.assignments.all().delete()
    assert send_due_statistics(made.next_on) == 1
    job = run_now(Job.objects.get(kind="reports.statistic"))
    assert job.state == Job.FAILED and not job.result_file
    assert not Notice.objects.filter(user=view.user).exists()
    view.user.is_active = False
    view.user.save()
    assert send_due_statistics(made.next_on + datetime.timedelta(days=2)) == 0


def test_the_night_sends_what_is_due(view):
    schedule(view, "daily")
    StatisticSchedule.objects.update(next_on=datetime.date(2020, 1, 1))
    day = datetime.date(2020, 1, 2)
    assert [statistics(day).figures["sent"], statistics(day).figures["sent"]] == [1, 0]


@pytest.mark.parametrize(
    ("every", "day", "expected"),
    [("daily", "2026-12-31", "2027-01-01"), ("weekly", "2026-11-26", "2026-12-03"),
     ("monthly", "2026-01-31", "2026-02-01"), ("monthly", "2026-12-01", "2027-01-01")],
)  # fmt: skip
def test_days_of_a_schedule(every, day, expected):
    assert next_day(every, datetime.date.fromisoformat(day)) == datetime.date.fromisoformat(expected)


@pytest.mark.duty("2.8")
def test_one_says_how_often_on_the_page_of_saved_statistics(view):
    client = factories.client_of(view.user)
    page = client.get(reverse("statistics_saved"))
    assert [row["view"] for row in page.context["rows"]] == [view]
    address = reverse("statistics_schedule")
    client.post(address, {"view": view.pk, "every": "monthly"})
    assert StatisticSchedule.objects.get(view=view).next_on.day == 1
    client.post(address, {"view": view.pk, "every": "hourly"})
    assert StatisticSchedule.objects.get(view=view).every == "monthly"
    client.post(address, {"view": view.pk, "every": ""})
    assert not StatisticSchedule.objects.exists()
    stranger = factories.client_of(factories.make_user("dean", view.user.assignments.get().unit))
    assert stranger.post(address, {"view": view.pk, "every": "daily"}).status_code == 404
    assert stranger.get(reverse("statistics_saved")).context["rows"] == []
    other = SavedView.objects.create(user=view.user, register="students_students", name="x")
    client.post(address, {"view": other.pk, "every": "daily"})
    assert not StatisticSchedule.objects.exists()


def test_the_database_knows_no_other_rhythm_and_no_way_back(view):
    made = schedule(view, "daily")
    for change in ("every = 'hourly'", "last_on = next_on"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE reports_statisticschedule SET {change} WHERE id = %s", [made.pk])
