"""Ages, months, rates and terms: against plain counting, and the database against the same."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from staff import queries, rules
from staff.models import Development, Position
from tests.staff import makers

DAY = datetime.date(2026, 11, 25)
FIRST = datetime.date(2024, 1, 1)


@dataclass
class Held:
    rate: Decimal
    employment: str
    valid_from: datetime.date
    valid_to: datetime.date | None


def _held(numbers) -> Held:
    rate, employment, start, length = numbers
    begin = FIRST + datetime.timedelta(days=start)
    end = None if length == 0 else begin + datetime.timedelta(days=length)
    return Held(Decimal(rate) / 4, employment, begin, end)


posts = st.lists(
    st.tuples(
        st.integers(1, 4), st.sampled_from(["12", "13", "14"]), st.integers(0, 40), st.integers(0, 30)
    ).map(_held),
    max_size=5,
)


@given(posts)
def test_the_peak_is_the_largest_sum_of_any_day(held):
    def total(day):
        return sum(
            (
                one.rate
                for one in held
                if one.employment != "14"
                and one.valid_from <= day
                and (one.valid_to is None or day <= one.valid_to)
            ),
            Decimal(0),
        )

    worst = max((total(FIRST + datetime.timedelta(days=n)) for n in range(80)), default=Decimal(0))
    peak = rules.rate_peak(held)
    assert (peak.total if peak else Decimal(0)) == worst
    if peak:
        assert total(peak.day) == worst and sum(peak.rates) == worst


class TestDatabaseAgrees(TestCase):
    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(posts)
    def test_what_the_rule_lets_through_and_nothing_else(self, held):
        """The trigger refuses exactly what the rule calls too much, in whatever order posts come."""
        who, unit = makers.employee(), makers.division()
        kept = []
        for one in held:
            new = Position(
                employee=who, unit=unit, post="27", category="11", employment=one.employment, rate=one.rate,
                valid_from=one.valid_from, valid_to=one.valid_to,
            )  # fmt: skip
            allowed = not rules.rate_problem([*kept, new], limit=Decimal("1.50"), source="")
            try:
                with transaction.atomic():
                    new.save()
                saved = True
            except IntegrityError as error:
                assert "rates of this employee" in str(error)
                saved = False
            assert saved == allowed
            if saved:
                kept.append(new)


def test_a_birthday_counts_from_its_day():
    born = datetime.date(1980, 12, 1)
    assert rules.age_on(born, datetime.date(2026, 11, 30)) == 45
    assert rules.age_on(born, datetime.date(2026, 12, 1)) == 46
    assert rules.age_on(datetime.date(2000, 2, 29), datetime.date(2026, 2, 28)) == 25
    assert rules.age_on(None, DAY) is None


@pytest.mark.django_db
@given(st.dates(datetime.date(2000, 1, 1), datetime.date(2030, 1, 1)), st.integers(0, 120))
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
def test_months_as_the_database_counts_them(day, months):
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::date + make_interval(months => %s))::date", [day, months])
        assert rules.add_months(day, months) == cursor.fetchone()[0]
    later = rules.add_months(day, months)
    assert rules.months_between(day, later) in (months, months - 1)
    assert rules.months_between(day, later + datetime.timedelta(days=3)) >= months


@pytest.mark.duty("8.1")
@pytest.mark.parametrize(
    ("trainings", "first", "state", "due"),
    [
        ([], datetime.date(2026, 1, 1), rules.FINE, datetime.date(2029, 1, 1)),
        ([], datetime.date(2020, 1, 1), rules.NEVER, datetime.date(2023, 1, 1)),
        ([(datetime.date(2023, 11, 24), None)], FIRST, rules.OVERDUE, datetime.date(2026, 11, 24)),
        ([(datetime.date(2023, 11, 25), None)], FIRST, rules.SOON, datetime.date(2026, 11, 25)),
        ([(datetime.date(2024, 6, 1), None)], FIRST, rules.FINE, datetime.date(2027, 6, 1)),
        ([(datetime.date(2024, 5, 24), None)], FIRST, rules.SOON, datetime.date(2027, 5, 24)),
        (
            [(datetime.date(2022, 1, 1), datetime.date(2028, 1, 1))],
            FIRST,
            rules.FINE,
            datetime.date(2028, 1, 1),
        ),
        (
            [(datetime.date(2027, 1, 1), None)],
            datetime.date(2020, 1, 1),
            rules.PLANNED,
            datetime.date(2023, 1, 1),
        ),
    ],
)
@pytest.mark.django_db
def test_when_training_is_due_in_words_and_in_sql(trainings, first, state, due):
    """The rule and the list's SQL say the same of the same teacher."""
    who = makers.teacher(makers.kafedra(), valid_from=first)
    for end, until in trainings:
        Development.objects.create(
            employee=who, place="11", institution="BIMM", title=f"{end}", hours=72, begin_date=end, end_date=end,
            valid_until=until,
        )  # fmt: skip
    explained = queries.explain_development(who, DAY)
    assert explained is not None
    assert (explained.state, explained.date) == (state, due)
    assert explained.steps and explained.source
    row = queries.with_development(DAY).get(pk=who.pk)
    assert (row.state, row.due_on) == (state, due)


@pytest.mark.django_db
@pytest.mark.duty("8.1")
def test_a_teacher_with_two_posts_stands_once_and_who_left_does_not():
    who = makers.teacher(makers.kafedra(), rate=Decimal("0.75"))
    makers.post(who, makers.kafedra(2), employment="12", rate=Decimal("0.50"))
    makers.teacher(makers.kafedra(), "Ketganov", valid_to=datetime.date(2026, 6, 30))
    assert [row.pk for row in queries.with_development(DAY)] == [who.pk]
    assert [row.pk for row in queries.with_term(DAY)] == [who.pk]


def test_a_term_is_five_years_at_most():
    start = datetime.date(2026, 3, 1)
    assert not rules.term_problem(start, datetime.date(2031, 3, 1), months=60, source="VMQ 20/2006")
    assert "VMQ 20/2006" in rules.term_problem(
        start, datetime.date(2031, 3, 2), months=60, source="VMQ 20/2006"
    )
    assert rules.term_problem(start, start, months=60, source="")
