"""What changes curricula: one function a verb, one transaction each (duties 2.3, B6)."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum import queries, rules
from curriculum.models import (
    Curriculum,
    CurriculumBlock,
    CurriculumSemester,
    CurriculumSubject,
    CurriculumWeek,
    GroupCurriculum,
    SubjectControl,
    SubjectHours,
)
from hemis.access.scope import Access
from students.models import AcademicYear, Group


class CurriculumError(Exception):
    """Why the verb cannot be done now, in words for the user."""


def _locked(curriculum: Curriculum, *, access: Access, permission: str, state: str) -> Curriculum:
    """The plan, locked, in scope and in the state that the verb needs."""
    access.require(permission)
    rows = Curriculum.objects.for_scope(access.scope(permission)).select_for_update(of=("self",))
    found = rows.select_related("speciality", "marking_system").filter(pk=curriculum.pk).first()
    if found is None:
        raise CurriculumError(_("The curriculum is not in your scope."))
    if found.state != state:
        raise CurriculumError(_("The curriculum is %(state)s by now.") % {"state": found.get_state_display()})
    return found


@transaction.atomic
def make_current(year: AcademicYear, *, access: Access) -> None:
    """The academic year in which the university is; the former one stops being current (duty 3.3)."""
    access.require("academic_year.edit")
    AcademicYear.objects.filter(is_current=True).update(is_current=False)
    AcademicYear.objects.filter(pk=year.pk).update(is_current=True)


@transaction.atomic
def lay_out(curriculum: Curriculum) -> None:
    """Semesters and weeks of a new plan by the calendar; academic years that do not exist yet are made."""
    dates = rules.semesters(curriculum.start_year_id, curriculum.semester_count)
    for year in {one.academic_year for one in dates}:
        AcademicYear.objects.get_or_create(year=year)
    made = CurriculumSemester.objects.bulk_create(
        CurriculumSemester(
            curriculum=curriculum,
            number=one.number,
            course=one.course,
            academic_year_id=one.academic_year,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
        )
        for one in dates
    )
    _lay_out_weeks(curriculum, {one.number: one for one in made})


def _lay_out_weeks(curriculum: Curriculum, semesters: Mapping[int, CurriculumSemester]) -> None:
    dates = [
        rules.SemesterDates(one.number, one.course, one.academic_year_id, one.starts_on, one.ends_on)
        for _number, one in sorted(semesters.items())
    ]
    CurriculumWeek.objects.bulk_create(
        CurriculumWeek(
            curriculum=curriculum,
            number=week.number,
            starts_on=week.starts_on,
            ends_on=week.ends_on,
            semester=semesters[week.semester] if week.semester else None,
            kind=week.kind,
        )
        for week in rules.weeks(dates)
    )


@transaction.atomic
def set_semester_dates(
    semester: CurriculumSemester, *, access: Access, starts_on: datetime.date, ends_on: datetime.date
) -> None:
    """Move a semester of a draft; its weeks follow, those set by hand elsewhere stay.

    Raises:
        CurriculumError: not a draft, or the days meet the semester before or after.
    """
    curriculum = _locked(
        semester.curriculum, access=access, permission="curriculum.edit", state=Curriculum.DRAFT
    )
    if ends_on <= starts_on:
        raise CurriculumError(_("The end lies before the beginning."))
    others = curriculum.semesters.exclude(pk=semester.pk)
    if others.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise CurriculumError(_("These days meet another semester."))
    CurriculumSemester.objects.filter(pk=semester.pk).update(starts_on=starts_on, ends_on=ends_on)
    inside = curriculum.weeks.filter(starts_on__lte=ends_on, ends_on__gte=starts_on)
    curriculum.weeks.filter(semester=semester).exclude(pk__in=inside).update(
        semester=None, kind=CurriculumWeek.HOLIDAY
    )
    inside.filter(semester=None).update(semester=semester, kind=CurriculumWeek.THEORY)


@transaction.atomic
def set_weeks(curriculum: Curriculum, *, access: Access, first: int, last: int, kind: str) -> int:
    """Say what the weeks from ``first`` to ``last`` are for; how many were set.

    An approved plan's too: holidays are decreed late.

    Raises:
        CurriculumError: out of scope, retired, or no such weeks.
    """
    access.require("curriculum.edit")
    rows = Curriculum.objects.for_scope(access.scope("curriculum.edit"))
    if not rows.filter(pk=curriculum.pk).exclude(state=Curriculum.RETIRED).exists():
        raise CurriculumError(_("The curriculum is not in your scope."))
    changed = 0
    for week in curriculum.weeks.select_for_update(of=("self",)).filter(number__range=(first, last)):
        week.kind = kind
        week.version += 1
        week.save(update_fields=["kind", "version"])
        changed += 1
    if not changed:
        raise CurriculumError(_("There are no such weeks."))
    return changed


@transaction.atomic
def set_parts(subject: CurriculumSubject, *, hours: Mapping[str, int], controls: Mapping[str, int]) -> None:
    """Hours by kind of training and maxima by kind of control of a subject; nothing (0) removes a part."""
    for model, code, value, wanted in (
        (SubjectHours, "training_type", "hours", hours),
        (SubjectControl, "control", "max_points", controls),
    ):
        rows = model.objects.filter(curriculum_subject=subject)  # type: ignore[attr-defined]
        kept = {getattr(row, code): row for row in rows}
        for kind, row in kept.items():
            if not wanted.get(kind):
                row.delete()
            elif getattr(row, value) != wanted[kind]:
                setattr(row, value, wanted[kind])
                row.save(update_fields=[value])
        model.objects.bulk_create(  # type: ignore[attr-defined]
            model(curriculum_subject=subject, **{code: kind, value: number})
            for kind, number in wanted.items()
            if number and kind not in kept
        )


@transaction.atomic
def move_subject(
    subject: CurriculumSubject, *, access: Access, semester: CurriculumSemester, after: int | None
) -> None:
    """Put a subject of a draft into a semester, behind the subject ``after`` (None: first).

    Raises:
        CurriculumError: not a draft, out of scope, or the semester has the subject already.
    """
    curriculum = _locked(
        subject.curriculum, access=access, permission="curriculum.edit", state=Curriculum.DRAFT
    )
    if semester.curriculum_id != curriculum.pk:
        raise CurriculumError(_("The semester belongs to another curriculum."))
    if semester.subjects.filter(subject=subject.subject_id).exclude(pk=subject.pk).exists():
        raise CurriculumError(_("The semester has this subject already."))
    CurriculumSubject.objects.filter(pk=subject.pk).update(semester=semester)
    order = list(
        semester.subjects.exclude(pk=subject.pk).order_by("position", "pk").values_list("pk", flat=True)
    )
    order.insert(order.index(after) + 1 if after in order else 0, subject.pk)
    rows = {row.pk: row for row in CurriculumSubject.objects.filter(pk__in=order)}
    for position, pk in enumerate(order, start=1):
        rows[pk].position = position
    CurriculumSubject.objects.bulk_update(rows.values(), ["position"])


@transaction.atomic
def remove_subject(subject: CurriculumSubject, *, access: Access) -> None:
    """Take a subject off a draft."""
    _locked(subject.curriculum, access=access, permission="curriculum.edit", state=Curriculum.DRAFT)
    subject.delete()


@transaction.atomic
def copy(curriculum: Curriculum, *, access: Access, start_year: int, education_form: str = "") -> Curriculum:
    """A draft with all that the plan has, for another year of entry or form, or the next version for the same ones.

    Raises:
        CurriculumError: out of scope.
    """
    access.require("curriculum.edit")
    found = Curriculum.objects.for_scope(access.scope("curriculum.edit")).filter(pk=curriculum.pk).first()
    if found is None:
        raise CurriculumError(_("The curriculum is not in your scope."))
    AcademicYear.objects.get_or_create(year=start_year)
    form = education_form or found.education_form
    same = Curriculum.objects.filter(speciality=found.speciality, education_form=form, start_year=start_year)
    made = Curriculum.objects.create(
        name=found.name,
        name_ru=found.name_ru,
        name_en=found.name_en,
        speciality=found.speciality,
        education_form=form,
        marking_system=found.marking_system,
        start_year_id=start_year,
        semester_count=found.semester_count,
        hours_per_credit=found.hours_per_credit,
        release=(same.aggregate(last=Max("release"))["last"] or 0) + 1,
        copied_from=found,
        note=found.note,
    )
    lay_out(made)
    _copy_subjects(found, made)
    if start_year == found.start_year_id:
        _copy_calendar(found, made)
    else:
        _carry_week_kinds(found, made)
    return made


def _copy_calendar(old: Curriculum, new: Curriculum) -> None:
    """The next version of the same year keeps its days and weeks."""
    semesters = {one.number: one for one in new.semesters.all()}
    for one in old.semesters.all():
        CurriculumSemester.objects.filter(pk=semesters[one.number].pk).update(
            starts_on=one.starts_on, ends_on=one.ends_on
        )
    new.weeks.all().delete()
    CurriculumWeek.objects.bulk_create(
        CurriculumWeek(
            curriculum=new,
            number=week.number,
            starts_on=week.starts_on,
            ends_on=week.ends_on,
            kind=week.kind,
            semester=semesters[week.semester.number] if week.semester else None,
        )
        for week in old.weeks.select_related("semester")
    )


def _carry_week_kinds(old: Curriculum, new: Curriculum) -> None:
    """In another year a week is for what the week of the same place in its semester, or after it, was for."""
    kinds = {place: week.kind for place, week in _places(old)}
    changed = []
    for place, week in _places(new):
        kind = kinds.get(place, week.kind)
        if kind != week.kind:
            week.kind = kind
            changed.append(week)
    CurriculumWeek.objects.bulk_update(changed, ["kind"])


def _places(curriculum: Curriculum) -> Iterator[tuple[tuple[int, bool, int], CurriculumWeek]]:
    """Weeks by the semester that goes on or was the last, whether it still goes on, and their number in it."""
    last, counted = 0, Counter[tuple[int, bool]]()
    for week in curriculum.weeks.select_related("semester").order_by("number"):
        if week.semester:
            last = week.semester.number
        span = (last, week.semester is not None)
        counted[span] += 1
        yield (*span, counted[span]), week


def _copy_subjects(old: Curriculum, new: Curriculum) -> None:
    semesters = {one.number: one for one in new.semesters.all()}
    blocks = {
        one.code: CurriculumBlock.objects.create(curriculum=new, code=one.code, block=one.block)
        for one in old.blocks.all()
    }
    hours: list[SubjectHours] = []
    controls: list[SubjectControl] = []
    for one in queries.subjects_of(old):
        copied = CurriculumSubject.objects.create(
            curriculum=new,
            semester=semesters[one.semester.number],
            block=blocks[one.block.code] if one.block else None,
            **{
                name: getattr(one, name)
                for name in (
                    "subject", "kind", "elective_group", "places", "sheet_kind", "final_form", "kafedra", "teacher",
                    "credit", "in_semester", "position",
                )
            },
        )  # fmt: skip
        hours += [
            SubjectHours(curriculum_subject=copied, training_type=part.training_type, hours=part.hours)
            for part in one.hours.all()
        ]
        controls += [
            SubjectControl(curriculum_subject=copied, control=part.control, max_points=part.max_points)
            for part in one.controls.all()
        ]
    SubjectHours.objects.bulk_create(hours)
    SubjectControl.objects.bulk_create(controls)


@transaction.atomic
def approve(curriculum: Curriculum, *, access: Access) -> Curriculum:
    """Draft → approved, frozen from now on; an approved plan of the same year and form is retired.

    Raises:
        CurriculumError: a blocking check fails, or the plan has no subjects.
    """
    plan = _locked(curriculum, access=access, permission="curriculum.approve", state=Curriculum.DRAFT)
    subjects = queries.subjects_of(plan)
    if not subjects:
        raise CurriculumError(_("The plan has no subjects yet."))
    bad = [one for one in rules.check_plan(queries.plan_of(plan, subjects)) if one.blocking and not one.ok]
    if bad:
        raise CurriculumError(
            _("%(count)d checks fail; the first: %(text)s") % {"count": len(bad), "text": bad[0].text}
        )
    before = Curriculum.objects.filter(
        speciality=plan.speciality,
        education_form=plan.education_form,
        start_year=plan.start_year_id,
        state=Curriculum.APPROVED,
    )
    before.update(state=Curriculum.RETIRED)
    plan.state, plan.approved_by, plan.approved_at = Curriculum.APPROVED, access.user, timezone.now()
    plan.save(update_fields=["state", "approved_by", "approved_at"])
    return plan


@transaction.atomic
def retire(curriculum: Curriculum, *, access: Access) -> Curriculum:
    """Approved → retired: nobody new begins by it."""
    plan = _locked(curriculum, access=access, permission="curriculum.approve", state=Curriculum.APPROVED)
    plan.state = Curriculum.RETIRED
    plan.save(update_fields=["state"])
    return plan


@transaction.atomic
def give_to_groups(groups: QuerySet[Group], *, access: Access) -> tuple[int, list[str]]:
    """The approved plan of its speciality, form and year of entry for each group; how many, and who has none.

    A group of mixed forms takes the plan of the speciality's only form.
    """
    scope = access.scope("curriculum.edit")
    access.require("curriculum.edit")
    plans: dict[tuple[int, int], list[Curriculum]] = {}
    for plan in Curriculum.objects.for_scope(scope).filter(state=Curriculum.APPROVED):
        plans.setdefault((plan.speciality_id, plan.start_year_id), []).append(plan)
    given, without = 0, []
    for group in groups.for_scope(scope):  # type: ignore[attr-defined]
        fitting = [
            plan
            for plan in plans.get((group.speciality_id, group.entry_year), [])
            if not group.education_form or plan.education_form == group.education_form
        ]
        if len(fitting) != 1:
            without.append(group.name)
            continue
        GroupCurriculum.objects.update_or_create(group=group, defaults={"curriculum": fitting[0]})
        given += 1
    return given, without


@transaction.atomic
def set_teacher(subject: CurriculumSubject, *, access: Access, employee) -> None:
    """The responsible teacher of a subject, named by its kafedra or faculty; None takes the name off.

    Raises:
        CurriculumError: out of scope, or the person holds no post in the kafedra.
    """
    rows = CurriculumSubject.objects.for_scope(access.scope("calendar_plan.edit"))
    if not rows.filter(pk=subject.pk).exists():
        raise CurriculumError(_("The subject is not in your scope."))
    if employee is not None and not employee.positions.filter(unit=subject.kafedra_id).exists():
        raise CurriculumError(_("This person holds no post in the kafedra."))
    CurriculumSubject.objects.filter(pk=subject.pk).update(teacher=employee)
