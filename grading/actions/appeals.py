"""Appeals: lodged in time by the student, decided by a commission that did not grade (AV 3069)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grading import notices
from grading.actions.base import GradingError, require
from grading.actions.corrections import propose_correction
from grading.models import Appeal, AppealMember, GradeSheet, SheetLine
from grading.rulebook import Rulebook
from hemis.access.scope import Access
from staff.models import Employee


def appeal_ends(sheet: GradeSheet, book: Rulebook | None = None) -> datetime.datetime | None:
    """Until when results of a closed sheet may be appealed against."""
    if sheet.closed_at is None:
        return None
    return sheet.closed_at + datetime.timedelta(hours=float((book or Rulebook()).number("appeal.hours")))


@transaction.atomic
def lodge_appeal(line: SheetLine, *, text: str, scan: Any = None, access: Access) -> Appeal:
    """The student asks to look at the own result again; the dean's office is told.

    Raises:
        PermissionDenied: another's result.
        GradingError: not closed yet, too late, or lodged already.
    """
    access.require("own.appeal")
    line = SheetLine.objects.select_related("sheet__group", "student__person").get(pk=line.pk)
    if line.student.person_id != access.scope("own.appeal").person_id:
        raise PermissionDenied("own.appeal")
    book = Rulebook()
    ends = appeal_ends(line.sheet, book)
    if ends is None or line.sheet.state != GradeSheet.CLOSED:
        raise GradingError(_("An appeal is lodged after the results are announced."))
    if timezone.now() > ends:
        raise GradingError(_("The time to lodge an appeal is over: it was until %(end)s.") % {
            "end": f"{timezone.localtime(ends):%d.%m.%Y %H:%M}"
        })  # fmt: skip
    if line.appeals.exists():
        raise GradingError(_("You have lodged an appeal against this result already."))
    if not text.strip():
        raise GradingError(_("Say what should be looked at."))
    due = timezone.now() + datetime.timedelta(days=float(book.number("appeal.days")))
    appeal = Appeal.objects.create(line=line, text=text.strip(), scan=scan or "", due_at=due)
    notices.tell_of_appeal(appeal)
    return appeal


def _waiting(appeal: Appeal, access: Access) -> Appeal:
    require(access, "appeal.decide", Appeal.objects.all(), appeal.pk)
    appeal = Appeal.objects.select_for_update(of=("self",)).select_related("line__sheet").get(pk=appeal.pk)
    if appeal.state != Appeal.LODGED:
        raise GradingError(_("The appeal is decided already."))
    return appeal


@transaction.atomic
def set_commission(appeal: Appeal, *, chair: Employee, members: Iterable[Employee], access: Access) -> Appeal:
    """Name the chair and the members; who graded is not among them.

    Raises:
        GradingError: too few members, or somebody who graded.
    """
    appeal = _waiting(appeal, access)
    chosen = {one.pk: one for one in members if one.pk != chair.pk}
    least = int(Rulebook().number("appeal.members"))
    if len(chosen) < least:
        raise GradingError(_("The commission has a chair and at least %(least)d members.") % {"least": least})
    if appeal.line.sheet.examiner_id in {*chosen, chair.pk}:
        raise GradingError(_("Who graded is not on the commission."))
    appeal.chair = chair
    appeal.save(update_fields=["chair"])
    appeal.members.exclude(employee__in=chosen).delete()
    known = set(appeal.members.values_list("employee", flat=True))
    AppealMember.objects.bulk_create(
        AppealMember(appeal=appeal, employee=one) for pk, one in chosen.items() if pk not in known
    )
    return appeal


@transaction.atomic
def decide_appeal(
    appeal: Appeal, *, upheld: bool, decision: str, value: str = "", student_was_there: bool = False,
    access: Access,
) -> Appeal:  # fmt: skip
    """Record what the commission decided; an upheld appeal proposes the correction act.

    Raises:
        GradingError: no commission, no words, or an upheld appeal without a new value.
    """
    appeal = _waiting(appeal, access)
    if appeal.chair is None or appeal.members.count() < int(Rulebook().number("appeal.members")):
        raise GradingError(_("Name the commission first."))
    if not decision.strip():
        raise GradingError(_("Write down the decision."))
    appeal.state = Appeal.UPHELD if upheld else Appeal.DENIED
    appeal.decision, appeal.student_was_there = decision.strip(), student_was_there
    appeal.decided_by, appeal.decided_at = access.user, timezone.now()
    if upheld:
        appeal.correction = propose_correction(
            appeal.line, value=value, reason=_("Appeal upheld: %(text)s") % {"text": decision.strip()[:400]},
            basis=_("Decision of the appeal commission, %(day)s") % {"day": f"{timezone.localdate():%d.%m.%Y}"},
            access=access,
        )  # fmt: skip
    appeal.save(
        update_fields=[
            "state", "decision", "student_was_there", "decided_by", "decided_at", "correction",
        ]
    )  # fmt: skip
    notices.tell_of_decision(appeal)
    return appeal
