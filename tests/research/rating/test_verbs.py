"""Criteria, freezing, appeals and corrections; what the database refuses (duties 3.6, B6.7, B6.8)."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from hemis.jobs.actions import run_now
from hemis.jobs.models import Job
from hemis.notices.models import Notice
from research.rating import actions, counting, queries
from research.rating.models import (
    CriteriaSet,
    Criterion,
    Rating,
    RatingAppeal,
    RatingItem,
)
from research.rating.template import TEMPLATE
from tests import factories
from tests.factories import access_of
from tests.research.rating.world import DAY, YEAR

pytestmark = pytest.mark.django_db
D = Decimal
OF_RATING = "line_id IN (SELECT id FROM research_ratingline WHERE rating_id = %s)"
ADD_LINE = (
    "INSERT INTO research_criterion (version, criteria_id, code, title, source, kind, unit, weight, shared, position)"
    " VALUES (1, %s, 'x', 'x', 'load', '', 'x', 1, false, 1)"
)


def refused(name, text, *params):
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, params)
    assert caught.value.__cause__.diag.constraint_name == name


# --- criteria


@pytest.mark.duty("3.6", "B6.8")
class TestCriteria:
    def test_drafted_by_academic_affairs_and_approved_by_the_rectorate(self, world):
        affairs, rector = access_of(world.affairs), access_of(world.rector)
        made = actions.begin_criteria(access=affairs, year=world.year, basis="Kengash, № 1")
        assert actions.take_template(made, access=affairs) == len(TEMPLATE)
        assert actions.take_template(made, access=affairs) == 0  # Twice is once: no mark is doubled.
        with pytest.raises(PermissionDenied):
            actions.approve_criteria(made, access=affairs)
        with pytest.raises(PermissionDenied):
            actions.take_template(made, access=rector)
        actions.approve_criteria(made, access=rector)
        with pytest.raises(actions.RatingError):
            actions.take_template(made, access=affairs)

    def test_an_empty_draft_is_not_approved(self, world):
        made = actions.begin_criteria(access=access_of(world.affairs), year=world.year, basis="№ 1")
        with pytest.raises(actions.RatingError):
            actions.approve_criteria(made, access=access_of(world.rector))

    def test_who_formed_them_does_not_approve_them(self, world):
        factories.give_role(world.rector, "academic_affairs")
        both = access_of(world.rector)
        made = actions.begin_criteria(access=both, year=world.year, basis="№ 1")
        actions.take_template(made, access=both)
        with pytest.raises(actions.RatingError):
            actions.approve_criteria(made, access=both)

    def test_another_edition_begins_with_the_lines_before_and_holds_from_its_approval(self, world):
        first = world.criteria(("work_scientific", "10", {"cap": D(50)}))
        second = actions.begin_criteria(access=access_of(world.affairs), year=world.year, basis="№ 2")
        assert second.edition == 2 and [one.cap for one in second.lines.all()] == [50]
        with pytest.raises(actions.RatingError):
            actions.begin_criteria(access=access_of(world.affairs), year=world.year, basis="№ 3")
        assert actions.in_force(YEAR) == first
        actions.approve_criteria(second, access=access_of(world.rector))
        assert actions.in_force(YEAR) == second
        later = actions.begin_criteria(
            access=access_of(world.affairs), year=factories.make_year(YEAR + 1), basis="№ 4"
        )
        assert (later.edition, later.lines.count()) == (1, 1)

    def test_the_database_refuses_what_pages_do(self, world):
        made = world.criteria(("work_scientific", "10", {}))
        line = made.lines.get()
        refused("criteria_frozen", "UPDATE research_criterion SET weight = 20 WHERE id = %s", line.pk)
        refused("criteria_frozen", "DELETE FROM research_criterion WHERE id = %s", line.pk)
        refused("criteria_frozen", "UPDATE research_criteriaset SET basis = 'x' WHERE id = %s", made.pk)
        refused("criteria_states", "UPDATE research_criteriaset SET state = 'draft' WHERE id = %s", made.pk)
        refused("criteria_frozen", "DELETE FROM research_criteriaset WHERE id = %s", made.pk)
        refused(
            "criteria_frozen",
            ADD_LINE,
            made.pk,
        )
        empty = world.criteria(state=CriteriaSet.DRAFT, edition=2)
        refused(
            "criteria_have_lines",
            "UPDATE research_criteriaset SET state = 'approved', approved_by_id = %s, approved_at = now()"
            " WHERE id = %s",
            world.rector.pk, empty.pk,
        )  # fmt: skip
        Criterion.objects.create(criteria=empty, code="a", title="a", source="load", unit="x", weight=1)
        refused(
            "criterion_counts_once",
            ADD_LINE,
            empty.pk,
        )


# --- the job, freezing


@pytest.mark.duty("3.6")
class TestFreezing:
    def test_formed_by_a_job_and_frozen(self, world):
        world.work(world.anvar)
        world.criteria(("work_scientific", "10", {}))
        affairs = access_of(world.affairs)
        rating = actions.begin(access=affairs, year=world.year, as_of=DAY)
        assert rating.state == Rating.COUNTING
        with pytest.raises(actions.RatingError):
            actions.freeze(rating, access=affairs)
        job = run_now(Job.objects.get(kind="research.rating"))
        assert (job.state, job.total) == (Job.DONE, 3)
        rating = actions.freeze(rating, access=affairs)
        assert rating.criteria.state == CriteriaSet.LOCKED
        assert rating.appeals_until == timezone.localdate() + datetime.timedelta(days=10)
        told = set(Notice.objects.filter(code="rating_frozen").values_list("user", flat=True))
        assert told == {user.pk for user in world.users.values()}

    def test_a_job_that_was_killed_goes_on_with_the_step_that_was_undone(self, world, monkeypatch):
        world.work(world.anvar)
        world.criteria(("work_scientific", "10", {}))
        rating = actions.begin(access=access_of(world.affairs), year=world.year, as_of=DAY)
        job, do_step = Job.objects.get(kind="research.rating"), counting.do_step

        def die(one, step):
            do_step(one, step)
            if step == "work_scientific":
                raise SystemExit

        monkeypatch.setattr(counting, "do_step", die)
        with pytest.raises(SystemExit):
            run_now(job)
        monkeypatch.setattr(counting, "do_step", do_step)
        job = run_now(job)
        assert job.state == Job.DONE
        assert world.totals(rating)[world.anvar.pk] == 10
        assert RatingItem.objects.filter(line__rating=rating).count() == 1

    def test_without_criteria_or_for_a_day_to_come_there_is_no_rating(self, world):
        affairs, tomorrow = access_of(world.affairs), timezone.localdate() + datetime.timedelta(days=1)
        with pytest.raises(actions.RatingError):
            actions.begin(access=affairs, year=world.year, as_of=DAY)
        world.criteria(("work_scientific", "10", {}))
        for day in (tomorrow, datetime.date(2025, 8, 31)):
            with pytest.raises(actions.RatingError):
                actions.begin(access=affairs, year=world.year, as_of=day)
        actions.begin(access=affairs, year=world.year, as_of=DAY)
        with pytest.raises(actions.RatingError):
            actions.begin(access=affairs, year=world.year, as_of=DAY)

    def test_what_is_approved_later_does_not_change_what_is_frozen(self, world):
        world.work(world.anvar)
        rating = world.frozen()
        world.work(world.anvar)
        assert world.totals(rating)[world.anvar.pk] == 10
        with pytest.raises(actions.RatingError):
            actions.recount(rating, access=access_of(world.affairs))
        with pytest.raises(actions.RatingError):
            actions.drop(rating, access=access_of(world.affairs))

    def test_a_preliminary_rating_is_counted_anew_or_taken_back(self, world):
        world.work(world.anvar)
        rating, affairs = world.rating(), access_of(world.affairs)
        world.work(world.anvar)
        actions.recount(rating, access=affairs)
        run_now(Job.objects.get(kind="research.rating"))
        assert world.totals(rating)[world.anvar.pk] == 20
        rating.refresh_from_db()
        actions.drop(rating, access=affairs)
        assert not Rating.objects.exists() and not RatingItem.objects.exists()

    @pytest.mark.parametrize(
        "text",
        [
            "UPDATE research_ratingline SET total = total + 1 WHERE rating_id = %s",
            "DELETE FROM research_unitline WHERE rating_id = %s",
            "UPDATE research_unitline SET place = 9 WHERE rating_id = %s",
            "UPDATE research_ratingpart SET score = 0 WHERE " + OF_RATING,
            "DELETE FROM research_ratingitem WHERE " + OF_RATING,
            "UPDATE research_ratingitem SET label = 'x' WHERE " + OF_RATING,
            "INSERT INTO research_ratingitem (line_id, criterion_id, source_id, label, quantity, marks) "
            "SELECT line_id, criterion_id, source_id, label, quantity, marks FROM research_ratingitem "
            "WHERE " + OF_RATING,
            "UPDATE research_rating SET as_of = '2026-01-01' WHERE id = %s",
            "UPDATE research_rating SET state = 'counted' WHERE id = %s",
            "DELETE FROM research_rating WHERE id = %s",
        ],
    )
    def test_raw_sql_does_not_touch_a_frozen_rating(self, world, text):
        world.work(world.anvar)
        refused("rating_frozen", text, world.frozen().pk)

    def test_a_rating_that_does_not_add_up_is_not_frozen(self, world):
        world.work(world.anvar)
        rating = world.rating()
        CriteriaSet.objects.filter(pk=rating.criteria_id).update(state=CriteriaSet.LOCKED)
        freeze = (
            "UPDATE research_rating SET state = 'frozen', frozen_by_id = %s, frozen_at = now(), appeals_until = now()"
            " WHERE id = %s"
        )
        for text in (
            "UPDATE research_ratingline SET total = total + 1 WHERE rating_id = %s",
            "DELETE FROM research_ratingitem WHERE " + OF_RATING,
            "UPDATE research_ratingpart SET score = 0 WHERE " + OF_RATING,
        ):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(text, [rating.pk])
                refused("rating_adds_up", freeze, world.affairs.pk, rating.pk)
                transaction.set_rollback(True)

    def test_what_is_counted_belongs_to_a_line_and_to_the_edition(self, world):
        world.work(world.anvar)
        rating = world.rating()
        other = world.criteria(("load", "1", {}), edition=2).lines.get()
        add = (
            "INSERT INTO research_ratingitem (line_id, criterion_id, source_id, label, quantity, marks)"
            " VALUES (%s, %s, 1, 'x', 1, 1)"
        )
        line = world.line(rating, world.anvar)
        refused("rating_item_line", add, line.pk, other.pk)
        refused("rating_item_line", add, 0, rating.criteria.lines.get().pk)
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM research_ratingpart WHERE line_id = %s", [line.pk])
            cursor.execute("DELETE FROM research_ratingline WHERE id = %s", [line.pk])


# --- appeals and corrections


@pytest.mark.duty("3.6", "B6.7")
class TestAppeals:
    def ask(self, world, rating, employee, who=None):
        line, access = world.line(rating, employee), access_of(world.user(who or employee))
        return actions.ask(line, access=access, text="Maqolam yoʻq")

    def test_asked_by_the_teacher_and_answered_by_academic_affairs(self, world):
        rating = world.frozen()
        appeal = self.ask(world, rating, world.anvar)
        assert Notice.objects.filter(code="rating_appeal", user=world.affairs).exists()
        with pytest.raises(PermissionDenied):
            actions.decide(appeal, access=access_of(world.head), upheld=True, decision="Ha")
        with pytest.raises(actions.RatingError):
            actions.decide(appeal, access=access_of(world.affairs), upheld=True, decision=" ")
        decided = actions.decide(appeal, access=access_of(world.affairs), upheld=False, decision="Asos yoʻq")
        assert decided.state == RatingAppeal.REJECTED
        assert Notice.objects.filter(code="rating_appeal_rejected", user=world.user(world.anvar)).exists()
        with pytest.raises(actions.RatingError):
            actions.decide(appeal, access=access_of(world.affairs), upheld=True, decision="Ha")

    def test_of_the_own_line_once_and_within_the_term(self, world):
        rating = world.frozen()
        with pytest.raises(actions.RatingError):
            self.ask(world, rating, world.anvar, who=world.barno)
        self.ask(world, rating, world.anvar)
        with pytest.raises(actions.RatingError):
            self.ask(world, rating, world.anvar)

    def test_after_the_term_neither_page_nor_sql(self, world):
        rating = world.rating()
        CriteriaSet.objects.filter(pk=rating.criteria_id).update(state=CriteriaSet.LOCKED)
        past = timezone.localdate() - datetime.timedelta(days=1)
        Rating.objects.filter(pk=rating.pk).update(
            state=Rating.FROZEN, frozen_by=world.affairs, frozen_at=timezone.now(), appeals_until=past
        )
        with pytest.raises(actions.RatingError):
            self.ask(world, rating, world.anvar)
        refused(
            "rating_appeal_in_term",
            "INSERT INTO research_ratingappeal (version, line_id, text, evidence, state, asked_at, decision)"
            " VALUES (1, %s, 'x', '', 'asked', now(), '')",
            world.line(rating, world.anvar).pk,
        )

    def test_against_a_preliminary_rating_there_is_no_appeal(self, world):
        with pytest.raises(actions.RatingError):
            self.ask(world, world.rating(), world.anvar)

    def test_what_was_asked_and_decided_stays(self, world):
        appeal = self.ask(world, world.frozen(), world.anvar)
        refused("rating_appeal_stays", "UPDATE research_ratingappeal SET text = 'x' WHERE id = %s", appeal.pk)
        actions.decide(appeal, access=access_of(world.affairs), upheld=False, decision="Asos yoʻq")
        refused(
            "rating_appeal_stays", "UPDATE research_ratingappeal SET decision = 'x' WHERE id = %s", appeal.pk
        )
        refused("rating_appeal_stays", "DELETE FROM research_ratingappeal WHERE id = %s", appeal.pk)

    def test_a_correction_is_another_edition_for_whom_it_was_upheld(self, world):
        world.work(world.barno)
        rating, affairs = world.frozen(), access_of(world.affairs)
        appeal = self.ask(world, rating, world.anvar)
        today = timezone.localdate()
        with pytest.raises(actions.RatingError):
            actions.correct(rating, access=affairs, reason="Apellyatsiya", as_of=today)
        actions.decide(appeal, access=affairs, upheld=True, decision="Maqola tasdiqlansin")
        # Approved after the day of the rating: for whose appeal was upheld they count, for others they do not.
        for who in (world.anvar, world.anvar, world.chori):
            world.work(who, when=timezone.now())
        made = actions.correct(rating, access=affairs, reason="Apellyatsiya", as_of=today)
        run_now(Job.objects.get(kind="research.rating"))
        found = world.totals(made)
        assert [found[one.pk] for one in world.teachers] == [20, 10, 0, 0]
        assert [world.line(made, one).place for one in world.teachers] == [1, 2, 3, 3]
        made.refresh_from_db()
        actions.freeze(made, access=affairs)
        assert world.totals(rating)[world.anvar.pk] == 0  # The edition before stays as it was.
        assert list(queries.in_force()) == [made]
        with pytest.raises(actions.RatingError):
            actions.correct(rating, access=affairs, reason="Yana", as_of=today)
        appeal.refresh_from_db()
        assert (made.edition, made.corrects, appeal.result) == (2, rating, made)
