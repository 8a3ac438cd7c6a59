"""Stipends: appointed by order by marks and rule, listed month by month, paid to accounts, seen by the student."""

import datetime
import io
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from finance.common import FinanceError
from finance.models import PayoutAccount, StipendAmount, StipendAppointment, StipendLine, StipendList
from finance.stipends import actions, providers
from finance.stipends.pages import Appointments, StipendLists
from finance.stipends.rules import Marks
from hemis.documents.actions import drawn_when_opened
from hemis.documents.rendering import render
from movement import actions as orders
from movement.stipends import stipend_changes
from students.models import Student
from tests.documents.helpers import pdf_text, qr_texts
from tests.factories import access_of, client_of, make_faculty, make_students, make_user
from tests.finance.movements import carry_out, formed, sign_and_execute, undo
from tests.sharing import shared

pytestmark = pytest.mark.django_db
SINCE, UNTIL = datetime.date(2026, 9, 2), datetime.date(2027, 1, 31)
SEPTEMBER, OCTOBER = datetime.date(2026, 9, 1), datetime.date(2026, 10, 1)
BASE = Decimal(545_000)


@shared
def on_grant(faculty):
    """Four students on a grant."""
    StipendAmount.objects.create(rate="11", amount=BASE, valid_from=datetime.date(2025, 8, 1), document="PF")
    StipendAmount.objects.create(
        rate="14", amount=BASE * Decimal("1.2"), valid_from=datetime.date(2025, 8, 1), document="PF"
    )
    return make_students(faculty, 4, payment="11")


@pytest.fixture
def grants(on_grant, monkeypatch):
    """The same, with marks as each test says."""
    students = on_grant
    marks = {one.pk: Marks(fives=2, fours=4) for one in students}
    monkeypatch.setattr(
        providers, "_providers", [lambda keys, day: {key: marks[key] for key in keys if key in marks}]
    )
    students[0].marks = marks
    return students


def appoint(faculty, students, **choices):
    return carry_out("18", faculty, students, SINCE, stipend_until=UNTIL, **choices)


@pytest.mark.duty("7.1", "B8")
def test_an_order_appoints_by_marks_and_sets_aside_who_gets_none(grants, faculty):
    others = (Marks(fives=6), Marks(fours=4, threes=2), Marks(debts=1))
    grants[0].marks |= {one.pk: marks for one, marks in zip(grants[1:], others, strict=True)}
    order = appoint(faculty, grants)
    found = dict(StipendAppointment.objects.values_list("student", "rate"))
    assert found == {grants[0].pk: "11", grants[1].pk: "14"}
    assert set(order.aside.values_list("student", flat=True)) == {grants[2].pk, grants[3].pk}
    reasons = {row.student_id: row.why[0]["text"] for row in order.aside.all()}
    assert "33,3" in reasons[grants[2].pk] and "1" in reasons[grants[3].pk]
    one = StipendAppointment.objects.get(student=grants[1])
    assert (one.valid_from, one.valid_to, one.order) == (SINCE, UNTIL, order) and one.why[-1]["source"]
    paper = pdf_text(render(order.document))
    assert "59-son" in paper and "31.01.2027" in paper and grants[0].person.last_name in paper


@pytest.mark.duty("7.1")
def test_a_month_pays_by_rule_and_says_why_not(grants, faculty, accountant, django_assert_max_num_queries):
    appoint(faculty, grants)
    carry_out(
        "12", faculty, [grants[1]], datetime.date(2026, 9, 14), reason="12", ends_on=datetime.date(2027, 9, 1),
        applied_on=datetime.date(2026, 9, 14),
    )  # fmt: skip
    grants[0].marks[grants[2].pk] = Marks(debts=2)
    StipendAmount.objects.create(rate="11", amount=BASE * 2, valid_from=OCTOBER, document="Yangi PF")
    access = access_of(accountant)
    PayoutAccount.objects.create(student=grants[0], number="8600123412341234")
    september = actions.form_list(access=access, faculty=faculty, month=SEPTEMBER)
    assert {one.student_id: one.amount for one in september.lines.all()} == {
        grants[0].pk: BASE, grants[1].pk: BASE, grants[2].pk: 0, grants[3].pk: BASE,
    }  # fmt: skip
    with django_assert_max_num_queries(20):
        october = actions.form_list(access=access, faculty=faculty, month=datetime.date(2026, 10, 15))
    assert {one.student_id: one.amount for one in october.lines.all()} == {
        grants[0].pk: BASE * 2, grants[2].pk: 0, grants[3].pk: BASE * 2,
    }  # fmt: skip
    assert october.total == BASE * 4 and october.month == OCTOBER
    grants[0].marks[grants[2].pk] = Marks(fours=5)
    october = actions.form_list(access=access, faculty=faculty, month=OCTOBER)
    assert october.total == BASE * 6, "the debt is cleared: a draft is counted anew"
    october = actions.approve(october, access=access)
    for verb in (lambda: actions.form_list(access=access, faculty=faculty, month=OCTOBER),
                 lambda: actions.drop(october, access=access)):  # fmt: skip
        with pytest.raises(FinanceError):
            verb()
    content = render(october.document)
    text = pdf_text(content).replace("\u00a0", " ")
    assert "10.2026" in text and "8600123412341234" in text and "3 270 000" in text
    assert qr_texts(content) == [october.document.public_url]
    office = client_of(accountant)
    book = load_workbook(
        io.BytesIO(b"".join(office.get(reverse("finance_stipends_bank", args=[october.pk]))))
    )
    rows = list(book.active.iter_rows(values_only=True))
    assert len(rows) == 1 + 3 + 1 and rows[-1][-1] == BASE * 6
    assert [rows[1][3] or "", rows[1][5]] in (["8600123412341234", BASE * 2], ["", BASE * 2])


@pytest.mark.duty("7.1")
def test_a_stipend_from_mid_september_to_january_has_five_months(grants, faculty, accountant):
    since, until = datetime.date(2026, 9, 15), datetime.date(2027, 1, 31)
    months = [datetime.date(2026, month, 1) for month in range(7, 13)]
    months += [datetime.date(2027, month, 1) for month in range(1, 4)]
    carry_out("18", faculty, grants[:1], since, stipend_until=until)
    access = access_of(accountant)
    found = []
    for month in months:
        try:
            sheet = actions.form_list(access=access, faculty=faculty, month=month.replace(day=20))
        except FinanceError:
            continue
        found += [(line.month, line.amount) for line in sheet.lines.all()]
    assert found == [(month, BASE) for month in months[2:7]]
    line = StipendLine.objects.first()
    copy = (
        "INSERT INTO finance_stipendline (sheet_id, month, faculty_id, student_id, appointment_id, rate, amount, "
        "account, steps) SELECT sheet_id, month, faculty_id, student_id, appointment_id, rate, amount, '', '[]' "
        f"FROM finance_stipendline WHERE id = {line.pk}"
    )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(copy)


@pytest.mark.duty("7.1", "B8")
def test_leave_and_return(grants, faculty, accountant):
    grants[0].marks |= {one.pk: Marks(fives=6) for one in grants}
    appoint(faculty, grants[:3])
    for student, ground in ((grants[0], "13"), (grants[1], "12")):
        carry_out(
            "12", faculty, [student], datetime.date(2026, 9, 14), reason=ground,
            ends_on=datetime.date(2027, 9, 1), applied_on=datetime.date(2026, 9, 14),
        )  # fmt: skip
    access = access_of(accountant)
    lines = actions.form_list(access=access, faculty=faculty, month=OCTOBER).lines.order_by("student")
    paid = BASE * Decimal("1.2")
    assert [(one.student_id, one.amount) for one in lines] == [(grants[0].pk, paid), (grants[2].pk, paid)], (
        "maternity leave is paid, leave on another ground ends the stipend"
    )
    assert lines[0].steps[0]["source"] and len(lines[0].steps) == 2
    back = datetime.date(2026, 10, 20)
    carry_out("15:return", faculty, [grants[1]], back, applied_on=datetime.date(2026, 10, 19))
    carry_out("18", faculty, [grants[1]], back, stipend_until=UNTIL)
    found = StipendAppointment.objects.get(student=grants[1], ended_on=None)
    assert (found.rate, found.valid_from) == ("11", back), "all fives, but the base for this semester"
    carry_out("11", faculty, [grants[0]], back, reason="11")
    assert StipendAppointment.objects.get(student=grants[0]).ended_on == datetime.date(2026, 10, 19)


@pytest.mark.duty("B8")
def test_orders_end_stipends_and_take_them_back(grants, faculty, accountant):
    first = appoint(faculty, grants[:2])
    again = carry_out(
        "18", faculty, grants[:1], datetime.date(2026, 10, 5), stipend_until=UNTIL, stipend_rate="13"
    )
    old, new = StipendAppointment.objects.filter(student=grants[0]).order_by("valid_from")
    assert (old.ended_on, old.ended_by) == (datetime.date(2026, 10, 4), again) and new.rate == "13"
    undo(again, datetime.date(2026, 10, 6))
    old.refresh_from_db()
    new.refresh_from_db()
    assert old.ended_on is None and new.ended_on == datetime.date(2026, 10, 4), "it was never paid"
    undo(first, datetime.date(2026, 10, 7))
    assert not StipendAppointment.objects.filter(ended_on=None).exists()
    with pytest.raises(FinanceError):
        actions.form_list(access=access_of(accountant), faculty=faculty, month=datetime.date(2026, 11, 1))


def told(order) -> list[tuple]:
    return [(one.student.pk, one.rate, one.what, one.is_paid) for one in stipend_changes(order)]


@pytest.mark.duty("2.2", "7.1")
def test_an_order_tells_what_it_changes_of_stipends_before_and_after(grants, faculty):
    grants[0].marks |= {one.pk: Marks(fives=6) for one in grants}
    dean = make_user("dean", faculty)
    first = formed("18", faculty, grants[:2], SINCE, dean, stipend_until=UNTIL)
    before = told(first)
    assert [one[3] for one in before] == [True, True] and "31.01.2027" in before[0][2]
    assert told(sign_and_execute(first, access_of(dean))) == before, "what was foreseen has come"
    day = datetime.date(2026, 10, 5)
    again = formed("18", faculty, grants[1:3], day, dean, stipend_until=UNTIL, stipend_rate="13")
    before = told(again)
    assert [one[3] for one in before] == [False, True, True], "who has one already loses it for the new one"
    assert before[0][0] == grants[1].pk and "04.10.2026" in before[0][2]
    page = reverse("movement_orders_detail", args=[again.pk]) + "?tab=changes"
    with override("en"):
        text = client_of(dean).get(page).content.decode()
    assert "04.10.2026" in text and grants[1].number in text and grants[3].number not in text
    assert told(sign_and_execute(again, access_of(dean))) == before
    cancelling = orders.create_cancelling_order(
        again, access=access_of(dean), reason="Xato", effective_date=day
    )
    assert [one[3] for one in told(cancelling)] == [False, False, True], (
        "two fall away, the first one goes on"
    )
    sign_and_execute(cancelling, access_of(dean))
    again.refresh_from_db()
    assert [one[3] for one in told(again)] == [False, False]
    leaves = formed("11", faculty, grants[:1], day, dean, reason="11", applied_on=day)
    assert [(one[0], one[3]) for one in told(leaves)] == [(grants[0].pk, False)]
    assert (
        told(formed("12", faculty, grants[2:3], day, dean, reason="11", ends_on=UNTIL, applied_on=day)) == []
    )


REFUSED = {
    "appointed without an order": "INSERT INTO finance_stipendappointment (version, student_id, faculty_id, rate, "
    "valid_from, valid_to, order_id, why) SELECT 1, student_id, faculty_id, '12', '2027-03-01', '2027-06-30', "
    "order_id, '[]' FROM finance_stipendappointment LIMIT 1",
    "another kind": "UPDATE finance_stipendappointment SET rate = '12'",
    "ended by hand": "UPDATE finance_stipendappointment SET ended_on = '2026-10-01', ended_by_id = order_id",
    "removed": "DELETE FROM finance_stipendappointment",
    "a line of an approved list": "UPDATE finance_stipendline SET amount = 1",
    "a line more": "INSERT INTO finance_stipendline (sheet_id, month, faculty_id, student_id, appointment_id, rate, "
    "amount, account, steps) SELECT sheet_id, month, faculty_id, student_id, appointment_id, rate, 1, '', '[]' "
    "FROM finance_stipendline LIMIT 1",
    "a line less": "DELETE FROM finance_stipendline",
    "the sum of the list": "UPDATE finance_stipendlist SET total = 1",
    "opened again": "UPDATE finance_stipendlist SET state = 'draft', approved_at = NULL",
}


@pytest.mark.duty("7.1", "B8")
def test_what_the_database_refuses(grants, faculty, accountant):
    appoint(faculty, grants[:2])
    access = access_of(accountant)
    sheet = actions.form_list(access=access, faculty=faculty, month=SEPTEMBER)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE finance_stipendlist SET state = 'approved', approved_at = now(), total = total + 1, "
            "document_id = (SELECT min(id) FROM documents_document)"
        )
    with drawn_when_opened():
        actions.approve(sheet, access=access)
    for name, sql in REFUSED.items():
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            pytest.fail(f"{name} went through")


@pytest.mark.duty("7.1", "B5")
def test_pages_of_stipends_by_role_and_scope(grants, faculty, accountant, django_assert_max_num_queries):
    appoint(faculty, grants)
    office, dean = client_of(accountant), client_of(make_user("dean", faculty))
    other = client_of(make_user("dean", make_faculty("303-102")))
    where = reverse("finance_form_stipends")
    assert office.get(where).status_code == 200 and dean.get(where).status_code == 403
    assert office.post(where, {"month": "2026-10", "faculty": str(faculty.pk)}).status_code == 302
    assert office.post(where, {"month": "2026-11"}).status_code == 302, (
        "all faculties; who has nobody is told"
    )
    assert StipendList.objects.count() == 2
    sheet = StipendList.objects.get(month=OCTOBER)
    for register in (Appointments, StipendLists):
        with django_assert_max_num_queries(12):
            assert office.get(reverse(register.url_name("list"))).status_code == 200
        assert dean.get(reverse(register.url_name("list"))).status_code == 200
    card = StipendLists.url_of(sheet)
    assert office.get(card, {"tab": "lines"}).status_code == 200 and dean.get(card).status_code == 200
    assert other.get(card).status_code == 404
    one = StipendAppointment.objects.first()
    for tab in ("why", "months"):
        assert office.get(Appointments.url_of(one), {"tab": tab}).status_code == 200
    assert dean.post(reverse("finance_stipends_approve", args=[sheet.pk])).status_code == 403
    assert office.post(reverse("finance_stipends_recount", args=[sheet.pk])).status_code == 302
    assert office.post(reverse("finance_stipends_approve", args=[sheet.pk])).status_code == 302
    sheet.refresh_from_db()
    assert sheet.state == StipendList.APPROVED
    november = StipendList.objects.exclude(pk=sheet.pk).get()
    assert office.post(reverse("finance_stipends_drop", args=[november.pk])).status_code == 302
    assert StipendList.objects.count() == 1 and StipendLine.objects.count() == 4
    user = grants[0].person.user
    text = client_of(user).get(reverse("my_stipend")).content.decode().replace("\u00a0", " ")
    assert "545 000" in text and "10.2026" in text
    assert client_of(accountant).get(reverse("my_stipend")).status_code == 403


@pytest.mark.duty("7.1")
def test_an_account_is_entered_once_for_a_student(grants, faculty, accountant):
    office, new = client_of(accountant), reverse("finance_payout_accounts_new")
    data = {"student_number": grants[0].number, "number": "8600 1234 1234 1234", "bank": "Xalq banki"}
    assert office.post(new, data).status_code == 302
    assert PayoutAccount.objects.get().number == "8600123412341234"
    assert office.post(new, data).status_code == 422
    assert office.post(new, data | {"student_number": grants[1].number, "number": "12"}).status_code == 422
    assert Student.objects.filter(payout_account__isnull=False).count() == 1
