"""Terms, loads, checks and lateness by example and by property."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from doctorate import rules
from doctorate.queries import DEFAULTS
from doctorate.rules import Figure, Leave, Standing, Wanted, Work

D = datetime.date
FIGURES = {kind: Figure(value, "VMQ 304") for kind, value in DEFAULTS.items()}
days = st.dates(D(2020, 1, 1), D(2030, 1, 1))


def standing(**changes) -> Standing:
    known = {
        "level": "phd", "is_researcher": False, "status": "studying", "theme": "Mavzu", "admitted_on": D(2025, 1, 1),
        "term_to": D(2027, 12, 31), "last_change": D(2025, 1, 1), "articles": 3, "theses": 2, "has_supervisor": True,
    }  # fmt: skip
    return Standing(**(known | changes))


def failed(kind: str, day: D | None = None, until: D | None = None, **changes) -> set[str]:
    found = rules.checks_of(Wanted(kind, day or D(2026, 1, 10), until), standing(**changes), FIGURES)
    return {one.code for one in found if not one.ok}


def test_a_term_at_admission():
    term = rules.first_term(D(2025, 1, 1), FIGURES["term_phd"])
    assert term.value == D(2027, 12, 31)
    assert [one.value for one in term.steps] == ["01.01.2025", 36, "31.12.2027"]
    assert term.steps[1].source == "VMQ 304"


def test_a_term_after_a_leave_is_longer_by_its_days():
    term = rules.term_after_leave(D(2027, 12, 31), Leave(D(2026, 1, 1), None), D(2026, 3, 2))
    assert term.value == D(2028, 2, 29)
    assert term.steps[1].value == 60


@given(days, st.integers(1, 900), st.integers(0, 36))
def test_days_on_leave_are_never_lost(admitted, days_away, extension):
    first = rules.first_term(admitted, Figure(36)).value
    leave = Leave(admitted + datetime.timedelta(days=100), None)
    back = leave.begins + datetime.timedelta(days=days_away)
    later = rules.term_after_leave(first, leave, back).value
    assert (later - first).days == days_away
    limit = rules.latest_term(admitted, Figure(36), Figure(extension), days_away).value
    assert limit >= later


def test_months_left_tell_their_steps():
    left = rules.term_left(
        admitted=D(2025, 1, 1), term_to=D(2028, 6, 30), months=Figure(36, "VMQ 304"),
        leaves=[Leave(D(2026, 1, 1), D(2026, 3, 2))], day=D(2026, 11, 26),
    )  # fmt: skip
    assert left.value == 19
    told = {str(one.text): one.value for one in left.steps}
    assert 60 in told.values() and 122 in told.values() and "30.06.2028" in told.values()
    over = rules.term_left(
        admitted=D(2020, 1, 1), term_to=D(2022, 12, 31), months=Figure(36), leaves=[], day=D(2023, 3, 5)
    )
    assert over.value == -2


def test_a_leave_that_goes_on_lengthens_what_is_left():
    left = rules.term_left(
        admitted=D(2025, 1, 1), term_to=D(2027, 12, 31), months=Figure(36),
        leaves=[Leave(D(2026, 1, 1), None)], day=D(2026, 12, 31),
    )  # fmt: skip
    assert left.value == 23


@given(days, st.integers(3, 12))
def test_attestations_follow_each_other_within_the_term(start, months):
    until = rules.first_term(start, Figure(36)).value
    found = rules.attestation_days(start, until, months)
    assert len(found) == 36 // months
    assert found == sorted(set(found)) and found[-1] <= until


def test_attestations_wait_out_a_leave():
    leave = Leave(D(2025, 3, 1), D(2025, 5, 1))
    found = rules.attestation_days(D(2025, 1, 1), D(2026, 3, 2), 6, [leave])
    assert found == [D(2025, 8, 30), D(2026, 3, 2)]


def test_every_kind_of_order_asks_for_its_status():
    for kind, (sources, _after) in rules.WAYS.items():
        for status in ("candidate", "studying", "leave", "completed", "defended", "expelled"):
            codes = failed(kind, until=D(2028, 6, 30), status=status, leaves=(Leave(D(2025, 5, 1), None),))
            assert ("status" in codes) == (status not in sources)


def test_checks_of_each_kind():
    assert failed("extension", until=D(2028, 12, 31)) == set()
    assert failed("extension", until=D(2029, 1, 1)) == {"limit"}
    assert failed("extension", until=D(2027, 12, 31)) == {"later"}
    assert failed("extension", until=D(2029, 3, 1), leaves=(Leave(D(2025, 2, 1), D(2025, 4, 2)),)) == set()
    assert failed("extension", until=D(2028, 6, 30), is_researcher=True, term_to=None) == {"term"}
    assert failed("leave", until=D(2027, 1, 9)) == set()
    assert failed("leave", until=D(2030, 1, 1)) == {"longest"}
    assert failed("expulsion", D(2025, 1, 1)) == {"day"}
    assert failed("expulsion", other_order="№ 3-D") == {"other_order"}
    assert failed("completion", open_attestations=1, open_stages=2) == {"attestations", "stages"}
    fresh = {"status": "candidate", "term_to": None, "admitted_on": None, "last_change": None}
    assert failed("admission", **fresh) == set()
    assert failed("admission", **fresh, articles=0, theses=None, has_supervisor=False) == {
        "articles", "theses", "supervisor",
    }  # fmt: skip
    asked = rules.checks_of(Wanted("admission", D(2026, 1, 1)), standing(**fresh, articles=0), FIGURES)
    assert not any(one.blocking for one in asked if not one.ok), "entry publications are told, not enforced"


def test_who_may_lead():
    assert rules.degree_problem("phd", "11") == "" == rules.degree_problem("dsc", "12")
    assert rules.degree_problem("phd", "10") and rules.degree_problem("dsc", "11")
    left = rules.load(["Aliyev", "Valiyev"], Figure(5, "OTM"), level="PhD")
    assert left.value == 3 and [one.value for one in left.steps] == [None, None, 2, 5]


def test_who_is_late():
    work = Work(
        admitted_on=D(2025, 1, 1), term_to=D(2027, 12, 31), has_supervisor=True, plan_is_approved=True,
        next_attestation=D(2027, 6, 30),
    )  # fmt: skip
    day = D(2026, 11, 26)
    assert rules.lateness(work, FIGURES, day).value == rules.FINE
    for change in (
        {"late_attestations": (D(2026, 6, 30),)}, {"late_stages": (("1-bob", D(2026, 6, 30)),)},
        {"term_to": D(2026, 11, 25)}, {"has_supervisor": False}, {"plan_is_approved": False},
    ):  # fmt: skip
        found = rules.lateness(Work(**(work.__dict__ | change)), FIGURES, day)
        assert found.value == rules.LATE and found.steps
    for change in (
        {"term_to": D(2027, 2, 1)}, {"next_attestation": D(2026, 12, 31)},
        {"plan_is_approved": False, "admitted_on": D(2026, 10, 1)},
    ):  # fmt: skip
        assert rules.lateness(Work(**(work.__dict__ | change)), FIGURES, day).value == rules.SOON
