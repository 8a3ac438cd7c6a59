"""Places in subgroups that registrations name: with whom a kind of training is attended (duty 2.3).

What is usual needs no row: the group that the registration attends with, and the own
subgroup in it. A place is written by the choice of teachers, by the office with a
reason, and for whoever attends with another group, where nothing is usual. It holds from today
on (before the semester: from its first day), so that journals keep their past.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import seat_notices
from curriculum.actions import CurriculumError
from curriculum.models import Registration, RegistrationSeat, Subject, TeachingAudience
from curriculum.timetable import sitting
from hemis.access.scope import Access
from hemis.refusals import refusals_told
from students.models import Subgroup

# A group and a subgroup of it (None: all of it).
Where = tuple[int, int | None]
# A registration and a kind of training.
Key = tuple[int, str]
NOWHERE: tuple[None, None] = (None, None)

FORGET_LATER = """
DELETE FROM curriculum_registrationseat n
 USING unnest(%(keys)s::bigint[], %(kinds)s::text[], %(days)s::date[]) w(key, kind, day)
 WHERE n.registration_id = w.key AND n.training_type = w.kind AND n.valid_from > w.day
"""
WRITE = """
INSERT INTO curriculum_registrationseat AS n
       (version, registration_id, training_type, group_id, subgroup_id, valid_from, way, reason)
SELECT 1, w.key, w.kind, w.grp, w.part, w.day, %(way)s, %(reason)s
  FROM unnest(%(keys)s::bigint[], %(kinds)s::text[], %(groups)s::bigint[], %(parts)s::bigint[], %(days)s::date[])
       w(key, kind, grp, part, day)
 ORDER BY w.key, w.kind
    ON CONFLICT (registration_id, training_type, valid_from) DO UPDATE
   SET group_id = EXCLUDED.group_id, subgroup_id = EXCLUDED.subgroup_id, way = EXCLUDED.way,
       reason = EXCLUDED.reason, version = n.version + 1
"""

REFUSALS = {
    "registration_seat_capacity": gettext_lazy("No place is left; the subgroups hold: %(subgroups)s."),
    "registration_seat_taught": gettext_lazy("The subject is not taught there in this kind of training."),
}


def write(wanted: Mapping[Key, tuple[int | None, int | None]], *, way: str, reason: str = "") -> int:
    """Places from today on: (registration, kind of training) → where, ``NOWHERE``: as usual again; two statements.

    Raises:
        CurriculumError: a subgroup is full, or the subject is not taught there; nothing is written then.
    """
    if not wanted:
        return 0
    today = timezone.localdate()
    begins = dict(
        Registration.objects.filter(pk__in={key for key, _kind in wanted}).values_list(
            "pk", "semester__starts_on"
        )
    )
    values: dict[str, Any] = {
        "keys": [key for key, _kind in wanted],
        "kinds": [kind for _key, kind in wanted],
        "groups": [group for group, _part in wanted.values()],
        "parts": [part for _group, part in wanted.values()],
        "days": [max(today, begins[key]) for key, _kind in wanted],
        "way": way,
        "reason": reason[:256],
    }
    with (
        refusals_told(REFUSALS, lambda words: CurriculumError(words % {"subgroups": _limited(wanted)})),
        connection.cursor() as cursor,
    ):
        cursor.execute(FORGET_LATER, values)
        cursor.execute(WRITE, values)
    return len(wanted)


def _limited(wanted: Mapping[Key, tuple[int | None, int | None]]) -> str:
    """Of the subgroups asked for, those that say how many they hold."""
    asked = {part for _group, part in wanted.values() if part}
    found = Subgroup.objects.filter(pk__in=asked, capacity__isnull=False).select_related("division__group")
    return ", ".join(f"{one} ({one.capacity})" for one in found.order_by("division__group__name", "name"))


# --- what is taught in subgroups


@dataclass
class Part:
    """A group or a subgroup before which a kind of training of a line is taught, and by whom."""

    line: int
    training_type: str
    kind: str  # in words
    group: int
    subgroup: int | None
    name: str  # of the group or the subgroup
    capacity: int | None
    teachings: list[int] = field(default_factory=list)
    teachers: list[tuple[int, str]] = field(default_factory=list)
    students: int = 0  # who sit there, where a page has counted

    @property
    def where(self) -> Where:
        return self.group, self.subgroup


def parts_of(lines: Collection[int]) -> dict[tuple[int, str], list[Part]]:
    """(line, kind of training) → where it is taught, of the kinds taught in subgroups somewhere; one query."""
    found = audiences_of(lines)
    return {key: parts for key, parts in found.items() if any(one.subgroup for one in parts)}


def audiences_of(lines: Collection[int]) -> dict[tuple[int, str], list[Part]]:
    """(line, kind of training) → before whom it is taught and by whom, in the order of names; one query."""
    rows = TeachingAudience.objects.filter(curriculum_subject__in=lines).select_related(
        "teaching__teacher__person", "group", "subgroup__division__group"
    )
    found: dict[tuple[int, str], dict[Where, Part]] = defaultdict(dict)
    for row in rows.order_by("teaching__training_type", "group__name", "subgroup__name", "pk"):
        teaching = row.teaching
        there = found[row.curriculum_subject_id, teaching.training_type]
        part = there.setdefault(
            (row.group_id, row.subgroup_id),
            Part(
                row.curriculum_subject_id, teaching.training_type, str(teaching.get_training_type_display()),
                row.group_id, row.subgroup_id, str(row), row.subgroup.capacity if row.subgroup else None,
            ),
        )  # fmt: skip
        part.teachings.append(teaching.pk)
        teacher = (teaching.teacher_id, str(teaching.teacher.person)) if teaching.teacher_id else None
        if teacher and teacher not in part.teachers:
            part.teachers.append(teacher)
    return {key: list(parts.values()) for key, parts in found.items()}


def now_of(students: Collection[int]) -> dict[Key, Where]:
    """(registration, kind of training) → where the students sit now; one query."""
    return {
        (one.registration, one.training_type): one.where for one in sitting.seats(students=students, now=True)
    }


# --- who attends with another group


def follow_group(registrations: Collection[int]) -> int:
    """Whoever attends with another group gets a place in its subgroups, where fewest sit; how many places.

    In a group that is not one's own nothing is usual: its subgroups hold its own students. A place that was
    named before gives way, since the group attended has changed; who is back in the own group sits as usual.

    Raises:
        CurriculumError: all subgroups of the group are full.
    """
    rows = list(Registration.objects.active().filter(pk__in=registrations).order_by("pk"))
    named = {
        (one.registration_id, one.training_type)
        for one in RegistrationSeat.objects.filter(registration__in=[row.pk for row in rows])
    }
    write(dict.fromkeys(named, NOWHERE), way=RegistrationSeat.WITH_GROUP)
    parts = parts_of({row.curriculum_subject_id for row in rows if row.group_id})
    sits = now_of([row.student_id for row in rows if row.group_id])
    keys = {teaching for there in parts.values() for part in there for teaching in part.teachings}
    sizes = sitting.sizes(keys)
    wanted: dict[Key, tuple[int | None, int | None]] = {}
    for row in rows:
        for (line, kind), there in parts.items():
            if line != row.curriculum_subject_id or (row.pk, kind) in sits:
                continue
            open_ones = [one for one in there if one.group == row.group_id]
            if not open_ones:
                continue
            part = _with_room(open_ones, sizes)
            wanted[row.pk, kind] = part.where
            for teaching in part.teachings:
                sizes[teaching] = sizes.get(teaching, 0) + 1
    return write(wanted, way=RegistrationSeat.WITH_GROUP)


def _with_room(parts: Sequence[Part], sizes: Mapping[int, int]) -> Part:
    """Where fewest sit, of those that are not full."""
    count = {one.where: max(sizes.get(key, 0) for key in one.teachings) for one in parts}
    free = [one for one in parts if one.capacity is None or count[one.where] < one.capacity]
    if not free:
        raise CurriculumError(
            _("%(subgroups)s: no place is left.") % {"subgroups": ", ".join(one.name for one in parts)}
        )
    return min(free, key=lambda one: (count[one.where], one.name))


# --- the office


@transaction.atomic
def move(
    registration: Registration, *, access: Access, training_type: str, group: int, subgroup: int | None,
    reason: str,
) -> list[Clash]:  # fmt: skip
    """The office seats a student elsewhere in one kind of training; classes that meet are returned to be told.

    The student and the teachers are told.

    Raises:
        CurriculumError: out of scope, no reason, switched off, not taught there, sits there already, or full.
    """
    access.require("registration.edit")
    rows = Registration.objects.for_scope(access.scope("registration.edit"))
    found = (
        rows.select_for_update(of=("self",))
        .select_related("student__person", "curriculum_subject__subject")
        .filter(pk=registration.pk)
        .first()
    )
    if found is None:
        raise CurriculumError(_("The registration is not in your scope."))
    if not found.is_active:
        raise CurriculumError(_("The registration is switched off."))
    if not reason.strip():
        raise CurriculumError(_("Say why: the student is told."))
    key = (found.pk, training_type)
    was = now_of([found.student_id]).get(key)
    if was == (group, subgroup):
        raise CurriculumError(_("The student sits there already."))
    there = parts_of([found.curriculum_subject_id]).get((found.curriculum_subject_id, training_type), [])
    part = next((one for one in there if one.where == (group, subgroup)), None)
    if part is None:
        raise CurriculumError(_("The subject is not taught there in this kind of training."))
    met = meetings(
        [Offered(0, part.line, training_type, training_type, one) for one in part.teachings],
        [found.student_id],
    )
    write({key: part.where}, way=RegistrationSeat.OFFICE, reason=reason.strip())
    seat_notices.moved(
        [found.student], subject=f"{found.curriculum_subject.subject.name} · {part.kind}", group=part.name,
        reason=reason.strip(), came=part.teachings,
        left=[key for one in there if one.where == was for key in one.teachings],
    )  # fmt: skip
    return list(met.values())


# --- whose hours meet

MEETINGS = """
WITH offered AS MATERIALIZED (
    SELECT * FROM unnest(%(keys)s::bigint[], %(lines)s::bigint[], %(parts)s::text[], %(kinds)s::text[],
                         %(teachings)s::bigint[]) o(key, line_id, part, training_type, teaching_id)),
placed AS MATERIALIZED (
    SELECT DISTINCT c.student_id, f.line_id, f.part, f.teaching_id
      FROM unnest(%(placed)s::bigint[], %(placed_in)s::bigint[]) c(student_id, key) JOIN offered f ON f.key = c.key),
seats AS MATERIALIZED (
    SELECT s.student_id, s.teaching_id, s.line_id, s.training_type, s.since, s.until FROM hemis_seats() s
     WHERE s.student_id = ANY(%(students)s) AND (s.until IS NULL OR s.until > %(day)s)),
own AS (
    SELECT s.student_id, s.teaching_id, s.line_id, k.part, s.since, s.until
      FROM seats s LEFT JOIN (SELECT DISTINCT line_id, training_type, part FROM offered) k
        ON k.line_id = s.line_id AND k.training_type = s.training_type
     WHERE NOT EXISTS (SELECT 1 FROM placed c
                        WHERE c.student_id = s.student_id AND c.line_id = s.line_id AND c.part = k.part)
    UNION ALL
    SELECT student_id, teaching_id, line_id, part, NULL, NULL FROM placed)
SELECT DISTINCT ON (f.key, o.student_id) o.student_id, f.key, e.day, t.subject_id
  FROM offered f
  JOIN curriculum_lesson l ON l.teaching_id = f.teaching_id AND l.state = 'planned' AND l.day >= %(day)s
  JOIN curriculum_lesson e ON e.day = l.day AND e.state = 'planned' AND e.id <> l.id
   AND e.starts_at < l.ends_at AND l.starts_at < e.ends_at
  JOIN own o ON o.teaching_id = e.teaching_id AND (o.line_id, o.part) IS DISTINCT FROM (f.line_id, f.part)
   AND (o.since IS NULL OR o.since <= e.day) AND (o.until IS NULL OR o.until > e.day)
  JOIN curriculum_teaching t ON t.id = e.teaching_id
 WHERE NOT EXISTS (SELECT 1 FROM seats h WHERE h.student_id = o.student_id AND h.teaching_id = f.teaching_id)
 ORDER BY f.key, o.student_id, e.day, e.starts_at
"""


@dataclass(frozen=True)
class Offered:
    """A teaching that would be attended: ``key`` names the place, ``part`` which choice of the line it is of.

    What is chosen together has one ``part``: classes of the same part give way to it.
    """

    key: int
    line: int
    part: str
    training_type: str
    teaching: int


@dataclass(frozen=True)
class Clash:
    """A class of the student's own at the hour of one of the offer."""

    day: datetime.date
    subject: str

    def __str__(self) -> str:
        return _("meets %(subject)s on %(day)s") % {"subject": self.subject, "day": f"{self.day:%d.%m.%Y}"}


def meetings(
    offered: Sequence[Offered], students: Collection[int], placed: Iterable[tuple[int, int]] = ()
) -> dict[tuple[int, int], Clash]:
    """(student, key) → the first own class from today on that the place meets: two queries.

    ``placed``: (student, key) of places that are as good as taken. What one attends already meets nothing.
    """
    if not students or not offered:
        return {}
    taken = list(placed)
    values: dict[str, Any] = {
        "keys": [one.key for one in offered],
        "lines": [one.line for one in offered],
        "parts": [one.part for one in offered],
        "kinds": [one.training_type for one in offered],
        "teachings": [one.teaching for one in offered],
        "placed": [student for student, _key in taken],
        "placed_in": [key for _student, key in taken],
        "students": list(students),
        "day": timezone.localdate(),
    }
    with connection.cursor() as cursor:
        cursor.execute(MEETINGS, values)
        rows = cursor.fetchall()
    names = {
        one.pk: one.get_name_display() for one in Subject.objects.filter(pk__in={row[3] for row in rows})
    }
    return {(student, key): Clash(day, names[subject]) for student, key, day, subject in rows}
