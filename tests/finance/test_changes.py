"""Contracts follow orders: extra agreements, recalculation and refund, renewal; and what the database refuses."""

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from finance.common import FinanceError
from finance.contracts import actions, changes
from finance.contracts.queries import Offer, Selection, fee_paying, proposals
from finance.models import (
    BaseCoefficient,
    Benefit,
    CalculationSetting,
    ChangeInstalment,
    Contract,
    ContractChange,
    ContractTerms,
    InstalmentRule,
    PlanLine,
    RefundRule,
)
from finance.prices.actions import set_law_dates
from hemis.access.scope import Scope
from hemis.documents.actions import drawn_when_opened
from hemis.documents.models import Document
from hemis.documents.rendering import render
from hemis.jobs import actions as jobs
from hemis.jobs.models import Job
from tests.documents.helpers import pdf_text, qr_texts
from tests.factories import (
    client_of,
    make_faculty,
    make_group,
    make_programme,
    make_students,
    make_user,
    make_year,
)
from tests.finance.conftest import DAY
from tests.finance.movements import carry_out, undo
from tests.finance.scans import a_scan

pytestmark = pytest.mark.django_db
NOVEMBER = datetime.date(2026, 11, 20)
SUM = Decimal(1_823_400)


def left(faculty, student, reason="11", day=NOVEMBER) -> ContractChange:
    carry_out("11", faculty, [student], day, reason=reason)
    return ContractChange.objects.get(contract__student=student)


def made_up(contract: Contract) -> Decimal:
    return sum((one.amount for one in PlanLine.objects.filter(contract=contract)), Decimal(0))


@pytest.mark.duty("7.1")
def test_who_leaves_owes_the_months_studied_and_the_paper_says_so(contracts, students, faculty, access):
    contract, change = contracts[0], left(faculty, students[0])
    assert (change.kind, change.ground, change.state) == ("left", "11", ContractChange.PROPOSED)
    assert (change.before, change.amount) == (SUM, 455_850), "September, October, November of twelve months"
    contract.refresh_from_db()
    assert contract.ended_on == NOVEMBER and contract.current_amount == SUM, "proposed is not in force"
    change = changes.form_change(change, access=access)
    contract.refresh_from_db()
    assert contract.current_amount == made_up(contract) == 455_850 and contract.amount == SUM
    assert [one.due_date for one in contract.plan.all()] == [datetime.date(2026, 9, 15)]
    content = render(change.document)
    text = pdf_text(content)
    for words in ("QAYTA HISOB-KITOB", contract.number, "455 850", students[0].person.last_name):
        assert words in text.replace("\u00a0", " ")
    assert "2431-son Nizom" in text and qr_texts(content) == [change.document.public_url]
    changes.sign_change(change, access=access, on=timezone.localdate(), scan=a_scan())
    change.refresh_from_db()
    assert change.state == ContractChange.SIGNED and change.scan


@pytest.mark.duty("7.1")
def test_the_ground_decides_what_is_given_back(contracts, students, faculty):
    discipline = left(faculty, students[0], "14")
    assert discipline.amount == SUM / 2 and "27-band" in discipline.steps[-2]["source"]
    RefundRule.objects.create(
        ground="14", mode="months", valid_from=datetime.date(2026, 10, 1), source="Yangi act"
    )
    assert left(faculty, students[1], "14").amount == 455_850, "the rule of the day"
    carry_out(
        "12",
        faculty,
        [students[2]],
        NOVEMBER,
        reason="12",
        ends_on=datetime.date(2027, 10, 1),
        applied_on=NOVEMBER,
    )
    leave = ContractChange.objects.get(contract__student=students[2])
    assert (leave.kind, leave.amount) == ("leave", 455_850) and "29-band" in leave.steps[1]["source"]


@pytest.mark.duty("7.1")
def test_a_cancelled_order_takes_its_change_back(contracts, students, faculty, access):
    with drawn_when_opened():
        change = changes.form_change(left(faculty, students[0]), access=access)
    undo(change.order, NOVEMBER)
    change.refresh_from_db()
    contract = Contract.objects.get(pk=change.contract_id)
    assert change.state == ContractChange.CANCELLED and contract.ended_on is None
    assert contract.current_amount == made_up(contract) == SUM
    assert Document.objects.get(pk=change.document_id).state == Document.REVOKED
    assert ContractChange.objects.count() == 1, "to undo is not another change"


@pytest.mark.duty("7.1")
def test_a_transfer_is_paid_at_the_new_price_for_the_rest_of_the_year(contracts, students, faculty, access):
    programme = make_programme(faculty, "60610200")
    group = make_group(faculty, "610-26.77", "60610200")
    # Nobody is transferred in the first semester.
    carry_out("14:semester", faculty, [students[0]], datetime.date(2026, 11, 2))
    assert not ContractChange.objects.exists(), "the next semester changes no contract"
    carry_out(
        "16:programme",
        faculty,
        [students[0]],
        NOVEMBER,
        programme=programme,
        group=group,
        applied_on=NOVEMBER,
    )
    change = ContractChange.objects.get()
    assert change.kind == "transfer" and change.amount is None and change.steps, "the price is not set yet"
    with pytest.raises(FinanceError):
        changes.form_change(change, access=access)
    BaseCoefficient.objects.create(programme=programme, academic_year_id=2026, coefficient=12)
    change = changes.recount(change, access=access)
    # Three months of 1 823 400, nine of 12 × 747 300 − 12 × 470 800 = 3 318 000.
    assert change.amount == 455_850 + 2_488_500 == 2_944_350
    change = changes.form_change(change, access=access)
    contract = Contract.objects.get(pk=change.contract_id)
    assert contract.current_amount == made_up(contract) == 2_944_350 and contract.ended_on is None
    more = contract.plan.get(due_date=datetime.date(2026, 12, 20))
    assert more.amount == 2_944_350 - SUM, "what is added is due within a month"
    text = pdf_text(render(change.document)).replace("\u00a0", " ")
    assert "QOʻSHIMCHA KELISHUV" in text and "60610200" in text and "2 944 350" in text
    with pytest.raises(FinanceError):
        changes.recount(change, access=access)


@pytest.mark.duty("7.1")
def test_changes_follow_one_another_and_are_taken_back_in_turn(contracts, students, faculty, access):
    group = make_group(faculty, "610-26.77", "60610200")
    programme = make_programme(faculty, "60610200")
    BaseCoefficient.objects.create(programme=programme, academic_year_id=2026, coefficient=12)
    carry_out("14:semester", faculty, [students[0]], datetime.date(2026, 10, 12))
    carry_out(
        "16:programme", faculty, [students[0]], datetime.date(2026, 10, 15), programme=programme, group=group
    )
    first = ContractChange.objects.get()
    carry_out("11", faculty, [students[0]], NOVEMBER, reason="11")
    second = ContractChange.objects.get(kind="left")
    assert second.before == SUM, "the transfer was not in force yet"
    with drawn_when_opened():
        first = changes.form_change(first, access=access)
    with drawn_when_opened():
        second = changes.form_change(second, access=access)
    assert second.before == first.amount and second.amount == round(first.amount * 3 / 12)
    with pytest.raises(FinanceError):
        changes.cancel_change(first, access=access, reason="x")
    for one, now in ((second, first.amount), (first, SUM)):
        changes.cancel_change(one, access=access, reason="Xato")
        contract = Contract.objects.get(pk=one.contract_id)
        assert contract.current_amount == made_up(contract) == now
    with pytest.raises(FinanceError):
        changes.cancel_change(first, access=access, reason="again")


def test_a_cancelled_contract_takes_its_changes_along(contracts, students, faculty, access):
    with drawn_when_opened():
        change = changes.form_change(left(faculty, students[0]), access=access)
    actions.cancel(contracts[0], access=access, reason="Xato")
    change.refresh_from_db()
    assert change.state == ContractChange.CANCELLED
    assert Document.objects.filter(state=Document.REVOKED).count() == 2


REFUSED = {
    "rewritten": "UPDATE finance_contractchange SET amount = 1",
    "deleted": "DELETE FROM finance_contractchange",
    "reproposed": "UPDATE finance_contractchange SET state = 'proposed'",
    "the sum in force by itself": "UPDATE finance_contract SET current_amount = 5 WHERE id = {contract}",
    "an instalment more": "INSERT INTO finance_changeinstalment (change_id, position, due_date, amount) "
    "VALUES ({change}, 9, '2027-05-01', 5)",
    "an instalment less": "DELETE FROM finance_changeinstalment",
    "another proposal without an order": "INSERT INTO finance_contractchange (version, contract_id, position, kind, "
    "ground, effective_on, order_id, before, steps, state, scan, made_at, cancel_reason) SELECT 1, {contract}, 9, "
    "kind, '', effective_on, order_id, before, steps, 'proposed', '', now(), '' FROM finance_contractchange",
}


@pytest.mark.duty("7.1")
def test_what_the_database_refuses(contracts, students, faculty, access):
    with drawn_when_opened():
        change = changes.form_change(left(faculty, students[0]), access=access)
    for name, sql in REFUSED.items():
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.format(change=change.pk, contract=change.contract_id))
            pytest.fail(f"{name} went through")
    # A change whose plan does not make up its sum is refused when the transaction ends.
    other = left(faculty, students[1])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        ChangeInstalment.objects.create(change=other, position=1, due_date=NOVEMBER, amount=other.amount - 1)
        cursor.execute(
            "UPDATE finance_contractchange SET state = 'formed', date = %s, document_id = %s WHERE id = %s",
            [NOVEMBER, contracts[1].document_id, other.pk],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError), transaction.atomic():
        Benefit.objects.create(name="Aʼlo", percent=20, valid_from=DAY, document="x")
        Benefit.objects.create(
            name="Aʼlo", percent=30, valid_from=DAY - datetime.timedelta(5), valid_to=DAY, document="x"
        )


@pytest.mark.duty("7.1", "B5")
def test_accounting_forms_signs_and_keeps_the_copy_others_only_look(
    contracts, students, faculty, accountant, django_assert_max_num_queries
):
    change, office = left(faculty, students[0]), client_of(accountant)
    listed = reverse("finance_contract_changes_list")
    card = reverse("finance_contract_changes_detail", args=[change.pk])
    with django_assert_max_num_queries(12):
        assert str(change.number) in office.get(listed).content.decode()
    assert change.number in client_of(make_user("dean", faculty)).get(card).content.decode()
    assert client_of(make_user("dean", make_faculty("303-102"))).get(card).status_code == 404
    form = reverse("finance_change_form", args=[change.pk])
    assert client_of(make_user("dean", faculty)).post(form).status_code == 403
    assert office.post(form).status_code == 302
    change.refresh_from_db()
    assert change.state == ContractChange.FORMED
    for tab in ("steps", "instalments"):
        assert office.get(card, {"tab": tab}).status_code == 200
    sign = reverse("finance_change_sign", args=[change.pk])
    office.post(sign, {"date": timezone.localdate().isoformat(), "scan": a_scan(b"not a scan")})
    change.refresh_from_db()
    assert change.state == ContractChange.FORMED, "a file that is no scan signs nothing"
    office.post(sign, {"date": timezone.localdate().isoformat(), "scan": a_scan()})
    change.refresh_from_db()
    assert change.state == ContractChange.SIGNED
    assert office.get(reverse("finance_contract_changes_file", args=[change.pk, "scan"])).status_code == 200
    contract = reverse("finance_contracts_detail", args=[change.contract_id])
    assert change.number in office.get(contract, {"tab": "changes"}).content.decode()


@pytest.mark.duty("B5")
def test_the_student_sees_the_sum_in_force_and_why(contracts, students, faculty, access):
    with drawn_when_opened():
        changes.form_change(left(faculty, students[0]), access=access)
    user = students[0].person.user
    text = client_of(user).get(reverse("my_contracts")).content.decode().replace("\u00a0", " ")
    assert "455 850" in text and "1 823 400" in text and "15.09.2026" in text and "01.05.2027" not in text


@pytest.mark.duty("7.1")
def test_the_signed_copy_of_a_contract_comes_at_once_or_later(contracts, accountant, access):
    office, today = client_of(accountant), timezone.localdate().isoformat()
    first, second = contracts[:2]
    office.post(reverse("finance_contract_sign", args=[first.pk]), {"date": today, "scan": a_scan()})
    office.post(reverse("finance_contract_sign", args=[second.pk]), {"date": today})
    office.post(reverse("finance_contract_scan", args=[second.pk]), {"scan": a_scan()})
    for one in (first, second):
        one.refresh_from_db()
        assert one.state == Contract.SIGNED and one.scan
        assert office.get(reverse("finance_contracts_file", args=[one.pk, "scan"])).status_code == 200
    with pytest.raises(FinanceError):
        actions.add_scan(second, access=access, scan=a_scan())
    with pytest.raises(DatabaseError), transaction.atomic():
        Contract.objects.filter(pk=first.pk).update(scan="another.pdf")


@pytest.mark.duty("7.1")
def test_who_comes_back_in_the_year_pays_for_the_months_left(contracts, students, faculty, access):
    carry_out(
        "12", faculty, [students[0]], datetime.date(2026, 10, 5), reason="12",
        ends_on=datetime.date(2026, 12, 30), applied_on=datetime.date(2026, 10, 5),
    )  # fmt: skip
    carry_out("15:return", faculty, [students[0]], NOVEMBER, applied_on=NOVEMBER)
    found = actions.number_contracts(
        access=access, chosen=Selection(year=2026, faculty=faculty.pk), on=timezone.localdate()
    )
    again = Contract.objects.get(pk=found.contracts[0])
    assert (again.student, again.months) == (students[0], 10), "November to August"
    assert Contract.objects.filter(student=students[0]).count() == 2


@pytest.mark.duty("7.1")
def test_contracts_are_renewed_on_the_terms_of_last_year(prices, faculty, access, accountant):
    """Sides, payer and kind go on; an increased contract is basic again; a discount goes on as a benefit that holds."""
    make_year(2025)
    CalculationSetting.objects.create(academic_year_id=2025, mode="11")
    group = make_group(faculty, "610-25.01", year=2025)
    old = make_students(faculty, 3, group=group, day=datetime.date(2025, 9, 1))
    programme = old[0].current.programme
    BaseCoefficient.objects.create(programme=programme, academic_year_id=2025, coefficient=9)
    set_law_dates(access=access, year=2025)
    benefit = Benefit.objects.create(
        name="Aʼlo", percent=20, valid_from=datetime.date(2025, 1, 1), document="x"
    )
    gone = Benefit.objects.create(
        name="Bir yillik", percent=10, valid_from=datetime.date(2025, 1, 1), valid_to=datetime.date(2026, 6, 30),
        document="x",
    )  # fmt: skip
    terms = [
        {"contract_type": "12", "discount": benefit.percent, "benefit": benefit},
        {"parties": "12", "payer_name": "“Umid” MCHJ", "payer_tin": "123456789", "sum_type": "11"},
        {"discount": gone.percent, "benefit": gone},
    ]
    for student, one in zip(old, terms, strict=True):
        ContractTerms.objects.create(student=student, academic_year_id=2025, basis="x", **one)
    last = actions.number_contracts(
        access=access, chosen=Selection(year=2025, faculty=None), on=datetime.date(2025, 9, 10)
    )
    with drawn_when_opened():
        actions.issue_documents(last.contracts, by=access.user)
    figures = {one.number: {"gpa": Decimal("3.5")} for one in old[:2]}
    carry_out(
        "14", faculty, old[:2], datetime.date(2026, 8, 20), figures=figures, figures_basis="Qaydnomalar"
    )
    office = client_of(accountant)
    asked = {"year": "2026", "faculty": "", "date": "2026-09-10", "draw_later": "on"}
    page = reverse("finance_renew_contracts")
    text = office.get(page, asked).content.decode()
    assert not Contract.objects.filter(academic_year=2026).exists()
    assert Contract.objects.filter(academic_year=2025).count() == 3 and str(faculty) in text
    rows = fee_paying(Scope(everything=True), Selection(year=2026, faculty=None))
    found = {one.student.pk: one for one in proposals(rows, year=2026, on=DAY, offer=Offer(renew=True))}
    first, second = found[old[0].pk].terms, found[old[1].pk].terms
    assert (first.contract_type, first.discount, first.benefit) == ("11", 20, benefit)
    assert (second.parties, second.payer_name, second.sum_type) == ("12", "“Umid” MCHJ", "11")
    kept = {x.student.pk: x for x in proposals(
        rows, year=2026, on=DAY, offer=Offer(renew=True, keep_increased=True))}  # fmt: skip
    assert kept[old[0].pk].terms.contract_type == "12"
    assert client_of(make_user("dean", faculty)).get(page).status_code == 403
    assert office.post(page, asked).status_code == 302
    jobs.run(Job.objects.get(kind="finance.form_contracts").pk)
    renewed = Contract.objects.filter(academic_year=2026, student__in=old)
    assert renewed.count() == 2 and not renewed.exclude(state=Contract.FORMED).exists()
    assert {one.renews.student_id for one in renewed} == {old[0].pk, old[1].pk}, (
        "who is not moved up is not renewed"
    )
    assert not Document.objects.exclude(sha256="").filter(kind="contract").exists(), "drawn when first opened"
    assert InstalmentRule.objects.filter(academic_year=2026, plan="differentiated").count() == 3
