"""Blanks of strict accountability: the balance holds under any sequence of acts (duties 1.3, 2.7)."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hemis.access.scope import Scope
from records.blanks import actions, queries
from records.blanks.actions import TAKES, BlankError, Received, draw_up, receive
from records.models import Blank, BlankAct, BlankMove
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.duty("2.7")]
DAY = datetime.date(2026, 7, 1)
EVERYTHING = Scope(everything=True)
COMMISSION = "Rais A. Aliyev\nAʼzo B. Boboyev\nAʼzo V. Valiyev"


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def store():
    factories.make_university()
    return factories.access_of(factories.make_user("hr"))


def received(access, first=1, last=10, series="AB", holder=None, **fields):
    return receive(
        access=access, date=DAY, holder=holder, basis="Yuk xati № 7",
        lines=[Received("diploma", series, first, last, **fields)],
    )  # fmt: skip


def act(access, kind, keys, **fields):
    return draw_up(
        access=access, kind=kind, date=fields.pop("date", DAY), blanks=keys, basis="Buyruq № 1",
        reason="Printer siyohi", commission=COMMISSION, **fields,
    )  # fmt: skip


def keys(*numbers):
    return list(Blank.objects.filter(number__in=numbers).values_list("pk", flat=True))


def refused(sql, params=()):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class TestActs:
    def test_a_receipt_makes_a_blank_of_every_number(self, store):
        made = received(store, 98, 102)
        assert [one.code for one in Blank.objects.all()] == [f"AB {n:07d}" for n in range(98, 103)]
        assert made.number == "1/2026"
        assert BlankMove.objects.filter(act=made, verb="received").count() == 5

    def test_a_number_is_received_once(self, store):
        received(store, 1, 10)
        with pytest.raises(BlankError, match="received before"):
            received(store, 10, 12)
        assert received(store, 10, 12, series="AC").number == "2/2026"  # the refused act took no number

    def test_spoiled_by_a_commission_of_three_with_a_reason(self, store):
        received(store)
        with pytest.raises(BlankError, match="three people"):
            draw_up(
                access=store,
                kind="spoiled",
                date=DAY,
                blanks=keys(1),
                basis="B",
                reason="R",
                commission="A\nB",
            )
        with pytest.raises(BlankError, match="what happened"):
            draw_up(access=store, kind="spoiled", date=DAY, blanks=keys(1), basis="B", commission=COMMISSION)
        act(store, BlankAct.SPOILED, keys(1))
        act(store, BlankAct.DESTROYED, keys(1))
        assert Blank.objects.get(number=1).state == Blank.DESTROYED
        with pytest.raises(BlankError, match="does not take"):
            act(store, BlankAct.LOST, keys(1))

    def test_found_again_is_not_used_again(self, store):
        received(store)
        act(store, BlankAct.LOST, keys(2))
        act(store, BlankAct.FOUND, keys(2))
        assert Blank.objects.get(number=2).state == Blank.SPOILED

    def test_a_faculty_sees_and_uses_its_own(self, store):
        one, other = factories.make_faculty("303-101"), factories.make_faculty("303-102")
        dean = factories.access_of(factories.make_user("dean", one))
        received(store)
        act(store, BlankAct.GIVEN, keys(1, 2, 3), holder=one)
        assert Blank.objects.for_scope(dean.scope("blank.view")).count() == 3
        with pytest.raises(BlankError, match="not in your scope"):
            act(dean, BlankAct.SPOILED, keys(3, 4))
        with pytest.raises(PermissionDenied):
            received(dean, 20, 21, holder=other)
        act(dean, BlankAct.GIVEN, keys(3), holder=other)
        assert Blank.objects.for_scope(dean.scope("blank.view")).count() == 2
        teacher = factories.access_of(factories.make_user("teacher"))
        with pytest.raises(PermissionDenied):
            act(teacher, BlankAct.SPOILED, keys(1))

    def test_no_act_before_the_last_move(self, store):
        received(store)
        act(store, BlankAct.SPOILED, keys(1), date=DAY + datetime.timedelta(days=5))
        with pytest.raises(BlankError, match="after this date"):
            act(store, BlankAct.DESTROYED, keys(1), date=DAY)


class TestDatabase:
    def test_raw_sql_is_refused(self, store):
        made = received(store)
        blank = Blank.objects.first()
        for sql in (
            "UPDATE records_blank SET state = 'handed'",
            "UPDATE records_blank SET number = number + 100",
            "UPDATE records_blank SET holder_id = 1",
            "DELETE FROM records_blank",
            "DELETE FROM records_blankmove",
            "UPDATE records_blankmove SET to_state = 'lost'",
            "UPDATE records_blankact SET basis = 'X'",
            "DELETE FROM records_blankrange",
            "INSERT INTO records_blank (range_id, kind, education_type, category, series, number, code, state) "
            "SELECT range_id, kind, education_type, category, series, 11, 'AB 11', 'stock' FROM records_blank LIMIT 1",
        ):
            refused(sql)
        move = (
            "INSERT INTO records_blankmove (blank_id, verb, act_id, from_state, to_state, day, at) "
            "VALUES (%s, %s, %s, '', '', '2026-07-02', now())"
        )
        for verb in ("received", "spoiled", "handed", "given"):  # not what the act is, or twice
            refused(move, [blank.pk, verb, made.pk])

    def test_an_act_without_blanks_is_refused(self, store):
        refused(
            "INSERT INTO records_blankact (version, kind, year, serial, date, basis, reason, commission, created_at, "
            "created_by_id) VALUES (1, 'found', 2026, 9, '2026-07-01', 'X', '', '', now(), %s)",
            [store.user.pk],
        )

    def test_an_assigned_blank_lies_with_its_paper(self, store):
        """Without a diploma or certificate that names it, no blank is assigned."""
        received(store)
        refused(
            "INSERT INTO records_blankmove (blank_id, verb, act_id, from_state, to_state, day, at) "
            "SELECT id, 'assigned', NULL, '', '', '2026-07-02', now() FROM records_blank LIMIT 1"
        )


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["given", "spoiled", "destroyed", "lost", "found", "returned", "more"]),
        st.sets(st.integers(1, 14), min_size=1, max_size=5),
        st.integers(0, 2),
    ),
    max_size=6,
)


class TestBalance:
    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(steps=STEPS)
    def test_whatever_the_acts_the_sum_is_what_was_received(self, store, steps):
        holders = [None, factories.make_faculty("303-101"), factories.make_faculty("303-102")]
        with transaction.atomic():
            point = transaction.savepoint()
            total = 10
            received(store, 1, 10)
            for kind, numbers, to in steps:
                try:
                    with transaction.atomic():
                        if kind == "more":
                            received(store, 11, 14)
                            total += 4
                        else:
                            act(store, kind, keys(*numbers), holder=holders[to])
                except BlankError:
                    continue
                self.check(total, holders)
            transaction.savepoint_rollback(point)

    def check(self, total, holders):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        assert Blank.objects.count() == total
        today = timezone.localdate()
        (line,) = queries.balance(EVERYTHING, start=DAY, end=today)
        assert line.received == total and line.agrees
        assert line.closing + line.handed + line.destroyed + line.lost + line.returned == total
        parts = [
            queries.balance(Scope(faculty_ids=frozenset({one.pk})), start=DAY, end=today)
            for one in holders
            if one
        ]
        assert all(part.agrees for found in parts for part in found)

    def test_a_period_begins_with_what_was_before(self, store):
        received(store)
        later = DAY + datetime.timedelta(days=10)
        act(store, BlankAct.RETURNED, keys(1, 2), date=later)
        (line,) = queries.balance(EVERYTHING, start=later, end=later)
        assert (line.opening, line.received, line.returned, line.closing) == (10, 0, 2, 8)
        (before,) = queries.balance(EVERYTHING, start=DAY, end=later - datetime.timedelta(days=1))
        assert (before.opening, before.received, before.closing, before.states) == (0, 10, 10, {"stock": 10})


def test_numbers_as_people_type_them():
    assert queries.parse_numbers("AB 0000001-0000020, ab 30\nAC12 – AC 15") == [
        ("AB", 1, 20), ("AB", 30, 30), ("AC", 12, 15),
    ]  # fmt: skip
    for text in ("1-5", "AB 5-1", "AB x", "ABCDE 1"):
        with pytest.raises(queries.BadNumbers):
            queries.parse_numbers(text)


def test_every_act_says_what_it_takes():
    assert set(TAKES) == {code for code, _title in BlankAct.KINDS} - {BlankAct.RECEIVED}
    assert actions.LEAST_COMMISSION == 3
