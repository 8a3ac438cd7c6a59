"""Two people at once: one wins, the other is told, nothing is doubled (law 1)."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from movement import actions
from movement.documents import extract_for
from movement.models import Order, OrderLine
from students.models import Candidate, Placement, Student
from tests.factories import access_of, make_candidate, make_group, make_students
from tests.movement.kinds import draft

DAY = datetime.date(2026, 9, 1)

# Real commits, which the other thread's connection sees.
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable) -> list:
    """Run all at the same moment; results, or the order errors, in the order of the calls."""
    gate = threading.Barrier(len(calls))
    results: list = [None] * len(calls)

    def run(at: int, call: Callable) -> None:
        try:
            gate.wait()
            results[at] = call()
        except BaseException as error:
            results[at] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(at, call)) for at, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, actions.OrderError):
            raise result
    return results


def errors(results: list) -> int:
    return sum(isinstance(one, actions.OrderError) for one in results)


@pytest.fixture
def form(faculty, dean):
    def make(day=DAY):
        return actions.create_admission_order(
            access=access_of(dean), faculty=faculty, candidates=Candidate.objects.all(), title="x", basis="",
            effective_date=day,
        )  # fmt: skip

    return make


@pytest.fixture
def signed(faculty, dean, rector, form):
    group = make_group(faculty)
    for _one in range(4):
        make_candidate(group)
    order = form()
    actions.submit(order, access=access_of(dean))
    return actions.sign(order, access=access_of(rector), date=DAY)


@pytest.mark.duty("B8")
def test_two_executions_of_one_order(signed, dean):
    results = at_once(*[lambda: actions.execute(signed, access=access_of(dean))] * 3)
    assert errors(results) == 2
    assert Student.objects.count() == Placement.objects.count() == 4


@pytest.mark.duty("B8")
def test_two_drafts_of_the_same_candidates(faculty, form):
    make_candidate(make_group(faculty))
    results = at_once(*[form] * 3)
    assert errors(results) == 2
    assert OrderLine.objects.count() == Order.objects.count() == 1


@pytest.mark.duty("B8")
def test_signatures_at_once_take_neighbouring_numbers(faculty, dean, rector, form):
    group = make_group(faculty)
    orders = []
    for _one in range(4):
        make_candidate(group)
        orders.append(form())
        actions.submit(orders[-1], access=access_of(dean))
    at_once(
        *[lambda order=order: actions.sign(order, access=access_of(rector), date=DAY) for order in orders]
    )
    assert sorted(Order.objects.values_list("number", flat=True)) == ["1", "2", "3", "4"]


@pytest.mark.duty("B8")
def test_a_transfer_and_the_cancelling_of_the_admission_at_once(faculty, dean, rector, more_kinds, no_checks):
    """Both stand on the same placement: whichever comes second is told."""
    student = make_students(faculty, 1, day=DAY)[0]
    orders = [
        draft("16", student, dean, DAY, group=make_group(faculty, "610-26.90")),
        actions.create_cancelling_order(
            student.current.order, access=access_of(dean), reason="Xato", effective_date=DAY
        ),
    ]
    no_checks()
    for order in orders:
        actions.submit(order, access=access_of(dean))
        actions.sign(order, access=access_of(rector), date=DAY)
    results = at_once(
        *[lambda order=order: actions.execute(order, access=access_of(dean)) for order in orders]
    )
    assert errors(results) == 1
    assert Placement.objects.filter(student=student, valid_to=None).count() <= 1


def test_an_extract_asked_for_twice_is_issued_once(faculty):
    line = make_students(faculty, 1, day=DAY)[0].order_lines.select_related("order", "student__person").get()
    papers = at_once(*[lambda: extract_for(OrderLine.objects.get(pk=line.pk))] * 3)
    assert len({paper.pk for paper in papers}) == 1


@pytest.mark.duty("B8")
def test_two_orders_on_one_student_at_once(faculty, dean, rector, no_checks):
    """A leave and an expulsion formed side by side: one wins, the other is told."""
    student = make_students(faculty, 1, day=DAY)[0]
    leave = {"reason": "12", "ends_on": datetime.date(2027, 9, 1)}
    formed = at_once(
        lambda: draft("12", student, dean, DAY, **leave), lambda: draft("11", student, dean, DAY, reason="11")
    )
    assert errors(formed) == 1
    order = next(one for one in formed if isinstance(one, Order))
    no_checks()
    actions.submit(order, access=access_of(dean))
    actions.sign(order, access=access_of(rector), date=DAY)
    results = at_once(
        *[lambda: actions.execute(order, access=access_of(dean))] * 2, actions.execute_due_orders
    )
    assert errors(results) == 1
    assert Placement.objects.filter(student=student, valid_to=None).count() == 1
