"""Teachings are split, merged into streams and parted again (duty 8.2)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.actions import CurriculumError
from curriculum.models import Teaching, TeachingAudience
from curriculum.teachings import giving
from hemis.access.scope import Access
from hemis.refusals import refusals_told
from students.models import Subgroup

NAMED = gettext_lazy(
    "Students attend it by a choice or a decision of the office, or may choose it now: move them or close the window."
)


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
    found = giving.locked(rows, access)
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
    found = giving.locked(Teaching.objects.filter(pk=teaching.pk), access)
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
