"""Any sequence of orders of the real kinds: placements without gap or overlap; cancelling gives back what was."""

from __future__ import annotations

import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from movement import actions
from movement.actions import flow
from movement.kinds import KINDS
from movement.models import Order
from students.models import Placement, Student
from tests.factories import access_of
from tests.movement.test_every_kind import House, facts, house  # noqa: F401

STEPS = ("16", "12", "15:return", "11", "15", "14", "14:semester", "13", "cancel")
SIGNED = datetime.date(2026, 11, 1)


def answers(house: House, key: str, day: datetime.date) -> dict:  # noqa: F811
    home = house.now()
    group = house.groups["beside"] if home.group_id == house.groups["home"].pk else house.groups["home"]
    return {
        "16": {"group": group},
        "12": {"reason": "12", "ends_on": day + datetime.timedelta(days=90)},
        "11": {"reason": "11"},
        "15": {"semester": home.semester, "group": house.groups["home"], "payment_form": "12"},
        "13": {"retain_ground": "gpa", "semester": "11"},
    }.get(key, {})


def step(house: House, key: str, day: datetime.date, done: list) -> None:  # noqa: F811
    """Form, excuse, carry out one order; remember what was before."""
    before = facts(house.now())
    if key == "cancel":
        if not done:
            return
        order, _was = done[-1]
        undo = actions.create_cancelling_order(
            Order.objects.get(pk=order.pk), access=access_of(house.dean), reason="x", effective_date=day
        )
        house.carry_out(undo)
        assert facts(house.now()) == done.pop()[1]
        return
    order = house.form(key, day, **answers(house, key, day))
    if KINDS[key].sets_aside and order.aside.exists():
        aside = order.aside.get()
        actions.take_in(order, access=access_of(house.dean), aside_ids=[aside.pk], reason="x")
    for pk, checks in actions.failures(order).items():
        for check in checks:
            if check.excusable:
                actions.give_reason(
                    order, access=access_of(house.dean), line_ids=[pk], check_code=check.code, reason="x"
                )
    done.append((house.carry_out(order), before))


@pytest.mark.duty("2.2", "B8")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 150)), min_size=2, max_size=7))
def test_any_sequence_of_orders_keeps_the_history_whole(house, monkeypatch, steps):  # noqa: F811
    monkeypatch.setattr(flow, "issue_order", lambda order, lines: None)  # papers are tested elsewhere
    saved = transaction.savepoint()
    day, done = datetime.date(2025, 9, 2), []
    for key, gap in steps:
        day += datetime.timedelta(days=gap)
        try:
            with transaction.atomic():
                step(house, key, day, done)
        except actions.OrderError:
            continue
    rows = list(Placement.objects.filter(student=house.student).select_related("order").order_by("pk"))
    for row, following in zip(rows, rows[1:], strict=False):
        assert row.valid_to == following.valid_from, "no gap and no overlap"
    assert [row.pk for row in rows if row.valid_to is None] == [
        Student.objects.get(pk=house.student.pk).current_id
    ]
    rises: dict[int, list[str]] = {}
    for row in rows:
        if row.order.key == "14" and row.order.state in Order.DONE and not row.order.cancels_id:
            rises.setdefault(row.academic_year_id, []).append(row.course)
    for courses in rises.values():
        assert courses == sorted(courses, reverse=True), (
            "nobody is promoted past a promotion of the same year"
        )
    transaction.savepoint_rollback(saved)
