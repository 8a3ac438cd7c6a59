"""The mechanism serves every kind of order: on students as well as on candidates (2.2, 3.5, B8)."""

from __future__ import annotations

import datetime
from decimal import Decimal as D

import pytest
from django.db import transaction
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hemis.access.models import HistoryEntry
from hemis.documents.models import Document
from hemis.people.models import User
from movement import actions, queries, rules
from movement.actions import execution
from movement.documents import extract_for
from movement.facts import Known
from movement.kinds import TARGET, Admission, OrderKind, register
from movement.models import Order
from movement.rulebook import Held, Rulebook
from students.models import Candidate, Placement, Student
from tests.factories import access_of, make_candidate, make_faculty, make_group, make_students, make_user
from tests.movement.kinds import carry_out, draft
from tests.sharing import shared

DAY = datetime.date(2026, 9, 1)
LATER = datetime.date(2026, 10, 1)


pytestmark = pytest.mark.usefixtures("more_kinds")


@shared
def student(faculty):
    return make_students(faculty, 1, day=DAY)[0]


@shared
def other_group(faculty):
    return make_group(faculty, "610-26.77")


def now(student: Student) -> Placement:
    return Student.objects.get(pk=student.pk).current


def facts(placement: Placement) -> dict:
    return {name: getattr(placement, name) for name in TARGET}


@pytest.mark.duty("2.2", "B8")
def test_a_transfer_closes_one_placement_and_opens_the_next(student, other_group, dean, rector):
    before = now(student)
    order = carry_out(draft("16", student, dean, LATER, group=other_group), dean, rector, DAY)
    after = now(student)
    before.refresh_from_db()
    assert (before.valid_to, before.closed_by) == (LATER, order)
    assert (after.valid_from, after.valid_to, after.order) == (LATER, None, order)
    assert facts(after) == facts(before) | {"group_id": other_group.pk}
    assert list(Placement.objects.on(datetime.date(2026, 9, 15)).values_list("pk", flat=True)) == [before.pk]


@pytest.mark.duty("2.2", "B8")
def test_cancelling_a_transfer_restores_what_was(student, other_group, dean, rector):
    before = now(student)
    order = carry_out(draft("16", student, dean, LATER, group=other_group), dean, rector, DAY)
    undo = actions.create_cancelling_order(order, access=access_of(dean), reason="Xato", effective_date=LATER)
    carry_out(undo, dean, rector, DAY)
    assert facts(now(student)) == facts(before)
    assert now(student).order == undo
    assert Placement.objects.filter(student=student).count() == 3, "the history of placements is kept"
    assert User.objects.get(login=student.number).is_active


@pytest.mark.duty("B8")
def test_an_order_is_cancelled_before_those_that_stand_on_it(student, other_group, dean, rector):
    admission = now(student).order
    carry_out(draft("16", student, dean, LATER, group=other_group), dean, rector, DAY)
    with pytest.raises(actions.OrderError, match="Buyruq"):
        actions.create_cancelling_order(
            admission, access=access_of(dean), reason="Xato", effective_date=LATER
        )


@pytest.mark.duty("B8")
def test_a_status_the_kind_is_not_for_is_refused(student, other_group, dean, rector):
    carry_out(draft("11", student, dean, LATER), dean, rector, DAY)
    assert now(student).status == "12"
    with pytest.raises(actions.OrderError):
        draft("16", student, dean, LATER, group=other_group)


@pytest.mark.duty("B8")
def test_a_student_stands_on_one_waiting_order(student, other_group, dean):
    draft("16", student, dean, LATER, group=other_group)
    with pytest.raises(actions.OrderError):
        draft("11", student, dean, LATER)


@pytest.mark.duty("B8")
def test_an_order_formed_on_an_older_placement_is_refused(
    student, other_group, dean, rector, monkeypatch, no_checks
):
    """Even if two orders on a student got side by side, the second one is told at every step."""
    first = draft("16", student, dean, LATER, group=other_group)
    with monkeypatch.context() as patch:
        patch.setattr(queries, "free_students", lambda rows: rows)
        second = draft("11", student, dean, LATER)
    with pytest.raises(actions.OrderError):
        actions.submit(second, access=access_of(dean))
    with monkeypatch.context() as patch:
        no_checks(patch)
        carry_out(first, dean, rector, DAY)
        with pytest.raises(actions.OrderError):
            carry_out(second, dean, rector, DAY)


def test_another_faculty_names_nobody_of_this_one(student, other_group, more_kinds):
    elsewhere = make_faculty("303-102")
    with pytest.raises(actions.OrderError):
        actions.create_order(
            kind="11", access=access_of(make_user("dean", elsewhere)), faculty=elsewhere,
            people=Student.objects.all(), title="x", basis="", effective_date=LATER,
        )  # fmt: skip


@pytest.mark.duty("B8")
def test_before_the_placement_it_follows_no_order_comes_into_force(student, other_group, dean, rector):
    order = draft("16", student, dean, DAY - datetime.timedelta(days=1), group=other_group)
    actions.submit(order, access=access_of(dean))
    actions.sign(order, access=access_of(rector), date=DAY)
    with pytest.raises(actions.OrderError, match="before"):
        actions.execute(order, access=access_of(dean))


def test_a_new_admission_never_reaches_into_the_cancelled_one(faculty, dean, rector):
    student = make_students(faculty, 1, day=DAY)[0]
    undo = actions.create_cancelling_order(
        student.current.order, access=access_of(dean), reason="Xato", effective_date=LATER
    )
    carry_out(undo, dean, rector, DAY)
    again = actions.create_admission_order(
        access=access_of(dean), faculty=faculty, candidates=Candidate.objects.all(), title="x", basis="",
        effective_date=DAY,
    )  # fmt: skip
    actions.submit(again, access=access_of(dean))
    actions.sign(again, access=access_of(rector), date=DAY)
    with pytest.raises(actions.OrderError):
        actions.execute(again, access=access_of(dean))
    assert now(student) is None


@pytest.mark.duty("B8")
def test_the_papers_of_a_cancelled_order_are_void(faculty, dean, rector):
    student = make_students(faculty, 1, day=DAY)[0]
    order = student.current.order
    extract = extract_for(order.lines.get())
    undo = actions.create_cancelling_order(order, access=access_of(dean), reason="Xato", effective_date=DAY)
    undo = carry_out(undo, dean, rector, DAY)
    for paper in (order.document, extract):
        paper.refresh_from_db()
        assert paper.state == Document.REVOKED
        assert f"{undo.number}-son buyruq" in paper.reason
    assert undo.document.state == Document.ISSUED


def test_a_person_with_another_study_keeps_the_account(faculty, dean, rector):
    student = make_students(faculty, 1, day=DAY)[0]
    group = make_group(faculty, "610-27.01", year=2027)
    make_candidate(group, person=student.person)
    order = actions.create_admission_order(
        access=access_of(dean), faculty=faculty, candidates=Candidate.objects.filter(entry_year=2027), title="x",
        basis="", effective_date=LATER,
    )  # fmt: skip
    with pytest.raises(actions.OrderError, match="Studies here already"):
        actions.submit(order, access=access_of(dean))
    execution._close_accounts([student.pk])
    assert User.objects.get(login=student.number).is_active


@pytest.mark.duty("B8")
def test_the_list_of_a_cancelling_order_is_not_shortened(faculty, dean):
    students = make_students(faculty, 2, day=DAY)
    undo = actions.create_cancelling_order(
        students[0].current.order, access=access_of(dean), reason="Xato", effective_date=DAY
    )
    with pytest.raises(actions.OrderError):
        actions.remove_lines(undo, access=access_of(dean), line_ids=[undo.lines.first().pk])
    with pytest.raises(actions.OrderError):
        actions.add_people(undo, access=access_of(dean), people=Candidate.objects.all())


@pytest.mark.duty("2.2")
def test_people_come_and_go_while_it_is_a_draft(faculty, dean):
    group = make_group(faculty)
    for _one in range(3):
        make_candidate(group)
    order = actions.create_admission_order(
        access=access_of(dean), faculty=faculty, candidates=Candidate.objects.all(), title="x", basis="",
        effective_date=DAY,
    )  # fmt: skip
    gone = order.lines.first()
    actions.remove_lines(order, access=access_of(dean), line_ids=[gone.pk])
    assert list(order.lines.values_list("position", flat=True)) == [1, 2]
    late = make_candidate(group)
    assert actions.add_people(order, access=access_of(dean), people=Candidate.objects.all()) == 2
    assert list(order.lines.values_list("position", flat=True)) == [1, 2, 3, 4]
    assert {gone.candidate_id, late.pk} <= set(order.lines.values_list("candidate", flat=True))


@pytest.mark.duty("2.2")
def test_only_those_behind_a_gap_are_numbered_anew(faculty, dean):
    group = make_group(faculty)
    for _one in range(5):
        make_candidate(group)
    order = actions.create_admission_order(
        access=access_of(dean), faculty=faculty, candidates=Candidate.objects.all(), title="x", basis="",
        effective_date=DAY,
    )  # fmt: skip
    before = list(order.lines.values_list("pk", flat=True))
    actions.remove_lines(order, access=access_of(dean), line_ids=[before[2]])
    assert list(order.lines.values_list("pk", "position")) == [
        (before[0], 1), (before[1], 2), (before[3], 3), (before[4], 4),
    ]  # fmt: skip
    moved = HistoryEntry.objects.filter(table="movement_orderline", action="U").values_list(
        "row_id", flat=True
    )
    assert set(moved) == {str(before[3]), str(before[4])}


@pytest.mark.duty("B8")
def test_a_later_number_has_no_earlier_date(faculty, dean, rector):
    group = make_group(faculty)
    orders = []
    for _one in range(2):
        make_candidate(group)
        orders.append(
            actions.create_admission_order(
                access=access_of(dean),
                faculty=faculty,
                candidates=Candidate.objects.all(),
                title="x",
                basis="",
                effective_date=DAY,
            )  # fmt: skip
        )
        actions.submit(orders[-1], access=access_of(dean))
    actions.sign(orders[0], access=access_of(rector), date=LATER)
    with pytest.raises(actions.OrderError, match="journal"):
        actions.sign(orders[1], access=access_of(rector), date=DAY)
    assert actions.sign(orders[1], access=access_of(rector), date=LATER).number == "2", (
        "the refusal cost no number"
    )


def test_the_paper_is_in_uzbek_whatever_the_screen(faculty, dean, rector):
    make_candidate(make_group(faculty))
    with override("ru"):
        order = actions.create_admission_order(
            access=access_of(dean), faculty=faculty, candidates=Candidate.objects.all(), title="x", basis="",
            effective_date=DAY,
        )  # fmt: skip
        carry_out(order, dean, rector, DAY)
    order.refresh_from_db()
    with override("uz"):
        assert order.document.payload["kind"] == order.get_kind_display()
        assert order.document.payload["lines"][0]["form"] == order.lines.get().get_education_form_display()


def test_groups_before_and_after(student, other_group, dean, rector):
    order = draft("16", student, dean, LATER, group=other_group)
    was = now(student).group

    def seen():
        return {row["group"]: (row["before"], row["after"]) for row in queries.group_changes(order)}

    assert seen() == {was: (1, 0), other_group: (0, 1)}
    order = carry_out(order, dean, rector, DAY)
    assert seen() == {was: (1, 0), other_group: (0, 1)}


def test_checks_ask_the_same_number_of_questions_of_any_list(faculty, dean, django_assert_num_queries):
    group = make_group(faculty)
    for size in (2, 8):
        while Candidate.objects.count() < size:
            make_candidate(group)
        Order.objects.all().delete()
        order = actions.create_admission_order(
            access=access_of(dean), faculty=faculty, candidates=Candidate.objects.all(), title="x", basis="",
            effective_date=DAY,
        )  # fmt: skip
        with django_assert_num_queries(7):
            assert actions.failures(order) == {}


def test_two_kinds_do_not_share_a_code():
    class Impostor(OrderKind):
        code, title = "21", "x"

    with pytest.raises(ValueError, match="21"):
        register(Impostor)
    assert register(Admission) is Admission


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["admit", "transfer", "expel", "cancel"]), st.integers(-5, 40)),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_any_sequence_keeps_the_history_whole(more_kinds, faculty, dean, rector, steps):
    """Whatever is ordered and cancelled, whenever: one placement at a time, no gap but after a cancelled
    admission, and cancelling gives back exactly what was."""
    sid = transaction.savepoint()
    candidate = make_candidate(make_group(faculty))
    groups = [make_group(faculty, f"610-26.8{n}") for n in range(2)]
    day, done = datetime.date(2026, 1, 10), []
    for number, (step, gap) in enumerate(steps):
        day += datetime.timedelta(days=gap)
        student = Student.objects.filter(candidate=candidate).first()
        before = student.current if student else None
        try:
            with transaction.atomic():
                order = _form(step, candidate, student, done, dean, day, groups[number % 2])
                if order is None:
                    continue
                carry_out(order, dean, rector, datetime.date(2026, 11, 1))
        except actions.OrderError:
            continue
        student = Student.objects.get(candidate=candidate)
        if step == "cancel":
            _undone, what_was = done.pop()
            assert (facts(student.current) if student.current else None) == what_was
        else:
            done.append((order, facts(before) if before else None))
    _assert_whole(candidate)
    transaction.savepoint_rollback(sid)


def _form(step, candidate, student, done, dean, day, group):
    if step == "cancel":
        if not done:
            return None
        return actions.create_cancelling_order(
            Order.objects.get(pk=done[-1][0].pk), access=access_of(dean), reason="x", effective_date=day
        )
    if step == "admit":
        return actions.create_admission_order(
            access=access_of(dean), faculty=group.faculty, candidates=Candidate.objects.filter(pk=candidate.pk),
            title="x", basis="", effective_date=day,
        )  # fmt: skip
    if student is None:
        return None
    return draft({"transfer": "16", "expel": "11"}[step], student, dean, day, group=group)


def _assert_whole(candidate):
    rows = list(
        Placement.objects.filter(student__candidate=candidate).order_by("pk").select_related("closed_by")
    )
    for row, following in zip(rows, rows[1:], strict=False):
        assert row.valid_to is not None
        assert row.valid_to == following.valid_from or (
            row.closed_by.cancels_id and row.closed_by.kind == "21" and row.valid_to <= following.valid_from
        )
    student = Student.objects.filter(candidate=candidate).first()
    if student:
        open_rows = [row for row in rows if row.valid_to is None]
        assert [student.current] == open_rows or (student.current is None and not open_rows)


def test_refusals_of_a_transfer_tell_why_and_by_which_act():
    """Unaccredited foreign university, targeted admission, joint programme (VMQ 578/2025, annex 3)."""
    home, abroad = rules.check_accredited(country="UZ", accredited=None), rules.check_accredited
    assert home.ok and abroad(country="DE", accredited=True).ok
    for accredited in (False, None):
        check = abroad(country="DE", accredited=accredited)
        assert (check.ok, check.blocking, check.excusable) == (False, True, True)
    targeted = rules.check_not_targeted
    assert targeted(targeted=False, before="60610100", after="60610200").ok
    assert targeted(targeted=True, before="60610100", after="60610100").ok, (
        "another form of the same programme"
    )
    assert not targeted(targeted=True, before="60610100", after="60610200").ok
    assert rules.check_not_joint(joint="").ok
    joint = rules.check_not_joint(joint="60610100 Informatika")
    assert not joint.ok and "Informatika" in joint.text
    assert all("578" in str(one.source) for one in (home, joint))


@pytest.mark.parametrize(
    ("certificate_on", "applied_on", "ok"),
    [
        (datetime.date(2026, 8, 5), datetime.date(2026, 7, 20), True),
        (datetime.date(2026, 8, 6), datetime.date(2026, 7, 20), False),
        (datetime.date(2026, 8, 20), None, True),
        (datetime.date(2026, 9, 1), datetime.date(2026, 6, 1), False),
    ],
)
def test_an_academic_certificate_that_comes_late(certificate_on, applied_on, ok):
    book = Rulebook(
        {"transfer.apply.autumn": Held("15.07-05.08", ""), "transfer.apply.spring": Held("10.01-20.01", "")}
    )
    check = rules.check_certificate_in_time(
        certificate_on=certificate_on, applied_on=applied_on, day=datetime.date(2026, 8, 25), book=book
    )
    assert (check.ok, check.excusable) == (ok, True) and "578" in str(check.source)


def test_figures_of_checks_have_the_decimal_mark_of_the_reader():
    book = Rulebook({"promotion.gpa": Held("2.4", "")})
    for language, gpa in (("uz", "3,25"), ("en", "3.25")):
        with override(language):
            text = rules.check_gpa(gpa=Known(D("3.250"), ""), book=book, rule="promotion.gpa").text
            assert f"GPA {gpa}," in text and f"2{gpa[1]}4" in text
            assert "12\u00a0500\u00a0000" in rules.check_contract_paid(debt=Known(D(12_500_000), "")).text
