"""Orders from draft to cancellation, plans, defences, the night: each as its role (duties 6.1, B8.3)."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from doctorate import actions, nightly, notices, queries, rules
from doctorate.models import (
    Attestation,
    Defence,
    DoctoralOrder,
    DoctoralPeriod,
    DoctoralRule,
    DoctoralStudent,
    IndividualPlan,
    Supervision,
)
from doctorate.pages import orders
from hemis.documents.kinds import KINDS
from hemis.documents.models import Document
from hemis.documents.rendering import render
from hemis.notices.models import Notice
from tests import factories
from tests.doctorate import makers
from tests.documents.helpers import pdf_text, qr_texts
from tests.sharing import shared
from tests.staff import makers as staff

pytestmark = pytest.mark.django_db
D = datetime.date


@shared
def unit(db):
    factories.make_university()
    return staff.kafedra()


@pytest.mark.duty("6.1", "B8.3")
def test_an_order_from_the_list_to_its_execution_in_the_browser(unit):
    one = makers.candidate(unit, "Karimov")
    factories.make_user(person=one.person)
    author = factories.make_user("research")
    office = factories.client_of(author)
    rector = factories.client_of(factories.make_user("rectorate"))
    answer = office.post(reverse("doctorate_students_bulk"), {"action": "order", "pk": [one.pk]})
    assert answer["Location"].endswith(f"students={one.pk}")
    assert f'<option value="{one.pk}" selected>' in office.get(answer["Location"]).content.decode()
    data = {
        "kind": "admission",
        "students": [one.pk],
        "effective_date": "2026-01-01",
        "basis": "Kengash qarori 3",
    }
    answer = office.post(reverse("doctorate_orders_new"), data)
    assert answer.status_code == 302, answer.context["form"].errors
    order = DoctoralOrder.objects.get()
    assert order.created_by == author and order.lines.get().student == one

    people = f"{reverse('doctorate_orders_detail', args=[order.pk])}?tab=people"
    assert "A supervisor is named." in office.get(people).content.decode()
    assert rector.post(reverse("doctorate_order_submit", args=[order.pk])).status_code == 403
    office.post(reverse("doctorate_order_submit", args=[order.pk]))
    order.refresh_from_db()
    assert order.state == DoctoralOrder.SUBMITTED
    assert Notice.objects.filter(code="doctoral_order_submitted").exists()
    assert "orders on doctoral students to sign" in rector.get("/").content.decode()
    assert office.get(reverse("doctorate_orders_edit", args=[order.pk])).status_code == 404

    rector.post(reverse("doctorate_order_return", args=[order.pk]), {"remark": "Asosni toʻldiring"})
    order.refresh_from_db()
    assert (order.state, order.remark) == (DoctoralOrder.DRAFT, "Asosni toʻldiring")
    assert Notice.objects.get(code="doctoral_order_returned").user == author
    office.post(reverse("doctorate_order_submit", args=[order.pk]))
    assert (
        office.post(reverse("doctorate_order_sign", args=[order.pk]), {"date": "2026-02-01"}).status_code
        == 403
    )
    rector.post(reverse("doctorate_order_sign", args=[order.pk]), {"date": "2999-02-01"})
    order.refresh_from_db()
    assert order.state == DoctoralOrder.SUBMITTED
    rector.post(reverse("doctorate_order_sign", args=[order.pk]), {"date": "2026-02-01"})
    order.refresh_from_db()
    one.refresh_from_db()
    assert (order.state, order.number, order.date) == (DoctoralOrder.EXECUTED, "1-D", D(2026, 2, 1))
    assert (one.status, one.number, one.admitted_on) == ("studying", "D260001", D(2026, 1, 1))
    assert one.term_to == D(2028, 12, 31)
    assert Notice.objects.get(code="doctoral_order_executed").user.person == one.person

    # The figure explains itself on the card, with the source.
    card = office.get(reverse("doctorate_students_detail", args=[one.pk])).content.decode()
    assert "Months left of the term" in card and "VMQ 304" in card and "to be confirmed" in card
    tab = office.get(f"{reverse('doctorate_students_detail', args=[one.pk])}?tab=periods").content.decode()
    assert "№ 1-D" in tab and "31.12.2028" in tab

    office.post(reverse("doctorate_order_scan", args=[order.pk]), {"scan": staff.pdf()})
    order.refresh_from_db()
    assert order.scan
    answer = office.get(reverse("doctorate_orders_file", args=[order.pk, "scan"]))
    assert answer.status_code == 200


@pytest.mark.duty("6.1", "B8")
def test_the_paper_says_what_was_signed(unit):
    one = makers.candidate(unit, "Karimov")
    order = makers.execute("admission", one) and DoctoralOrder.objects.get()
    document = Document.objects.get(pk=order.document_id)
    content = render(document)
    text = " ".join(pdf_text(content).split())
    assert "№ 1-D" in text and "01.01.2025" in text and "Karimov" in text and one.theme in text
    assert qr_texts(content) == [document.public_url]
    shown = dict(KINDS["doctoral_order"].public_fields(document.payload))
    assert "Karimov" not in " ".join(shown.values()), "no more personal data than needed"
    research = factories.client_of(factories.make_user("research"))
    assert research.get(reverse("document_pdf", args=[document.pk])).status_code == 200
    head = factories.client_of(factories.make_user("head", unit))
    assert head.get(reverse("document_pdf", args=[document.pk])).status_code in (403, 404)


@pytest.mark.duty("6.1")
def test_numbers_begin_anew_each_year(unit):
    for year in (2025, 2026):
        order = makers.draft("admission", makers.candidate(unit, f"Izlanuvchi{year}"), day=D(year, 1, 1))
        assert makers.carry_out(order, D(year, 1, 1)).number == "1-D"


@pytest.mark.duty("6.1")
def test_leave_return_extension_and_the_term(unit):
    one = makers.admitted(unit)
    makers.execute("leave", one, day=D(2025, 7, 1), until=D(2026, 6, 30), leave_reason="11")
    assert (one.status, one.term_to) == ("leave", D(2027, 12, 31))
    assert queries.lateness(one) is None
    # What was due while away is asked for no more.
    assert {row.due_on for row in one.attestations.all() if row.due_on >= timezone.localdate()} == set()
    order = makers.execute("return", one, day=D(2026, 1, 1))
    assert (one.status, one.term_to) == ("studying", D(2027, 12, 31) + datetime.timedelta(days=184))
    assert [step["value"] for step in order.lines.get().steps] == ["31.12.2027", "184", "02.07.2028"]
    with pytest.raises(actions.DoctorateError, match="2029"):
        actions.submit(
            makers.draft("extension", one, day=D(2026, 3, 1), until=D(2029, 9, 1)), access=makers.office()
        )
    makers.execute("extension", one, day=D(2026, 3, 1), until=D(2029, 1, 2))
    left = queries.term_left(one, D(2026, 11, 26))
    assert left.value == 25
    assert [one.value for one in left.steps][2:4] == [184, 184]
    assert one.periods.count() == 4
    # The days on leave are no days of study, on the card and in the list.
    for day, year in ((D(2026, 7, 3), 1), (D(2026, 7, 4), 2), (D(2027, 7, 4), 3)):
        listed = queries.with_study_year(DoctoralStudent.objects.all(), day).get(pk=one.pk)
        assert queries.study_year(one, day).value == listed.study_year == year
    ends = list(one.periods.order_by("valid_from").values_list("valid_from", "valid_to"))
    assert all(first[1] == second[0] for first, second in zip(ends, ends[1:], strict=False))


@pytest.mark.duty("6.1")
def test_who_leaves_is_led_no_more(unit):
    one, who = makers.admitted(unit), makers.doctor(unit)
    makers.lead(one, who)
    assert queries.load_of(who.pk, "phd").value == 4
    makers.execute("completion", one, day=D(2026, 5, 1))
    assert one.status == "completed" and one.national_status == "12"
    assert Supervision.objects.get().valid_to == D(2026, 4, 30)
    assert queries.load_of(who.pk, "phd").value == 5


@pytest.mark.duty("6.1")
def test_an_order_is_undone_by_another(unit):
    one = makers.admitted(unit)
    order = makers.execute("extension", one, day=D(2026, 1, 1), until=D(2028, 6, 30))
    with pytest.raises(actions.DoctorateError):
        actions.create_cancelling_order(
            order, access=makers.office(), reason=" ", effective_date=D(2026, 2, 1)
        )
    undo = actions.create_cancelling_order(
        order, access=makers.office(), reason="Xato", effective_date=D(2026, 2, 1)
    )
    makers.carry_out(undo)
    one.refresh_from_db()
    order.refresh_from_db()
    assert (one.status, one.term_to, order.state) == ("studying", D(2027, 12, 31), DoctoralOrder.CANCELLED)
    admission = DoctoralOrder.objects.get(kind="admission")
    undo = actions.create_cancelling_order(
        admission, access=makers.office(), reason="Xato", effective_date=D(2026, 3, 1)
    )
    with pytest.raises(actions.DoctorateError, match="boshqa oʻzgarish"):
        actions.submit(undo, access=makers.office())
    other = makers.admitted(unit, "Ikkinchi")
    undo = actions.create_cancelling_order(
        other.periods.get().order, access=makers.office(), reason="Kelmadi", effective_date=D(2026, 3, 1)
    )
    makers.carry_out(undo)
    other.refresh_from_db()
    assert other.status == DoctoralStudent.WITHDRAWN


@pytest.mark.duty("6.1")
def test_an_order_of_a_day_to_come_waits_for_it(unit):
    one = makers.candidate(unit)
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    order = makers.carry_out(makers.draft("admission", one, day=tomorrow), timezone.localdate())
    assert order.state == DoctoralOrder.SIGNED
    assert actions.execute_due() == 0
    with pytest.raises(actions.DoctorateError, match="boshqa buyruq"):
        actions.submit(makers.draft("admission", one, day=tomorrow), access=makers.office())
    assert actions.execute_due(tomorrow) == 1
    one.refresh_from_db()
    assert one.status == "studying"
    assert actions.execute_due(tomorrow) == 0


@pytest.mark.duty("6.1")
def test_a_signed_order_that_is_refused_waits_and_is_told_of(unit, monkeypatch):
    one, other = makers.admitted(unit), makers.candidate(unit, "Ikkinchi")
    today = timezone.localdate()
    tomorrow = today + datetime.timedelta(days=1)
    stuck = makers.carry_out(makers.draft("extension", one, day=tomorrow, until=D(2028, 12, 31)), today)
    fine = makers.carry_out(makers.draft("admission", other, day=tomorrow), today)
    DoctoralRule.objects.create(
        kind="extension_months", value=1, valid_from=D(2024, 1, 1), basis="Yangi qoida"
    )
    assert actions.execute_due(tomorrow) == 1
    stuck.refresh_from_db()
    fine.refresh_from_db()
    assert (stuck.state, fine.state) == (DoctoralOrder.SIGNED, DoctoralOrder.EXECUTED)
    office = makers.office()
    assert orders.overdue(office) == 0
    monkeypatch.setattr(timezone, "localdate", lambda: tomorrow + datetime.timedelta(days=1))
    assert orders.overdue(office) == 1


@pytest.mark.duty("6.1", "B8.3")
def test_who_may_not(unit):
    one = makers.candidate(unit)
    for role in ("head", "teacher", "dean", "hr"):
        access = factories.access_of(factories.make_user(role, unit if role == "head" else unit.parent))
        with pytest.raises(PermissionDenied):
            actions.create_order(
                DoctoralOrder(kind="admission", effective_date=makers.ADMITTED, basis="x"),
                [one],
                access=access,
            )
    order = makers.draft("admission", one)
    access = makers.office()
    with pytest.raises(PermissionDenied):
        actions.sign(order, access=access, date=D(2026, 1, 1))
    both = factories.make_user("research")
    factories.give_role(both, "rectorate")
    own = DoctoralOrder(kind="admission", effective_date=makers.ADMITTED, basis="x")
    order.delete()
    own = actions.create_order(own, [one], access=factories.access_of(both))
    actions.submit(own, access=factories.access_of(both))
    with pytest.raises(actions.DoctorateError, match="imzolamaydi"):
        actions.sign(own, access=factories.access_of(both), date=D(2026, 1, 1))


@pytest.mark.duty("6.1")
def test_attestations_are_planned_and_held(unit):
    one = makers.admitted(unit)
    due = sorted(one.attestations.values_list("due_on", flat=True))
    assert due == [
        D(2025, 6, 30),
        D(2025, 12, 31),
        D(2026, 6, 30),
        D(2026, 12, 31),
        D(2027, 6, 30),
        D(2027, 12, 31),
    ]
    assert actions.plan_for_all() == 0
    office = factories.client_of(factories.make_user("research"))
    first = one.attestations.get(due_on=D(2025, 6, 30))
    url = reverse("doctorate_attestations_edit", args=[first.pk])
    answer = office.post(url, {"due_on": "2025-06-30", "result": "passed", "row_version": 1})
    assert answer.status_code == 422 and {"held_on", "protocol_number"} <= set(answer.context["form"].errors)
    held = {
        "due_on": "2025-06-30", "held_on": "2025-07-02", "result": "passed", "fulfilled": 90, "protocol_number": "4",
    }  # fmt: skip
    assert office.post(url, held | {"row_version": 1}).status_code == 302
    answer = office.post(url, held | {"result": "failed", "row_version": 2})
    assert answer.status_code == 422 and "correction" in answer.context["form"].errors
    answer = office.post(
        url, held | {"result": "failed", "row_version": 2, "correction": "Bayonnoma xato yozilgan"}
    )
    assert answer.status_code == 302
    first.refresh_from_db()
    assert first.result == Attestation.FAILED
    answer = office.post(reverse("doctorate_attestations_delete", args=[first.pk]))
    assert answer.status_code == 409 and "kept and cannot be deleted" in answer.content.decode()
    # The law changes: what was not held is planned anew, what was held stays.
    DoctoralRule.objects.create(
        kind="attestation_months", value=12, valid_from=D(2026, 1, 1), basis="Yangi qoida"
    )
    actions.plan_for_all()
    assert set(one.attestations.values_list("due_on", flat=True)) == {
        D(2025, 6, 30), D(2025, 12, 31), D(2026, 12, 31), D(2027, 12, 31),
    }  # fmt: skip


@pytest.mark.duty("6.1")
def test_a_researcher_has_no_term_and_is_attested_yearly(unit):
    one = makers.admitted(unit, kind="12")
    assert (one.status, one.term_to) == ("studying", None) and queries.term_left(one) is None
    assert one.attestations.order_by("due_on").first().due_on == D(2025, 12, 31)
    assert one.attestations.filter(due_on__gt=timezone.localdate()).exists()
    with pytest.raises(actions.DoctorateError, match="izlanuvchida u yoʻq"):
        actions.submit(
            makers.draft("extension", one, day=D(2026, 1, 1), until=D(2029, 1, 1)), access=makers.office()
        )


@pytest.mark.duty("6.1")
def test_a_plan_is_approved_and_opened_again(unit):
    one = makers.admitted(unit)
    office = factories.client_of(factories.make_user("research"))
    assert office.post(reverse("doctorate_plans_new"), {"student": one.pk}).status_code == 302
    plan = IndividualPlan.objects.get()
    approve = reverse("doctorate_plan_approve", args=[plan.pk])
    data = {"approved_on": "2025-02-01", "protocol_number": "3"}
    answer = office.post(approve, data)
    assert answer.status_code == 422 and "with its stages" in answer.content.decode()
    stage = {
        "student": one.pk,
        "year": 1,
        "kind": "exam",
        "title": "Malakaviy imtihon",
        "due_on": "2025-06-01",
    }
    assert office.post(reverse("doctorate_stages_new"), stage).status_code == 302
    assert office.post(approve, data).status_code == 302
    plan.refresh_from_db()
    assert plan.state == IndividualPlan.APPROVED
    answer = office.post(reverse("doctorate_stages_new"), stage | {"title": "Yana"})
    assert answer.status_code == 422 and "student" in answer.context["form"].errors
    kept = one.stages.get()
    answer = office.post(
        reverse("doctorate_stages_edit", args=[kept.pk]),
        {"done_on": "2025-05-20", "result": "Aʼlo", "title": "Boshqa", "row_version": 1},
    )
    assert answer.status_code == 302
    kept.refresh_from_db()
    assert (kept.title, kept.result) == ("Malakaviy imtihon", "Aʼlo")
    reopen = reverse("doctorate_plan_reopen", args=[plan.pk])
    assert office.post(reopen, {"reason": ""}).status_code == 422
    assert office.post(reopen, {"reason": "Mavzu oʻzgardi"}).status_code == 302
    plan.refresh_from_db()
    assert (plan.state, plan.reopened_why) == (IndividualPlan.DRAFT, "Mavzu oʻzgardi")
    history = office.get(reverse("doctorate_plans_history", args=[plan.pk])).content.decode()
    assert "Mavzu oʻzgardi" in history


@pytest.mark.duty("6.1")
def test_supervisors_are_named_within_their_load(unit):
    one, who = makers.candidate(unit), makers.doctor(unit, degree="11")
    office = factories.client_of(factories.make_user("research"))
    data = {
        "student": one.pk, "role": "supervisor", "employee": who.pk, "valid_from": "2025-01-01", "order_number": "5",
        "order_date": "2025-01-01",
    }  # fmt: skip
    url = reverse("doctorate_supervisions_new")
    answer = office.post(url, data | {"employee": staff.teacher(unit, "Darajasiz").pk})
    assert answer.status_code == 422 and "degree" in str(answer.context["form"].errors["employee"])
    answer = office.post(url, data | {"outsider": "Kimdir"})
    assert answer.status_code == 422 and "employee" in answer.context["form"].errors
    assert office.post(url, data).status_code == 302
    answer = office.post(url, data | {"employee": makers.doctor(unit, "Boshqa").pk})
    assert answer.status_code == 422 and "valid_from" in answer.context["form"].errors
    for number in range(4):
        makers.lead(makers.candidate(unit, f"Izlanuvchi{number}"), who)
    answer = office.post(url, data | {"student": makers.candidate(unit, "Oltinchi").pk})
    error = str(answer.context["form"].errors["employee"])
    assert answer.status_code == 422 and "at most: 5" in error
    shown = office.get(reverse("doctorate_loads_detail", args=[who.pk])).content.decode()
    assert "may lead as many more" in shown
    found = office.get(reverse("doctorate_colleagues"), {"q": "rahbarov"}).json()["results"]
    assert found == [{"value": str(who.pk), "text": str(who)}]


@pytest.mark.duty("6.1")
def test_a_defence_to_the_approval_of_the_oak(unit):
    one = makers.admitted(unit)
    employee = staff.employee("Xodimov")
    office = factories.client_of(factories.make_user("research"))
    data = {
        "student": one.pk, "council": "DSc.03/30.12.2019.FM.01.01", "defence_date": "2026-06-01", "place": "Toshkent",
        "result": "planned",
    }  # fmt: skip
    assert office.post(reverse("doctorate_defences_new"), data).status_code == 302
    defence = Defence.objects.get()
    edit = reverse("doctorate_defences_edit", args=[defence.pk])
    passed = data | {
        "result": "passed",
        "votes_for": 14,
        "votes_against": 1,
        "protocol_number": "9",
        "row_version": 1,
    }
    answer = office.post(edit, passed)
    assert answer.status_code == 422 and "opponents first" in str(answer.context["form"].errors["result"])
    opponent = {"defence": defence.pk, "employee": employee.pk, "degree": "12"}
    assert office.post(reverse("doctorate_opponents_new"), opponent).status_code == 302
    answer = office.post(edit, passed | {"votes_for": 1})
    assert answer.status_code == 422 and "votes_for" in answer.context["form"].errors
    assert office.post(edit, passed).status_code == 302
    approve = reverse("doctorate_defence_approve", args=[defence.pk])
    facts = {
        "approved_on": "2026-09-30", "approval_number": "320/5", "diploma_number": "PHD 001",
        "diploma_date": "2026-10-05", "register_number": "12-a",
    }  # fmt: skip
    assert "register_number" in office.post(approve, facts).context["form"].errors
    facts["register_number"] = "12/1"
    answer = office.post(approve, facts | {"approved_on": "2026-05-01"})
    assert answer.status_code == 422 and "approved_on" in answer.context["form"].errors
    assert office.post(approve, facts).status_code == 302
    one.refresh_from_db()
    assert one.status == DoctoralStudent.DEFENDED
    assert DoctoralPeriod.objects.get(student=one, valid_to=None).defence == defence
    assert office.get(edit).status_code == 404 and office.get(approve).status_code == 404
    assert office.get(reverse("doctorate_students_edit", args=[one.pk])).status_code == 404


@pytest.mark.duty("6.1")
def test_no_defence_is_approved_while_an_order_waits(unit):
    one = makers.admitted(unit)
    defence = makers.passed(one)
    actions.submit(makers.draft("completion", one, day=D(2026, 9, 1)), access=makers.office())
    with pytest.raises(actions.DoctorateError, match="Yoʻlda boshqa"):
        actions.approve_defence(defence, access=makers.office(), facts=makers.APPROVAL)


@pytest.mark.duty("6.1")
def test_who_works_here_gets_the_degree_on_the_card(unit):
    who = staff.teacher(unit, "Himoyachi")
    one = makers.candidate(unit, person=who.person)
    makers.execute("admission", one)
    makers.execute("completion", one, day=D(2026, 1, 1))
    defence = makers.passed(one)
    actions.approve_defence(defence, access=makers.office(), facts=makers.APPROVAL)
    who.refresh_from_db()
    assert who.academic_degree == "11"
    degree = who.degrees.get()
    assert (degree.diploma_number, degree.science_branch) == ("PHD 0012345", "05.01.07")
    with pytest.raises(actions.DoctorateError, match="allaqachon"):
        actions.approve_defence(defence, access=makers.office(), facts=makers.APPROVAL)


@pytest.mark.duty("6.1")
def test_who_is_late_by_sql_is_late_by_the_rule(unit, django_assert_num_queries):
    today = D(2026, 11, 26)
    late = makers.admitted(unit, "Kechikkan")
    fine = makers.admitted(unit, "Vaqtida", day=D(2026, 9, 1))
    soon = makers.admitted(unit, "Yaqinda", day=D(2026, 8, 1))
    for number, one in enumerate((fine, soon)):
        makers.lead(one, makers.doctor(unit, f"Rahbar{number}"), one.admitted_on)
    makers.lead(late, makers.doctor(unit, "Uchinchi"))
    plan = IndividualPlan.objects.create(student=fine)
    makers.stage(fine, due=D(2027, 5, 1))
    actions.approve_plan(plan, access=makers.office(), approved_on=D(2026, 10, 1), protocol_number="1")
    Attestation.objects.filter(student=fine, due_on__lt=D(2027, 3, 1)).delete()
    plan = IndividualPlan.objects.create(student=soon)
    makers.stage(soon, due=D(2027, 5, 1))
    actions.approve_plan(plan, access=makers.office(), approved_on=D(2026, 10, 1), protocol_number="1")
    Attestation.objects.filter(student=soon).update(
        due_on=D(2027, 1, 31)
    ) if soon.attestations.count() == 1 else None
    with django_assert_num_queries(2):
        found = {one.pk: one for one in queries.with_lateness(today)}
    for one in (late, fine, soon):
        assert found[one.pk].state == queries.lateness(one, today).value
    assert found[late.pk].state == rules.LATE and found[late.pk].late_attestations == 3
    assert found[fine.pk].state == rules.FINE
    assert found[soon.pk].state == rules.SOON


@pytest.mark.duty("6.1")
def test_the_night_tells_once(unit, monkeypatch):
    one = makers.admitted(unit)
    who = makers.doctor(unit)
    makers.lead(one, who)
    teacher, student = (
        factories.make_user("teacher", person=who.person),
        factories.make_user(person=one.person),
    )
    factories.make_user("research")
    due = one.attestations.order_by("due_on").first().due_on
    day = due - datetime.timedelta(days=notices.REMIND_DAYS)
    today = timezone.localdate()
    Attestation.objects.filter(due_on=due).update(due_on=today + datetime.timedelta(days=notices.REMIND_DAYS))
    Notice.objects.all().delete()
    assert notices.remind() == 2 and notices.remind() == 0
    assert set(Notice.objects.values_list("user", flat=True)) == {teacher.pk, student.pk}
    assert notices.remind(day) == 0
    monkeypatch.setattr(nightly, "MONDAY", today.weekday())
    nightly.reminders(today)
    told = Notice.objects.filter(code="doctoral_late")
    assert told.exists() and told.first().params == {"count": 1}
    before = Notice.objects.count()
    nightly.reminders(today)
    assert Notice.objects.count() == before
