"""Employment of graduates: entered, told by the graduates themselves, monitored (duty 4.1)."""

from __future__ import annotations

import datetime
import io

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from hemis.access.scope import Scope
from hemis.nightly import steps
from records.employment import actions, queries
from records.employment.actions import SurveyError
from records.models import Employment, SurveyLink
from tests import factories
from tests.records.graduates import kept_for_the_module, one_test, unguarded

pytestmark = [pytest.mark.django_db, pytest.mark.duty("4.1")]
EVERYTHING = Scope(everything=True)
WORKS = {"status": "working", "employer": "Uzum", "profession": "Dasturchi", "sector": "26", "matches": True}


@pytest.fixture(scope="module")
def school(django_db_setup, django_db_blocker):
    with kept_for_the_module(django_db_blocker) as made:
        made.graduate(*made.students[:2])
        yield made


@pytest.fixture
def _django_db_helper(school):
    with one_test():
        yield


def told(student, day="2026-10-01", **fields):
    return Employment.objects.create(student=student, noted_on=day, **(fields or WORKS))


def link(school):
    (made,) = actions.invite([school.students[0].pk], access=school.access("marketing"))
    return made


class TestEntering:
    def test_the_newest_answer_counts_and_the_older_stays(self, school):
        first = school.students[0]
        told(first)
        told(first, "2026-11-01", status="inactive", inactive_kind="12")
        row = queries.graduates(EVERYTHING).get(pk=first.pk)
        assert (row.told_status, row.told_inactive, row.told_sector) == ("inactive", "12", "")
        assert (
            Employment.objects.order_by("pk").last().status == "inactive" and Employment.objects.count() == 2
        )

    def test_the_form_asks_for_what_the_status_needs(self, school):
        client = factories.client_of(school.marketing)
        url = reverse("records_employments_new")
        data = {"student": school.students[0].pk, "noted_on": "2026-10-01", "status": "working"}
        page = client.post(url, data)
        assert page.status_code == 422 and "Needed for" in page.content.decode()
        answer = client.post(
            url, data | {"employer": "Uzum", "profession": "Dasturchi", "sector": "26", "in_speciality": "1"}
        )
        assert answer.status_code == 302 and Employment.objects.get().source == "office"
        assert Employment.objects.get().matches
        studies = {
            "student": school.students[1].pk,
            "noted_on": "2026-10-01",
            "status": "studying",
            "school": "TATU",
        }
        assert client.post(url, studies).status_code == 422
        assert client.post(url, studies | {"study_kind": "11"}).status_code == 302
        assert (
            client.get(reverse("records_graduates_list") + "?study=11").content.decode().count("Nomzodov")
            >= 1
        )
        assert "master" in client.get(reverse("records_employment_monitoring")).content.decode()
        assert client.post(url, data | {"student": school.students[2].pk}).status_code == 422  # no graduate

    @pytest.mark.parametrize(
        "row",
        [
            {"status": "working", "employer": "X"},
            {"status": "studying", "sector": "30"},
            {"status": "inactive"},
            {"status": "seeking", "inactive_kind": "12"},
            {**WORKS, "sector": "99"},
        ],
    )
    def test_the_database_refuses_half_an_answer(self, school, row):
        with pytest.raises(DatabaseError), transaction.atomic():
            told(school.students[0], **row)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestSurvey:
    def test_a_graduate_answers_once_without_login(self, school):
        made = link(school)
        path = reverse("graduate_survey", args=[actions.token_of(made)])
        visitor = Client(HTTP_ACCEPT_LANGUAGE="en")
        page = visitor.get(path)
        text = page.content.decode()
        assert page.status_code == 200 and page["X-Robots-Tag"] == "noindex, nofollow"
        person = school.students[0].person
        assert "N***** N. V." in text
        assert not [one for one in (person.last_name, person.pinfl, school.students[0].number) if one in text]
        assert visitor.post(path, {"status": "working", "employer": "Uzum"}).status_code == 422
        answer = visitor.post(
            path,
            {"status": "studying", "study_kind": "11", "school": "INHA", "sector": "11", "matches": ""},
        )
        assert answer.status_code == 200 and "Thank you" in answer.content.decode()
        row = Employment.objects.get()
        assert (row.student, row.source, row.sector, row.noted_on) == (
            school.students[0], "graduate", "30", timezone.localdate(),
        )  # fmt: skip
        assert visitor.get(path).status_code == 410
        assert (
            visitor.post(path, {"status": "seeking"}).status_code == 410 and Employment.objects.count() == 1
        )

    def test_only_the_hash_is_kept_and_the_token_is_long(self, school):
        made = link(school)
        token = actions.token_of(made)
        assert len(token) * 6 >= 128 and token not in str(SurveyLink.objects.values().get())
        assert actions.find_link(token) == made and actions.find_link(token[:-1] + "A" * 2) is None
        assert Client().get(reverse("graduate_survey", args=["A" * 32])).status_code == 404

    def test_tries_are_limited(self, school, monkeypatch):
        monkeypatch.setattr("records.employment.pages.too_many", lambda request, what, a_minute: True)
        assert Client().get(reverse("graduate_survey", args=["A" * 32])).status_code == 429

    def test_one_open_link_a_graduate_ended_and_passed(self, school):
        access = school.access("marketing")
        made = link(school)
        with pytest.raises(SurveyError):
            link(school)
        actions.revoke(made, access=access)
        second = link(school)
        SurveyLink.objects.filter(pk=second.pk).update(valid_until=datetime.date(2026, 1, 1))
        path = reverse("graduate_survey", args=[actions.token_of(second)])
        assert Client().get(path).status_code == 410
        third = link(school)
        assert SurveyLink.objects.filter(revoked_at=None).get() == third

    def test_who_may_ask_and_whom(self, school):
        with pytest.raises(PermissionDenied):
            actions.invite([school.students[0].pk], access=school.access("dean"))
        with pytest.raises(SurveyError):  # does not even study at an end
            actions.invite([school.students[2].pk], access=school.access("marketing"))


class TestReminders:
    """One, three, six and twelve months after the order each graduate is asked, by the night."""

    LEFT = datetime.date(2026, 8, 31)

    @pytest.fixture(autouse=True)
    def _left(self, school):
        with unguarded("students_placement"), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE students_placement SET valid_from = %s WHERE student_id = ANY(%s) AND valid_to IS NULL",
                [self.LEFT, [one.pk for one in school.students]],
            )

    @pytest.mark.parametrize(
        ("day", "asked"),
        [
            ("2026-09-29", 0), ("2026-09-30", 2), ("2026-10-13", 2), ("2026-10-14", 0), ("2026-11-30", 2),
            ("2027-02-27", 0), ("2027-02-28", 2), ("2027-08-31", 2), ("2028-08-31", 0),
        ],
    )  # fmt: skip
    def test_on_the_day_or_soon_after_and_graduates_alone(self, school, day, asked):
        found = queries.due_for_survey(datetime.date.fromisoformat(day))
        assert found == sorted(one.pk for one in school.students[:asked])

    def test_nobody_is_asked_twice_for_one_term(self, school, monkeypatch, django_assert_max_num_queries):
        day = timezone.localdate()
        since = queries.months_later(day, -3)
        with unguarded("students_placement"), connection.cursor() as cursor:
            cursor.execute("UPDATE students_placement SET valid_from = %s WHERE valid_to IS NULL", [since])
        older = link(school)
        SurveyLink.objects.filter(pk=older.pk).update(
            created_at=timezone.now() - datetime.timedelta(days=30), sent_at=timezone.now()
        )
        sent = []
        monkeypatch.setattr(actions, "_send", lambda links: sent.extend(one.student_id for one in links))
        with django_assert_max_num_queries(12):
            assert steps.STEPS["surveys"].do(day).figures == {"asked": 2}
        assert sorted(sent) == sorted(one.pk for one in school.students[:2])
        older.refresh_from_db()
        assert (older.reminded_on, older.sent_at) == (day, None), "the open link goes out once more"
        assert SurveyLink.objects.filter(created_by=None).get().student == school.students[1]
        for later in (day, day + datetime.timedelta(days=1)):
            assert actions.remind(later) == 0
        assert SurveyLink.objects.count() == 2

    def test_a_link_of_the_night_is_answered_as_any_other(self, school):
        actions.remind(queries.months_later(self.LEFT, 1))
        made = SurveyLink.objects.filter(student=school.students[0]).get()
        page = Client().post(
            reverse("graduate_survey", args=[actions.token_of(made)]),
            {"status": "studying", "study_kind": "11", "school": "INHA"},
        )
        assert page.status_code == 200 and Employment.objects.get().student == school.students[0]


class TestMonitoring:
    def test_figures_by_programme_and_year(self, school):
        first, second = school.students[:2]
        told(first)
        told(second, status="seeking")
        (line,) = queries.monitoring(queries.graduates(EVERYTHING), queries.BY_PROGRAMME)
        assert (line.total, line.placed, line.matching, line.unknown, line.share) == (2, 1, 1, 0, 50)
        (year,) = queries.monitoring(queries.graduates(EVERYTHING), queries.BY_YEAR)
        assert (year.key, year.by) == (2026, {"working": 1, "seeking": 1})
        assert queries.by_code(queries.graduates(EVERYTHING), "told_sector") == [("26", 1)]

    def test_page_and_excel_in_few_queries(self, school, django_assert_max_num_queries):
        told(school.students[0])
        client = factories.client_of(school.marketing)
        url = reverse("records_employment_monitoring")
        client.get(url)
        with django_assert_max_num_queries(12):
            text = client.get(url).content.decode()
        assert "Software Engineering" in text or "Dasturiy injiniring" in text
        book = load_workbook(io.BytesIO(client.get(url, {"cut": "year", "as": "xlsx"}).content))
        rows = list(book.active.values)
        assert rows[1][:3] == ("2026", 2, 1)
        assert client.get(url, {"year": "1999"}).status_code == 200
        assert factories.client_of(school.dean).get(url).status_code == 403
