"""Formulas and checks of curricula."""

import datetime
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from curriculum import rules
from curriculum.rules import Grade, Norm, Plan, PlanSubject

CREDIT = [Grade(Decimal(low), mark) for low, mark in ((90, 5), (70, 4), (60, 3), (0, 2))]
NORM = Norm(Decimal(30), Decimal(30), "VMQ 824")


def subject(**changes) -> PlanSubject:
    usual = {
        "name": "Falsafa", "semester": 1, "credit": Decimal(6), "hours": {"11": 30, "13": 50, "17": 100},
        "controls": {"11": 30, "12": 20, "13": 50},
    }  # fmt: skip
    return PlanSubject(**(usual | changes))


def plan(*subjects, **changes) -> Plan:
    usual = {"semesters": 2, "hours_per_credit": 30, "highest": 100, "subjects": subjects}
    return Plan(**(usual | changes))


def failing(found) -> list[str]:
    return [one.text for one in found if not one.ok]


@given(st.decimals(0, 100, places=2))
def test_no_result_falls_between_two_grades(result):
    grade = rules.grade_of(result, CREDIT)
    assert grade.mark == (5 if result >= 90 else 4 if result >= 70 else 3 if result >= 60 else 2)


def test_a_result_below_every_border_has_no_grade():
    assert rules.grade_of(Decimal(1), [Grade(Decimal(60), 3)]) is None


@given(st.integers(2000, 2050), st.integers(1, 12))
def test_semesters_follow_one_another(year, count):
    found = rules.semesters(year, count)
    assert [one.number for one in found] == list(range(1, count + 1))
    for before, after in zip(found, found[1:], strict=False):
        assert before.ends_on < after.starts_on
    assert {one.academic_year for one in found} == {year + n // 2 for n in range(count)}
    assert [int(one.course) for one in found] == [11 + n // 2 for n in range(count)]


@given(st.integers(2000, 2050), st.integers(1, 12))
def test_weeks_are_gapless_and_cover_every_semester(year, count):
    semesters = rules.semesters(year, count)
    weeks = rules.weeks(semesters)
    assert all(one.starts_on.weekday() == 0 and one.ends_on.weekday() == 5 for one in weeks)
    for before, after in zip(weeks, weeks[1:], strict=False):
        assert after.starts_on - before.starts_on == datetime.timedelta(days=7)
    assert {one.semester for one in weeks} - {None} == set(range(1, count + 1))
    assert all((one.kind == rules.THEORY) == (one.semester is not None) for one in weeks)
    assert weeks[-1].ends_on.month == 8


def test_alternatives_count_once():
    both = [subject(name=name, elective_group="T1", elective=True) for name in ("Botanika", "Zoologiya")]
    assert [one.name for one in rules.counted([subject(), *both])] == ["Falsafa", "Botanika"]
    twelve = Norm(Decimal(12), Decimal(12), "x")
    with override("en"):
        found = rules.check_plan(plan(subject(), *both, semesters=1, norms={"credits_semester": twelve}))
    assert "Credits of semester 1: 12; the norm is 12." in [one.text for one in found if one.ok]


def test_a_year_of_sixty_credits_passes_and_another_does_not():
    year = [subject(name=f"Fan {n}", semester=1 + n // 5) for n in range(10)]
    norms = {"credits_year": Norm(Decimal(60), Decimal(60), "VMQ 824"), "credits_semester": NORM}
    assert failing(rules.check_plan(plan(*year, norms=norms))) == []
    short = rules.check_plan(plan(*year[:-1], norms=norms))
    assert [one.blocking for one in short if not one.ok] == [True, False]


def test_hours_must_agree_with_credits_and_go_by_pairs():
    assert "180" in failing(rules.check_plan(plan(subject(hours={"11": 30, "17": 100}))))[0]
    odd = rules.check_plan(plan(subject(hours={"11": 31, "13": 49, "17": 100})))
    assert [one.blocking for one in odd if not one.ok] == [False]


@pytest.mark.parametrize(
    ("controls", "has_parts", "highest", "fits"),
    [
        ({"11": 30, "12": 20, "13": 50}, True, 100, True),
        ({"15": 15, "16": 15, "12": 20, "13": 50}, True, 100, True),
        ({"15": 15, "16": 15, "17": 10, "18": 10, "13": 50}, True, 100, True),
        ({"11": 5, "12": 5, "13": 5}, True, 5, True),
        ({"14": 100}, False, 100, True),
        ({"14": 5}, False, 5, True),
        ({"11": 30, "12": 20, "13": 40}, True, 100, False),
        ({"11": 30, "15": 20, "16": 20, "13": 30}, True, 100, False),
        ({"15": 50, "13": 50}, True, 100, False),
        ({"11": 50, "12": 50}, True, 100, False),
        ({"14": 100}, True, 100, False),
        ({"13": 100}, False, 100, False),
        ({"11": 5, "13": 4}, True, 5, False),
        ({}, True, 100, False),
        ({}, False, 100, False),
    ],
)
def test_controls_of_a_subject(controls, has_parts, highest, fits):
    text = rules.control_fault(controls, has_parts=has_parts, highest=highest)
    assert (text == "") == fits


def test_an_elective_group_offers_equal_choices():
    alone = rules.check_plan(plan(subject(elective_group="T1", elective=True)))
    assert any("T1" in text for text in failing(alone))
    unequal = [
        subject(elective_group="T1", elective=True),
        subject(
            name="Botanika", elective_group="T1", elective=True, credit=Decimal(3), hours={"11": 30, "17": 60}
        ),
    ]
    assert any("T1" in text for text in failing(rules.check_plan(plan(*unequal))))
    assert any("Falsafa" in text for text in failing(rules.check_plan(plan(subject(elective=True)))))


def test_classes_need_weeks_of_theory_and_fit_into_them():
    assert failing(rules.check_plan(plan(subject(), theory_weeks={1: 0})))
    norms = {"hours_week": Norm(Decimal(0), Decimal(4), "AV 3069")}
    tight = rules.check_plan(plan(subject(), theory_weeks={1: 15}, norms=norms))
    assert [one.blocking for one in tight if not one.ok] == [False]
    assert failing(rules.check_plan(plan(subject(), theory_weeks={1: 20}, norms=norms))) == []
