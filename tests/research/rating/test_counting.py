"""The scientific rating: what counts, that it adds up, that what is frozen stays (duties 2.8, 3.6, 8.5, B6.7, B6.8)."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from research.models import Work
from research.rating import counting, queries, rules, sources
from research.rating.models import (
    Rating,
    RatingItem,
    RatingLine,
    RatingPart,
    UnitLine,
)
from tests.research.rating.world import DAY

pytestmark = pytest.mark.django_db
D = Decimal


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
