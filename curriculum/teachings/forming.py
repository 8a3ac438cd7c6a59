"""Teachings of a half-year, formed from the curricula (duties 2.3, B6).

Forming reads who is registered, so electives with nobody in them make no
teaching; doing it twice adds only what is missing. What has lessons already is
never moved by forming.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from curriculum import teaching_rules as rules
from curriculum.models import Teaching, TeachingAudience, TrainingMode
from curriculum.timetable import sitting
from hemis.access.scope import Access
from students.models import Subgroup

DEMANDS = """
SELECT s.id, s.subject_id, s.kafedra_id, h.training_type, h.hours, g.id, g.name, g.language,
       count(DISTINCT r.student_id), s.elective_group <> ''
  FROM curriculum_registration r
  JOIN curriculum_curriculumsubject s ON s.id = r.curriculum_subject_id
  JOIN curriculum_curriculumsemester m ON m.id = s.semester_id
  JOIN curriculum_subjecthours h ON h.curriculum_subject_id = s.id
  JOIN students_placement p ON p.student_id = r.student_id AND p.status = '11'
   AND p.valid_from <= LEAST(GREATEST(%(day)s::date, m.starts_on), m.ends_on)
   AND (p.valid_to IS NULL OR p.valid_to > LEAST(GREATEST(%(day)s::date, m.starts_on), m.ends_on))
  JOIN students_group g ON g.id = coalesce(r.group_id, p.group_id)
  JOIN curriculum_groupcurriculum gc ON gc.group_id = g.id AND gc.curriculum_id = s.curriculum_id
 WHERE r.is_active AND m.academic_year_id = %(year)s AND (m.number %% 2 = 1) = (%(term)s = '11')
   AND (%(faculties)s::bigint[] IS NULL OR g.faculty_id = ANY(%(faculties)s::bigint[]))
 GROUP BY s.id, h.id, g.id
 ORDER BY s.subject_id, s.id, h.training_type, g.name, g.id
"""


def modes_on(day: datetime.date) -> dict[str, rules.Mode]:
    """Before whom each kind of training is taught on ``day``."""
    rows = TrainingMode.objects.in_force(day)
    return {row.training_type: rules.Mode(row.mode, row.largest) for row in rows}


def demands(
    *, year: int, term: str, day: datetime.date, faculties: Collection[int] | None = None
) -> list[rules.Demand]:
    """What the groups of these faculties (None: of all) are to be taught in the half-year: two queries."""
    values: dict[str, Any] = {
        "year": year, "term": term, "day": day, "faculties": None if faculties is None else list(faculties),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(DEMANDS, values)
        rows = cursor.fetchall()
    halves: dict[int, list[int]] = defaultdict(list)
    divided = Subgroup.objects.filter(
        division__kind="laboratory", division__group__in={row[5] for row in rows}
    )
    for pk, group in divided.order_by("name", "pk").values_list("pk", "division__group"):
        halves[group].append(pk)
    return [rules.Demand(*row, subgroups=tuple(halves.get(row[5], ()))) for row in rows]


@dataclass(frozen=True)
class Gap:
    """A group that gets more or fewer hours than its plan asks for."""

    group: str
    subject: int
    training_type: str
    planned: int
    given: int


@dataclass(frozen=True)
class Proposal:
    """What forming would add, who would join a teaching, what is there, where the hours do not agree."""

    new: tuple[rules.Planned, ...]
    joining: tuple[tuple[rules.Demand, int], ...]
    kept: int
    gaps: tuple[Gap, ...]

    @property
    def hours(self) -> int:
        return sum(one.hours for one in self.new)


@dataclass(frozen=True)
class Formed:
    """How many teachings forming made, and how many groups joined one of an elective."""

    new: int
    joined: int


def propose(
    *, year: int, term: str, day: datetime.date, faculties: Collection[int] | None = None
) -> Proposal:
    """Teachings that are missing in the half-year; nothing is written."""
    wanted = demands(year=year, term=term, day=day, faculties=faculties)
    given = _given(year, term)
    modes = modes_on(day)
    missing, gaps, kept = [], [], 0
    for one in wanted:
        mode = modes.get(one.training_type)
        if mode is None or mode.mode == rules.NONE:
            continue
        have = given.get((one.line, one.training_type, one.group))
        if have is None:
            missing.append(one)
            continue
        kept += 1
        gaps += _gaps(one, have)
    joining = rules.joins(missing, _elective_audiences(missing, year, term), modes)
    placed = {id(one) for one, _teaching in joining}
    new = rules.form([one for one in missing if id(one) not in placed], modes)
    return Proposal(tuple(new), tuple(joining), kept, tuple(gaps))


def _elective_audiences(missing: list[rules.Demand], year: int, term: str) -> list[rules.Audience]:
    """Teachings of the electives that somebody chose anew, and how many sit there: two queries."""
    lines = {one.line for one in missing if one.elective}
    if not lines:
        return []
    rows = (
        TeachingAudience.objects.filter(
            teaching__academic_year=year, teaching__term=term, curriculum_subject__in=lines, subgroup=None
        )
        .order_by("teaching")
        .values_list(
            "teaching", "curriculum_subject", "teaching__training_type", "group__language", "teaching__hours"
        )
        .distinct()
    )
    found = list(rows)
    seated = sitting.sizes({row[0] for row in found})
    return [rules.Audience(*row, students=seated.get(row[0], 0)) for row in found]


def _given(year: int, term: str) -> dict[tuple[int, str, int], dict[int | None, int]]:
    """Hours that exist: (line, kind of training, group) → subgroup or None → hours."""
    rows = (
        TeachingAudience.objects.filter(teaching__academic_year=year, teaching__term=term)
        .order_by()
        .values_list("curriculum_subject", "teaching__training_type", "group", "subgroup")
        .annotate(hours=Sum("teaching__hours"))
    )
    found: dict[tuple[int, str, int], dict[int | None, int]] = {}
    for line, kind, group, subgroup, hours in rows:
        found.setdefault((line, kind, group), {})[subgroup] = hours
    return found


def _gaps(one: rules.Demand, have: dict[int | None, int]) -> list[Gap]:
    """The whole group's hours count for each of its subgroups."""
    whole = have.get(None, 0)
    sums = {whole + hours for subgroup, hours in have.items() if subgroup is not None} or {whole}
    return [
        Gap(one.name, one.subject, one.training_type, one.hours, total)
        for total in sorted(sums)
        if total != one.hours
    ]


def _faculties(access: Access, permission: str) -> frozenset[int] | None:
    access.require(permission)
    scope = access.scope(permission)
    return None if scope.everything else scope.faculty_ids


def preview(*, access: Access, year: int, term: str, day: datetime.date) -> Proposal:
    """The proposal for the groups in scope (duties 2.3, B6)."""
    return propose(year=year, term=term, day=day, faculties=_faculties(access, "teaching.form"))


@transaction.atomic
def form(*, access: Access, year: int, term: str, day: datetime.date) -> Formed:
    """Write the teachings that are missing for the groups in scope.

    Who chose an elective later joins the teaching of it, unless its lessons are
    recorded or stand where the group has another class: then a teaching is made.
    One half-year is formed by one person at a time, so two who confirm at once
    do not make everything twice.
    """
    faculties = _faculties(access, "teaching.form")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('teachings'), %s)", [year * 100 + int(term)])
    found = propose(year=year, term=term, day=day, faculties=faculties)
    apart = [one for one, teaching in found.joining if not _join(one, teaching)]
    new = [*found.new, *rules.form(apart, modes_on(day))]
    return Formed(save(new, year=year, term=term), len(found.joining) - len(apart))


def _join(one: rules.Demand, teaching: int) -> bool:
    """Sit a group's choosers down in a teaching; False where the database refuses it."""
    try:
        with transaction.atomic():
            TeachingAudience.objects.create(
                teaching_id=teaching, curriculum_subject_id=one.line, group_id=one.group
            )
    except IntegrityError:
        return False
    return True


def save(planned: Sequence[rules.Planned], *, year: int, term: str) -> int:
    """Write planned teachings with their audiences: two statements."""
    rows = Teaching.objects.bulk_create(
        (
            Teaching(
                academic_year_id=year,
                term=term,
                subject_id=one.subject,
                training_type=one.training_type,
                kafedra_id=one.kafedra,
                hours=one.hours,
            )
            for one in planned
        ),
        batch_size=2000,
    )
    TeachingAudience.objects.bulk_create(
        (
            TeachingAudience(
                teaching=row, curriculum_subject_id=seat.line, group_id=seat.group, subgroup_id=seat.subgroup
            )
            for row, one in zip(rows, planned, strict=True)
            for seat in one.seats
        ),
        batch_size=2000,
    )
    return len(rows)
