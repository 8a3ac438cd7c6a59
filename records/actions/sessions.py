"""Commissions approved, sessions opened with who is admitted, protocols filled and closed (duties 8.3, 2.6)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum.models import CurriculumSubject
from grading import rules as grading
from grading.rulebook import Rulebook
from hemis.access.scope import Access
from hemis.documents.actions import next_number
from hemis.explain import Explained
from records import conditions, notices, queries
from records.actions.base import RecordsError, require, said
from records.models import AttestationLine, AttestationSession, Commission, CommissionMember
from records.models.attestation import COMMISSION_OF
from records.rulebook import figures
from students.models import Group

SERIES = "attestation_protocol"

# Closed protocols feed the record by one statement; what a later one passes takes the place of what had failed.
FEED = """
INSERT INTO records_recordline (student_id, curriculum_subject_id, kind, origin, subject_code, subject_name,
    subject_name_ru, subject_name_en, academic_year_id, semester, hours, credit, points, mark, letter, point, passed,
    examiner, held_on, attestation_id, supersedes_id, act_number, act_date, act_reason, is_current, recorded_by_id)
SELECT a.student_id, s.curriculum_subject_id, k.code, 'attestation', b.code, b.name, b.name_ru, b.name_en,
       m.academic_year_id, m.number, coalesce(h.hours, round(cs.credit * p.hours_per_credit)), cs.credit,
       a.points, a.mark, a.letter, a.point, a.passed, %(chair)s, s.held_on, a.id, l.id,
       CASE WHEN l.id IS NULL THEN '' ELSE %(number)s END, CASE WHEN l.id IS NOT NULL THEN s.held_on END,
       CASE WHEN l.id IS NULL THEN '' ELSE %(reason)s END, true, %(user)s
  FROM records_attestationline a
  JOIN records_attestationsession s ON s.id = a.session_id
  JOIN curriculum_curriculumsubject cs ON cs.id = s.curriculum_subject_id
  JOIN curriculum_curriculum p ON p.id = cs.curriculum_id
  JOIN curriculum_curriculumsemester m ON m.id = cs.semester_id
  JOIN curriculum_subject b ON b.id = cs.subject_id
  JOIN curriculum_ratingsheetkind k ON k.id = cs.sheet_kind_id
  LEFT JOIN (SELECT curriculum_subject_id, sum(hours)::integer AS hours FROM curriculum_subjecthours GROUP BY 1) h
         ON h.curriculum_subject_id = cs.id
  LEFT JOIN records_recordline l ON l.student_id = a.student_id AND l.is_current
        AND l.curriculum_subject_id = s.curriculum_subject_id
 WHERE a.session_id = %(session)s AND a.passed AND l.passed IS NOT TRUE
"""


# --- commissions


def members_of(commission: Commission) -> conditions.Members:
    """Who sits on it, counted."""
    rows = list(commission.members.all())
    voting = [one for one in rows if one.role != CommissionMember.SECRETARY]
    return conditions.Members(
        voting=len(voting),
        employers=sum(one.is_employer for one in voting),
        has_chair=any(one.role == CommissionMember.CHAIR for one in rows),
        has_secretary=any(one.role == CommissionMember.SECRETARY for one in rows),
    )


def judge_commission(commission: Commission) -> Explained[bool]:
    """Whether it may be approved, with the conditions."""
    return conditions.commission_is_whole(members_of(commission), figures(commission.order_date))


@transaction.atomic
def approve_commission(commission: Commission, *, access: Access) -> Commission:
    """Approve by the rector's order it names; from then its members stay.

    Raises:
        PermissionDenied: without the duty, or out of scope.
        RecordsError: no draft, no order, or a condition is not met.
    """
    require(access, "commission.approve", Commission.objects.all(), commission.pk)
    commission = Commission.objects.select_for_update(of=("self",)).get(pk=commission.pk)
    if commission.state != Commission.DRAFT:
        raise RecordsError(_("The commission is approved already."))
    if not commission.order_number or not commission.order_date:
        raise RecordsError(_("Enter the number and the date of the order first."))
    verdict = judge_commission(commission)
    if not verdict.value:
        wrong = [str(step.text) for step in verdict.steps if step.value != "✓"]
        raise RecordsError(_("Not met: %(what)s") % {"what": " ".join(wrong)})
    commission.state = Commission.APPROVED
    commission.save(update_fields=["state"])
    return commission


@transaction.atomic
def end_commission(commission: Commission, *, access: Access) -> Commission:
    """The commission has done its work; it takes no further sessions.

    Raises:
        RecordsError: it is not approved, or a protocol of it is open.
    """
    require(access, "commission.edit", Commission.objects.all(), commission.pk)
    commission = Commission.objects.select_for_update(of=("self",)).get(pk=commission.pk)
    if commission.state != Commission.APPROVED:
        raise RecordsError(_("Only an approved commission ends."))
    if commission.sessions.filter(state=AttestationSession.OPEN).exists():
        raise RecordsError(_("A protocol of the commission is open."))
    commission.state = Commission.ENDED
    commission.save(update_fields=["state"])
    return commission


# --- sessions


def subjects_before(commission: Commission, group: Group | None = None):
    """Subjects of plans that the commission marks, of its speciality."""
    kinds = [code for code, kind in COMMISSION_OF.items() if kind == commission.kind]
    rows = CurriculumSubject.objects.filter(
        sheet_kind__code__in=kinds,
        curriculum__speciality=commission.speciality_id,
        curriculum__groups__isnull=False,
    )
    if group is not None:
        rows = rows.filter(curriculum__groups__group=group)
    return rows.select_related("subject", "curriculum", "semester", "sheet_kind").distinct()


@transaction.atomic
def open_session(
    commission: Commission, *, group: Group, subject: CurriculumSubject, held_on: datetime.date, access: Access,
    starts_at: datetime.time | None = None, place: str = "",
) -> AttestationSession:  # fmt: skip
    """A protocol with everybody of the group who has not passed; who is not admitted stands there with the reason.

    Raises:
        PermissionDenied: without the duty, or out of scope.
        RecordsError: the commission is not approved, the day is out of its term, or nobody is left.
    """
    require(access, "attestation.record", Commission.objects.all(), commission.pk)
    commission = Commission.objects.select_for_update(of=("self",)).get(pk=commission.pk)
    if commission.state != Commission.APPROVED:
        raise RecordsError(_("Only an approved commission sits."))
    if not commission.valid_from <= held_on <= commission.valid_to:
        raise RecordsError(_("The day is out of the commission's term."))
    subject = subjects_before(commission, group).filter(pk=subject.pk).first()
    if subject is None:
        raise RecordsError(_("The plan of the group has no such subject for this commission."))
    found = queries.admissions(subject, group, day=held_on, figures=figures(held_on))
    if not found:
        raise RecordsError(_("Nobody of the group is to be attested in it."))
    year = commission.academic_year_id
    session = AttestationSession.objects.create(
        academic_year_id=year, serial=next_number(SERIES, year), commission=commission, group=group,
        curriculum_subject=subject, held_on=held_on, starts_at=starts_at, place=place, opened_by=access.user,
    )  # fmt: skip
    AttestationLine.objects.bulk_create(_line(session, one) for one in found)
    notices.tell_of_session(session, [one.student for one in found if one.verdict.value])
    return session


def _line(session: AttestationSession, one: queries.Admitted) -> AttestationLine:
    return AttestationLine(
        session=session, student=one.student, topic=one.topic, attempt=one.attempt, steps=one.verdict.as_json(),
        status=AttestationLine.EMPTY if one.verdict.value else AttestationLine.NOT_ADMITTED,
    )  # fmt: skip


def _open(
    session: AttestationSession, access: Access, permission: str = "attestation.record"
) -> AttestationSession:
    require(access, permission, AttestationSession.objects.all(), session.pk)
    rows = AttestationSession.objects.select_for_update(of=("self",)).select_related(
        "commission", "group", "curriculum_subject__subject", "curriculum_subject__curriculum",
        "curriculum_subject__sheet_kind",
    )  # fmt: skip
    session = rows.get(pk=session.pk)
    if session.state != AttestationSession.OPEN:
        raise RecordsError(_("The protocol is closed."))
    return session


@transaction.atomic
def refresh_session(session: AttestationSession, *, access: Access) -> int:
    """Judge admission anew for all who have no result yet; how many lines changed.

    Raises:
        RecordsError: the protocol is closed.
    """
    session = _open(session, access)
    waiting = {
        one.student_id: one for one in session.lines.filter(status__in=("", AttestationLine.NOT_ADMITTED))
    }
    found = queries.admissions(
        session.curriculum_subject, session.group, day=session.held_on, figures=figures(session.held_on),
        students=list(waiting),
    )  # fmt: skip
    changed = []
    for one in found:
        line, anew = waiting[one.student.pk], _line(session, one)
        if (line.status, line.steps, line.topic_id) != (anew.status, anew.steps, anew.topic_id):
            line.status, line.steps, line.topic = anew.status, anew.steps, one.topic
            changed.append(line)
    AttestationLine.objects.bulk_update(changed, ["status", "steps", "topic"])
    return len(changed)


@transaction.atomic
def fill_session(
    session: AttestationSession,
    *,
    cells: Mapping[int, tuple[str, str]],
    present: Collection[int],
    access: Access,
    seen: Mapping[int, str] | None = None,
) -> dict[int, str]:
    """Save what was typed for each line (points or k or s, and the note), and who was present; errors by line.

    Lines with an error stay as they were; the others are saved. ``seen`` is what stood in each cell when the
    page was opened: a cell that somebody else has filled since is an error, and both values are shown.

    Raises:
        PermissionDenied: without the duty, or out of scope.
        RecordsError: the protocol is closed.
    """
    session = _open(session, access, "attestation.fill")
    scale = Rulebook(session.held_on).scale(session.curriculum_subject.curriculum.marking_system_id)
    errors: dict[int, str] = {}
    changed = []
    for line in session.lines.exclude(status=AttestationLine.NOT_ADMITTED):
        if line.pk not in cells:
            continue
        text, note = cells[line.pk]
        if seen is not None and line.text not in (seen.get(line.pk, line.text), text.strip()):
            errors[line.pk] = _("Somebody has entered %(value)s meanwhile.") % {"value": line.text}
            continue
        got, error = grading.read_cell(text, scale.highest)
        if error:
            errors[line.pk] = error
            continue
        _mark(line, scale, got)
        line.note = note.strip()[:500]
        changed.append(line)
    AttestationLine.objects.bulk_update(
        changed, ["status", "points", "mark", "letter", "point", "passed", "note"]
    )
    members = session.commission.members.filter(pk__in=present)
    session.present.set(members)
    return errors


def _mark(line: AttestationLine, scale: grading.Scale, got: grading.Got) -> None:
    line.status, line.points = got.status, got.points
    line.mark, line.letter, line.point, line.passed = None, "", None, False
    if got.status != grading.GRADED or got.points is None:
        return
    border = scale.border(got.points)
    line.mark, line.letter = border.mark, border.letter
    line.point = border.point if border.point is not None else Decimal(border.mark)
    line.passed = border.mark >= grading.LEAST_PASSING_MARK


def judge_quorum(session: AttestationSession) -> Explained[bool]:
    """Whether those present may decide."""
    present = [one for one in session.present.all() if one.role != CommissionMember.SECRETARY]
    members = session.commission.members.exclude(role=CommissionMember.SECRETARY).count()
    chaired = any(one.role in (CommissionMember.CHAIR, CommissionMember.DEPUTY) for one in present)
    return conditions.has_quorum(len(present), members, figures(session.held_on), chaired=chaired)


@transaction.atomic
def close_session(session: AttestationSession, *, access: Access) -> int:
    """Close the protocol: it is frozen, and what is passed goes into the academic record; how many lines.

    Raises:
        RecordsError: the protocol is closed, a line is empty, or there was no quorum.
    """
    session = _open(session, access)
    if session.lines.filter(status=AttestationLine.EMPTY).exists():
        raise RecordsError(_("A line is not filled yet."))
    if session.held_on > timezone.localdate():
        raise RecordsError(_("The day of the session has not come yet."))
    quorum = judge_quorum(session)
    if not quorum.value:
        raise RecordsError(" ".join(str(step.text) for step in quorum.steps if step.value != "✓"))
    session.state, session.closed_by, session.closed_at = (
        AttestationSession.CLOSED,
        access.user,
        timezone.now(),
    )
    session.save(update_fields=["state", "closed_by", "closed_at"])
    count = record_session(session, by=access.user)
    notices.tell_of_results(session)
    return count


def record_session(session: AttestationSession, *, by: Any) -> int:
    """Write the lines that a closed protocol gives and the record lacks; how many."""
    chair = session.present.filter(role__in=(CommissionMember.CHAIR, CommissionMember.DEPUTY)).order_by(
        "role"
    )
    given = {
        "session": session.pk, "chair": next((one.full_name for one in chair), ""), "number": session.number,
        "reason": _("A repeated state attestation"), "user": by.pk if by else None,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(FEED, given)
        return cursor.rowcount


@transaction.atomic
def cancel_session(session: AttestationSession, *, reason: str, access: Access) -> AttestationSession:
    """Cancel a session that has brought no result, with a reason.

    Raises:
        RecordsError: it is closed, has results, or there is no reason.
    """
    session = _open(session, access)
    if session.lines.exclude(status__in=(AttestationLine.EMPTY, AttestationLine.NOT_ADMITTED)).exists():
        raise RecordsError(_("A session with results is not cancelled."))
    session.state, session.remark = AttestationSession.CANCELLED, said(reason)
    session.save(update_fields=["state", "remark"])
    return session
