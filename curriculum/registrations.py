"""Registrations of students for subjects: set operations in the database (duties 2.3, B6).

Registering is one statement for a group, a faculty or the whole university, and
doing it twice adds only what is missing. Placements are changed by orders of a
higher floor, which calls ``follow_placements`` when it has carried one out.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from curriculum import seats
from curriculum.actions import CurriculumError
from curriculum.models import CurriculumSemester, CurriculumSubject, Registration
from hemis.access.scope import Access
from students.models import Group

# The day on which a semester asks who studies: today, but not before it begins nor after it ends.
DAY = "LEAST(GREATEST(%(day)s::date, m.starts_on), m.ends_on)"
# Who studies a compulsory line of the plan of the own group, in the course that the line is for.
WANTED = f"""
  FROM curriculum_curriculumsubject s
  JOIN curriculum_curriculumsemester m ON m.id = s.semester_id
  JOIN curriculum_curriculum c ON c.id = s.curriculum_id AND c.state <> 'draft'
  JOIN curriculum_groupcurriculum gc ON gc.curriculum_id = c.id
  JOIN students_placement p ON p.group_id = gc.group_id AND p.status = '11' AND p.course = m.course
   AND p.valid_from <= {DAY} AND (p.valid_to IS NULL OR p.valid_to > {DAY})
 WHERE s.elective_group = ''
"""  # noqa: S608
# The semester is said, so that the database need not look it up for each row; it checks the statement as a whole.
INSERT = """
INSERT INTO curriculum_registration
       (version, student_id, curriculum_subject_id, semester_id, basis, elective_group, is_active)
SELECT 1, p.student_id, s.id, s.semester_id, 'plan', '', true
"""
ONCE = " ON CONFLICT (student_id, curriculum_subject_id) DO NOTHING"
OF_HALF_YEAR = (
    " AND m.academic_year_id = %(year)s AND (m.number %% 2 = 1) = (%(term)s = '11')"
    " AND (%(groups)s::bigint[] IS NULL OR gc.group_id = ANY(%(groups)s::bigint[]))"
)


def register_half_year(
    *, year: int, term: str, day: datetime.date, groups: Collection[int] | None = None
) -> int:
    """Everybody of these groups (None: of all) for the compulsory subjects of the half-year; how many rows.

    Who studies is asked on ``day``, or on the semester's first or last day when
    that lies outside it. One statement; what is there already stays as it is.
    """
    values: dict[str, Any] = {
        "year": year,
        "term": term,
        "day": day,
        "groups": None if groups is None else list(groups),
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT + WANTED + OF_HALF_YEAR + ONCE, values)
        return cursor.rowcount


@transaction.atomic
def register(groups: QuerySet[Group], *, access: Access, year: int, term: str, day: datetime.date) -> int:
    """The groups in scope for the compulsory subjects of the half-year (duty 2.3); how many rows are new."""
    access.require("registration.edit")
    found = groups.for_scope(access.scope("registration.edit"))  # type: ignore[attr-defined]
    return register_half_year(year=year, term=term, day=day, groups=list(found.values_list("pk", flat=True)))


def register_running(day: datetime.date) -> int:
    """Everybody for every half-year that runs on ``day`` or begins within a week; how many rows are new.

    Each night: what a group was given yesterday, its students are registered for
    today, and nobody has to think of it when a semester begins.
    """
    ahead = day + datetime.timedelta(days=7)
    semesters = CurriculumSemester.objects.filter(starts_on__lte=ahead, ends_on__gte=day)
    found = {
        (year, "11" if number % 2 else "12")
        for year, number in semesters.order_by().values_list("academic_year", "number").distinct()
    }
    return sum(register_half_year(year=year, term=term, day=day) for year, term in sorted(found))


# --- what an executed order changes

# From the students to their plans, and not the other way round: an order names few of the university.
BEGIN = f"""
WITH studying AS MATERIALIZED (
    SELECT student_id, group_id, course, valid_from, valid_to FROM students_placement
     WHERE student_id = ANY(%(students)s) AND status = '11'),
half_year AS MATERIALIZED (
    SELECT DISTINCT ON (n.curriculum_id, n.course) n.* FROM curriculum_curriculumsemester n
      JOIN curriculum_curriculum c ON c.id = n.curriculum_id AND c.state <> 'draft'
     WHERE n.ends_on >= %(day)s ORDER BY n.curriculum_id, n.course, n.number)
{INSERT}
  FROM studying p
  JOIN curriculum_groupcurriculum gc ON gc.group_id = p.group_id
  JOIN half_year m ON m.curriculum_id = gc.curriculum_id AND m.course = p.course
   AND p.valid_from <= {DAY} AND (p.valid_to IS NULL OR p.valid_to > {DAY})
  JOIN curriculum_curriculumsubject s ON s.semester_id = m.id AND s.elective_group = ''
"""  # noqa: S608
# What was begun by a plan and is not over: it ends when the student no longer studies in a group of that plan.
END = """
UPDATE curriculum_registration r SET is_active = false, ended_by = 'order', version = r.version + 1
  FROM curriculum_curriculumsubject s JOIN curriculum_curriculumsemester m ON m.id = s.semester_id
 WHERE r.curriculum_subject_id = s.id AND r.student_id = ANY(%(students)s) AND r.is_active
   AND r.basis IN ('plan', 'chosen') AND m.ends_on >= %(day)s
   AND NOT EXISTS (
       SELECT 1 FROM students_placement p JOIN curriculum_groupcurriculum gc ON gc.group_id = p.group_id
        WHERE p.student_id = r.student_id AND p.status = '11' AND p.valid_from <= %(day)s
          AND (p.valid_to IS NULL OR p.valid_to > %(day)s) AND gc.curriculum_id = s.curriculum_id
   )
"""
RENEW = """
UPDATE curriculum_registration r SET is_active = true, ended_by = '', version = r.version + 1
  FROM curriculum_curriculumsubject s JOIN curriculum_curriculumsemester m ON m.id = s.semester_id
 WHERE r.curriculum_subject_id = s.id AND r.student_id = ANY(%(students)s) AND NOT r.is_active
   AND r.ended_by = 'order' AND m.ends_on >= %(day)s
   AND EXISTS (
       SELECT 1 FROM students_placement p JOIN curriculum_groupcurriculum gc ON gc.group_id = p.group_id
        WHERE p.student_id = r.student_id AND p.status = '11' AND p.valid_from <= %(day)s
          AND (p.valid_to IS NULL OR p.valid_to > %(day)s) AND gc.curriculum_id = s.curriculum_id
   )
"""


def follow_placements(students: Collection[int], *, day: datetime.date) -> dict[str, int]:
    """Registrations as the placements of ``day`` ask for them: for whoever carries out an order.

    Ends those of a plan by which the student no longer studies, renews those that
    an earlier order had ended, and registers for the running (or next) semester.
    Three statements, whatever the number of students; a cancelled order is undone
    by the same call, because only the placements count.
    """
    values: dict[str, Any] = {"students": list(students), "day": day}
    told: dict[str, int] = {}
    with connection.cursor() as cursor:
        for name, sql in (("ended", END), ("renewed", RENEW), ("made", BEGIN + ONCE)):
            cursor.execute(sql, values)
            told[name] = cursor.rowcount
    return told


# --- why a registration may not be taken away

# (keys of registrations) → reason by registration: marks, absences, submitted work.
Hold = Callable[[Collection[int]], Mapping[int, str]]
_holds: list[Hold] = []


def register_hold(hold: Hold) -> None:
    """Let a higher floor say which registrations carry its rows (marks, absences) and so must stay."""
    if hold not in _holds:
        _holds.append(hold)


def held(registrations: Collection[int]) -> dict[int, str]:
    """Why registrations must stay as they are, by registration; each holder is asked once."""
    found: dict[int, str] = {}
    for hold in _holds:
        for pk, reason in (hold(registrations) if registrations else {}).items():
            found.setdefault(pk, reason)
    return found


@dataclass(frozen=True)
class Outcome:
    """How many were changed, and why the others were not."""

    done: int
    refused: tuple[str, ...] = ()


def _changeable(rows: QuerySet[Registration], access: Access) -> list[Registration]:
    access.require("registration.edit")
    found = rows.for_scope(access.scope("registration.edit"))  # type: ignore[attr-defined]
    found = found.select_related(
        "student__person", "curriculum_subject__subject", "curriculum_subject__curriculum"
    )
    return list(found.select_for_update(of=("self",)).order_by("pk"))


def _parted(rows: list[Registration]) -> tuple[list[Registration], tuple[str, ...]]:
    reasons = held([row.pk for row in rows])
    free = [row for row in rows if row.pk not in reasons]
    return free, tuple(f"{row}: {reasons[row.pk]}" for row in rows if row.pk in reasons)


@transaction.atomic
def end(rows: QuerySet[Registration], *, access: Access) -> Outcome:
    """Switch registrations off; those with marks or absences stay, and the reason is told (study 2.12)."""
    free, refused = _parted([row for row in _changeable(rows, access) if row.is_active])
    _save(free, is_active=False, ended_by=Registration.BY_OFFICE)
    return Outcome(len(free), refused)


@transaction.atomic
def renew(rows: QuerySet[Registration], *, access: Access) -> Outcome:
    """Switch registrations on again; an alternative of one that is taken already stays off."""
    done, refused = 0, []
    for row in _changeable(rows, access):
        if row.is_active:
            continue
        taken = Registration.objects.active().filter(
            student=row.student_id, semester=row.semester_id, elective_group=row.elective_group
        )
        if row.elective_group and taken.exists():
            refused.append(_("%(row)s: another alternative is taken.") % {"row": row})
            continue
        _save([row], is_active=True, ended_by="")
        done += 1
    return Outcome(done, tuple(refused))


@transaction.atomic
def attend_with(rows: QuerySet[Registration], *, access: Access, group: Group | None) -> Outcome:
    """Who attends with another group than the own (None: with the own again).

    In what that group is taught in subgroups each gets the one with the most room.

    Raises:
        CurriculumError: the group is out of scope, or its subgroups are full.
    """
    access.require("registration.edit")
    scope = access.scope("registration.edit")
    if group is not None and not Group.objects.filter(pk=group.pk).for_scope(scope).exists():
        raise CurriculumError(_("The group is not in your scope."))
    found = _changeable(rows, access)
    if group is not None:
        _refuse_other_subjects(found, group)
    _save(found, group=group)
    seats.follow_group([row.pk for row in found])
    return Outcome(len(found))


def _refuse_other_subjects(rows: Iterable[Registration], group: Group) -> None:
    """A group can be attended only where it is taught the subject."""
    plan = CurriculumSubject.objects.filter(curriculum__groups__group=group)
    taught = set(plan.values_list("subject", flat=True))
    for row in rows:
        if row.curriculum_subject.subject_id not in taught:
            raise CurriculumError(
                _("%(group)s does not study %(subject)s.")
                % {"group": group, "subject": row.curriculum_subject}
            )


def _save(rows: list[Registration], **values) -> None:
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
    Registration.objects.bulk_update(rows, [*values, "version"], batch_size=1000)
