"""Forming contracts: the job, its exactness, and what the database refuses."""

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from finance.common import FinanceError
from finance.contracts import actions
from finance.contracts.queries import Offer, Selection
from finance.models import (
    BaseCoefficient,
    CalculationSetting,
    Contract,
    ContractInstalment,
    ContractTerms,
    InstalmentRule,
    MinimumWage,
    StipendAmount,
)
from finance.prices.actions import copy_year
from hemis.access.history import history_of
from hemis.documents.actions import drawn_when_opened
from hemis.documents.models import Document
from hemis.jobs import actions as jobs
from hemis.jobs.models import Job
from students.models import Student
from tests.factories import access_of, make_group, make_person, make_students, make_user, make_year
from tests.finance.conftest import DAY
from tests.sharing import shared

pytestmark = pytest.mark.django_db


def chosen(faculty, **more):
    return Selection(year=2026, faculty=faculty.pk, **more)


def form(access, faculty, **more):
    """Numbered and issued; a PDF is drawn when somebody asks for it."""
    found = actions.number_contracts(access=access, chosen=chosen(faculty), on=DAY, **more)
    with drawn_when_opened():
        actions.issue_documents(found.contracts, by=access.user)
    return found


def run_job(user, faculty):
    params = {
        "chosen": chosen(faculty).as_json(),
        "date": DAY.isoformat(),
        "offer": {"contract_type": "11", "sum_type": "12"},
    }
    job = Job.objects.create(kind="finance.form_contracts", title="x", owner=user, params=params)
    jobs.run(job.pk)
    return Job.objects.get(pk=job.pk)


@pytest.mark.duty("7.1", "B5")
def test_a_job_forms_the_contracts_of_all_fee_paying_students(prices, students, faculty, accountant):
    make_students(faculty, 2, payment="11")
    job = run_job(accountant, faculty)
    assert (job.state, job.total, job.failures.count()) == (Job.DONE, 3, 0)
    contracts = list(Contract.objects.order_by("number"))
    assert [one.number for one in contracts] == ["3032600001", "3032600002", "3032600003"]
    assert {one.student_id for one in contracts} == {one.pk for one in students}
    for one in contracts:
        assert one.state == Contract.FORMED and one.amount == Decimal(1823400)
        assert sum(part.amount for part in one.instalments.all()) == one.amount
        assert one.document.number == one.number and one.document.owner_id == one.student.person_id
        assert one.price_steps[-1]["value"] == "1823400"


def test_the_same_again_changes_nothing(prices, students, faculty, accountant):
    run_job(accountant, faculty)
    before = list(Contract.objects.order_by("pk").values())
    job = run_job(accountant, faculty)
    assert job.state == Job.DONE and list(Contract.objects.order_by("pk").values()) == before
    assert Document.objects.filter(kind="contract").count() == 3


def test_students_with_missing_inputs_are_set_aside_and_formed_later(prices, students, faculty, accountant):
    group = make_group(faculty, "410-26.01", "60410100")
    poor = make_students(faculty, 2, group=group)
    job = run_job(accountant, faculty)
    assert job.state == Job.DONE and job.failures.count() == 2 and Contract.objects.count() == 3
    assert all(one.message for one in job.failures.all())
    BaseCoefficient.objects.create(programme=poor[0].current.programme, academic_year=prices, coefficient=12)
    again = jobs.retry(job)
    jobs.run(again.pk)
    assert Contract.objects.filter(student__in=poor, state=Contract.FORMED).count() == 2
    assert sorted(Contract.objects.values_list("number", flat=True))[-1] == "3032600005"


def test_a_job_that_was_killed_goes_on_where_it_stood(prices, students, faculty, accountant, monkeypatch):
    from finance.contracts.jobs import FormContracts

    monkeypatch.setattr(FormContracts, "chunk", 1)
    real, calls = actions.issue_documents, []

    def dies(keys, *, by):
        calls.append(keys)
        if len(calls) == 2:
            raise SystemExit
        return real(keys, by=by)

    monkeypatch.setattr(actions, "issue_documents", dies)
    with pytest.raises(SystemExit):
        run_job(accountant, faculty)
    job = Job.objects.get()
    assert (job.cursor, Contract.objects.filter(state=Contract.FORMED).count()) == (1, 1)
    jobs.run(job.pk)
    assert (
        Contract.objects.filter(state=Contract.FORMED).count()
        == Document.objects.filter(kind="contract").count()
        == 3
    )


def test_forming_again_takes_up_numbered_contracts_without_pdf(prices, students, faculty, access):
    first = actions.number_contracts(access=access, chosen=chosen(faculty), on=DAY)
    second = actions.number_contracts(access=access, chosen=chosen(faculty), on=DAY)
    assert first.contracts == second.contracts and len(first.contracts) == 3
    assert actions.issue_documents(first.contracts, by=access.user) == 3
    assert actions.issue_documents(first.contracts, by=access.user) == 0


def test_a_rolled_back_run_gives_its_numbers_back(prices, students, faculty, access):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.number_contracts(access=access, chosen=chosen(faculty), on=DAY)
        raise ZeroDivisionError
    form(access, faculty)
    assert Contract.objects.order_by("number").first().number == "3032600001"


@pytest.mark.duty("7.1")
def test_second_higher_education_has_its_own_price(prices, students, faculty, access):
    second, programme = students[0], students[0].current.programme
    Student.objects.filter(pk=second.pk).update(student_type="12")
    BaseCoefficient.objects.create(
        programme=programme, student_type="12", academic_year=prices, coefficient=13
    )
    form(access, faculty)
    found = dict(Contract.objects.values_list("student", "amount"))
    assert found[second.pk] == 13 * 747_300 - 12 * 470_800
    assert found[students[1].pk] == 10 * 747_300 - 12 * 470_800, "the others pay by the row of all kinds"


def test_numbers_run_through_the_faculties(prices, students, faculty, other_faculty, access):
    others = make_students(other_faculty, 1, group=make_group(other_faculty, "540-26.01", "60540200"))
    BaseCoefficient.objects.create(
        programme=others[0].current.programme, academic_year=prices, coefficient=10
    )
    form(access, faculty)
    form(access, other_faculty)
    assert Contract.objects.get(student=others[0]).number == "3032600004"


def test_individual_terms_go_before_the_usual_ones(prices, students, faculty, access):
    ContractTerms.objects.create(
        student=students[0],
        academic_year=prices,
        sum_type="11",
        discount=10,
        basis="Rektor buyrugʻi № 5",
        parties="12",
        payer_name="“Namuna” MChJ",
        payer_tin="301234567",
    )
    form(access, faculty)
    contract = Contract.objects.get(student=students[0])
    assert (contract.amount, contract.sum_type, contract.payer_name) == (
        Decimal(7290660),
        "11",
        "“Namuna” MChJ",
    )


def test_foreign_citizens_pay_the_foreign_sum(prices, students, faculty, access):
    person = students[0].person
    person.citizenship, person.country, person.passport = "12", "KZ", "N12345678"
    person.save()
    BaseCoefficient.objects.update(foreign_amount=20_000_000)
    form(access, faculty, offer=Offer(sum_type="11"))
    contract = Contract.objects.get(student=students[0])
    assert (contract.contract_type, contract.sum_type, contract.amount) == ("19", "12", Decimal(20_000_000))


def test_prices_are_those_of_the_day_of_the_contract(prices, students, faculty, access):
    MinimumWage.objects.create(amount=1271000, valid_from=DAY + datetime.timedelta(days=1), document="PF-100")
    form(access, faculty)
    assert {one.amount for one in Contract.objects.all()} == {Decimal(1823400)}


def test_by_sum_needs_no_minimum_wage(prices, students, faculty, access):
    CalculationSetting.objects.update(mode="12")
    MinimumWage.objects.all().delete()
    form(access, faculty)
    assert {one.amount for one in Contract.objects.all()} == {Decimal(6000000)}


def test_an_extended_date_goes_before_the_law_s(prices, students, faculty, access):
    InstalmentRule.objects.filter(course_kind="first", share=25).update(
        extended_to=datetime.date(2026, 11, 1)
    )
    form(access, faculty)
    assert ContractInstalment.objects.filter(position=1).first().due_date == datetime.date(2026, 11, 1)


def test_only_duty_71_forms(prices, students, faculty):
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        form(access_of(make_user("dean", faculty)), faculty)
    assert not Contract.objects.exists()


@pytest.mark.duty("7.1")
def test_signing_and_cancelling(prices, students, faculty, access):
    form(access, faculty)
    contract = Contract.objects.first()
    actions.mark_signed(contract, access=access, on=timezone.localdate())
    with pytest.raises(FinanceError):
        actions.mark_signed(contract, access=access, on=timezone.localdate())
    with pytest.raises(FinanceError):
        actions.cancel(contract, access=access, reason=" ")
    actions.cancel(contract, access=access, reason="Talaba chetlashtirildi")
    contract.refresh_from_db()
    assert contract.state == Contract.CANCELLED and contract.document.state == Document.REVOKED
    assert history_of(contract).count() >= 3
    form(access, faculty)
    anew = Contract.objects.get(student=contract.student, state=Contract.FORMED)
    assert anew.number == "3032600004"


def test_copying_a_year_keeps_what_is_there(prices, access):
    make_year(2027)
    count = copy_year(access=access, source=2026, target=2027)
    assert count == BaseCoefficient.objects.filter(academic_year=2027).count() + 1
    assert copy_year(access=access, source=2026, target=2027) == 0
    with pytest.raises(FinanceError):
        copy_year(access=access, source=2027, target=2027)


@shared
def contract(prices, students, faculty, access):
    form(access, faculty)
    return Contract.objects.order_by("number").first()


def refused(sql, *params):
    """The database refuses the statement, at the latest when the transaction ends."""
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.duty("B5")
@pytest.mark.parametrize(
    "change",
    [
        "amount = amount + 1",
        "number = '1'",
        "student_id = student_id + 1",
        "date = date + 1",
        "price_steps = '[]'",
        "discount = 50",
        "state = 'draft'",
        "document_id = NULL",
        "state = 'cancelled'",
        "months = 6",
    ],
)
def test_a_formed_contract_is_frozen(contract, change):
    refused(f"UPDATE finance_contract SET {change} WHERE id = %s", contract.pk)


def test_a_contract_is_never_deleted(contract):
    refused("DELETE FROM finance_contractinstalment WHERE contract_id = %s", contract.pk)
    refused("DELETE FROM finance_contract WHERE id = %s", contract.pk)


def test_instalments_are_frozen_and_add_up(contract, prices, other_faculty, access):
    refused("UPDATE finance_contractinstalment SET amount = amount + 1 WHERE contract_id = %s", contract.pk)
    refused(
        "INSERT INTO finance_contractinstalment (contract_id, position, due_date, share, amount) "
        "VALUES (%s, 9, now(), 100, 1)",
        contract.pk,
    )
    make_students(other_faculty, 1)
    student = make_students(other_faculty, 1)[0]
    with pytest.raises(DatabaseError), transaction.atomic():
        Contract.objects.create(
            number="x",
            date=DAY,
            student=student,
            academic_year=prices,
            placement=student.current,
            faculty=student.current.faculty,
            programme=student.current.programme,
            course="11",
            education_form="11",
            amount=100,
            price_steps=[],
        )
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_contract_repeats_its_placement(contract, prices, other_faculty):
    student = make_students(other_faculty, 1, payment="11")[0]
    values = {
        "number": "y",
        "date": DAY,
        "student": student,
        "academic_year": prices,
        "placement": student.current,
        "faculty": student.current.faculty,
        "programme": student.current.programme,
        "course": "11",
        "education_form": "11",
        "amount": 100,
        "price_steps": [],
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        Contract.objects.create(**values)
    with pytest.raises(DatabaseError), transaction.atomic():
        Contract.objects.create(**values | {"placement": contract.placement, "number": "z"})


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE finance_minimumwage SET amount = 0",
        "UPDATE finance_stipendamount SET amount = -1",
        "UPDATE finance_contracttypecoefficient SET coefficient = 0",
        "UPDATE finance_basecoefficient SET coefficient = NULL, amount = NULL",
        "UPDATE finance_basecoefficient SET coefficient = -1",
        "UPDATE finance_instalmentrule SET share = 101",
        "UPDATE finance_instalmentrule SET extended_to = due_date - 1",
        "UPDATE finance_calculationsetting SET mode = '13'",
        "UPDATE finance_contracttypecoefficient SET contract_type = '77'",
        "INSERT INTO finance_basecoefficient "
        "(version, programme_id, student_type, academic_year_id, coefficient) "
        "SELECT 1, programme_id, student_type, academic_year_id, 5 FROM finance_basecoefficient",
    ],
)
def test_the_database_refuses_impossible_prices(prices, sql):
    refused(sql)


def test_every_price_change_is_recorded(prices, access):
    stipend = StipendAmount.objects.get()
    StipendAmount.objects.filter(pk=stipend.pk).update(amount=500000)
    assert history_of(stipend).first().changes["amount"] == [470800.0, 500000.0]


def test_the_same_student_has_one_contract_a_year(contract, prices):
    person = make_person()
    assert person.pk
    values = {
        f.attname: getattr(contract, f.attname)
        for f in Contract._meta.concrete_fields
        if f.name not in ("id", "number", "document")
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        Contract.objects.create(**values | {"number": "twice", "state": "draft"})
