"""Who teaches: teachings are given to teachers of the kafedra, by hand or evenly (duty 8.2)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum import teaching_rules as rules
from curriculum.actions import CurriculumError
from curriculum.models import Lesson, Teaching
from curriculum.timetable.actions import why_it_stays
from hemis.access.scope import Access, Scope
from staff.models import Employee


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


def locked(rows: QuerySet[Teaching], access: Access) -> list[Teaching]:
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
    found = locked(rows, access)
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
    found = [one for one in locked(rows, access) if one.teacher_id is None]
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
