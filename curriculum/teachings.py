"""Teachings of a half-year: formed from the curricula, given to teachers, split and merged (duties 2.3, B6, 8.2).

Forming reads who is registered, so electives with nobody in them make no
teaching; doing it twice adds only what is missing. What has lessons already is
never moved by forming.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import teaching_rules as rules
from curriculum.actions import CurriculumError
from curriculum.models import Lesson, Teaching, TeachingAudience, TrainingMode
from curriculum.timetable import sitting
from curriculum.timetable.actions import why_it_stays
from hemis.access.scope import Access, Scope
from hemis.refusals import refusals_told
from staff.models import Employee
from students.models import Subgroup

NAMED = gettext_lazy("Students attend it by a choice or a decision of the office; move them first.")
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


# --- who teaches


def year_days(year: int) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of an academic year."""
    return datetime.date(year, 9, 1), datetime.date(year + 1, 8, 31)


def teachers_of(kafedra: int | Collection[int], year: int) -> QuerySet[Employee]:
    """Who holds a teaching post in these kafedras on some day of the academic year."""
    first, last = year_days(year)
    units = [kafedra] if isinstance(kafedra, int) else list(kafedra)
    held = Q(positions__unit__in=units, positions__category="12", positions__valid_from__lte=last) & (
        Q(positions__valid_to=None) | Q(positions__valid_to__gte=first)
    )
    return Employee.objects.filter(held).select_related("person").order_by("person__sort_key").distinct()


def _locked(rows: QuerySet[Teaching], access: Access) -> list[Teaching]:
    """Teachings of the kafedras in scope, locked in the order of their keys."""
    access.require("teaching.assign")
    found = assignable(rows, access.scope("teaching.assign"))
    return list(found.select_related("subject", "kafedra").select_for_update(of=("self",)).order_by("pk"))


def assignable(rows: QuerySet[Teaching], scope: Scope) -> QuerySet[Teaching]:
    """Teachings that the kafedra itself teaches: a teacher's own are seen, not given away."""
    return rows if scope.everything else rows.filter(kafedra__in=scope.kafedra_ids)


@transaction.atomic
def assign(
    rows: QuerySet[Teaching], *, access: Access, teacher: Employee | None, assistant: Employee | None = None
) -> int:
    """Give teachings to a teacher of the kafedra (None: take them back); their lessons from today on follow.

    Raises:
        CurriculumError: the teacher holds no post in the kafedra, or is busy at the hour of a lesson.
    """
    found = _locked(rows, access)
    if teacher is None and assistant is not None:
        raise CurriculumError(_("A second teacher stands beside a first one."))
    if teacher is not None and teacher == assistant:
        raise CurriculumError(_("The second teacher is another person."))
    for one in found:
        known = set(teachers_of(one.kafedra_id, one.academic_year_id).values_list("pk", flat=True))
        for person in (teacher, assistant):
            if person is not None and person.pk not in known:
                raise CurriculumError(
                    _("%(person)s holds no teaching post in %(kafedra)s in this year.")
                    % {"person": person, "kafedra": one.kafedra}
                )
    _lessons_follow(found, teacher)
    for one in found:
        one.teacher, one.assistant = teacher, assistant
        one.version += 1
    Teaching.objects.bulk_update(found, ["teacher", "assistant", "version"], batch_size=1000)
    return len(found)


def _lessons_follow(rows: list[Teaching], teacher: Employee | None) -> None:
    """Planned lessons from today on go to the new teacher; a substitute of one lesson stays."""
    before = {one.teacher_id for one in rows} - {None}
    lessons = Lesson.objects.filter(
        teaching__in=[one.pk for one in rows],
        teacher__in=before,
        teacher=F("teaching__teacher"),
        state="planned",
        day__gte=timezone.localdate(),
    )
    if teacher is None:
        if lessons.exists():
            raise CurriculumError(_("Lessons are in the timetable; give the teaching to another teacher."))
        return
    # Today's lesson may be in the journal already: it was given by who gave it.
    given = [one.pk for one in lessons.filter(day=timezone.localdate()) if why_it_stays(one)]
    lessons = lessons.exclude(pk__in=given)
    try:
        with transaction.atomic():
            lessons.exclude(teacher=teacher).update(teacher=teacher)
    except IntegrityError as error:
        raise CurriculumError(
            _("%(teacher)s is busy at the hour of one of the lessons.") % {"teacher": teacher}
        ) from error


@transaction.atomic
def distribute(rows: QuerySet[Teaching], *, access: Access) -> int:
    """Give teachings without a teacher to the kafedra's own so that the loads grow evenly; how many were given."""
    found = [one for one in _locked(rows, access) if one.teacher_id is None]
    return _distribute(found)


def _distribute(found: list[Teaching]) -> int:
    done = 0
    by_kafedra: dict[tuple[int, int], list[Teaching]] = defaultdict(list)
    for one in found:
        by_kafedra[one.kafedra_id, one.academic_year_id].append(one)
    for (kafedra, year), teachings in by_kafedra.items():
        free = free_hours(kafedra, year)
        given = rules.spread({one.pk: one.hours for one in teachings}, free)
        for one in teachings:
            if one.pk in given:
                one.teacher_id = given[one.pk]
                one.version += 1
                done += 1
        Teaching.objects.bulk_update(teachings, ["teacher", "version"], batch_size=1000)
    return done


def free_hours(kafedra: int, year: int) -> dict[int, Decimal]:
    """Hours left to the highest figure of the norm, by teacher of the kafedra."""
    from curriculum import load

    return {
        pk: Decimal(one.high - one.hours)
        for pk, one in load.loads_of(teachers_of(kafedra, year), year).items()
    }


@transaction.atomic
def split_hours(teaching: Teaching, *, access: Access, hours: int) -> Teaching:
    """Take ``hours`` off a teaching into a new one for the same audience, so that two teachers share it.

    Raises:
        CurriculumError: nothing would be left, or lessons of these hours are in the timetable.
    """
    found = _one(teaching, access)
    if not 0 < hours < found.hours:
        raise CurriculumError(_("Give a number of hours between 1 and %(most)d.") % {"most": found.hours - 1})
    _refuse_placed(found, found.hours - hours)
    made = _copy(found, hours)
    TeachingAudience.objects.bulk_create(
        TeachingAudience(
            teaching=made, curriculum_subject_id=seat.curriculum_subject_id, group_id=seat.group_id,
            subgroup_id=seat.subgroup_id,
        )
        for seat in found.audience.all()
    )  # fmt: skip
    found.hours -= hours
    found.version += 1
    found.save(update_fields=["hours", "version"])
    return made


@transaction.atomic
def merge(rows: QuerySet[Teaching], *, access: Access) -> Teaching:
    """Make one stream of teachings of the same subject, kind of training and hours; the first one stays.

    Raises:
        CurriculumError: they differ, are fewer than two, share a group, or some have lessons already.
    """
    found = _locked(rows, access)
    if len(found) < 2:  # noqa: PLR2004 — a stream is made of two
        raise CurriculumError(_("Tick at least two teachings."))
    first, rest = found[0], found[1:]
    key = _kind_of(first)
    if any(_kind_of(one) != key for one in rest):
        raise CurriculumError(
            _("A stream has one subject, kind of training, half-year, kafedra and number of hours.")
        )
    for one in rest:
        _refuse_lessons(one)
    seats = list(TeachingAudience.objects.filter(teaching__in=[one.pk for one in found]))
    if len({(seat.group_id, seat.subgroup_id) for seat in seats}) < len(seats):
        raise CurriculumError(_("A group would sit in the stream twice."))
    _refuse_lessons(first)
    TeachingAudience.objects.filter(teaching__in=[one.pk for one in rest]).update(teaching=first)
    Teaching.objects.filter(pk__in=[one.pk for one in rest]).delete()
    Teaching.objects.filter(pk=first.pk).update(version=first.version + 1)
    return first


@transaction.atomic
def part(teaching: Teaching, *, access: Access, groups: Collection[int]) -> Teaching:
    """Take groups out of a stream into a teaching of their own.

    Raises:
        CurriculumError: no group or all groups would leave, or the stream has lessons already.
    """
    found = _one(teaching, access)
    _refuse_lessons(found)
    leaving = found.audience.filter(group__in=list(groups))
    if not leaving.exists() or leaving.count() == found.audience.count():
        raise CurriculumError(_("Choose some of the groups, but not all of them."))
    made = _copy(found, found.hours)
    leaving.update(teaching=made)
    return made


@transaction.atomic
def part_by_subgroups(teaching: Teaching, *, access: Access, division: int) -> list[Teaching]:
    """A teaching of one whole group becomes one for each subgroup of its division; the first one stays.

    Raises:
        CurriculumError: a stream, a subgroup already, another group's division, lessons exist, or students
            of other groups were given places in the whole group.
    """
    found = _one(teaching, access)
    _refuse_lessons(found)
    seats = list(found.audience.all())
    if len(seats) != 1 or seats[0].subgroup_id:
        raise CurriculumError(_("Only the teaching of one whole group is divided."))
    seat = seats[0]
    subgroups = list(
        Subgroup.objects.filter(division=division, division__group=seat.group_id).order_by("name")
    )
    if not subgroups:
        raise CurriculumError(_("The group has no such division."))
    with refusals_told({"named_audience_stays": NAMED}, lambda words: CurriculumError(str(words))):
        TeachingAudience.objects.filter(pk=seat.pk).update(subgroup=subgroups[0])
    made = [found]
    for subgroup in subgroups[1:]:
        made.append(_copy(found, found.hours))
        TeachingAudience.objects.create(
            teaching=made[-1], curriculum_subject_id=seat.curriculum_subject_id, group_id=seat.group_id,
            subgroup=subgroup,
        )  # fmt: skip
    return made


def _kind_of(one: Teaching) -> tuple:
    return one.academic_year_id, one.term, one.subject_id, one.training_type, one.kafedra_id, one.hours


def _one(teaching: Teaching, access: Access) -> Teaching:
    found = _locked(Teaching.objects.filter(pk=teaching.pk), access)
    if not found:
        raise CurriculumError(_("The teaching is not in your scope."))
    return found[0]


def _copy(one: Teaching, hours: int) -> Teaching:
    return Teaching.objects.create(
        academic_year_id=one.academic_year_id,
        term=one.term,
        subject_id=one.subject_id,
        training_type=one.training_type,
        kafedra_id=one.kafedra_id,
        hours=hours,
    )


def _refuse_lessons(one: Teaching) -> None:
    if one.lessons.exists():
        raise CurriculumError(
            _("%(teaching)s has lessons in the timetable; take them off first.") % {"teaching": one}
        )


def _refuse_placed(one: Teaching, left: int) -> None:
    """Lessons of two hours that are in the timetable already must fit into the hours that stay."""
    placed = 2 * one.lessons.exclude(state="cancelled").count()
    if placed > left:
        raise CurriculumError(
            _("%(placed)d hours are in the timetable already, more than the %(left)d that would stay.")
            % {"placed": placed, "left": left}
        )
