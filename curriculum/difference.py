"""Individual subjects of a student: what a transfer or a return leaves to be caught up (duties 2.2, 2.3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum import difference_rules as rules
from curriculum import seats, standing
from curriculum.actions import CurriculumError
from curriculum.models import Curriculum, CurriculumSubject, GroupCurriculum, Registration, Subject
from hemis.access.scope import Access
from students.models import Group, Placement, Student

FIRST_SEMESTER = 11  # `h_semester`: 11 is the first


@dataclass(frozen=True)
class Comparison:
    """A student's difference against a plan: its lines, and what the sum is."""

    curriculum: Curriculum
    before: int
    lines: tuple[rules.Difference, ...]

    @property
    def owed(self) -> list[rules.Difference]:
        return [one for one in self.lines if one.is_owed]

    @property
    def credit(self) -> Decimal:
        """Credits of the subjects that are owed: the student pays by them (law 1.17)."""
        return sum((one.line.credit for one in self.owed), Decimal(0))


def plan_of(student: Student) -> Curriculum | None:
    """The plan of the student's present group."""
    group = student.current.group_id if student.current else None
    given = (
        GroupCurriculum.objects.filter(group=group).select_related("curriculum").first() if group else None
    )
    return given.curriculum if given else None


def semester_of(placement: Placement | None) -> int:
    """The number of the semester in which a placement studies."""
    return int(placement.semester) - FIRST_SEMESTER + 1 if placement and placement.semester else 1


STUDIED = """
SELECT s.id, s.subject_id, f.name, s.credit
  FROM curriculum_curriculumsubject s
  JOIN curriculum_subject f ON f.id = s.subject_id
  JOIN curriculum_curriculumsemester m ON m.id = s.semester_id AND m.ends_on < %(day)s
 WHERE EXISTS (
           SELECT 1 FROM curriculum_registration r
            WHERE r.student_id = %(student)s AND r.curriculum_subject_id = s.id AND r.ended_by = ''
              AND r.basis IN ('plan', 'chosen'))
    OR EXISTS (
           SELECT 1 FROM students_placement p JOIN curriculum_groupcurriculum g ON g.group_id = p.group_id
            WHERE p.student_id = %(student)s AND g.curriculum_id = s.curriculum_id AND p.status = '11'
              AND p.course = m.course AND p.valid_from <= m.ends_on AND (p.valid_to IS NULL OR p.valid_to >= m.ends_on))
 ORDER BY m.starts_on, s.id
"""


def studied_by(student: Student) -> list[rules.Studied]:
    """What the student has mastered: by the results where they are kept.

    Where nobody keeps results yet, the subjects of semesters that are over count as
    studied: those the student was registered for, and those of the plan of the group
    in which the student was placed till the semester's end.
    """
    passed = standing.passed_of(student.pk)
    if passed is not None:
        names = dict(Subject.objects.filter(pk__in=passed).values_list("pk", "name"))
        return [rules.Studied(pk, names.get(pk, ""), credit) for pk, credit in sorted(passed.items())]
    with connection.cursor() as cursor:
        cursor.execute(STUDIED, {"student": student.pk, "day": timezone.localdate()})
        return [rules.Studied(*row[1:]) for row in cursor.fetchall()]


def compare(
    student: Student, curriculum: Curriculum | None = None, before: int | None = None
) -> Comparison | None:
    """The student's difference against ``curriculum`` (or the plan of the present group); None without a plan."""
    plan = curriculum or plan_of(student)
    if plan is None:
        return None
    semester = before or semester_of(student.current)
    lines = (
        rules.Wanted(*row)
        for row in CurriculumSubject.objects.filter(curriculum=plan).values_list(
            "pk", "subject", "subject__name", "semester__number", "credit", "elective_group"
        )
    )
    return Comparison(plan, semester, tuple(rules.compare(lines, studied_by(student), semester)))


@transaction.atomic
def register(
    student: Student, *, access: Access, lines: Collection[int], basis: str, group: Group | None = None
) -> int:
    """Register a student for single subjects of the present plan as difference or debt; how many are new.

    ``group`` is the one whose lessons are attended.

    Raises:
        CurriculumError: out of scope, not of the student's plan, or the group is not taught the subject.
    """
    access.require("registration.edit")
    scope = access.scope("registration.edit")
    if not Student.objects.filter(pk=student.pk).for_scope(scope).exists():
        raise CurriculumError(_("The student is not in your scope."))
    if basis not in (Registration.DIFFERENCE, Registration.DEBT):
        raise CurriculumError(_("Single subjects are a difference or a debt."))
    plan = plan_of(student)
    found = list(
        CurriculumSubject.objects.filter(curriculum=plan, pk__in=list(lines)).select_related("subject")
    )
    if plan is None or len(found) != len(set(lines)):
        raise CurriculumError(_("Choose subjects of the curriculum by which the student studies."))
    if group is not None:
        _refuse_group(group, found, scope)
    there = {
        row.curriculum_subject_id: row
        for row in Registration.objects.select_for_update(of=("self",)).filter(
            student=student, curriculum_subject__in=[one.pk for one in found]
        )
    }
    new = [
        Registration(student=student, curriculum_subject=one, basis=basis, group=group)
        for one in found
        if one.pk not in there
    ]
    again = [row for row in there.values() if not row.is_active]
    for row in again:
        row.is_active, row.ended_by, row.basis, row.group = True, "", basis, group
        row.version += 1
    Registration.objects.bulk_create(new)
    Registration.objects.bulk_update(again, ["is_active", "ended_by", "basis", "group", "version"])
    seats.follow_group([row.pk for row in (*new, *again)])
    return len(new) + len(again)


def _refuse_group(group: Group, lines: list[CurriculumSubject], scope) -> None:
    if not Group.objects.filter(pk=group.pk).for_scope(scope).exists():
        raise CurriculumError(_("The group is not in your scope."))
    taught = set(
        CurriculumSubject.objects.filter(curriculum__groups__group=group).values_list("subject", flat=True)
    )
    for one in lines:
        if one.subject_id not in taught:
            raise CurriculumError(
                _("%(group)s does not study %(subject)s.") % {"group": group, "subject": one.subject}
            )
