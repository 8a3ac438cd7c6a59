"""What people are told of sheets, results, corrections and appeals."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grading.models import Appeal, GradeSheet, SheetCorrection
from hemis.access.holders import holders
from hemis.access.models import RoleAssignment
from hemis.notices.actions import notify
from hemis.notices.kinds import register
from hemis.people.models import User

register("sheet_to_check", _("A grade sheet is signed and waits for the kafedra: %(sheet)s"), "checklist")
register("sheet_returned", _("A grade sheet came back to you: %(sheet)s — %(remark)s"), "alert-triangle")
register("result_announced", _("Results are announced: %(subject)s, %(control)s"), "chart-bar")
register(
    "correction_to_confirm", _("A correction act waits for confirmation: %(act)s, %(sheet)s"), "checklist"
)
register(
    "appeal_lodged", _("A student has lodged an appeal: %(who)s, decide it by %(due)s"), "alert-triangle"
)
register("appeal_decided", _("Your appeal is decided: %(subject)s — %(state)s"), "file-text")


def _address(sheet: GradeSheet) -> str:
    return reverse("grading_sheets_detail", args=[sheet.pk])


def tell_kafedra(sheet: GradeSheet) -> None:
    """Who checks the kafedra's sheets."""
    heads = RoleAssignment.objects.in_force().filter(role="head", unit=sheet.curriculum_subject.kafedra_id)
    people = User.objects.filter(is_active=True, pk__in=heads.values("user"))
    notify(people, "sheet_to_check", {"sheet": str(sheet)}, _address(sheet))


def tell_examiner(sheet: GradeSheet) -> None:
    """Who fills the sheet: it is open once more."""
    if sheet.examiner is None:
        return
    people = User.objects.filter(is_active=True, person=sheet.examiner.person_id)
    facts = {"sheet": str(sheet), "remark": sheet.remark}
    notify(people, "sheet_returned", facts, reverse("grading_fill", args=[sheet.pk]))


def tell_students(sheet: GradeSheet) -> None:
    """Whose results are announced: from now on the time for appeals runs."""
    people = User.objects.filter(is_active=True, person__studies__sheet_lines__sheet=sheet)
    facts = {"subject": sheet.curriculum_subject.subject.name, "control": sheet.get_control_display()}
    notify(people, "result_announced", facts, reverse("my_results"))


def tell_who_confirms(act: SheetCorrection) -> None:
    facts = {"act": str(act), "sheet": str(act.line.sheet)}
    people = holders("grade_sheet.confirm").exclude(pk=act.proposed_by_id)
    notify(people, "correction_to_confirm", facts, reverse("grading_corrections_detail", args=[act.pk]))


def tell_of_appeal(appeal: Appeal) -> None:
    """The dean's office of the group's faculty."""
    facts = {"who": appeal.line.student.person.full_name, "due": f"{appeal.due_at:%d.%m.%Y}"}
    people = holders("appeal.decide", faculty_id=appeal.line.sheet.group.faculty_id)
    notify(people, "appeal_lodged", facts, reverse("grading_appeals_detail", args=[appeal.pk]))


def tell_of_decision(appeal: Appeal) -> None:
    """The student."""
    facts = {
        "subject": appeal.line.sheet.curriculum_subject.subject.name,
        "state": str(appeal.get_state_display()),
    }
    people = User.objects.filter(is_active=True, person=appeal.line.student.person_id)
    notify(people, "appeal_decided", facts, reverse("my_results"))


def tell_students_of_line(act: SheetCorrection) -> None:
    """Whose result was corrected."""
    sheet = act.line.sheet
    facts = {"subject": sheet.curriculum_subject.subject.name, "control": sheet.get_control_display()}
    people = User.objects.filter(is_active=True, person=act.line.student.person_id)
    notify(people, "result_announced", facts, reverse("my_results"))
