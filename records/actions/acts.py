"""Acts of the academic record: recognition of subjects and corrections; two people, a document, a decision (law 5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum.models import CurriculumSubject, Registration
from grading import rules as grading
from grading.rulebook import Rulebook
from hemis.access.scope import Access
from hemis.documents.actions import next_number
from records.actions.base import RecordsError, require, said, this_year
from records.models import RecordAct, RecordLine
from students.models import Student

SERIES = "record_act"


def _scale(subject: CurriculumSubject | None, student: Student) -> grading.Scale:
    """The marking system of the plan that the subject stands in, else of the student's group."""
    plan = subject.curriculum if subject else None
    if plan is None:
        group = student.current.group if student.current else None
        given = getattr(group, "plan", None)
        if given is None:
            raise RecordsError(_("The group has no curriculum."))
        plan = given.curriculum
    return Rulebook().scale(plan.marking_system_id)


def _marked(scale: grading.Scale, points: Decimal) -> dict[str, Any]:
    """Mark, letter, GPA point and whether it passes, by the borders of the scale."""
    if points > scale.highest:
        raise RecordsError(_("At most %(most)s points.") % {"most": scale.highest})
    border = scale.border(points)
    point = border.point if border.point is not None else Decimal(border.mark)
    return {
        "points": points, "mark": border.mark, "letter": border.letter, "point": point,
        "passed": border.mark >= grading.LEAST_PASSING_MARK,
    }  # fmt: skip


def _propose(student: Student, access: Access, **fields: Any) -> RecordAct:
    year = this_year()
    fields["reason"] = said(fields.get("reason", ""))
    fields["scan"] = fields.get("scan") or ""
    return RecordAct.objects.create(
        academic_year=year,
        serial=next_number(SERIES, year.pk),
        student=student,
        proposed_by=access.user,
        **fields,
    )


@transaction.atomic
def propose_recognition(student: Student, *, access: Access, **fields: Any) -> RecordAct:
    """An act that recognises a subject studied at another university; somebody else confirms it.

    ``fields`` are those of the act: subject of the plan or none, university, names,
    year, semester, hours, credits, points, document, decision, reason.

    Raises:
        PermissionDenied: without the duty, or out of scope.
        RecordsError: the points do not pass, or the subject stands in the record already.
    """
    require(access, "academic_record.propose", Student.objects.all(), student.pk)
    subject = fields.get("curriculum_subject")
    if not _marked(_scale(subject, student), fields["points"])["passed"]:
        raise RecordsError(_("Only what is mastered is recognised."))
    if subject and RecordLine.objects.passed().filter(student=student, curriculum_subject=subject).exists():
        raise RecordsError(_("The subject stands in the academic record already."))
    return _propose(student, access, kind=RecordAct.RECOGNITION, **fields)


@transaction.atomic
def propose_correction(
    line: RecordLine, *, points: Decimal, reason: str, basis: str, decision_number: str, decision_date: Any,
    access: Access, scan: Any = None,
) -> RecordAct:  # fmt: skip
    """An act that would give a line other points; somebody else confirms it.

    Raises:
        PermissionDenied: without the duty, or out of scope.
        RecordsError: a grade sheet has brought the line, it is superseded, or the points are the same.
    """
    require(access, "academic_record.propose", RecordLine.objects.all(), line.pk)
    line = RecordLine.objects.select_related("student", "curriculum_subject__curriculum").get(pk=line.pk)
    if line.origin == RecordLine.SHEET:
        raise RecordsError(_("A line of a grade sheet is corrected by an act for the sheet."))
    if not line.is_current:
        raise RecordsError(_("Another line has taken its place."))
    if line.points == points:
        raise RecordsError(_("The line has these points already."))
    if line.acts.filter(state=RecordAct.PROPOSED).exists():
        raise RecordsError(_("An act for this line waits for confirmation already."))
    _marked(_scale(line.curriculum_subject, line.student), points)
    return _propose(
        line.student, access, kind=RecordAct.CORRECTION, line=line, points=points, reason=reason, basis=basis,
        decision_number=decision_number, decision_date=decision_date, scan=scan,
    )  # fmt: skip


def _waiting(act: RecordAct, access: Access) -> RecordAct:
    require(access, "academic_record.confirm", RecordAct.objects.all(), act.pk)
    act = (
        RecordAct.objects.select_for_update(of=("self",))
        .select_related("student__current__group", "line", "curriculum_subject__curriculum")
        .get(pk=act.pk)
    )
    if act.state != RecordAct.PROPOSED:
        raise RecordsError(_("The act is decided already."))
    if act.proposed_by_id == access.user.pk:
        raise RecordsError(_("Somebody else confirms what you have proposed."))
    return act


@transaction.atomic
def confirm_act(act: RecordAct, *, access: Access) -> RecordLine:
    """Confirm the act and write its line; a corrected one gives way, a recognised subject is not studied again.

    Raises:
        PermissionDenied: without the duty.
        RecordsError: it is decided already, was proposed by the same person, or the subject is mastered by now.
    """
    act = _waiting(act, access)
    act.state, act.decided_by, act.decided_at = RecordAct.CONFIRMED, access.user, timezone.now()
    act.save(update_fields=["state", "decided_by", "decided_at"])
    make = _recognised if act.kind == RecordAct.RECOGNITION else _corrected
    return make(act, access)


def _by_act(act: RecordAct) -> dict[str, Any]:
    return {
        "act_number": act.number,
        "act_date": timezone.localdate(act.decided_at),
        "act_reason": act.reason,
    }


def _recognised(act: RecordAct, access: Access) -> RecordLine:
    subject = act.curriculum_subject
    older = RecordLine.objects.current().filter(student=act.student, curriculum_subject=subject)
    before = older.first() if subject else None
    if before and before.passed:
        raise RecordsError(_("The subject stands in the academic record already."))
    if subject:
        # What is recognised is not studied again: no sheet names the student, and nothing is owed.
        Registration.objects.filter(student=act.student, curriculum_subject=subject, is_active=True).update(
            is_active=False, ended_by=Registration.BY_OFFICE
        )
    return RecordLine.objects.create(
        student=act.student, curriculum_subject=subject, kind=subject.sheet_kind.code if subject else "11",
        origin=RecordLine.RECOGNISED, subject_code=subject.subject.code if subject else "",
        subject_name=act.subject_name, subject_name_ru=act.subject_name_ru, subject_name_en=act.subject_name_en,
        academic_year=act.studied_year, semester=act.semester, hours=act.hours, credit=act.credit,
        examiner=act.institution, held_on=act.decision_date, act=act, supersedes=before, recorded_by=access.user,
        **_by_act(act), **_marked(_scale(subject, act.student), act.points),
    )  # fmt: skip


KEPT = (
    "student_id", "curriculum_subject_id", "kind", "origin", "subject_code", "subject_name", "subject_name_ru",
    "subject_name_en", "academic_year_id", "semester", "hours", "credit", "examiner", "held_on", "attestation_id",
)  # fmt: skip


def _corrected(act: RecordAct, access: Access) -> RecordLine:
    line = RecordLine.objects.select_related("curriculum_subject__curriculum").get(pk=act.line_id)
    if not line.is_current:
        raise RecordsError(_("Another line has taken its place."))
    return RecordLine.objects.create(
        **{name: getattr(line, name) for name in KEPT}, act=act, supersedes=line, recorded_by=access.user,
        **_by_act(act), **_marked(_scale(line.curriculum_subject, act.student), act.points),
    )  # fmt: skip


@transaction.atomic
def reject_act(act: RecordAct, *, remark: str, access: Access) -> RecordAct:
    """Leave the record as it is, with a remark.

    Raises:
        RecordsError: it is decided already, or there is no remark.
    """
    act = _waiting(act, access)
    act.state, act.decided_by, act.decided_at = RecordAct.REJECTED, access.user, timezone.now()
    act.remark = said(remark)
    act.save(update_fields=["state", "decided_by", "decided_at", "remark"])
    return act
