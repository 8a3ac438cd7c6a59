"""What waits on the home page: sheets to fill, to check, to close; appeals and acts to decide."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

import grading.tasks.dashboard  # noqa: F401
from grading.models import Appeal, GradeSheet, SheetCorrection
from hemis.access.scope import Access
from hemis.pages.home import Todo, register_todo


def _sheets(permission: str, state: str):
    return lambda access: (
        GradeSheet.objects.for_scope(access.scope(permission)).filter(state=state).order_by().count()
    )


def _mine(access: Access) -> int:
    person = access.scope("grade_sheet.fill").person_id
    return GradeSheet.objects.filter(state=GradeSheet.OPEN, examiner__person=person).order_by().count()


def _of_state(state: str):
    return lambda: f"{reverse('grading_sheets_list')}?state={state}"


register_todo(
    Todo(_("Grade sheets to fill"), "grade_sheet.fill", _mine, lambda: reverse("grading_my_sheets"), "edit")
)
register_todo(
    Todo(
        _("Grade sheets to check"), "grade_sheet.check", _sheets("grade_sheet.check", GradeSheet.SIGNED),
        _of_state(GradeSheet.SIGNED),
    )
)  # fmt: skip
register_todo(
    Todo(
        _("Grade sheets to close"), "grade_sheet.close", _sheets("grade_sheet.close", GradeSheet.CHECKED),
        _of_state(GradeSheet.CHECKED),
    )
)  # fmt: skip
register_todo(
    Todo(
        _("Appeals to decide"), "appeal.decide",
        lambda access: Appeal.objects.for_scope(access.scope("appeal.decide")).filter(state=Appeal.LODGED).count(),
        lambda: f"{reverse('grading_appeals_list')}?state={Appeal.LODGED}",
    )
)  # fmt: skip
register_todo(
    Todo(
        _("Correction acts to confirm"), "grade_sheet.confirm",
        lambda access: SheetCorrection.objects.filter(state=SheetCorrection.PROPOSED).count(),
        lambda: f"{reverse('grading_corrections_list')}?state={SheetCorrection.PROPOSED}",
    )
)  # fmt: skip
