"""The night's work: each step once a day, none stops another, and what is wrong with the data is said plainly."""

import datetime
import subprocess
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from hemis.access.models import RoleAssignment
from hemis.nightly import actions, checks, house, models, steps
from hemis.nightly.checks import Check
from hemis.nightly.models import NightRun, NightStep
from hemis.nightly.steps import Finding, NotSetUp, Outcome, Step, StepError
from tests.factories import client_of, make_user

DAY = datetime.date(2026, 11, 26)


@pytest.fixture
def counted(monkeypatch):
    """Three steps of the test's own instead of the house's; how often each was done."""
    count = {"one": 0, "two": 0, "three": 0}

    def doing(code):
        def do(day):
            count[code] += 1
            RoleAssignment.objects.update(note=code)
            return Outcome({"times": count[code]})

        return do

    monkeypatch.setattr(
        steps, "STEPS", {code: Step(code, code.title(), "%(times)s times", doing(code)) for code in count}
    )
    monkeypatch.setattr(models, "STEPS", steps.STEPS)
    return count


def replace(code, do, **more):
    steps.STEPS[code] = Step(code, code.title(), "%(times)s times", do, **more)


def held():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {actions.HELD}", [actions.LOCK])
        return cursor.fetchone()[0]


def states(night):
    return dict(night.steps.values_list("code", "state"))


@pytest.mark.django_db
class TestRuns:
    def test_twice_on_a_day_is_once(self, counted):
        first, second = actions.run(DAY), actions.run(DAY)
        assert (first.state, first.already, first.steps.count()) == (models.DONE, 0, 3)
        assert (second.state, second.already, second.steps.count()) == (models.DONE, 3, 0)
        assert set(counted.values()) == {1}
        assert [one.said for one in first.steps.all()] == ["1 times"] * 3
        # Another day is another night's work.
        assert actions.run(DAY + datetime.timedelta(days=1)).steps.count() == 3

    def test_a_step_that_fails_stops_no_other_and_is_done_at_the_next_run(self, counted):
        works = steps.STEPS["two"].do

        def fail(day):
            works(day)
            raise ZeroDivisionError("of citizen 12345678901234")

        make_user("hr")
        replace("two", fail)
        night = actions.run(DAY)
        assert night.state == models.FAILED
        assert states(night) == {"one": models.DONE, "two": models.FAILED, "three": models.DONE}
        failed = night.steps.get(code="two")
        assert "ZeroDivisionError" in failed.problem and "citizen" not in failed.problem
        assert RoleAssignment.objects.get().note == "three"

        replace("two", works)
        again = actions.run(DAY)
        assert (again.state, again.already, states(again)) == (models.DONE, 2, {"two": models.DONE})
        assert counted == {"one": 1, "two": 2, "three": 1}

    def test_what_a_failed_step_wrote_is_undone(self, counted):
        make_user("hr")

        def fail(day):
            RoleAssignment.objects.update(note="half")
            raise StepError("the bank is closed")

        replace("three", fail)
        night = actions.run(DAY)
        assert RoleAssignment.objects.get().note == "two"
        assert night.steps.get(code="three").problem == "the bank is closed"

    def test_what_is_found_wants_attention_and_is_asked_again(self, counted):
        replace("one", lambda day: Outcome({"times": 1}, [Finding("Wrong", 2, ["a", "b"])]))
        night = actions.run(DAY)
        assert (night.state, states(night)["one"]) == (models.ATTENTION, models.ATTENTION)
        assert night.steps.get(code="one").findings == [
            {"title": "Wrong", "count": 2, "examples": ["a", "b"]}
        ]
        replace("one", lambda day: Outcome({"times": 2}))
        assert states(actions.run(DAY)) == {"one": models.DONE}

    def test_what_is_not_set_up_is_no_failure(self, counted):
        def absent(day):
            raise NotSetUp("no folder")

        replace("two", absent)
        night = actions.run(DAY)
        assert (night.state, states(night)["two"]) == (models.DONE, models.ABSENT)

    def test_the_database_holds_once_a_day(self, counted):
        night = actions.run(DAY)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO nightly_nightstep (run_id, day, code, state, started_at, figures, findings, problem) "
                "SELECT run_id, day, code, state, started_at, figures, findings, problem FROM nightly_nightstep "
                "WHERE run_id = %s LIMIT 1",
                [night.pk],
            )

    def test_two_steps_of_one_code_are_refused(self, counted):
        with pytest.raises(ValueError, match="two"):
            steps.register(Step("two", "", "", lambda day: Outcome()))


@pytest.mark.django_db(transaction=True)
class TestKilled:
    def test_killed_in_the_middle_the_next_run_takes_it_up(self, counted):
        works = steps.STEPS["two"].do

        def die(day):
            works(day)
            raise SystemExit

        make_user("hr")
        replace("two", die)
        with pytest.raises(SystemExit):
            actions.run(DAY)
        assert RoleAssignment.objects.get().note == "one"
        assert dict(NightStep.objects.values_list("code", "state")) == {
            "one": models.DONE,
            "two": models.RUNNING,
        }

        replace("two", works)
        night = actions.run(DAY)
        assert (night.state, night.already) == (models.DONE, 1)
        assert states(night) == {"two": models.DONE, "three": models.DONE}
        killed = NightRun.objects.exclude(pk=night.pk).get()
        assert killed.state == models.INTERRUPTED and states(killed)["two"] == models.INTERRUPTED

    def test_a_session_that_is_lost_costs_the_step_and_nothing_else(self, counted):
        """The database was started anew under a step: what it wrote is undone, the lock is taken anew."""
        works = steps.STEPS["two"].do

        def lose(day):
            works(day)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

        seen = []
        make_user("hr")
        replace("two", lose)
        replace("three", lambda day: seen.append(held()) or Outcome({"times": 1}))
        night = actions.run(DAY)
        assert states(night) == {"one": models.DONE, "two": models.FAILED, "three": models.DONE}
        assert RoleAssignment.objects.get().note == "one"
        assert seen == [True] and not held()

    def test_a_second_run_at_the_same_time_does_nothing(self, counted):
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [actions.LOCK])
            assert not held()
            with pytest.raises(CommandError) as busy:
                call_command("nightly", stdout=StringIO())
            assert busy.value.returncode == 75
        finally:
            other.close()
        assert not NightRun.objects.exists() and set(counted.values()) == {0}


@pytest.mark.django_db
class TestCommand:
    def test_it_says_what_was_done_and_the_exit_code_says_whether_all_is_well(self, counted):
        out, err = StringIO(), StringIO()
        call_command("nightly", stdout=out, stderr=err)
        assert "done: Two: 1 times" in out.getvalue() and "3 steps done now, 0 done before" in out.getvalue()
        out = StringIO()
        call_command("nightly", stdout=out, stderr=err)
        assert "done before: Two" in out.getvalue() and "0 steps done now, 3 done before" in out.getvalue()
        assert err.getvalue() == ""

    def test_a_finding_is_named_and_makes_the_exit_code_1(self, counted):
        replace("one", lambda day: Outcome({"times": 1}, [Finding("Wrong", 2, ["case a"])]))
        out, err = StringIO(), StringIO()
        with pytest.raises(CommandError) as failed:
            call_command("nightly", stdout=out, stderr=err)
        assert failed.value.returncode == 1
        assert "Wrong (2)" in err.getvalue() and "case a" in err.getvalue()

    def test_the_steps_of_the_house(self):
        out = StringIO()
        call_command("nightly", list=True, stdout=out)
        named = [line.split(":")[0] for line in out.getvalue().splitlines()]
        assert named[-2:] == ["integrity", "backup"]
        assert set(named) >= {"expiry", "orders", "accounts", "registrations", "debts", "staff_terms"}

    def test_the_whole_house_twice(self):
        """Every real step on an empty university: all done, then nothing to do."""
        call_command("nightly", stdout=StringIO())
        night = NightRun.objects.get()
        assert {one.state for one in night.steps.all()} <= {models.DONE, models.ABSENT}
        assert all("…" not in one.said for one in night.steps.all())
        call_command("nightly", stdout=StringIO())
        assert set(NightRun.objects.first().steps.values_list("code", flat=True)) <= {"backup"}


@pytest.mark.django_db
class TestChecks:
    def test_every_check_of_the_house_can_be_asked_and_finds_nothing_here(self):
        assert len(checks.CHECKS) >= 10
        assert [str(found) for found in map(checks.ask, checks.CHECKS.values()) if found] == []

    def test_a_guard_that_was_switched_off_is_named(self):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE structure_unit DISABLE TRIGGER hemis_history")
        found = checks.ask(checks.CHECKS["triggers"])
        assert found.count == 1 and found.examples == ["structure_unit · hemis_history"]
        assert checks.ask_all(DAY).findings == [found]

    def test_a_fault_planted_by_raw_sql_is_said_in_plain_words(self):
        """A number that was given out and stands on no contract."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO documents_numberseries (series, year, last) VALUES ('contract', 2025, 3)"
            )
        night = actions.run(DAY)
        step = night.steps.get(code="integrity")
        assert step.state == models.ATTENTION and night.state == models.ATTENTION
        assert step.findings == [
            {"title": str(checks.CHECKS["contract_numbers"].words), "count": 1, "examples": ["2025"]}
        ]

    def test_a_check_that_breaks_hides_no_other(self, monkeypatch):
        monkeypatch.setattr(
            checks,
            "CHECKS",
            {
                "bad": Check("bad", "x", sql="SELECT nothing"),
                "good": Check("good", "Wrong", sql="SELECT 'a'"),
            },
        )
        outcome = checks.ask_all(DAY)
        assert outcome.figures == {"asked": 2, "found": 2}
        assert "bad" in outcome.findings[0].title and outcome.findings[1].examples == ["a"]

    def test_a_check_says_one_way_what_it_looks_for(self):
        with pytest.raises(ValueError, match="nothing"):
            checks.register(Check("none", "x"))


@pytest.mark.django_db
class TestBackup:
    def test_without_a_folder_it_is_left_out(self, settings):
        settings.BACKUP_FOLDER = ""
        with pytest.raises(NotSetUp):
            house.backup(DAY)

    def test_without_the_owner_it_fails_in_words(self, settings, tmp_path, monkeypatch):
        settings.BACKUP_FOLDER = str(tmp_path)
        monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
        with pytest.raises(StepError, match="DATABASE_OWNER_URL"):
            house.backup(DAY)

    def test_a_script_that_fails_is_a_failed_step(self, settings, tmp_path, monkeypatch):
        settings.BACKUP_FOLDER = str(tmp_path / "backups")
        monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://nobody@127.0.0.1:1/none")
        with pytest.raises(StepError):
            house.backup(DAY)

    def test_the_folder_is_said(self, settings, tmp_path, monkeypatch):
        settings.BACKUP_FOLDER = str(tmp_path)
        monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@/x")
        done = subprocess.CompletedProcess([], 0, stdout=f"{tmp_path}/20261126T010000Z\n", stderr="")
        monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: done)
        assert house.backup(DAY).figures == {"folder": f"{tmp_path}/20261126T010000Z"}


@pytest.mark.django_db
@pytest.mark.duty("A")
class TestPages:
    def test_administrators_read_the_nights_and_nobody_else(self, counted):
        replace("one", lambda day: Outcome({"times": 1}, [Finding("Wrong", 2, ["case a"])]))
        night = actions.run(timezone.localdate())
        admin, rector = client_of(make_user("administrator")), client_of(make_user("rectorate"))
        page = admin.get(reverse("nightly_runs_detail", args=[night.pk])).content.decode()
        assert "case a" in page and "1 times" in page
        assert admin.get(reverse("nightly_runs_list")).status_code == 200
        assert "Wrong (2)" in admin.get("/").content.decode()
        assert rector.get(reverse("nightly_runs_list")).status_code == 403
