"""Relearning: who may ask and when, where it is studied, its fee, its sheets, and what the database refuses."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from curriculum import actions, relearning
from curriculum.models import (
    Curriculum,
    CurriculumSubject,
    GroupCurriculum,
    Registration,
    Relearning,
    RelearningWindow,
)
from finance.contracts import actions as contracts
from finance.contracts import changes
from finance.contracts.queries import Selection
from finance.models import (
    BaseCoefficient,
    CalculationSetting,
    Contract,
    ContractChange,
    ContractTypeCoefficient,
    RelearningPrice,
)
from finance.payments.models import Payment
from finance.prices.actions import set_law_dates
from grading import debts, queries
from grading.actions.gpa import compute_gpa
from grading.actions.opening import propose_sheets
from grading.models import StudentGpa, SubjectResult
from hemis.documents.actions import drawn_when_opened
from tests import factories
from tests.curriculum import makers as plans
from tests.grading.makers import Study, subject
from tests.sharing import shared

pytestmark = pytest.mark.django_db
D = Decimal
DAY = datetime.date(2026, 9, 10)


@shared
def study():
    """The second student has failed the first subject by all three sheets, the third has not come at all.

    Another plan teaches the same subject in the half-year; its group has a teacher.
    """
    study = Study(students=3, code="303-107")
    line = study.lines[0]
    study.through(line, {"11": ["20"] * 3, "12": ["15"] * 3, "13": ["40", "10", "k"]})
    study.close(study.open(line, "13", "12"), "12", "k")
    study.close(study.open(line, "13", "13"), "k", "k")
    study.debtor = study.students[1]
    plan = plans.make_curriculum(study.faculty, code="70610102")
    again = plans.add_subject(plan, 1, subject=line.subject)
    for semester in (1, 1, 1, 1, 2, 2, 2, 2, 2):
        plans.add_subject(plan, semester)
    actions.approve(plan, access=factories.access_of(study.affairs))
    plans.make_teaching(again, plans.make_studying_group(plan, "611-26.01"))
    study.again = again.pk
    return study


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """A document store of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def running(study):
    return CurriculumSubject.objects.select_related("subject", "semester").get(pk=study.again)


@pytest.fixture
def window(study):
    today = timezone.localdate()
    return RelearningWindow.objects.create(
        academic_year_id=2026, term="11", opens_on=today, closes_on=today + datetime.timedelta(days=10),
        basis="Rektor buyrugʻi, 14-son",
    )  # fmt: skip


def as_student(student):
    return factories.access_of(student.person.user)


def asked(study, window) -> Relearning:
    return relearning.ask(study.debtor, study.lines[0], window=window, access=study.access("dean"))


def admitted(study, window) -> Relearning:
    row = asked(study, window)
    return relearning.admit(row, relearning.places(row)[0], access=study.access("dean"), basis="Chek 15")


@pytest.fixture
def price():
    """A credit costs 30 000 soʻm by a decision of the university."""
    return RelearningPrice.objects.create(
        amount=30_000, valid_from=datetime.date(2026, 9, 1), document="Kengash qarori, 3-son"
    )


@pytest.mark.duty("S")
def test_a_student_asks_for_what_has_no_sheet_left_and_for_nothing_else(study, window):
    line, mine = study.lines[0], as_student(study.debtor)
    assert list(relearning.may_relearn(study.debtor)) == [line]
    assert not relearning.may_relearn(study.students[0]).exists(), "passed"
    row = relearning.ask(study.debtor, line, window=window, access=mine)
    assert (row.state, row.asked_by) == ("asked", mine.user)
    with pytest.raises(actions.CurriculumError):
        relearning.ask(study.debtor, line, window=window, access=mine)  # asked for already
    with pytest.raises(actions.CurriculumError):
        relearning.ask(study.debtor, study.lines[1], window=window, access=mine)  # not failed
    with pytest.raises(PermissionDenied):
        relearning.ask(study.students[2], line, window=window, access=mine)  # of somebody else
    relearning.withdraw(row, access=mine)
    assert list(relearning.may_relearn(study.debtor)) == [line], "taken back, it may be asked for again"
    RelearningWindow.objects.filter(pk=window.pk).update(
        opens_on=timezone.localdate() + datetime.timedelta(days=2)
    )
    window.refresh_from_db()
    with pytest.raises(actions.CurriculumError):
        relearning.ask(study.debtor, line, window=window, access=mine)  # not within the days


def test_retakes_come_first_unless_they_are_not_allowed(window):
    from grading.models import GradingRule

    study = Study(students=1, code="303-108")
    study.through(study.lines[0], {"11": ["20"], "12": ["15"], "13": ["k"]})
    assert not relearning.may_relearn(study.students[0]).exists(), "two sheets are left"
    GradingRule.objects.create(
        code="retake.allowed", value=0, valid_from=timezone.localdate(), basis="OTM nizomi"
    )
    assert relearning.may_relearn(study.students[0]).get() == study.lines[0]


@pytest.mark.duty("2.3")
def test_the_office_registers_with_a_running_group_and_the_attempts_begin_anew(study, running, window, price):
    row = asked(study, window)
    place = relearning.places(row)[0]
    assert (place.line, place.group.name) == (running, "611-26.01") and len(place.teachers) == 1
    with pytest.raises(actions.CurriculumError):  # no contract of the year, and no payment is named
        relearning.admit(row, place, access=study.access("dean"))
    assert not Registration.objects.filter(basis="relearned").exists(), "all or nothing"
    row = relearning.admit(row, place, access=study.access("dean"), basis="Chek 15")
    registration = Registration.objects.get(student=study.debtor, curriculum_subject=running)
    assert (registration.basis, registration.group) == ("relearned", place.group)
    assert (row.fee, row.fee_steps[0]["source"]) == (180_000, "Kengash qarori, 3-son"), "6 credits of 30 000"
    assert debts.debts_count([study.debtor.pk]) == {study.debtor.pk: 1}, "owed once, till it is passed"

    found = propose_sheets([subject(running)], [place.group], control="11")
    assert [one.student for one in found[0].candidates] == [study.debtor], "the first sheet again"

    study.group, before = place.group, study.debtor
    study.through(running, {"11": ["25"], "12": ["15"], "13": ["45"]})
    result = SubjectResult.objects.get(student=before, curriculum_subject=running)
    assert (result.attempt, result.overall, result.passed) == ("11", D(85), True)
    assert debts.debts_count([before.pk]) == {}
    compute_gpa(students=[before.pk], day=window.closes_on)
    gpa = StudentGpa.objects.get(student=before, academic_year=2026)
    assert (gpa.subjects, gpa.debts) == (1, 0) and gpa.gpa == queries.gpa_steps(before.pk, 2026).value > 0
    anew = {one["subject"].pk: one["owed"] for part in queries.results_of(before) for one in part["subjects"]}
    assert anew[study.lines[0].pk] is False and anew[running.pk] is False


@pytest.mark.duty("2.3")
def test_another_faculty_and_other_duties_may_not(study, running, window, price):
    row = asked(study, window)
    stranger = factories.access_of(factories.make_user("dean", factories.make_faculty("303-112")))
    with pytest.raises(PermissionDenied):
        relearning.admit(row, relearning.places(row)[0], access=stranger)
    with pytest.raises(PermissionDenied):
        relearning.ask(study.students[2], study.lines[0], window=window, access=stranger)
    with pytest.raises(PermissionDenied):
        relearning.refuse(row, access=study.access("affairs"), reason="Yoʻq")
    assert not Relearning.objects.for_scope(stranger.scope("relearning.view")).exists()
    with pytest.raises(actions.CurriculumError):
        relearning.refuse(row, access=study.access("dean"), reason=" ")
    row = relearning.refuse(row, access=study.access("dean"), reason="Guruh toʻla")
    assert (row.state, row.reason) == ("refused", "Guruh toʻla")


def test_it_is_studied_only_where_as_many_credits_are_taught(study, running, window):
    row = asked(study, window)
    Curriculum.objects.filter(pk=running.curriculum_id).update(state="retired")
    assert relearning.places(row) == []
    with pytest.raises(actions.CurriculumError):
        relearning.admit(
            row, relearning.Place(running, study.group, ()), access=study.access("dean"), basis="Chek"
        )


def test_withdrawn_it_leaves_the_journal_and_a_sheet_keeps_it(study, running, window, price):
    row = admitted(study, window)
    with pytest.raises(PermissionDenied):
        relearning.withdraw(row, access=factories.access_of(study.head), reason="x")
    with pytest.raises(actions.CurriculumError):
        relearning.withdraw(row, access=as_student(study.debtor))  # registered: the office only
    relearning.withdraw(row, access=study.access("dean"), reason="Ariza")
    assert not Registration.objects.get(student=study.debtor, curriculum_subject=running).is_active


# --- money


@pytest.fixture
def access(study):
    return factories.access_of(factories.make_user("accounting"))


@pytest.fixture
def contract(study, access):
    """A contract of the year, in force: 6 000 000 soʻm."""
    CalculationSetting.objects.create(academic_year_id=2026, mode="12")
    ContractTypeCoefficient.objects.create(contract_type="11", coefficient=1, valid_from=DAY)
    BaseCoefficient.objects.create(
        programme=study.debtor.current.programme, academic_year_id=2026, amount=6_000_000
    )
    set_law_dates(access=access, year=2026)
    chosen = Selection(year=2026, faculty=study.faculty.pk)
    numbered = contracts.number_contracts(access=access, chosen=chosen, on=DAY)
    with drawn_when_opened():
        contracts.issue_documents(numbered.contracts, by=access.user)
    return Contract.objects.get(student=study.debtor)


@pytest.mark.duty("7.1")
def test_the_fee_is_the_base_contract_by_the_credits_of_the_year(contract, study, window):
    found = relearning.quote(study.debtor, study.lines[0], window)
    assert found is not None and found.value == 600_000, "6 000 000 ÷ 60 credits × 6"
    assert [str(step.value).replace("\xa0", " ") for step in found.steps] == [
        "6 000 000",
        "100 000",
        "600 000",
    ]
    assert "824" in found.steps[-1].source
    RelearningPrice.objects.create(amount=25_000, valid_from=timezone.localdate(), document="Qaror")
    found = relearning.quote(study.debtor, study.lines[0], window)
    assert found is not None and found.value == 150_000, "the university's own price goes before the formula"


@pytest.mark.duty("7.1")
def test_the_fee_is_added_to_the_contract_and_bars_from_the_final_control_till_it_is_paid(
    contract, study, running, window, access
):  # fmt: skip
    row = asked(study, window)
    with pytest.raises(DatabaseError), transaction.atomic():  # a fee is proposed by what is admitted only
        changes.propose_fee(contract, row, on=timezone.localdate())
    place = relearning.places(row)[0]
    row = relearning.admit(row, place, access=study.access("dean"))
    change = ContractChange.objects.get(relearning=row)
    assert (change.kind, change.state, change.before, change.amount) == (
        "relearning", "proposed", contract.amount, contract.amount + 600_000,
    )  # fmt: skip
    assert relearning.unpaid([study.debtor.pk]) == {(study.debtor.pk, running.pk): 600_000}
    with drawn_when_opened():
        change = changes.form_change(change, access=access)
    contract.refresh_from_db()
    assert contract.current_amount == contract.amount + 600_000
    assert sum(one.amount for one in contract.plan.all()) == contract.current_amount
    assert change.document.payload["relearning"]["subject"]["uz"] == study.lines[0].subject.name

    study.group = place.group
    for control, points in (("11", "25"), ("12", "15")):
        study.close(study.open(running, control), points)
    [barred] = propose_sheets([subject(running)], [place.group], control="13")[0].candidates
    assert not barred.admitted
    assert any("824" in step.source for step in barred.verdict.steps if step.value == "✗")
    Payment.objects.create(
        contract=contract, date=timezone.localdate(), amount=contract.current_amount, means="cash"
    )
    assert relearning.unpaid([study.debtor.pk]) == {(study.debtor.pk, running.pk): 0}
    [paid] = propose_sheets([subject(running)], [place.group], control="13")[0].candidates
    assert paid.admitted


@pytest.mark.duty("7.1")
def test_a_withdrawn_relearning_takes_its_fee_off_the_contract(contract, study, running, window, access):
    row = asked(study, window)
    row = relearning.admit(row, relearning.places(row)[0], access=study.access("dean"))
    with drawn_when_opened():
        changes.form_change(ContractChange.objects.get(relearning=row), access=access)
    relearning.withdraw(row, access=study.access("dean"), reason="Ariza")
    contract.refresh_from_db()
    assert contract.current_amount == contract.amount
    assert relearning.unpaid([study.debtor.pk]) == {}


# --- pages


def test_pages_of_the_student_and_of_the_office(study, running, window, price):
    student = factories.client_of(study.debtor.person.user)
    text = student.get(reverse("my_relearning")).content.decode()
    assert study.lines[0].subject.name in text and "180" in text and "Kengash qarori" in text
    student.post(reverse("my_relearning_ask", args=[study.lines[0].pk]), {"window": window.pk})
    row = Relearning.objects.get()
    assert student.post(
        reverse("my_relearning_ask", args=[study.lines[1].pk]), {"window": window.pk}
    ).status_code == 404  # fmt: skip
    dean = factories.client_of(study.dean)
    page = dean.get(reverse("curriculum_relearnings_detail", args=[row.pk])).content.decode()
    key = f"{running.pk}-{GroupCurriculum.objects.get(curriculum=running.curriculum_id).group_id}"
    assert key in page and "611-26.01" in page
    dean.post(reverse("curriculum_relearning_admit", args=[row.pk]), {"place": "1-1"})
    row.refresh_from_db()
    assert row.state == "asked", "no such place"
    dean.post(reverse("curriculum_relearning_admit", args=[row.pk]), {"place": key, "basis": "Chek 15"})
    row.refresh_from_db()
    assert (row.state, row.studied) == ("admitted", running)
    assert "611-26.01" in student.get(reverse("my_relearning")).content.decode()
    other = factories.client_of(factories.make_user("dean", factories.make_faculty("303-113")))
    assert other.get(reverse("curriculum_relearnings_detail", args=[row.pk])).status_code == 404
    form = dean.get(reverse("curriculum_relearning_enter", args=[study.students[2].pk]))
    assert study.lines[0].subject.name in form.content.decode()


# --- the database refuses the same by itself


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO curriculum_relearning (version, window_id, student_id, owed_id, fee_steps, basis, state, reason)"
        " VALUES (1, %(window)s, %(passed)s, %(owed)s, '[]', '', 'asked', '')",
        "INSERT INTO curriculum_relearning (version, window_id, student_id, owed_id, fee_steps, basis, state, reason)"
        " VALUES (1, %(window)s, %(third)s, %(other)s, '[]', '', 'asked', '')",
        "INSERT INTO curriculum_relearning (version, window_id, student_id, owed_id, fee_steps, basis, state, reason,"
        " decided_at) VALUES (1, %(window)s, %(third)s, %(owed)s, '[]', '', 'refused', 'x', now())",
        "UPDATE curriculum_relearning SET fee = 1 WHERE id = %(row)s",
        "UPDATE curriculum_relearning SET state = 'refused', reason = 'x' WHERE id = %(row)s",
        "DELETE FROM curriculum_relearning WHERE id = %(row)s",
        "INSERT INTO curriculum_registration (version, student_id, curriculum_subject_id, basis, elective_group,"
        " is_active) VALUES (1, %(third)s, %(running)s, 'relearned', '', true)",
    ],
)  # fmt: skip
def test_raw_sql_is_refused(study, running, window, price, sql):
    row = admitted(study, window)
    values = {
        "window": window.pk, "passed": study.students[0].pk, "third": study.students[2].pk, "row": row.pk,
        "owed": study.lines[0].pk, "other": study.lines[1].pk, "running": running.pk,
    }  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_outside_the_days_the_database_refuses_too(study, window):
    past = timezone.localdate() - datetime.timedelta(days=5)
    RelearningWindow.objects.filter(pk=window.pk).update(opens_on=past, closes_on=past)
    with pytest.raises(DatabaseError), transaction.atomic():
        Relearning.objects.create(window=window, student=study.debtor, owed=study.lines[0])


def test_it_is_not_admitted_to_another_subject(study, running, window):
    row = asked(study, window)
    with pytest.raises(DatabaseError), transaction.atomic():
        Relearning.objects.filter(pk=row.pk).update(
            state="admitted", studied=study.lines[1], group=study.group, decided_at=timezone.now()
        )
