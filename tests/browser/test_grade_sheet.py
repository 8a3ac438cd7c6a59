"""A semester from the curriculum to closed sheets and GPA, in a browser, each step as the role that has the duty."""

from __future__ import annotations

import pytest
from django.urls import reverse

from curriculum.models import CurriculumSubject, RatingSheetKind, Registration, Teaching
from grading.models import GradeSheet, SheetLine, StudentGpa, SubjectResult
from hemis.people.models import User
from students.models import Group
from tests import factories
from tests.browser.conftest import PHONE
from tests.curriculum import makers as plans

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASTE = """(cell, text) => {
  const data = new DataTransfer();
  data.setData("text", text);
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


class Begun:
    """A faculty whose plan is a draft and lacks one subject, a group of three without a plan, and the offices."""

    def __init__(self) -> None:
        factories.make_university()
        factories.make_year()
        self.faculty = factories.make_faculty()
        self.kafedra = factories.make_kafedra(self.faculty)
        self.plan = plans.make_curriculum(self.faculty)
        plans.fill(self.plan)
        first = self.plan.semesters.get(number=1)
        self.plan.subjects.filter(semester=first).last().delete()
        self.subject = plans.make_subject("Algoritmlar", education_type=self.plan.speciality.education_type)
        self.group = Group.objects.create(
            name="610-26.01", faculty=self.faculty, speciality=self.plan.speciality, entry_year=2026
        )
        self.students = factories.make_students(self.faculty, 3, group=self.group)
        self.dean, self.head = (
            factories.make_user("dean", self.faculty),
            factories.make_user("head", self.kafedra),
        )
        self.affairs = factories.make_user("academic_affairs")
        self.examiner = factories.make_employee(self.kafedra)
        self.teacher = factories.make_user("teacher", person=self.examiner.person)

    @property
    def line(self) -> CurriculumSubject:
        return CurriculumSubject.objects.get(curriculum=self.plan, subject=self.subject)


@pytest.mark.duty("2.3", "2.4", "8.1", "B6", "B7", "B7.1", "B7.2", "S")
def test_from_the_curriculum_to_closed_sheets_and_gpa(visit, server):
    study = Begun()
    office, head, affairs = visit(study.dean), visit(study.head), visit(study.affairs)
    for one in (office, head, affairs):
        one.page.on("dialog", lambda dialog: dialog.accept())
    the_plan_is_completed_and_approved(office, affairs, study)
    the_group_begins_by_it(office, head, study)
    line = study.line
    final_examiner = factories.make_employee(study.kafedra)
    CurriculumSubject.objects.filter(pk=line.pk).update(teacher=final_examiner)
    holder = factories.make_user("teacher", person=final_examiner.person)
    teacher, other = visit(study.teacher), visit(holder)
    for one in (teacher, other):
        one.page.on("dialog", lambda dialog: dialog.accept())
    for control, who, fill in (
        ("11", teacher, by_keyboard), ("12", teacher, by_paste), ("13", other, by_keyboard),
    ):  # fmt: skip
        sheet = office_opens(office, study, control)
        who.go("grading_my_sheets").press(f"a[href='{reverse('grading_fill', args=[sheet.pk])}']")
        fill(who, sheet, {"11": ["25", "20,5", "k"], "12": ["15", "12", "1"], "13": ["45", "10"]}[control])
        who.press(f"button[formaction='{reverse('grading_sign', args=[sheet.pk])}']")
        head.go("grading_sheets_detail", sheet.pk).press_at("grading_check", sheet.pk)
        office.go("grading_sheets_detail", sheet.pk).press_at("grading_close", sheet.pk)
        sheet.refresh_from_db()
        assert sheet.state == GradeSheet.CLOSED
    passed = SubjectResult.objects.filter(passed=True).values_list("student", flat=True)
    assert list(passed) == [study.students[0].pk]
    assert SubjectResult.objects.get(student=study.students[2]).mark == 0  # was not admitted
    office.go("grading_gpa_compute").press_at("grading_gpa_compute")
    assert StudentGpa.objects.get(student=study.students[0], academic_year=None).gpa == 4
    student = visit(User.objects.get(person=study.students[0].person), size=PHONE)
    student.go("my_results")
    assert "85" in student.text() and "4,00" in student.text()
    wide = student.page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    assert not wide


def the_plan_is_completed_and_approved(office, affairs, study: Begun) -> None:
    """2.3, B6: a check names what is missing; the dean's office adds it, academic affairs approve and freeze."""
    affairs.go("curriculum_curricula_detail", study.plan.pk).press_at("curriculum_approve", study.plan.pk)
    study.plan.refresh_from_db()
    assert study.plan.state == "draft" and affairs.find(".badge.bg-red-lt").count() > 0
    office.go("curriculum_add_subject", study.plan.pk, semester="1")
    hours = {f"hours_{kind}": str(value) for kind, value in plans.HOURS.items()}
    most = {f"control_{kind}": str(value) for kind, value in plans.CONTROLS.items()}
    office.fill(
        subject=str(study.subject.pk), kafedra=str(study.kafedra.pk), credit="6",
        sheet_kind=str(RatingSheetKind.objects.get(code="11").pk), **hours, **most,
    ).save()  # fmt: skip
    assert study.line.semester.number == 1
    office.go("curriculum_curricula_detail", study.plan.pk, tab="checks")
    assert office.find(".badge.bg-red-lt").count() == 0
    affairs.go("curriculum_curricula_detail", study.plan.pk).press_at("curriculum_approve", study.plan.pk)
    study.plan.refresh_from_db()
    assert study.plan.state == "approved"
    office.go("curriculum_add_subject", study.plan.pk)
    assert office.status == 404, "an approved plan is frozen"


def the_group_begins_by_it(office, head, study: Begun) -> None:
    """2.3, 8.1: the group gets the plan, its students are registered, teachings are formed and given away."""
    office.go("students_groups_list")
    office.find(f"input[name='pk'][value='{study.group.pk}']").check()
    office.find("#bulk-action").select_option("curriculum")
    office.press("#bulk .hemis-bulk button")
    assert study.group.plan.curriculum == study.plan
    office.go("curriculum_register").fill(year="2026", term="11").press("main form button.btn-primary")
    assert Registration.objects.filter(curriculum_subject=study.line).count() == 3
    office.go("curriculum_form_teachings", year="2026", term="11").press(
        "main form[method=post] button.btn-primary"
    )
    found = Teaching.objects.filter(subject=study.subject)
    assert set(found.values_list("training_type", flat=True)) == {"11", "13"}
    for one in found:
        head.go("curriculum_teaching_assign", one.pk)
        head.fill(teacher=str(study.examiner.pk)).press("main form button.btn-primary")
    assert set(found.values_list("teacher", flat=True)) == {study.examiner.pk}


def office_opens(office, study: Begun, control: str) -> GradeSheet:
    """What would be opened is shown first; a job opens it."""
    office.go(
        "grading_open",
        academic_year="2026",
        term="11",
        faculty=str(study.faculty.pk),
        control=control,
        attempt="11",
    )
    office.press("section form button.btn-primary")
    return GradeSheet.objects.get(control=control, attempt="11", curriculum_subject=study.line)


def cells(who):
    return who.find(".hemis-cell")


def saved(who, sheet: GradeSheet, typed: list[str]) -> None:
    """Every cell says that it was saved, and the database says the same."""
    for at in range(len(typed)):
        who.page.locator(".hemis-told").filter(has_text="✓").nth(at).wait_for()
    lines = sheet.lines.exclude(status=SheetLine.NOT_ADMITTED)
    assert [one.text for one in lines] == [text.replace(",", ".") for text in typed]


def by_keyboard(who, sheet: GradeSheet, typed: list[str]) -> None:
    """Typing, Enter and arrows: no mouse between the first cell and the last."""
    cells(who).first.focus()
    for at, text in enumerate(typed):
        who.page.keyboard.type(text)
        who.page.keyboard.press("Enter" if at % 2 == 0 else "ArrowDown")
    who.page.keyboard.press("Tab")
    saved(who, sheet, typed)
    # Too many points are told in place and not saved; Escape brings back what was there.
    first = cells(who).first
    first.focus()
    who.page.keyboard.press("Control+A")
    who.page.keyboard.type("999")
    who.page.keyboard.press("ArrowDown")
    who.page.locator(".hemis-told .text-danger").first.wait_for()
    first.focus()
    who.page.keyboard.press("Escape")
    assert first.input_value() == typed[0].replace(",", ".")
    assert [one.text for one in sheet.lines.exclude(status=SheetLine.NOT_ADMITTED)][0] == typed[0]


def by_paste(who, sheet: GradeSheet, typed: list[str]) -> None:
    """A column copied from Excel, names beside it, goes down the sheet."""
    text = "".join(f"Talaba {at}\t{value}\r\n" for at, value in enumerate(typed))
    cells(who).first.evaluate(PASTE, text)
    saved(who, sheet, typed)
