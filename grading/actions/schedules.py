"""Personal schedules of debtors: drawn up from what is owed, approved by an order, with their own sheets."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum.models import CurriculumSubject, Registration
from grading import queries, rules
from grading.actions.base import GradingError, require
from grading.actions.opening import Proposal, open_sheets
from grading.models import GradeSheet, PersonalSchedule, ScheduleLine, SheetLine, SubjectResult
from grading.rulebook import Rulebook
from hemis.access.scope import Access
from hemis.documents.actions import next_number
from hemis.explain import Explained
from staff.models import Employee
from students.models import AcademicYear, Student

SERIES = "personal_schedule"
LAST_ATTEMPT = "13"


@transaction.atomic
def draw_up_schedule(
    student: Student, *, subjects: Iterable[CurriculumSubject], due_on: datetime.date, access: Access,
    order_number: str = "", order_date: datetime.date | None = None,
    examiners: Mapping[int, Employee] | None = None,
) -> PersonalSchedule:  # fmt: skip
    """A draft with a line for each subject: a debt, a difference, or an excused absence.

    Raises:
        PermissionDenied: without the duty, or out of scope.
        GradingError: no subject, a passed one, or none of its sheets is left.
    """
    require(access, "personal_schedule.edit", Student.objects.all(), student.pk)
    chosen = list(subjects)
    if not chosen:
        raise GradingError(_("Choose at least one subject."))
    today = timezone.localdate()
    if due_on < today:
        raise GradingError(_("The term is a day to come."))
    year = AcademicYear.objects.filter(is_current=True).first()
    if year is None:
        raise GradingError(_("No academic year is the current one."))
    schedule = PersonalSchedule.objects.create(
        academic_year=year, serial=next_number(SERIES, year.pk), student=student, drawn_on=today, due_on=due_on,
        order_number=order_number.strip(), order_date=order_date, created_by=access.user,
    )  # fmt: skip
    given = dict(examiners or {})
    for one in chosen:
        kind, attempt = _what_is_owed(student, one)
        ScheduleLine.objects.create(
            schedule=schedule, curriculum_subject=one, kind=kind, attempt=attempt, due_on=due_on,
            examiner_id=given[one.pk].pk if one.pk in given else _usual_examiner(student, one),
        )  # fmt: skip
    return schedule


def _usual_examiner(student: Student, subject: CurriculumSubject) -> int | None:
    """Who held the last control of the subject for the student, else who is responsible for it."""
    last = (
        SheetLine.objects.filter(
            student=student, sheet__curriculum_subject=subject, sheet__state=GradeSheet.CLOSED
        )
        .order_by("-sheet__attempt", "-sheet__control")
        .values_list("sheet__examiner", flat=True)
        .first()
    )
    return last or subject.teacher_id


def _what_is_owed(student: Student, subject: CurriculumSubject) -> tuple[str, str]:
    """The kind of a line and by which sheet it is made good."""
    outcome = SubjectResult.objects.filter(student=student, curriculum_subject=subject).first()
    if outcome is None:
        excused = SheetLine.objects.filter(
            student=student, sheet__curriculum_subject=subject, sheet__state=GradeSheet.CLOSED,
            status=SheetLine.EXCUSED,
        )  # fmt: skip
        registered = Registration.objects.filter(student=student, curriculum_subject=subject, basis="plan")
        if excused.exists():
            return ScheduleLine.EXCUSED, excused.latest("sheet__attempt").sheet.attempt
        return (ScheduleLine.DEBT if registered.exists() else ScheduleLine.DIFFERENCE), "11"
    if outcome.passed:
        raise GradingError(_("%(subject)s is passed.") % {"subject": subject.subject.get_name_display()})
    attempts = Rulebook().scale(subject.curriculum.marking_system_id).attempts
    if int(outcome.attempt) - 10 >= attempts:
        raise GradingError(
            _("%(subject)s: all sheets are used up; the subject is studied anew.")
            % {"subject": subject.subject.get_name_display()}
        )
    return ScheduleLine.DEBT, str(int(outcome.attempt) + 1)


@transaction.atomic
def remove_from_schedule(line: ScheduleLine, *, access: Access) -> None:
    """Take a subject off a draft.

    Raises:
        GradingError: the schedule is approved.
    """
    require(access, "personal_schedule.edit", PersonalSchedule.objects.all(), line.schedule_id)
    if line.schedule.state != PersonalSchedule.DRAFT:
        raise GradingError(_("An approved personal schedule is frozen."))
    line.delete()


@transaction.atomic
def approve_schedule(schedule: PersonalSchedule, *, access: Access) -> PersonalSchedule:
    """Approve by the order it names: registers the student for its subjects and opens the sheets that are due.

    Raises:
        GradingError: no draft, no subject, or no order is named.
    """
    require(access, "personal_schedule.edit", PersonalSchedule.objects.all(), schedule.pk)
    schedule = PersonalSchedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
    if schedule.state != PersonalSchedule.DRAFT:
        raise GradingError(_("The schedule is no draft any more."))
    if not schedule.lines.exists():
        raise GradingError(_("Choose at least one subject."))
    if not schedule.order_number:
        raise GradingError(_("Enter the number and the date of the order first."))
    schedule.state = PersonalSchedule.APPROVED
    schedule.save(update_fields=["state"])
    for line in schedule.lines.all():
        basis = Registration.DIFFERENCE if line.kind == ScheduleLine.DIFFERENCE else Registration.DEBT
        Registration.objects.update_or_create(
            student_id=schedule.student_id, curriculum_subject_id=line.curriculum_subject_id,
            defaults={"is_active": True}, create_defaults={"is_active": True, "basis": basis},
        )  # fmt: skip
    open_due_sheets(schedule, access=access)
    return schedule


@transaction.atomic
def open_due_sheets(schedule: PersonalSchedule, *, access: Access) -> int:
    """Open the sheets of an approved schedule that may be opened by now; how many.

    Controls before the final one at once, the final one when it admits the student.

    Raises:
        GradingError: the schedule is not approved.
    """
    require(access, "personal_schedule.edit", PersonalSchedule.objects.all(), schedule.pk)
    if schedule.state != PersonalSchedule.APPROVED:
        raise GradingError(_("Only an approved schedule has sheets."))
    student = Student.objects.select_related("person", "current__group").get(pk=schedule.student_id)
    lines = schedule.lines.select_related(
        "curriculum_subject__subject", "curriculum_subject__curriculum", "curriculum_subject__semester"
    )
    proposals = [one for line in lines for one in _due(student, line)]
    opened = open_sheets(proposals, access=access, schedule=schedule)
    GradeSheet.objects.filter(pk__in=[one.pk for one in opened]).update(due_on=schedule.due_on)
    return len(opened)


def _due(student: Student, line: ScheduleLine) -> list[Proposal]:
    """The sheets of one subject that are due."""
    subject, attempt, group = line.curriculum_subject, line.attempt, student.current.group
    if (
        group is None
        or SubjectResult.objects.filter(student=student, curriculum_subject=subject, passed=True).exists()
    ):
        return []
    maxima, book = queries.maxima_of([subject.pk])[subject.pk], Rulebook()
    scale = book.scale(subject.curriculum.marking_system_id)
    attempts = queries.lines_of([subject.pk], [student.pk], states=[GradeSheet.CLOSED]).get(
        (student.pk, subject.pk), {}
    )
    before = queries.counted(scale, maxima, attempts, queries.previous(attempt)) if attempt != "11" else {}
    standing = SheetLine.objects.filter(
        student=student, sheet__curriculum_subject=subject, sheet__attempt=attempt
    )
    taken = set(
        standing.exclude(status=SheetLine.EXCUSED)
        .exclude(sheet__state=GradeSheet.CANCELLED)
        .values_list("sheet__control", flat=True)
    )
    found = []
    for control in maxima:
        old = before.get(control)
        if control in taken or (
            control not in (rules.FINAL, rules.OVERALL) and old and old.value >= scale.limit(maxima[control])
        ):
            continue
        candidate = queries.Candidate(student, Explained(True, []), None, None, None)
        if control == rules.FINAL:
            judged = queries.admissions(
                [subject], [group.pk], attempt=attempt, book=book, students=[student.pk]
            )
            candidates = [one for rows in judged.values() for one in rows if one.admitted]
            if not candidates:
                continue
            candidate = candidates[0]
        found.append(Proposal(subject, group, control, attempt, [candidate], examiner_id=line.examiner_id))
    return found


@transaction.atomic
def cancel_schedule(schedule: PersonalSchedule, *, reason: str, access: Access) -> PersonalSchedule:
    """Cancel with a reason; sheets that hold no marks are cancelled too.

    Raises:
        GradingError: no reason, or marks are given by it already.
    """
    require(access, "personal_schedule.edit", PersonalSchedule.objects.all(), schedule.pk)
    schedule = PersonalSchedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
    if not reason.strip():
        raise GradingError(_("Give the reason."))
    if schedule.state == PersonalSchedule.CANCELLED:
        raise GradingError(_("It is cancelled already."))
    sheets = schedule.sheets.exclude(state=GradeSheet.CANCELLED)
    marked = SheetLine.objects.filter(sheet__in=sheets).exclude(
        status__in=(SheetLine.EMPTY, SheetLine.NOT_ADMITTED)
    )
    if marked.exists():
        raise GradingError(_("Marks are given by this schedule already."))
    sheets.update(state=GradeSheet.CANCELLED, remark=reason.strip()[:500])
    schedule.state, schedule.remark = PersonalSchedule.CANCELLED, reason.strip()[:500]
    schedule.save(update_fields=["state", "remark"])
    return schedule
