"""The scientific rating: what counts, that it adds up, that what is frozen stays (duties 2.8, 3.6, 8.5, B6.5, B6.6)."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from hemis.jobs.actions import run_now
from hemis.jobs.models import Job
from hemis.notices.models import Notice
from research.models import Work
from research.rating import actions, counting, queries, rules, sources
from research.rating.models import (
    CriteriaSet,
    Criterion,
    Rating,
    RatingAppeal,
    RatingItem,
    RatingLine,
    RatingPart,
    UnitLine,
)
from research.rating.template import TEMPLATE
from tests import factories
from tests.factories import access_of
from tests.research.rating_world import DAY, YEAR, World

pytestmark = pytest.mark.django_db
D = Decimal
OF_RATING = "line_id IN (SELECT id FROM research_ratingline WHERE rating_id = %s)"
ADD_LINE = (
    "INSERT INTO research_criterion (version, criteria_id, code, title, source, kind, unit, weight, shared, position)"
    " VALUES (1, %s, 'x', 'x', 'load', '', 'x', 1, false, 1)"
)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One small university for the whole file; nothing of it stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(world):
    """In the place of pytest-django's own: what a test writes is undone, the world stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def refused(name, text, *params):
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, params)
    assert caught.value.__cause__.diag.constraint_name == name


# --- rules


def test_a_score_by_example():
    terms = rules.Terms("Maqola", "ish", D(15), D(40))
    found = rules.score(terms, [rules.Counted("a", D(1)), rules.Counted("b", D("0.5"))])
    assert (found.value, [step.value for step in found.steps]) == (D("22.50"), [D("15.00"), D("7.50")])
    found = rules.score(terms, [rules.Counted(name, D(1)) for name in "abc"])
    assert found.value == 40 and found.steps[-1].value == 40
    assert rules.score(terms, []).value == 0


def test_a_mean_is_of_full_rates():
    assert rules.mean(D(100), D("1.5")) == D("66.67")
    assert rules.mean(D(100), D(0)) == 0


@given(
    st.lists(st.decimals(0, 50, places=4), max_size=6),
    st.decimals("0.001", 100, places=3),
    st.one_of(st.none(), st.decimals("0.01", 200, places=2)),
)
def test_a_score_is_never_above_the_limit_and_its_steps_make_it(quantities, weight, cap):
    found = rules.score(
        rules.Terms("x", "y", weight, cap), [rules.Counted(str(n), one) for n, one in enumerate(quantities)]
    )
    marks = [step.value for step in found.steps[: len(quantities)]]
    assert found.value == (sum(marks) if cap is None else min(sum(marks), cap))
    assert cap is None or found.value <= cap


# --- what counts


@pytest.mark.duty("3.6")
class TestCounting:
    def test_only_approved_works_of_the_year_until_the_day(self, world):
        world.work(world.anvar)
        world.work(world.anvar, approved=False)
        world.work(world.anvar, when=timezone.make_aware(datetime.datetime(2026, 7, 1, 0, 1)))
        world.work(world.anvar, when=timezone.make_aware(datetime.datetime(2026, 6, 30, 23, 59)))
        assert world.totals(world.rating())[world.anvar.pk] == 20

    def test_a_criterion_takes_kind_database_and_certificate(self, world):
        world.work(world.anvar, database="12")
        world.work(world.anvar, database="10")
        world.work(world.anvar)
        world.work(world.barno, sort=Work.METHODICAL, certificate_number="7", certificate_date=DAY)
        world.work(world.barno, sort=Work.METHODICAL)
        world.work(world.chori, sort=Work.PROPERTY)
        world.work(world.chori, scientific_kind="11")
        criteria = world.criteria(
            ("work_scientific", "40", {"kind": "13", "in_database": True}),
            ("work_scientific", "20", {"kind": "13", "in_database": False}),
            ("work_methodical", "60", {"has_certificate": True}),
            ("work_methodical", "30", {"has_certificate": False}),
            ("work_property", "20", {}),
        )
        found = world.totals(world.rating(criteria))
        assert [found[one.pk] for one in world.teachers] == [80, 90, 20, 0]

    def test_a_shared_criterion_divides_a_work_and_another_gives_each_the_whole(self, world):
        world.work(world.anvar, world.barno, outsiders=1, shares=(D(50),))
        shared, whole = {"shared": True}, {"in_database": False}
        criteria = world.criteria(("work_scientific", "100", shared), ("work_scientific", "1", whole))
        found = world.totals(world.rating(criteria))
        # Half is agreed; the colleague and the outsider have a quarter each.
        assert (found[world.anvar.pk], found[world.barno.pk]) == (51, 26)

    def test_the_limit_of_a_criterion_holds(self, world):
        for _ in range(3):
            world.work(world.anvar)
        rating = world.rating(world.criteria(("work_scientific", "40", {"cap": D(100)})))
        part = RatingPart.objects.get(line=world.line(rating, world.anvar))
        assert (part.quantity, part.marks, part.score) == (3, 120, 100)
        assert world.totals(rating)[world.anvar.pk] == 100

    def test_the_other_registers(self, world):
        from staff.models import Development

        world.evidence(world.anvar, D("1.5"))
        world.evidence(world.anvar, D(5), approved=False)
        world.evidence(world.anvar, D(5), code="another")
        world.profile(world.barno, 3, 8, 20)
        for start, hours in ((datetime.date(2026, 2, 1), 72), (datetime.date(2025, 2, 1), 144)):
            Development.objects.create(
                employee=world.chori, place="12", institution="Markaz", title=f"Kurs {hours}", hours=hours,
                begin_date=start, end_date=start + datetime.timedelta(days=30),
            )  # fmt: skip
        criteria = world.criteria(
            ("evidence", "10", {"code": "council", "kind": "council"}),
            ("h_index", "10", {"kind": "11"}),
            ("citations", "10", {}),
            ("development", "5", {}),
            ("development_hours", "0.1", {}),
        )
        found = world.totals(world.rating(criteria))
        assert [found[one.pk] for one in world.teachers] == [15, 55, D("12.20"), 0]

    def test_every_source_can_be_counted(self, world):
        """Each statement runs, and asks nothing that it is not told."""
        lines = [(code, "1", {"code": code}) for code in sources.SOURCES]
        lines[-1] = ("evidence", "1", {"code": "evidence", "kind": "evidence"})
        rating = world.rating(world.criteria(*lines))
        assert set(counting.steps_of(rating)) == {*sources.SOURCES, "teachers", "totals"}

    def test_places_and_units_by_the_mean_of_a_rate(self, world):
        from staff.models import Position

        Position.objects.filter(employee=world.chori).update(rate=D("0.50"), correction="tekshiruv")
        world.work(world.anvar)
        world.work(world.barno)
        world.work(world.chori)
        rating = world.rating()
        lines = {one.employee_id: one for one in RatingLine.objects.filter(rating=rating)}
        assert [lines[one.pk].place for one in world.teachers] == [1, 1, 1, 4]
        assert lines[world.chori.pk].kafedra_place == 1 and lines[world.dilshod.pk].faculty_place == 1
        units = {one.unit_id: one for one in UnitLine.objects.filter(rating=rating)}
        first, second = units[world.kafedra.pk], units[world.next.pk]
        assert (first.total, first.rates, first.mean, first.place) == (20, 2, 10, 2)
        assert (second.total, second.rates, second.mean, second.place) == (10, D("0.5"), 20, 1)
        assert (units[world.faculty.pk].total, units[world.faculty.pk].mean) == (30, 12)
        assert rules.mean(first.total, first.rates) == first.mean

    def test_a_teacher_of_two_kafedras_stands_once_at_the_main_post(self, world):
        from staff.models import Position

        Position.objects.create(
            employee=world.anvar, unit=world.far, post="12", category="12", employment="12", rate=D("0.50"),
            valid_from=datetime.date(2020, 9, 1),
        )  # fmt: skip
        line = world.line(world.rating(), world.anvar)
        assert (line.kafedra, line.rate) == (world.kafedra, 1)

    @settings(max_examples=10)
    @given(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=6),
        st.decimals("0.5", 60, places=1),
        st.one_of(st.none(), st.decimals(1, 90, places=2)),
        st.booleans(),
    )
    def test_sql_counts_what_the_rules_say(self, world, works, weight, cap, shared):
        with transaction.atomic():
            for first, second, database in works:
                authors = list(dict.fromkeys([world.teachers[first], world.teachers[second]]))
                world.work(*authors, database="12" if database else "")
            more = {"cap": cap, "shared": shared}
            rating = world.rating(world.criteria(("work_scientific", str(weight), more)))
            for line in RatingLine.objects.filter(rating=rating):
                told = queries.explained(line)
                assert line.total == sum(one.part.score for one in told)
                for one in told:
                    assert one.explained.value == one.part.score <= (cap or one.part.marks)
                    assert [rules.marks_of(item.quantity, weight) for item in one.items] == [
                        item.marks for item in one.items
                    ]
            transaction.set_rollback(True)

    def test_every_score_is_told_down_to_the_publication(self, world):
        work = world.work(world.anvar)
        (told,) = queries.explained(world.line(world.rating(), world.anvar))
        assert [(one.label, one.source_id, one.marks) for one in told.items] == [(work.title, work.pk, 10)]
        assert told.url == "research_work"

    def test_counted_again_it_is_the_same_and_not_twice(self, world):
        world.work(world.anvar, world.barno)
        rating = world.rating()
        before = world.totals(rating), RatingItem.objects.filter(line__rating=rating).count()
        Rating.objects.filter(pk=rating.pk).update(state=Rating.COUNTING)
        world.count(rating)
        assert before == (world.totals(rating), RatingItem.objects.filter(line__rating=rating).count())


# --- criteria


@pytest.mark.duty("3.6", "B6.6")
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


@pytest.mark.duty("3.6", "B6.5")
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
