"""Pages of the teacher, the kafedra, the dean's office, academic affairs, the tutor and the student."""

from __future__ import annotations

import datetime
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from grading import actions, offers
from grading.documents import issue_sheet
from grading.models import Appeal, GradeSheet, PersonalSchedule, SheetCorrection, StudentGpa, SubjectResult
from hemis.documents.models import Document
from hemis.documents.rendering import render
from hemis.people.models import User
from students.models import TutorGroup
from tests import factories
from tests.curriculum import makers as plans
from tests.grading.makers import Study, subject
from tests.sharing import shared

pytestmark = pytest.mark.django_db
ALL = {"11": ["20", "25", "5"], "12": ["15", "10", "20"]}


@shared
def study():
    return Study(students=3)


def enter(user: User) -> Client:
    """Signed in, with the second factor behind them."""
    client = factories.client_of(user)
    session = client.session
    session["hemis_second_factor"] = True
    session.save()
    return client


def text_of(document: Document) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(render(document))).pages)
    return " ".join(text.split())


@pytest.mark.duty("B7.1")
def test_a_teacher_fills_signs_and_sees_own_sheets_only(study):
    sheet, teacher = study.open(), enter(study.teacher)
    foreign = study.open(study.lines[1])
    GradeSheet.objects.filter(pk=foreign.pk).update(examiner=factories.make_employee(study.kafedra))
    text = teacher.get(reverse("grading_my_sheets")).content.decode()
    assert reverse("grading_fill", args=[sheet.pk]) in text and f"/{foreign.pk}/" not in text
    assert teacher.get(reverse("grading_fill", args=[foreign.pk])).status_code == 404
    url = reverse("grading_fill", args=[sheet.pk])
    lines = list(sheet.lines.all())
    with CaptureQueriesContext(connection) as opening:
        assert teacher.get(url).status_code == 200
    assert len(opening) <= 12
    # Without JavaScript the whole form: what is wrong stays as typed, what is good is saved.
    data = {f"cell-{one.pk}": text for one, text in zip(lines, ("12,5", "31", "k"), strict=True)}
    data |= {f"was-{one.pk}": "" for one in lines}
    with CaptureQueriesContext(connection) as saving:
        answer = teacher.post(url, data)
    assert len(saving) <= 12 + 6 and answer.status_code == 422  # saving and drawing the page again
    body = answer.content.decode()
    assert 'value="31"' in body and "At most 30." in body
    assert sum("UPDATE grading_sheetline" in one["sql"] for one in saving) == 1
    # Cell by cell as JSON, within the promise.
    cell = {f"cell-{lines[1].pk}": "30", f"was-{lines[1].pk}": ""}
    with CaptureQueriesContext(connection) as asked:
        answer = teacher.post(url, cell, headers={"Accept": "application/json"})
    assert answer.json()["saved"] == {str(lines[1].pk): "30"} and answer.json()["left"] == 0
    assert len(asked) <= 12
    conflict = teacher.post(url, cell | {f"cell-{lines[1].pk}": "29"}, headers={"Accept": "application/json"})
    assert conflict.json()["conflicts"] == {str(lines[1].pk): "30"}
    assert teacher.post(reverse("grading_sign", args=[sheet.pk])).status_code == 302
    sheet.refresh_from_db()
    assert sheet.state == "signed"
    late = teacher.post(url, cell, headers={"Accept": "application/json"})
    assert late.status_code == 409 and late.json()["refused"]


def test_the_teacher_loads_what_journal_and_tasks_know(study, monkeypatch):
    sheet, teacher = study.open(), enter(study.teacher)
    url = reverse("grading_fill", args=[sheet.pk])
    load = reverse("grading_prefill", args=[sheet.pk])
    monkeypatch.setattr(offers, "current_means", lambda line: {study.students[0].pk: 90})
    assert load in teacher.get(url).content.decode()
    assert teacher.post(load, follow=True).status_code == 200
    assert sheet.lines.get(student=study.students[0]).points == 27


@pytest.mark.duty("B7.2")
def test_the_kafedra_and_the_office_move_the_sheet_on_its_page(study):
    sheet = study.open()
    study.fill(sheet, "20", "0", "k")
    actions.sign(sheet, access=study.access("teacher"))
    head, dean = enter(study.head), enter(study.dean)
    card = reverse("grading_sheets_detail", args=[sheet.pk])
    assert reverse("grading_check", args=[sheet.pk]) in head.get(card).content.decode()
    assert dean.post(reverse("grading_check", args=[sheet.pk])).status_code == 403
    head.post(reverse("grading_send_back_by_kafedra", args=[sheet.pk]), {"remark": "Qayta koʻring"})
    sheet.refresh_from_db()
    assert (sheet.state, sheet.remark) == ("open", "Qayta koʻring")
    actions.sign(sheet, access=study.access("teacher"))
    bulk = reverse("grading_sheets_bulk")
    head.post(bulk, {"action": "check", "pk": [sheet.pk]})
    with CaptureQueriesContext(connection) as opening:
        text = dean.get(card).content.decode()
    assert len(opening) <= 16  # a card with lines, buttons and scope
    assert reverse("grading_close", args=[sheet.pk]) in text
    dean.post(bulk, {"action": "close", "pk": [sheet.pk]})
    sheet.refresh_from_db()
    assert sheet.state == "closed"
    elsewhere = enter(factories.make_user("dean", factories.make_faculty("303-102")))
    for name in ("grading_sheets_detail", "grading_close", "grading_unlock", "grading_print"):
        method = elsewhere.get if name.endswith("detail") else elsewhere.post
        assert method(reverse(name, args=[sheet.pk])).status_code == 404, name


@pytest.mark.duty("2.4")
def test_the_office_opens_sheets_in_bulk_unlocks_and_cancels(study):
    dean = enter(study.dean)
    query = {
        "academic_year": 2026, "term": "11", "faculty": study.faculty.pk, "control": "11", "attempt": "11",
    }  # fmt: skip
    page = dean.get(reverse("grading_open"), query)
    assert page.status_code == 200 and len(page.context["proposals"]) == 5
    assert dean.get(reverse("grading_open"), query | {"term": "99"}).status_code == 422
    from hemis.jobs.actions import run_now
    from hemis.jobs.models import Job

    assert dean.post(reverse("grading_open"), query).status_code == 302
    job = run_now(Job.objects.latest("pk"))
    assert job.state == "done" and GradeSheet.objects.count() == 5
    sheet = GradeSheet.objects.first()
    day = timezone.localdate() + datetime.timedelta(days=9)
    dean.post(reverse("grading_unlock", args=[sheet.pk]), {"due_on": day.isoformat(), "remark": "Kasallik"})
    sheet.refresh_from_db()
    assert (sheet.due_on, sheet.remark) == (day, "Kasallik")
    dean.post(reverse("grading_cancel", args=[sheet.pk]), {"remark": "Adashib ochilgan"})
    sheet.refresh_from_db()
    assert sheet.state == "cancelled"


@pytest.mark.duty("2.3", "3.3")
def test_lists_of_the_admitted_say_why(study):
    line = study.lines[0]
    for control, typed in ALL.items():
        study.close(study.open(line, control), *typed)
    for user in (study.dean, study.affairs):
        client = enter(user)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(reverse("grading_exam_lists"), {"group": study.group.pk, "semester": 1})
        assert page.status_code == 200 and len(asked) <= 24
        first = next(one for one in page.context["subjects"] if one["subject"].pk == line.pk)
        assert (first["admitted"], first["refused"]) == (2, 1)
        assert "at least 30 (60 %) is needed" in page.content.decode()
    dean = enter(study.dean)
    answer = dean.post(reverse("grading_exam_list_pdf", args=[study.group.pk]), {"subject": line.pk})
    assert answer.status_code == 302
    document = Document.objects.get(kind="exam_admission")
    text = text_of(document)
    assert "Ruxsat berildi: 2; ruxsat berilmadi: 1." in text
    assert study.students[2].number in text and "Yoʻq" in text
    elsewhere = enter(factories.make_user("dean", factories.make_faculty("303-102")))
    assert elsewhere.get(reverse("grading_exam_lists"), {"group": study.group.pk}).status_code == 404


FORM_OF = {
    "13": ("1", "BAHOLASH QAYDNOMASI"),
    "11": ("12", "REYTING QAYDNOMASI"),
    "12": ("8", "BAHOLASH QAYDNOMASI"),
}


@pytest.mark.duty("B7")
@pytest.mark.parametrize("system", FORM_OF)
def test_the_form_of_each_system_and_attempt(system):
    study = Study(students=2, system=None if system == "13" else system)
    line = study.lines[0]
    marks = {"11": ["4", "3"], "12": ["4", "3"], "13": ["4", "0"]} if system == "12" else {
        "11": ["25", "25"], "12": ["15", "15"], "13": ["40", "5"]}  # fmt: skip
    last = study.through(line, marks)
    document = issue_sheet(last, by=study.dean)
    text = text_of(document)
    form, title = FORM_OF[system]
    assert f"{form}-shakl" in text and title in text and f"№ {last.number}" in text
    assert study.students[0].person.full_name in text and study.students[0].number in text
    assert study.examiner.person.full_name in text and "ΣJN" in text and "Fakultet dekani" in text
    assert ("Reyting bali" in text) == (system == "11")
    assert issue_sheet(last, by=study.dean) == document  # the same facts, the same paper
    again = study.open(line, "13", "12")
    assert f"{form}a-shakl" in text_of(issue_sheet(again, by=study.dean))
    answer = Client().get(reverse("verify", args=[document.token]))
    body = answer.content.decode()
    assert answer.status_code == 200 and study.students[0].person.full_name not in body


@pytest.mark.duty("2.4")
def test_the_summary_sheet_as_page_workbook_and_paper(study):
    study.through(study.lines[0], ALL | {"13": ["40", "30"]})
    dean = enter(study.dean)
    query = {"group": study.group.pk, "semester": 1}
    with CaptureQueriesContext(connection) as asked:
        page = dean.get(reverse("grading_summary"), query)
    assert len(asked) <= 20
    assert page.context["totals"][1] == ("“4”", [1, 0, 0, 0, 0])
    book = load_workbook(io.BytesIO(dean.get(reverse("grading_summary_xlsx"), query).content)).active
    assert book.cell(4, 4).value == 75 and book.max_row == 6
    dean.post(reverse("grading_summary_pdf", args=[study.group.pk]), {"semester": 1})
    text = text_of(Document.objects.get(kind="summary_sheet"))
    assert "JAMLANMA QAYDNOMA" in text and "75 / 4" in text
    # A tutor sees the own group only, a head the kafedra's sheets in time.
    carer = factories.make_employee(study.kafedra, post="34")
    tutor = enter(factories.make_user("tutor", person=carer.person))
    assert tutor.get(reverse("grading_summary"), query).status_code == 404
    TutorGroup.objects.create(employee=carer, group=study.group, valid_from=datetime.date(2020, 9, 1))
    assert tutor.get(reverse("grading_summary"), query).status_code == 200
    assert tutor.get(reverse("grading_debtors_list")).status_code == 200
    assert study.kafedra.name in enter(study.head).get(reverse("grading_lateness")).content.decode()


@pytest.mark.duty("B7.4")
def test_corrections_on_their_pages(study):
    sheet = study.close(study.open(), "20", "0", "k")
    line = sheet.lines.first()
    dean, affairs = enter(study.dean), enter(study.affairs)
    url = reverse("grading_correct", args=[line.pk])
    assert dean.get(url).status_code == 200
    wrong = dean.post(url, {"value": "99", "reason": "x", "basis": "y"})
    assert wrong.status_code == 422 and "At most 30." in wrong.content.decode()
    dean.post(url, {"value": "25", "reason": "Xato", "basis": "Bayonnoma 5"})
    act = SheetCorrection.objects.get()
    assert dean.post(reverse("grading_confirm", args=[act.pk])).status_code == 403
    affairs.post(reverse("grading_confirm", args=[act.pk]))
    line.refresh_from_db()
    assert line.points == 25
    text = dean.get(reverse("grading_sheets_detail", args=[sheet.pk])).content.decode()
    assert f"act {act}" in text and "<s " in text  # the former value is struck out, not gone


@pytest.mark.duty("2.4")
def test_debtors_schedule_and_its_paper(study):
    study.through(study.lines[0], ALL | {"13": ["40", "10"]})
    dean, debtor = enter(study.dean), study.students[2]
    row = debtor.registrations.get(curriculum_subject=study.lines[0])
    text = dean.get(reverse("grading_debtors_detail", args=[row.pk]), {"tab": "why"}).content.decode()
    url = reverse("grading_draw_up", args=[debtor.pk])
    assert url in text
    due = timezone.localdate() + datetime.timedelta(days=20)
    assert dean.post(url, {"due_on": due.isoformat()}).status_code == 422
    dean.post(url, {
        "subjects": [study.lines[0].pk], "due_on": due.isoformat(), "order_number": "19-T",
        "order_date": timezone.localdate().isoformat(),
    })  # fmt: skip
    schedule = PersonalSchedule.objects.get()
    dean.post(reverse("grading_schedule_approve", args=[schedule.pk]))
    assert schedule.sheets.count() == 1
    dean.post(reverse("grading_schedule_pdf", args=[schedule.pk]))
    text = text_of(Document.objects.get(kind="personal_schedule"))
    assert "SHAXSIY JADVAL" in text and "19-T-sonli" in text and debtor.person.full_name in text
    mine = enter(User.objects.get(person=debtor.person)).get(reverse("my_results")).content.decode()
    assert schedule.number in mine


@pytest.mark.duty("S")
def test_the_student_sees_own_marks_gpa_debts_and_appeals(study):
    last = study.through(study.lines[0], ALL | {"13": ["40", "10"]})
    actions.compute_gpa()
    owner, other = (User.objects.get(person=one.person) for one in study.students[1:3])
    me = enter(owner)
    with CaptureQueriesContext(connection) as asked:
        text = me.get(reverse("my_results")).content.decode()
    assert len(asked) <= 24
    assert "45" in text and "owed" in text
    result = SubjectResult.objects.get(student=study.students[1])
    steps = me.get(reverse("my_result", args=[result.pk])).content.decode()
    assert "The final control alone" in steps
    gpa = StudentGpa.objects.get(student=study.students[1], academic_year=None)
    assert "Σ(K·U)" in me.get(reverse("my_gpa", args=[gpa.pk])).content.decode()
    line = last.lines.get(student=study.students[1])
    url = reverse("my_appeal", args=[line.pk])
    stranger = enter(other)
    for address in (url, reverse("my_result", args=[result.pk]), reverse("my_gpa", args=[gpa.pk])):
        assert stranger.get(address).status_code == 404
    assert me.post(url, {"text": ""}).status_code == 422
    assert me.post(url, {"text": "2-savolga qarang"}).status_code == 302
    appeal = Appeal.objects.get()
    dean = enter(study.dean)
    members = [factories.make_employee(study.kafedra) for _one in range(5)]
    commission = reverse("grading_commission", args=[appeal.pk])
    few = dean.post(commission, {"chair": members[0].pk, "members": [members[1].pk]})
    assert few.status_code == 422 and "at least 4" in few.content.decode()
    dean.post(commission, {"chair": members[0].pk, "members": [one.pk for one in members[1:]]})
    decide = reverse("grading_decide", args=[appeal.pk])
    assert dean.post(decide, {"upheld": "1", "decision": "x", "value": ""}).status_code == 422
    dean.post(decide, {"upheld": "0", "decision": "Natija oʻzgarishsiz qoldirildi"})
    appeal.refresh_from_db()
    assert appeal.state == "denied"
    assert (
        enter(User.objects.get(person=study.students[0].person))
        .get(reverse("grading_sheets_list"))
        .status_code
        == 403
    )


@pytest.mark.duty("2.4")
def test_gpa_is_computed_by_its_button_and_the_card_shows_results(study):
    from hemis.jobs.actions import run_now
    from hemis.jobs.models import Job

    study.through(study.lines[0], ALL | {"13": ["40", "30"]})
    dean = enter(study.dean)
    assert dean.post(reverse("grading_gpa_compute")).status_code == 302
    assert run_now(Job.objects.latest("pk")).state == "done"
    row = StudentGpa.objects.get(student=study.students[0], academic_year=None)
    steps = dean.get(reverse("grading_gpas_detail", args=[row.pk]), {"tab": "steps"}).content.decode()
    assert "Σ(K·U)" in steps
    # From the list straight to an order: the figures of its checks are the same.
    answer = dean.post(reverse("grading_gpas_bulk"), {"action": "order_14", "pk": [row.pk]})
    assert answer.status_code == 302 and f"pk={study.students[0].pk}" in answer["Location"]
    assert dean.get(answer["Location"]).status_code == 200
    card = dean.get(reverse("students_students_detail", args=[study.students[0].pk]), {"tab": "results"})
    assert card.status_code == 200 and "75" in card.content.decode()
    assert subject(study.lines[0]).subject.name in card.content.decode()


@pytest.mark.duty("2.4")
def test_examiners_of_many_sheets_are_named_at_once(study):
    """Ticked sheets on one page, suggestions chosen; who taught the group does not hold its final control."""
    lecturer = factories.make_employee(study.lines[0].kafedra)
    plans.make_teaching(study.lines[0], study.group, teacher=lecturer)
    sheets = [study.open(line) for line in study.lines[:2]]
    GradeSheet.objects.update(examiner=None)
    office = enter(study.dean)
    page = reverse("grading_name_examiners")
    assert "No open sheet is ticked" in office.get(page).content.decode()
    office.post(reverse("grading_sheets_bulk"), {"action": "examiners", "pk": [one.pk for one in sheets]})
    shown = office.get(page)
    rows = {one.sheet.pk: one for one in shown.context["rows"]}
    assert set(rows) == {one.pk for one in sheets} and rows[sheets[0].pk].suggested == lecturer.pk
    wanted = {f"sheet_{pk}": str(one.chosen) for pk, one in rows.items()}
    assert office.post(page, wanted).status_code == 302
    assert not GradeSheet.objects.filter(examiner=None).exists()
    # A stranger of another kafedra is refused, and nothing is written.
    stranger = factories.make_employee(factories.make_kafedra(factories.make_faculty("303-102")))
    text = office.post(page, {f"sheet_{sheets[0].pk}": stranger.pk}).content.decode()
    assert "may not hold the control" in text
    assert not GradeSheet.objects.filter(examiner=stranger).exists()
    GradeSheet.objects.filter(pk=sheets[0].pk).update(examiner=study.examiner)
    study.close(GradeSheet.objects.get(pk=sheets[0].pk), *ALL["11"])
    study.close(study.open(study.lines[0], "12"), *ALL["12"])
    final = study.open(study.lines[0], "13")
    GradeSheet.objects.filter(pk=final.pk).update(examiner=None)
    found = actions.examiner_choices(
        GradeSheet.objects.filter(pk=final.pk).select_related("curriculum_subject", "group")
    )[0]
    assert lecturer.pk not in {one.pk for one in found.teachers} and found.suggested
    far = enter(factories.make_user("dean", factories.make_faculty("303-103")))
    far.post(reverse("grading_sheets_bulk"), {"action": "examiners", "pk": [final.pk]})
    assert far.get(page).context["rows"] == []
