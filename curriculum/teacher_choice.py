"""Choice of teachers: what makes it one, beside the windows of electives (duty 2.3; VMQ 824: a week at the start).

Where a subject of the plan is taught by different teachers in different groups, a
student chooses with which of them to attend. The place is a registration that names
the group, so journal, sheets and the sizes of audiences follow by themselves. What is
taught in subgroups stays with them: they are parts of the own group.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum.actions import CurriculumError
from curriculum.models import (
    CurriculumSemester,
    CurriculumSubject,
    ElectiveCampaign,
    ElectiveChoice,
    ElectiveOffer,
    Registration,
    Subject,
    TeachingAudience,
)
from curriculum.teaching_rules import GROUP
from curriculum.teachings import modes_on
from hemis.pages.columns import begin_large
from students.models import Student

DAYS = 7  # VMQ 824: one week at the beginning of the semester
PLACES = 30

# (line, group) → what is taught there by whom: kind of training in words, teacher's key and name.
Taught = dict[tuple[int, int], list[tuple[str, int, str]]]


def lines_with_choice(semesters: Iterable[int] | None = None) -> QuerySet[CurriculumSubject]:
    """Compulsory subjects that different teachers teach, and none of it in subgroups."""
    rows = CurriculumSubject.objects.filter(elective_group="")
    if semesters is not None:
        rows = rows.filter(semester__in=list(semesters))
    return rows.annotate(
        teachers=Count("audiences__teaching__teacher", distinct=True),
        groups=Count("audiences__group", distinct=True),
        parts=Count("audiences", filter=Q(audiences__subgroup__isnull=False)),
    ).filter(teachers__gt=1, groups__gt=1, parts=0)


def taught(lines: Collection[int]) -> Taught:
    """(line, group) → who teaches there, the lecturer first: one query."""
    found: Taught = defaultdict(list)
    rows = TeachingAudience.objects.filter(
        curriculum_subject__in=lines, teaching__teacher__isnull=False
    ).select_related("teaching__teacher__person")
    for row in rows.order_by("teaching__training_type", "pk"):
        teacher = row.teaching.teacher
        one = (str(row.teaching.get_training_type_display()), teacher.pk, str(teacher.person))
        if one not in found[row.curriculum_subject_id, row.group_id]:
            found[row.curriculum_subject_id, row.group_id].append(one)
    return dict(found)


def teachers_text(taught: Iterable[tuple[str, int, str]]) -> str:
    """“Lecture: A · Practice: B”; one teacher of several kinds is named once."""
    by_teacher: dict[tuple[int, str], list[str]] = {}
    for kind, teacher, name in taught:
        by_teacher.setdefault((teacher, name), []).append(kind)
    return " · ".join(
        f"{begin_large(', '.join(kinds).lower())}: {who[1]}" for who, kinds in by_teacher.items()
    )


def offers_for(semester: CurriculumSemester, students: QuerySet[Student]) -> list[ElectiveOffer]:
    """The offers of a window, not saved: each group of every subject that has different teachers.

    Raises:
        CurriculumError: no subject of the semester has different teachers yet.
    """
    lines = [one.pk for one in lines_with_choice([semester.pk])]
    by_line: dict[int, dict[int, frozenset]] = defaultdict(dict)
    for (line, group), pairs in taught(lines).items():
        by_line[line][group] = frozenset(pairs)
    sizes = Counter(students.values_list("current__group", flat=True))
    usual = min(
        (mode.largest for mode in modes_on(timezone.localdate()).values() if mode.mode == GROUP),
        default=PLACES,
    )
    found = [
        ElectiveOffer(curriculum_subject_id=line, group_id=group, places=max(usual, sizes[group]))
        for line, groups in sorted(by_line.items())
        if len(set(groups.values())) > 1
        for group in sorted(groups)
    ]
    if not found:
        raise CurriculumError(
            _("No subject of the semester has different teachers; the kafedras name them first.")
        )
    return found


# --- whose hours meet

CLASHES = """
SELECT DISTINCT ON (o.id, p.student_id) p.student_id, o.id, e.day, t.subject_id
  FROM curriculum_electiveoffer o
  JOIN students_placement p ON p.valid_to IS NULL AND p.status = '11' AND p.student_id = ANY(%(students)s)
   AND p.group_id <> o.group_id
  JOIN curriculum_teachingaudience a ON a.curriculum_subject_id = o.curriculum_subject_id AND a.group_id = o.group_id
  JOIN curriculum_lesson l ON l.teaching_id = a.teaching_id AND l.state = 'planned' AND l.day >= %(day)s
  JOIN curriculum_registration r ON r.student_id = p.student_id AND r.is_active
   AND r.curriculum_subject_id <> o.curriculum_subject_id
  LEFT JOIN (curriculum_electivechoice c JOIN curriculum_electiveoffer w ON w.id = c.offer_id)
    ON c.student_id = p.student_id AND c.campaign_id = o.campaign_id AND c.state = 'placed'
   AND w.curriculum_subject_id = r.curriculum_subject_id
  JOIN curriculum_teachingaudience b ON b.curriculum_subject_id = r.curriculum_subject_id
   AND b.group_id = coalesce(w.group_id, r.group_id, p.group_id)
   AND (b.subgroup_id IS NULL OR EXISTS (
        SELECT 1 FROM students_subgroupmember m
         WHERE m.subgroup_id = b.subgroup_id AND m.student_id = p.student_id AND m.valid_to IS NULL))
  JOIN curriculum_lesson e ON e.teaching_id = b.teaching_id AND e.state = 'planned' AND e.day = l.day
   AND e.starts_at < l.ends_at AND l.starts_at < e.ends_at
  JOIN curriculum_teaching t ON t.id = e.teaching_id
 WHERE o.campaign_id = %(campaign)s
 ORDER BY o.id, p.student_id, e.day, e.starts_at
"""


@dataclass(frozen=True)
class Clash:
    """A class of the student's own at the hour of one of the offer."""

    day: datetime.date
    subject: str

    def __str__(self) -> str:
        return _("meets %(subject)s on %(day)s") % {"subject": self.subject, "day": f"{self.day:%d.%m.%Y}"}


def clashes(campaign: ElectiveCampaign, students: Collection[int]) -> dict[tuple[int, int], Clash]:
    """(student, offer) → the first own class that it meets from today on: two queries."""
    if not students:
        return {}
    values: dict[str, Any] = {
        "students": list(students),
        "day": timezone.localdate(),
        "campaign": campaign.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLASHES, values)
        rows = cursor.fetchall()
    names = {
        one.pk: one.get_name_display() for one in Subject.objects.filter(pk__in={row[3] for row in rows})
    }
    return {(student, offer): Clash(day, names[subject]) for student, offer, day, subject in rows}


# --- what closing and moving write


def homes(offers: Iterable[ElectiveOffer], students: Iterable[Student]) -> dict[int, int]:
    """Student → the offer of the own group."""
    by_group = {one.group_id: one.pk for one in offers if one.group_id}
    found = {one.pk: one.current.group_id for one in students}
    return {student: by_group[group] for student, group in found.items() if group in by_group}


def register(choices: Iterable[ElectiveChoice]) -> None:
    """Registrations follow the places: with the own group, or with the one that was chosen; three statements."""
    placed = {(one.student_id, one.offer.curriculum_subject_id): one for one in choices}
    groups = dict(
        Student.objects.filter(pk__in={student for student, _line in placed}).values_list(
            "pk", "current__group"
        )
    )
    wanted = {
        key: None if groups.get(key[0]) == one.offer.group_id else one.offer.group_id
        for key, one in placed.items()
    }
    there = {
        (row.student_id, row.curriculum_subject_id): row
        for row in Registration.objects.select_for_update(of=("self",)).filter(
            student__in={student for student, _line in placed},
            curriculum_subject__in={line for _student, line in placed},
        )
    }
    changed = []
    for key, group in wanted.items():
        row = there.get(key)
        if row is not None and row.group_id != group:
            row.group_id = group
            row.version += 1
            changed.append(row)
    Registration.objects.bulk_update(changed, ["group", "version"], batch_size=1000)
    Registration.objects.bulk_create(
        (
            Registration(student_id=student, curriculum_subject_id=line, group_id=wanted[student, line])
            for student, line in wanted
            if (student, line) not in there
        ),
        batch_size=1000,
    )
