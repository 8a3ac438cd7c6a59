"""Admission, results, retakes and GPA by example for each marking system; the weak spots of the old program."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading import rules
from grading.rules import Attendance, Border, Facts, Got, Limits, Scale, Weighted

D = Decimal
BORDERS = {
    "hundred": ((86, 5), (71, 4), (55, 3), (0, 2)),
    "credit": ((90, 5), (70, 4), (60, 3), (0, 2)),
    "five": (("4.5", 5), ("3.5", 4), ("2.5", 3), (0, 2)),
}
PERCENT = {"hundred": 55, "credit": 60, "five": 50}
MAXIMA = {
    "hundred": {"11": D(30), "12": D(20), "13": D(50)}, "credit": {"11": D(30), "12": D(20), "13": D(50)},
    "five": {"11": D(5), "12": D(5), "13": D(5)},
}  # fmt: skip


def scale(kind: str) -> Scale:
    letters = {5: "A", 4: "B", 3: "D", 2: "F"} if kind == "credit" else {}
    borders = tuple(
        Border(D(low), mark, letters.get(mark, ""), D(mark) if kind == "credit" else None)
        for low, mark in BORDERS[kind]
    )
    return Scale(kind, D(PERCENT[kind]), borders, "act", final_alone=kind == "credit")


def got(*points: str | None, codes=("11", "12", "13")) -> dict[str, Got]:
    """Points by control; "k", "s", "no" are the reasons of having none, None is no line."""
    status = {"k": rules.ABSENT, "s": rules.EXCUSED, "no": rules.NOT_ADMITTED}
    return {
        code: Got(status[text]) if text in status else Got(rules.GRADED, D(text))
        for code, text in zip(codes, points, strict=False)
        if text is not None
    }


@pytest.mark.parametrize(
    ("kind", "points", "admitted"),
    [
        ("credit", ("18", "12"), True),  # 30 of 50 is exactly 60 %
        ("credit", ("17.9", "12"), False),
        ("credit", ("30", "0"), True),  # the sum counts
        ("credit", ("30", None), False),  # no midterm sheet
        ("hundred", ("17.5", "10"), True),  # 27.5 of 50 is exactly 55 %
        ("hundred", ("17.4", "10"), False),
        ("five", ("3", "3"), True),
        ("five", ("2.5", "3"), True),  # 2.5 is a 3 by the scale
        ("five", ("2.4", "5"), False),  # each of the two, not their mean
        ("five", ("5", "k"), False),
    ],
)
def test_admission_by_points(kind, points, admitted):
    found = rules.admission(scale(kind), MAXIMA[kind], got(*points), facts=Facts(), limits=Limits())
    assert found.value is admitted
    assert found.steps and found.steps[-1].value == ("✓" if admitted else "✗")


@pytest.mark.parametrize(
    ("facts", "limits", "retake", "admitted"),
    [
        (Facts(Attendance(D(14), D(60))), Limits(), False, True),  # 23.3 %
        (Facts(Attendance(D(15), D(60))), Limits(), False, False),  # exactly 25 %
        (Facts(contract_debt=D(1)), Limits(), False, True),  # not asked
        (Facts(contract_debt=D(1)), Limits(contract=True), False, False),
        (Facts(), Limits(contract=True), False, True),  # unknown bars nobody
        (Facts(debts=3), Limits(), True, True),
        (Facts(debts=4), Limits(), True, False),
        (Facts(debts=4), Limits(), False, True),  # debts bar retakes only
        (Facts(debts=1), Limits(retake_allowed=False), True, False),
    ],
)
def test_admission_by_hours_contract_and_debts(facts, limits, retake, admitted):
    found = rules.admission(
        scale("credit"), MAXIMA["credit"], got("30", "20"), facts=facts, limits=limits, retake=retake
    )
    assert found.value is admitted


@pytest.mark.parametrize(
    ("kind", "points", "overall", "mark", "passed"),
    [
        ("credit", ("20", "15", "30"), "65", 3, True),
        ("credit", ("30", "20", "29.9"), "79.9", 2, False),  # YN alone below 60 %; the real sum is kept
        ("credit", ("20", "10", "30"), "60", 3, True),
        ("credit", ("30", "20", "50"), "100", 5, True),
        ("credit", ("25", "15", "49.9"), "89.9", 4, True),  # no gap between 89.9 and 90
        ("credit", ("30", "20", "k"), "50", 0, False),
        ("credit", ("10", "5", "no"), "15", 0, False),
        ("hundred", ("20", "10", "25"), "55", 3, True),
        ("hundred", ("20", "10", "24.9"), "54.9", 2, False),
        ("hundred", ("28", "19", "8"), "55", 3, True),  # YN alone is not asked for
        ("hundred", ("30", "20", "35.5"), "85.5", 4, True),  # the old gap 85–86
        ("five", ("3", "3", "4.4"), "4.4", 4, True),  # the final mark alone
        ("five", ("5", "5", "2.4"), "2.4", 2, False),
        ("five", ("5", "5", "2.5"), "2.5", 3, True),
        ("five", ("3", "3", "3.4"), "3.4", 3, True),
        ("five", ("3", "3", "3.5"), "3.5", 4, True),  # the old gap 3.4–3.5
    ],
)
def test_results_of_each_system(kind, points, overall, mark, passed):
    found = rules.result(scale(kind), MAXIMA[kind], got(*points))
    assert found is not None
    assert (found.value.overall, found.value.mark, found.value.passed) == (D(overall), mark, passed)
    assert found.steps


@pytest.mark.parametrize(
    ("points", "mark"),
    [("100", 5), ("86", 5), ("85", 4), ("71", 4), ("70", 3), ("55", 3), ("54", 2), ("0", 2)],
)
def test_marks_of_a_hundred_points(points, mark):
    found = rules.result(scale("hundred"), {"14": D(100)}, got(points, codes=("14",)))
    assert found and (found.value.mark, found.value.passed) == (mark, mark > 2)


@pytest.mark.parametrize(("points", "passed"), [("60", True), ("59.9", False)])
def test_the_credit_system_passes_from_sixty(points, passed):
    found = rules.result(scale("credit"), {"14": D(100)}, got(points, codes=("14",)))
    assert found and found.value.passed is passed


def test_a_result_waits_for_the_final_control_and_for_an_excused_student():
    assert rules.result(scale("credit"), MAXIMA["credit"], got("30", "20")) is None
    assert rules.result(scale("credit"), MAXIMA["credit"], got("30", "20", "s")) is None


def test_a_subject_with_one_overall_mark():
    found = rules.result(scale("credit"), {"14": D(100)}, got("74.5", codes=("14",)))
    assert found and (found.value.overall, found.value.mark, found.value.passed) == (D("74.5"), 4, True)


def test_parts_are_added_and_in_five_marks_averaged():
    parts = got("10", "12", codes=("15", "16"))
    assert rules.part(scale("credit"), parts, rules.CURRENT_ALL) == 22
    fives = got("4", "3", codes=("15", "16"))
    assert rules.part(scale("five"), fives, rules.CURRENT_ALL) == D("3.5")
    assert rules.before_final(scale("five"), got("4", "3")) == D("3.5")


@pytest.mark.parametrize(
    ("before", "now", "counted"),
    [
        (("20", "15", "10"), (None, None, "40"), ("20", "15", "40")),  # JN and ON reached: they stay
        (("10", "15", "no"), ("25", None, "40"), ("25", "15", "40")),  # the failed part is new
        (("20", "15", "10"), ("5", "2", "40"), ("20", "15", "40")),  # what was reached is never lost
        (("10", "15", "k"), (None, None, None), ("10", "15", None)),
    ],
)
def test_retakes_inherit_what_was_reached(before, now, counted):
    found = rules.inherited(scale("credit"), MAXIMA["credit"], got(*before), got(*now))
    assert found == got(*counted)


@pytest.mark.parametrize(
    ("text", "status", "points"),
    [
        ("12,5", "graded", "12.5"), (" 7 ", "graded", "7"), ("k", "absent", None), ("Kelmadi", "absent", None),
        ("s", "excused", None), ("", "", None), ("0", "graded", "0"), ("30", "graded", "30"),
    ],
)  # fmt: skip
def test_cells_are_understood(text, status, points):
    found, error = rules.read_cell(text, D(30))
    assert not error and found == Got(status, D(points) if points else None)


@pytest.mark.parametrize("text", ["30.1", "-1", "abc", "1.25", "1e1", "∞", "١", "--", "5.5.5"])
def test_wrong_cells_are_told(text):
    assert rules.read_cell(text, D(30))[1]


@given(st.text(max_size=8), st.integers(1, 100))
@settings(max_examples=200)
def test_no_cell_ever_gives_more_than_the_maximum(text, most):
    found, _error = rules.read_cell(text, D(most))
    assert 0 <= found.value <= most


@given(st.integers(0, 100), st.integers(1, 100))
@settings(max_examples=50)
def test_a_mean_of_the_journal_never_exceeds_the_maximum(percent, most):
    assert 0 <= rules.from_percent(D(percent), D(most)) <= most


@given(
    st.lists(st.tuples(st.integers(1, 24), st.one_of(st.none(), st.integers(0, 20))), min_size=1, max_size=12)
)
@settings(max_examples=60)
def test_gpa_equals_a_plain_reference(subjects):
    """Σ(K·U)/ΣK with half credits and quarter points, half up to two places."""
    rows = [Weighted("x", D(k) / 2, None if u is None else D(u) / 4) for k, u in subjects]
    known = [(D(k) / 2, D(u) / 4) for k, u in subjects if u is not None]
    total = sum((k for k, _u in known), D(0))
    expected = sum((k * u for k, u in known), D(0)) / total if total else D(0)
    assert rules.gpa(rows).value == expected.quantize(D("0.01"), rounding=ROUND_HALF_UP)
    assert len(rules.gpa(rows).steps) == len(subjects) + 1


def test_debts_say_what_follows():
    assert [rules.debts_say(count, Limits()).value for count in (0, 1, 3, 4)] == [
        "none",
        "retake",
        "retake",
        "hold",
    ]


def test_promotion_is_by_the_threshold_or_without_debts():
    threshold = D("2.4")
    assert rules.may_be_promoted(kind="credit", gpa=D("2.4"), threshold=threshold, debts=2)
    assert not rules.may_be_promoted(kind="credit", gpa=D("2.39"), threshold=threshold, debts=0)
    assert rules.may_be_promoted(kind="hundred", gpa=D(3), threshold=None, debts=0)
    assert not rules.may_be_promoted(kind="five", gpa=D(5), threshold=None, debts=1)
