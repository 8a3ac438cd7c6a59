"""A semester from registrations to closed sheets and GPA, in a browser, each step as the role that has the duty."""

from __future__ import annotations

import pytest
from django.urls import reverse

from curriculum.models import CurriculumSubject, Registration
from grading.models import GradeSheet, SheetLine, StudentGpa, SubjectResult
from hemis.people.models import User
from tests import factories
from tests.browser.conftest import PHONE
from tests.curriculum import makers as plans
from tests.grading.makers import Study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASTE = """(cell, text) => {
  const data = new DataTransfer();
  data.setData("text", text);
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.mark.duty("2.4", "B7", "B7.1", "B7.2", "S")
def test_from_registrations_to_closed_sheets_and_gpa(visit, server):
    study = Study(students=3)
    line = study.lines[0]
    Registration.objects.exclude(curriculum_subject=line).delete()
    plans.make_teaching(line, study.group, teacher=study.examiner)
    final_examiner = factories.make_employee(study.kafedra)
    CurriculumSubject.objects.filter(pk=line.pk).update(teacher=final_examiner)
    holder = factories.make_user("teacher", person=final_examiner.person)
    office, head = visit(study.dean), visit(study.head)
    teacher, other = visit(study.teacher), visit(holder)
    for one in (office, head, teacher, other):
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


def office_opens(office, study: Study, control: str) -> GradeSheet:
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
    return GradeSheet.objects.get(control=control, attempt="11")


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
