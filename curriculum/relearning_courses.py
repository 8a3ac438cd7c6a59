"""Courses of relearning: a subject taught anew where nobody else studies it, and in a summer semester (duty 2.3).

Opening one makes a plan of one subject, a group in which nobody is placed and the
teachings of its hours; from there the kafedra names the teachers, and timetable,
journal and sheets are the usual ones. Students come to it by ``relearning.admit``.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, F, Max, Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum import relearning as room
from curriculum import teaching_rules
from curriculum.actions import CurriculumError, set_parts
from curriculum.models import (
    Curriculum,
    CurriculumSemester,
    CurriculumSubject,
    CurriculumWeek,
    GroupCurriculum,
    Lesson,
    Relearning,
    RelearningCourse,
    RelearningWindow,
    SubjectHours,
    Teaching,
)
from curriculum.registrations import Outcome
from curriculum.rules import DAYS_OF_A_WEEK
from curriculum.teachings.forming import modes_on, save
from curriculum.timetable.rules import ATTESTATION, THEORY
from hemis.access.scope import Access
from hemis.explain import decimal_text
from students.models import Group

GROUP_PREFIX = "QOʻ"  # qayta oʻqish
LAST_SEMESTER = 12
MOST_HOURS = 400


def asked_for(window: RelearningWindow, subject: int) -> int:
    """How many wait in the half-year for a place to study the subject anew."""
    return Relearning.objects.filter(window=window, owed__subject=subject, state=Relearning.ASKED).count()


def demand(rows: QuerySet[Relearning]) -> list[Any]:
    """Requests that wait, by half-year and subject, the most asked for first: one query."""
    waiting = rows.filter(state=Relearning.ASKED).order_by().values("window", "owed__subject")
    return list(waiting.annotate(count=Count("pk"), first=Min("pk")).order_by("-count", "first"))


def taught_kinds(day: datetime.date | None = None) -> list[str]:
    """Kinds of training that somebody teaches, by the rules of the day."""
    modes = modes_on(day or timezone.localdate())
    return sorted(kind for kind, mode in modes.items() if mode.mode != teaching_rules.NONE)


def usual_hours(line: CurriculumSubject) -> dict[str, int]:
    """Taught hours of a line by kind of training: what a course of it begins with."""
    kinds = set(taught_kinds())
    rows = line.hours.filter(training_type__in=kinds)
    return dict(rows.values_list("training_type", "hours"))


def all_hours(line: CurriculumSubject, taught: Mapping[str, int]) -> dict[str, int]:
    """The hours of a course: what is taught, the rest of the credits by oneself.

    Raises:
        CurriculumError: nothing is taught, or more than the credits hold.
    """
    given = {kind: hours for kind, hours in taught.items() if hours}
    whole = int(line.credit * line.curriculum.hours_per_credit)
    left = whole - sum(given.values())
    if not given:
        raise CurriculumError(_("Give the hours that are taught."))
    if left < 0:
        raise CurriculumError(
            _("%(credit)s credits are %(hours)d hours; %(taught)d are taught.")
            % {"credit": decimal_text(line.credit), "hours": whole, "taught": sum(given.values())}
        )
    return given | ({SubjectHours.SELF_STUDY: left} if left else {})


@transaction.atomic
def open_course(
    relearning: Relearning, *, kind: str, taught: Mapping[str, int], access: Access
) -> RelearningCourse:
    """Open a course for a request that no running group serves.

    In order: the plan of one subject with its weeks, the group, the teachings without
    a teacher, which the kafedra then names.

    Raises:
        PermissionDenied: without the duty or out of scope.
        CurriculumError: decided already, too few have asked for a small group, or the hours do not agree.
    """
    access.require(room.EDIT)
    if not room.in_scope(access, relearning.student_id):
        raise PermissionDenied
    relearning = room.locked(relearning, Relearning.ASKED)
    _enough(relearning, kind)
    hours = all_hours(relearning.owed, taught)
    line = _plan(relearning, hours, access)
    group = _group(relearning, line)
    _teachings(line, group, taught, relearning.window)
    return RelearningCourse.objects.create(
        window=relearning.window, kind=kind, curriculum=line.curriculum, line=line, group=group,
        only=relearning if kind == RelearningCourse.INDIVIDUAL else None, opened_by=access.user,
    )  # fmt: skip


def _enough(relearning: Relearning, kind: str) -> None:
    window, subject = relearning.window, relearning.owed.subject
    if kind == RelearningCourse.INDIVIDUAL:
        if RelearningCourse.objects.filter(only=relearning).exists():
            raise CurriculumError(_("The student has an individual plan for it already."))
        return
    count = asked_for(window, subject.pk)
    if count < window.minimum:
        raise CurriculumError(
            _(
                "%(count)d have asked for %(subject)s; a group is opened for %(least)d. "
                "Open an individual plan, or wait."
            )
            % {"count": count, "subject": subject.get_name_display(), "least": window.minimum}
        )


def study_days(window: RelearningWindow) -> tuple[datetime.date, datetime.date]:
    """From when to when a course is taught: as the window says, else with the half-year of the plans.

    Raises:
        CurriculumError: neither says it.
    """
    if window.starts_on and window.ends_on:
        return window.starts_on, window.ends_on
    semesters = CurriculumSemester.objects.filter(
        academic_year=window.academic_year_id, curriculum__state=Curriculum.APPROVED,
        curriculum__is_relearning=False,
    ).annotate(odd=F("number") % 2)  # fmt: skip
    half = semesters.filter(odd=1 if window.term == room.AUTUMN else 0)
    found = half.aggregate(first=Min("starts_on"), last=Max("ends_on"))
    if not found["first"]:
        raise CurriculumError(_("Say in the days of registration from when to when studies last."))
    return found["first"], found["last"]


def _plan(relearning: Relearning, hours: Mapping[str, int], access: Access) -> CurriculumSubject:
    """The plan of one subject: what was not passed, with the hours that are taught now."""
    owed, window = relearning.owed, relearning.window
    starts, ends = study_days(window)
    old = owed.curriculum
    plan = Curriculum.objects.create(
        name=owed.subject.name, name_ru=owed.subject.name_ru, name_en=owed.subject.name_en,
        speciality=old.speciality, education_form=old.education_form, marking_system=old.marking_system,
        start_year_id=window.academic_year_id, semester_count=1, hours_per_credit=old.hours_per_credit,
        is_relearning=True,
    )  # fmt: skip
    number = _number(owed.semester.number, window.term)
    semester = CurriculumSemester.objects.create(
        curriculum=plan, number=number, course=owed.semester.course, academic_year=window.academic_year,
        starts_on=starts, ends_on=ends,
    )  # fmt: skip
    CurriculumWeek.objects.bulk_create(_weeks(plan, semester))
    line = CurriculumSubject.objects.create(
        curriculum=plan, semester=semester, position=1,
        **{
            name: getattr(owed, name)
            for name in ("subject", "kind", "sheet_kind", "final_form", "kafedra", "teacher", "credit", "in_semester")
        },
    )  # fmt: skip
    set_parts(line, hours=hours, controls=dict(owed.controls.values_list("control", "max_points")))
    plan.state, plan.approved_by, plan.approved_at = Curriculum.APPROVED, access.user, timezone.now()
    plan.save(update_fields=["state", "approved_by", "approved_at"])
    return line


def _number(owed: int, term: str) -> int:
    """The number of the semester, odd in autumn: that of what was not passed, or the one beside it."""
    if (owed % 2 == 1) == (term == room.AUTUMN):
        return owed
    return owed + 1 if owed < LAST_SEMESTER else owed - 1


def _weeks(plan: Curriculum, semester: CurriculumSemester) -> Iterable[CurriculumWeek]:
    """Weeks of theory, the last one of attestation."""
    day = semester.starts_on - datetime.timedelta(days=semester.starts_on.weekday())
    mondays = []
    while day <= semester.ends_on:
        mondays.append(day)
        day += datetime.timedelta(days=7)
    for number, monday in enumerate(mondays, start=1):
        yield CurriculumWeek(
            curriculum=plan, number=number, starts_on=monday,
            ends_on=monday + datetime.timedelta(days=DAYS_OF_A_WEEK - 1), semester=semester,
            kind=ATTESTATION if number == len(mondays) > 1 else THEORY,
        )  # fmt: skip


def _group(relearning: Relearning, line: CurriculumSubject) -> Group:
    """A group for the course; no active one, so that no order, list or count takes it for a usual one."""
    placement = relearning.student.current
    prefix = f"{GROUP_PREFIX} {line.subject.code}"[:56].rstrip()
    taken = Group.objects.filter(name__startswith=f"{prefix}-", entry_year=relearning.window.academic_year_id)
    group = Group.objects.create(
        name=f"{prefix}-{taken.count() + 1}", faculty_id=placement.faculty_id,
        speciality=line.curriculum.speciality, entry_year=relearning.window.academic_year_id,
        education_form=line.curriculum.education_form, language=placement.language, is_active=False,
    )  # fmt: skip
    GroupCurriculum.objects.create(group=group, curriculum=line.curriculum)
    return group


def _teachings(
    line: CurriculumSubject, group: Group, taught: Mapping[str, int], window: RelearningWindow
) -> None:
    seat = teaching_rules.Seat(line.pk, group.pk)
    planned = [
        teaching_rules.Planned(line.subject_id, line.kafedra_id, kind, hours, (seat,), 1)
        for kind, hours in sorted(taught.items())
        if hours
    ]
    save(planned, year=window.academic_year_id, term=window.term)


def admit_to_courses(rows: QuerySet[Relearning], *, access: Access, basis: str = "") -> Outcome:
    """Register everybody who waits among ``rows`` with the small group of the subject; each by itself.

    Raises:
        PermissionDenied: without the duty.
    """
    access.require(room.EDIT)
    mine = rows.for_scope(access.scope(room.EDIT)).filter(state=Relearning.ASKED)  # type: ignore[attr-defined]
    done, refused = 0, []
    for row in mine.select_related("window", "owed__subject", "student__person").order_by("pk"):
        place = next((one for one in room.places(row) if _is_course(one)), None)
        try:
            if place is None:
                raise CurriculumError(_("no course is open for the subject"))
            room.admit(row, place, access=access, basis=basis)
        except CurriculumError as error:
            refused.append(f"{row}: {error}")
        else:
            done += 1
    return Outcome(done, tuple(refused))


def _is_course(place: room.Place) -> bool:
    return place.line.curriculum.is_relearning


@transaction.atomic
def cancel_course(course: RelearningCourse, *, access: Access, reason: str) -> RelearningCourse:
    """Take back a course that nobody attends: its teachings and busy hours go, the reason stays.

    Raises:
        CurriculumError: no reason, cancelled already, students are registered, or it has lessons.
    """
    access.require(room.EDIT)
    rows = RelearningCourse.objects.for_scope(access.scope(room.EDIT))
    found = (
        RelearningCourse.objects.select_for_update()
        .filter(pk__in=rows.filter(pk=course.pk).values("pk"))
        .first()
    )
    if found is None:
        raise PermissionDenied
    if not reason.strip():
        raise CurriculumError(_("Give the reason."))
    if found.state != RelearningCourse.OPEN:
        raise CurriculumError(_("It is %(state)s already.") % {"state": found.get_state_display()})
    if students_of(found).exists():
        raise CurriculumError(_("Students are registered for the course; withdraw them first."))
    teachings = Teaching.objects.filter(audience__group=found.group_id)
    if Lesson.objects.filter(teaching__in=teachings).exists():
        raise CurriculumError(_("The course has lessons in the timetable."))
    teachings.delete()
    found.state, found.reason = RelearningCourse.CANCELLED, reason.strip()[: room.REASON_LENGTH]
    found.version += 1
    found.save(update_fields=["state", "reason", "version"])
    return found


def students_of(course: RelearningCourse) -> QuerySet[Relearning]:
    """Who is registered for the course."""
    rows = Relearning.objects.filter(studied=course.line_id, state=Relearning.ADMITTED)
    return rows.select_related("student__person", "student__current__group", "owed").order_by(
        "student__person__sort_key", "pk"
    )


def hours_of(course: RelearningCourse) -> list[SubjectHours]:
    """The hours of the course by kind of training, self-study too."""
    return list(course.line.hours.order_by("training_type"))
