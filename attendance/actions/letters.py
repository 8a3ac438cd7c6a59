"""Letters on absence as documents: warning, reprimand, notice to the parents (duty 2.4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from attendance import queries, rules
from attendance.actions.base import AttendanceError
from attendance.models import AttendanceLetter
from hemis.access.scope import Access
from hemis.documents.actions import issue
from hemis.explain import decimal_text
from structure.models import University
from students.models import Student

EDIT = "attendance.edit"
# Which level of absence a letter answers.
LEVEL_OF = {
    AttendanceLetter.WARNING: rules.WARNING,
    AttendanceLetter.REPRIMAND: rules.REPRIMAND,
    AttendanceLetter.PARENTS: rules.REPRIMAND,
}


def _student(access: Access, pk: int, half: queries.HalfYear) -> Any:
    access.require(EDIT)
    rows = Student.objects.for_scope(access.scope(EDIT)).select_related(
        "person", "current__group", "current__faculty", "current__programme__speciality"
    )
    found = queries.of_students(rows, half).filter(pk=pk).first()
    if found is None:
        raise AttendanceError(_("The student is not of your faculty."))
    return found


def _standing(student: Any) -> tuple[rules.Standing, list[rules.Limit]]:
    limits = queries.limits_of(student.pk, timezone.localdate())
    return rules.standing(student.without, limits), limits


@transaction.atomic
def issue_letter(pk: int, *, access: Access, half: queries.HalfYear, kind: str) -> AttendanceLetter:
    """One letter to one student, for the hours missed by now.

    In order: counts the hours, issues the document, writes the row.

    Raises:
        PermissionDenied: without the duty.
        AttendanceError: out of scope, the limit is not reached, or the letter was issued already.
    """
    student = _student(access, pk, half)
    standing, limits = _standing(student)
    limit = next((one for one in limits if one.level == LEVEL_OF[kind]), None)
    if limit is None or not limit.reached(standing.hours):
        raise AttendanceError(
            _("%(student)s has not missed enough hours for this letter.") % {"student": student}
        )
    if AttendanceLetter.objects.filter(student=student, kind=kind, **half.lookup).exists():
        raise AttendanceError(
            _("%(student)s has this letter of the half-year already.") % {"student": student}
        )
    with override("uz"):
        payload = _payload(student, half, kind, limit)
    document = issue(
        kind=f"attendance_{kind}", payload=payload, owner=student.person, faculty=student.current.faculty,
        issued_by=access.user,
    )  # fmt: skip
    return AttendanceLetter.objects.create(
        student=student, academic_year_id=half.year, term=half.term, kind=kind, hours=student.without,
        document=document, made_by=access.user,
    )  # fmt: skip


def letters_due(
    standing: rules.Standing, limits: Iterable[rules.Limit], issued: Collection[str]
) -> list[str]:
    """Kinds of letters whose limit is reached and that were not issued yet."""
    reached = {one.level for one in limits if one.level in rules.LEVELS and one.reached(standing.hours)}
    return [kind for kind, level in LEVEL_OF.items() if level in reached and kind not in issued]


def issue_letters(pk: int, *, access: Access, half: queries.HalfYear) -> list[AttendanceLetter]:
    """Every letter that the student's hours ask for and that was not issued yet.

    Raises:
        PermissionDenied: without the duty.
        AttendanceError: out of scope, or no letter is due.
    """
    student = _student(access, pk, half)
    standing, limits = _standing(student)
    issued = set(
        AttendanceLetter.objects.filter(student=student, **half.lookup).values_list("kind", flat=True)
    )
    due = letters_due(standing, limits, issued)
    if not due:
        raise AttendanceError(_("%(student)s: no letter is due.") % {"student": student})
    return [issue_letter(pk, access=access, half=half, kind=kind) for kind in due]


def _payload(student: Any, half: queries.HalfYear, kind: str, limit: rules.Limit) -> dict[str, Any]:
    """What the letter says."""
    now, university = student.current, University.objects.get()
    by_subject = [row for row in queries.subjects_of(student, half, []) if row.without]
    return {
        "kind": kind,
        "university": {"name": university.name, "address": university.address},
        "faculty": now.faculty.name,
        "student": {
            "name": student.person.full_name,
            "number": student.number,
            "programme": str(now.programme.speciality),
            "course": now.get_course_display(),
            "group": now.group.name if now.group_id else "",
        },
        "half": dict(queries.half_year_choices()).get(half.code, half.code),
        "hours": student.without,
        "with_reason": student.with_reason,
        "limit": decimal_text(limit.value),
        "source": limit.source,
        "day": f"{timezone.localdate():%d.%m.%Y}",
        "subjects": [{"name": row.subject, "hours": row.without} for row in by_subject],
    }
