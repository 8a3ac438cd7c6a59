"""Nobody is promoted twice for one academic year; who was moved meanwhile is not refused for it (2.2, 3.5)."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from movement import actions, queries, rules
from movement.models import Order
from students.models import Student
from tests.factories import access_of, make_programme, make_students
from tests.movement.test_every_kind import (  # noqa: F401
    ADMITTED,
    REASON,
    House,
    expelled,
    house,
    next_semester,
    on_leave,
)

AUGUST, NOVEMBER = datetime.date(2026, 8, 28), datetime.date(2026, 11, 10)
NEXT_JULY = datetime.date(2027, 7, 1)


def promotion(house: House, day: datetime.date) -> Order:  # noqa: F811
    return house.form(
        "14", day, figures={house.student.number: {"gpa": Decimal("3.4")}}, figures_basis="Yakuniy qaydnoma"
    )


def promoted(house: House, day: datetime.date) -> Order:  # noqa: F811
    order = promotion(house, day)
    assert not order.aside.exists(), order.aside.get().checks
    return house.carry_out(order)


def set_aside_by(order: Order) -> list[str]:
    return [one["code"] for row in order.aside.all() for one in row.checks]


@pytest.mark.duty("2.2", "B8")
def test_a_course_promoted_in_august_is_not_promoted_again_in_november(house):  # noqa: F811
    first = promoted(house, AUGUST)
    again = promotion(house, NOVEMBER)
    (aside,) = again.aside.all()
    (why,) = aside.why
    assert why["code"] == "once_a_year" and not why["excusable"] and "42-band" in why["source"]
    assert str(first) in why["text"] and "01.07.2027" in why["text"]
    with pytest.raises(actions.OrderError, match="already"):
        actions.take_in(again, access=access_of(house.dean), aside_ids=[aside.pk], reason=REASON)
    # Dated in the next academic year it may go on.
    assert not promotion_of_next_year(house, again).aside.exists()


def promotion_of_next_year(house: House, again: Order) -> Order:  # noqa: F811
    actions.delete_draft(again, access=access_of(house.dean))
    return promotion(house, NEXT_JULY)


@pytest.mark.duty("2.2")
def test_a_first_year_student_waits_for_the_next_academic_year(house):  # noqa: F811
    house.student = make_students(house.faculty, 1, group=house.groups["younger"], day=AUGUST)[0]
    assert set_aside_by(promotion(house, NOVEMBER)) == ["once_a_year"]


@pytest.mark.duty("2.2")
def test_an_order_that_stood_when_the_list_was_formed_is_asked_again(house):  # noqa: F811
    """The list was formed first, the other promotion came into force meanwhile and was missed by nobody."""
    promoted(house, AUGUST)
    late = promotion(house, NEXT_JULY)
    late.lines.update(academic_year_id=2026)  # as if it had been dated before
    with pytest.raises(actions.OrderError, match="do not pass"):
        actions.submit(late, access=access_of(house.dean))


def transferred(house: House) -> None:  # noqa: F811
    house.carry_out(house.form("16", datetime.date(2026, 7, 6), group=house.groups["beside"]))


def changed_programme(house: House) -> None:  # noqa: F811
    next_semester(house)
    order = house.form(
        "16:programme", datetime.date(2026, 8, 20), programme=make_programme(house.faculty, "60610200"),
        group=house.groups["programme"],
    )  # fmt: skip
    house.papers(order)
    house.figures(order, gpa=3, differences=0, contract_debt=0)
    house.carry_out(order)


def returned(house: House) -> None:  # noqa: F811
    on_leave(house)
    order = house.form("15:return", datetime.date(2026, 8, 20), applied_on=datetime.date(2026, 8, 18))
    house.papers(order)
    house.carry_out(order)


def reinstated(house: House) -> None:  # noqa: F811
    expelled(house)
    order = house.form(
        "15", datetime.date(2026, 8, 20), semester="11", group=house.groups["younger"], payment_form="12",
        paid_on=datetime.date(2026, 8, 15),
    )  # fmt: skip
    house.papers(order)
    house.figures(order, differences=0, contract_debt=0)
    house.carry_out(order)


def undone(house: House) -> None:  # noqa: F811
    order = promoted(house, AUGUST)
    undo = actions.create_cancelling_order(
        order, access=access_of(house.dean), reason="Xato", effective_date=AUGUST
    )
    house.carry_out(undo)


def kept_back(house: House) -> None:  # noqa: F811
    promoted(house, datetime.date(2026, 8, 20))
    order = house.form("13", datetime.date(2026, 8, 21), retain_ground="gpa", semester="11")
    house.papers(order)
    house.figures(order, gpa=2, debts=3)
    house.carry_out(order)


@pytest.mark.duty("2.2", "3.5")
@pytest.mark.parametrize(
    "before", [transferred, changed_programme, returned, reinstated, undone, kept_back], ids=lambda one: one.__name__
)  # fmt: skip
def test_what_happened_in_summer_keeps_nobody_from_the_promotion_of_the_year(house, before):  # noqa: F811
    before(house)
    course = house.now().course
    promoted(house, AUGUST)
    assert house.now().course == rules.next_code(course)
    assert set_aside_by(promotion(house, NOVEMBER)) == ["once_a_year"], "but once is enough"


@pytest.mark.duty("2.2")
def test_the_page_of_the_order_says_who_is_set_aside_and_why(house, client):  # noqa: F811
    promoted(house, AUGUST)
    order = promotion(house, NOVEMBER)
    client.force_login(house.dean)
    # Formed in one language, read in that of the reader.
    for language, word in (("uz", "keyingi kurs keyingi oʻquv yilidan"), ("ru", "следующего учебного года")):
        page = client.get(
            reverse("movement_orders_detail", args=[order.pk]) + "?tab=aside",
            headers={"accept-language": language},
        ).content.decode()
        assert "01.07.2027" in page and word in page


@pytest.mark.duty("2.2")
def test_the_history_costs_one_query_whatever_the_list(house):  # noqa: F811
    promoted(house, AUGUST)
    counts = []
    for size in (1, 6):
        students = make_students(house.faculty, size, group=house.groups["beside"], day=ADMITTED)
        figures = {one.number: {"gpa": Decimal(3)} for one in students}
        order = actions.create_order(
            kind="14", access=access_of(house.dean), faculty=house.faculty, title="x", basis="",
            people=Student.objects.filter(pk__in=[one.pk for one in students]), effective_date=NOVEMBER,
            choices={"figures": figures, "figures_basis": "Qaydnoma"},
        )  # fmt: skip
        lines = list(queries.lines_of(order))
        assert len(lines) == size
        with CaptureQueriesContext(connection) as asked:
            queries.checks_of(order, lines)
        counts.append(len(asked))
        assert (
            sum("movement_order" in one["sql"] and "students_placement" in one["sql"] for one in asked) == 1
        )
    assert counts[0] == counts[1]


@given(
    year=st.integers(2020, 2060),
    course=st.integers(12, 18),
    before=st.lists(st.integers(11, 18), max_size=5),
)
def test_one_goes_up_only_past_nobody(year, course, before):
    """Refused exactly when an earlier order of the year stopped below, and the text names the last such order."""
    reached = [rules.Reached(str(one), f"{one - 10}-kurs", f"№ {at}") for at, one in enumerate(before)]
    found = rules.check_once_a_year(course=str(course), year=year, reached=reached)
    below = [one for one in reached if int(one.course) < course]
    assert found.ok is not bool(below)
    assert found.blocking and not found.excusable and not found.fact
    assert (str(year + 1) in found.text) and (not below or below[-1].order in found.text)
