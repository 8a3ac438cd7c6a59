"""Pages of payments: an accountant's work, the dean's look, the student's own (duties 7.1, B5, S)."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from finance.debts import actions as debts
from finance.debts.models import DebtReminder
from finance.ledger.models import ClosedMonth
from finance.payments import actions, queries
from finance.payments.documents import receipt_of
from finance.payments.models import Payment, PutAside, Receipt
from hemis.documents.kinds import KINDS
from hemis.documents.models import Document
from hemis.documents.rendering import html_of
from hemis.jobs.actions import run_now
from hemis.jobs.models import Job
from hemis.notices.models import Notice
from hemis.people.models import User
from movement.actions import failures
from movement.models import Order
from tests.factories import client_of, make_faculty, make_user
from tests.payments.world import row, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounting(world):
    return client_of(world.accountant)


def student_of(world, at: int = 0) -> User:
    return User.objects.get(person=world.students[at].person_id)


@pytest.mark.duty("7.1")
def test_a_payment_is_entered_by_hand(world, accounting):
    where = reverse("finance_payment_enter")
    assert accounting.get(f"{where}?contract={world.contracts[0].pk}").status_code == 200
    data = {
        "contract": str(world.contracts[0].pk),
        "date": "2026-09-15",
        "amount": "500000",
        "means": "cash",
        "number": "15",
    }
    assert accounting.post(where, data).status_code == 302
    payment = Payment.objects.get()
    assert (payment.amount, payment.made_by) == (500_000, world.accountant)
    for wrong in (
        {},
        {"amount": "0"},
        {"amount": "-5"},
        {"date": "2999-01-01", "number": "16"},
        {"means": "payme"},
    ):
        assert accounting.post(where, data | wrong).status_code == 422
    assert Payment.objects.count() == 1
    for role in ("rectorate", "hr"):
        assert client_of(make_user(role)).post(where, data).status_code == 403


@pytest.mark.duty("7.1")
def test_a_payment_is_taken_back_and_its_receipt_revoked(world, accounting):
    payment = world.pay(0, 500_000, number="15")
    card = reverse("finance_payments_detail", args=[payment.pk])
    assert "id_reason" in accounting.get(card).content.decode()
    paper = receipt_of(payment, by=None)
    assert receipt_of(payment, by=None) == paper
    where = reverse("finance_payment_reverse", args=[payment.pk])
    accounting.post(where, {"reason": ""})
    assert Payment.objects.count() == 1
    accounting.post(where, {"reason": "boshqa talaba"})
    assert Payment.objects.get(reverses=payment).amount == -500_000
    assert Document.objects.get(pk=paper.pk).state == "revoked"
    assert "id_reason" not in accounting.get(card).content.decode()
    accounting.post(reverse("finance_payment_receipt", args=[payment.pk]))
    assert Receipt.objects.count() == 1


@pytest.mark.duty("7.1", "S")
def test_the_receipt_says_what_was_paid(world):
    payment = world.pay(0, Decimal("500000.50"), number="15", payer="Ota-onasi")
    paper = receipt_of(payment, by=None)
    text = html_of(paper.kind, paper.template_version, paper.payload, paper.token)
    for said in (
        "Yoʻldoshev Sherzod",
        world.contracts[0].number,
        "500\u00a0000,5",
        "15.09.2026",
        "Ota-onasi",
        "№ 15",
    ):
        assert said in text
    shown = str(KINDS[paper.kind].public_fields(paper.payload))
    assert world.contracts[0].number in shown and "Yoʻldoshev Sherzod" not in shown
    assert paper.owner == world.students[0].person


@pytest.mark.duty("7.1")
def test_a_statement_goes_from_upload_to_queue(world, accounting, django_capture_on_commit_callbacks):
    content = workbook(
        [row(number="1", purpose=world.contracts[0].number), row(number="2", purpose="ijara", amount=700)]
    )
    where = accounting.get(reverse("finance_import")).url
    assert 'accept=".xlsx,.xls,.csv,.txt"' in accounting.get(where).content.decode()
    accounting.post(where, {"file": SimpleUploadedFile("vipiska.xlsx", content)})
    job = Job.objects.get(kind="sheets.check")
    run_now(job)
    preview = reverse("sheet_import", args=[job.params["import"]])
    text = accounting.get(preview).content.decode()
    # The page speaks as its reader does, what the job found as who started it.
    assert "Whose the receipts are" in text and "shartnoma raqami boʻyicha topildi" in text
    assert not Payment.objects.exists()
    accounting.post(reverse("sheet_confirm", args=[job.params["import"]]))
    run_now(Job.objects.get(kind="sheets.confirm"))
    assert Payment.objects.get().contract == world.contracts[0]
    [line] = queries.waiting()
    statement = line.statement
    assert statement.name == "vipiska.xlsx" and statement.imported_by == world.accountant
    tab = accounting.get(reverse("finance_statements_detail", args=[statement.pk]) + "?tab=waiting")
    text = tab.content.decode()
    made = reverse("finance_payments_list", query={"statement": statement.pk})
    assert "ijara" in text and f'href="{made}"' in text
    world.pay(1, number="3")
    assert [one.number for one in accounting.get(made).context["page"].object_list] == ["1"]


@pytest.mark.duty("7.1")
def test_a_receipt_is_assigned_split_and_put_aside_on_its_page(
    world, accounting, django_assert_max_num_queries
):
    line = world.line(1, amount=1000, payer="Karimova Gulnora")
    where = reverse("finance_receipt", args=[line.pk])
    with django_assert_max_num_queries(16):
        assert world.contracts[1].number in accounting.get(where).content.decode()
    form = {"form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "0"}
    first, second = world.contracts[0].number, world.contracts[1].number
    for wrong in (
        {"form-0-number": "nothing", "form-0-amount": "5"},
        {"form-0-number": first, "form-0-amount": ""},
        {"form-0-number": first, "form-0-amount": "1001"},
        {},
    ):
        assert accounting.post(where, form | wrong).status_code == 422
    good = {"form-0-number": first, "form-0-amount": "400", "form-1-number": second, "form-1-amount": "500"}
    assert accounting.post(where, form | good).status_code == 302
    assert dict(Payment.objects.values_list("contract__number", "amount")) == {first: 400, second: 500}
    accounting.post(reverse("finance_put_aside", args=[line.pk]), {"kind": "other", "reason": "ijara"})
    assert not queries.waiting().exists()
    aside = PutAside.objects.get()
    assert "ijara" in accounting.get(where).content.decode()
    accounting.post(reverse("finance_bring_back", args=[aside.pk]))
    assert queries.waiting().get().rest == 100
    watcher = client_of(make_user("rectorate"))
    assert watcher.get(where).status_code == 200 and watcher.post(where, form | good).status_code == 403


@pytest.mark.duty("7.1")
def test_suggestions_are_accepted_at_once(world, accounting):
    world.take([row(number=f"{at}", purpose="Yuldashev Sherzod", amount=100 + at) for at in range(3)])
    keys = [str(one.pk) for one in queries.waiting()]
    accounting.post(reverse("finance_queue_bulk"), {"action": "accept", "pk": keys[:2], "confirmed": "1"})
    assert Payment.objects.count() == 2
    accounting.post(reverse("finance_match_again"))
    assert accounting.get(reverse("finance_match_again")).status_code == 200
    [line] = queries.waiting()
    actions.assign(line, access=world.access, parts=[(line.suggested_id, line.rest)])
    assert Payment.objects.count() == 3


@pytest.mark.duty("7.1")
def test_the_trial_balance_and_closing(world, accounting):
    world.pay(0, 500_000, number="15")
    where = reverse("finance_trial_balance")
    shown = accounting.get(where, {"start": "2026-09-01", "end": "2026-09-30"})
    totals = shown.context["totals"]
    assert totals[2] == totals[3] and totals[4] == totals[5] > 0
    assert accounting.get(where, {"start": "2026-09-30", "end": "2026-09-01"}).status_code == 422
    book = load_workbook(
        io.BytesIO(
            b"".join(
                accounting.get(
                    where, {"start": "2026-09-01", "end": "2026-09-30", "file": "xlsx"}
                ).streaming_content
            )
        )
    )
    last = list(book.active.values)[-1]
    assert last[-1] == last[-2] == float(totals[4])
    accounting.post(reverse("finance_close_month"), {"month": "2026-08-01"})
    assert not ClosedMonth.objects.exists()
    accounting.post(reverse("finance_close_month"), {"month": "2026-09-01"})
    assert ClosedMonth.objects.get().closed_by == world.accountant
    assert "09.2026" in accounting.get(where).content.decode()
    assert client_of(make_user("rectorate")).post(reverse("finance_close_month")).status_code == 403


@pytest.mark.duty("7.1", "B5")
def test_debts_by_day_and_unit(world, accounting, django_assert_max_num_queries):
    world.pay(0, 500_000)
    where = reverse("finance_debts_list")
    late = accounting.get(where, {"owing": "overdue", "on": "2026-09-30"})
    assert {one.pk for one in late.context["page"]} == {
        *(one.pk for one in world.contracts[1:]),
        world.elsewhere.pk,
    }
    assert not accounting.get(where, {"owing": "overdue", "on": "2026-09-14"}).context["page"].object_list
    [row_] = accounting.get(where, {"q": "Yuldashev", "on": "2027-01-01"}).context["page"].object_list
    assert (row_.due, row_.paid, row_.overdue) == (Decimal(911700), 500_000, Decimal(411700))
    sheet = accounting.get(
        reverse("finance_debts_export", args=["xlsx"]),
        {"owing": "overdue", "columns": "expulsion", "on": "2026-09-30"},
    )
    assert sheet.status_code == 200
    with django_assert_max_num_queries(12):
        by = accounting.get(reverse("finance_debts_by"), {"on": "2026-09-30"})
    assert by.context["debtors"] == 4 and len(by.context["rows"]) == 2
    for cut in ("group", "speciality", "course", "form", "nonsense"):
        assert accounting.get(reverse("finance_debts_by"), {"by": cut, "year": ""}).status_code == 200
    assert accounting.get(reverse("finance_debts_by"), {"file": "xlsx"}).status_code == 200
    dean = client_of(make_user("dean", make_faculty("303-101")))
    assert len(dean.get(reverse("finance_debts_by"), {"on": "2026-09-30"}).context["rows"]) == 1
    assert dean.get(reverse("finance_debt_of", args=[world.elsewhere.pk])).status_code == 404
    with django_assert_max_num_queries(16):
        one = dean.get(reverse("finance_debt_of", args=[world.contracts[0].pk]), {"on": "2027-01-01"})
    plan = one.context["rows"][0]["plan"]
    assert [line.is_late for line in plan] == [False, True, False, False]


@pytest.mark.duty("7.1", "2.2", "B8")
def test_the_list_of_debtors_leads_to_a_draft_of_expulsion(world, accounting):
    """The dean ticks who is late; the draft knows what each owes, and who owes nothing does not pass."""
    world.pay(1, 2_000_000)
    dean = client_of(make_user("dean", make_faculty("303-101")))
    where = reverse("finance_debts_list")
    late = dean.get(where, {"owing": "overdue", "on": timezone.localdate().isoformat()}).context["page"]
    assert {one.pk for one in late} == {world.contracts[at].pk for at in (0, 2, 3)}
    bulk = reverse("finance_debts_bulk")
    assert accounting.post(bulk, {"action": "expel", "pk": [world.contracts[0].pk]}).status_code == 403
    ticked = [world.contracts[0].pk, world.contracts[1].pk]
    answer = dean.post(bulk, {"action": "expel", "pk": ticked})
    assert answer["Location"].startswith(reverse("order_answers", args=["11"]))
    said = {
        "title": "Chetlashtirish", "basis": "Qarzdorlar roʻyxati", "reason": "16",
        "effective_date": timezone.localdate().isoformat(),
    }  # fmt: skip
    assert dean.post(answer["Location"], said).status_code == 302
    order = Order.objects.get(kind="11")
    assert (order.state, order.lines.count()) == ("draft", 2)
    checks = {line.student_id: line for line in order.lines.all()}
    found = failures(order)
    unpaid = {
        student: [one for one in found.get(line.pk, []) if one.code == "unpaid"]
        for student, line in checks.items()
    }
    assert not unpaid[world.contracts[0].student_id]
    [one] = unpaid[world.contracts[1].student_id]
    assert world.contracts[1].number in one.text


@pytest.mark.duty("7.1")
def test_reminders_are_sent_once(world, accounting):
    first, about = student_of(world), [one.pk for one in world.contracts[:2]]
    world.pay(1, 2_000_000)
    day = datetime.date(2026, 9, 30)
    assert len(debts.whom(None, day)) == 4
    keys = debts.whom(about, day)
    assert keys == [world.contracts[0].pk]
    assert debts.remind(keys, day=day) == 1 and debts.remind(keys, day=day) == 0
    [notice] = Notice.objects.filter(user=first, code__startswith="debt")
    assert notice.code == "debt_overdue" and notice.params["amount"] == "455\u00a0850"
    assert notice.params["day"] == "15.09.2026"
    assert debts.remind(keys, day=day + datetime.timedelta(days=6)) == 0
    assert debts.remind(keys, day=day + datetime.timedelta(days=7)) == 1


@pytest.mark.duty("7.1")
def test_a_date_that_comes_near_is_told_of(world):
    first, day = student_of(world), datetime.date(2026, 9, 9)
    keys = [world.contracts[0].pk]
    assert not debts.whom(keys, day - datetime.timedelta(days=2))
    world.pay(0, 55_850, date=day)
    assert debts.remind(keys, day=datetime.date(2026, 9, 10)) == 1
    [notice] = Notice.objects.filter(user=first, code__startswith="debt")
    assert (notice.code, notice.params["day"], notice.params["amount"]) == (
        "debt_due",
        "15.09.2026",
        "400\u00a0000",
    )


@pytest.mark.duty("7.1")
def test_reminding_is_a_job_of_the_accountant_and_of_every_morning(world, accounting):
    keys = [str(one.pk) for one in world.contracts[:2]]
    accounting.post(reverse("finance_debts_bulk"), {"action": "remind", "pk": keys, "confirmed": "1"})
    job = run_now(Job.objects.get(kind="finance.remind_debts"))
    assert job.state == Job.DONE and DebtReminder.objects.count() == 2
    today = timezone.localdate()
    assert debts.remind_all(today) == 3 and debts.remind_all(today) == 0


@pytest.mark.duty("S")
def test_a_student_sees_what_is_paid_and_due(world, django_assert_max_num_queries):
    payment, others = world.pay(0, 500_000), world.pay(1, 100)
    student = client_of(student_of(world))
    where = reverse("my_payments")
    student.get(where)
    with django_assert_max_num_queries(14):
        shown = student.get(where)
    assert [one["contract"] for one in shown.context["rows"]] == [world.contracts[0]]
    assert reverse("my_receipt", args=[payment.pk]) in shown.content.decode()
    made = student.post(reverse("my_receipt", args=[payment.pk]))
    assert made.url == reverse("document_pdf", args=[Receipt.objects.get().document_id])
    assert student.post(reverse("my_receipt", args=[others.pk])).status_code == 404
    assert student.get(reverse("finance_payments_list")).status_code == 403


@pytest.mark.duty("7.1")
def test_what_is_paid_too_much_is_given_back_on_its_page(world, accounting):
    first = world.contracts[0]
    where = reverse("finance_refund", args=[first.pk])
    data = {"date": "2026-10-01", "amount": "1000", "number": "R1", "reason": "ariza"}
    assert accounting.post(where, data).status_code == 422
    world.pay(0, 2_000_000)
    assert (
        reverse("finance_refund", args=[first.pk])
        in accounting.get(reverse("finance_debt_of", args=[first.pk])).content.decode()
    )
    assert accounting.get(where).status_code == 200
    assert accounting.post(where, data).status_code == 302
    assert Payment.objects.get(means="refund").amount == -1000
