"""Many lessons at once: a week copied or emptied, a day off freed; every one told and undone as a whole."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from curriculum.models import Holiday, Lesson
from curriculum.timetable import actions, grid, notices, queries, rules
from curriculum.timetable.actions import EDIT, TimetableError
from curriculum.timetable.models import TimetableBatch
from hemis.access.scope import Access
from structure.rules import monday_of, teaching_week
from students.models import Group

WEEK = datetime.timedelta(days=7)
LONGEST = datetime.timedelta(days=200)  # a week is copied within its half-year
KEPT = (
    "teaching_id",
    "teacher_id",
    "assistant_id",
    "pair_id",
    "auditorium_id",
    "link",
    "is_locked",
    "state",
    "reason",
)


def _group(group: Group, access: Access) -> Group:
    """The group, if the editor plans its lessons.

    Raises:
        TimetableError: out of scope.
    """
    access.require(EDIT)
    scope = access.scope(EDIT)
    if not scope.everything and group.faculty_id not in scope.faculty_ids:
        raise TimetableError(_("The group is not in your scope."))
    return group


def _refused(lesson: Lesson, day: datetime.date, why: str) -> dict[str, Any]:
    """A line of the report."""
    return {
        "day": day.isoformat(),
        "pair": lesson.pair.number,
        "what": queries.lesson_words(lesson),
        "why": why,
    }


# --- copying


@transaction.atomic
def copy_week(
    group: Group, *, access: Access, day: datetime.date, until: datetime.date, step: int = 1
) -> TimetableBatch:
    """The group's lessons of the week of ``day`` in each following week (or every other), until a date.

    What cannot be copied is in the report with its reason: nothing is dropped in
    silence. Costs a fixed number of queries, however many weeks.

    Raises:
        TimetableError: out of scope, nothing to copy, the weeks are too many, or somebody
            changed the timetable at the same moment.
    """
    _group(group, access)
    first = monday_of(day) + step * WEEK
    if until < first:
        raise TimetableError(_("There is no week to copy to before this date."))
    if until - day > LONGEST:
        raise TimetableError(_("A week is copied within its half-year."))
    lessons = list(_planned(group, teaching_week(day), access))
    if not lessons:
        raise TimetableError(_("The week has no lessons of the group."))
    made, refused = _copies(lessons, _targets(first, until, step), until)
    try:
        with transaction.atomic():
            saved = Lesson.objects.bulk_create(made)
    except IntegrityError as error:
        raise TimetableError(
            _("Somebody changed the timetable at this moment; copy the week once more.")
        ) from error
    return _batch(
        TimetableBatch.COPY, group, access, first, until, made=[one.pk for one in saved], refused=refused
    )


def _targets(first: datetime.date, until: datetime.date, step: int) -> list[datetime.date]:
    found = []
    while first <= until:
        found.append(first)
        first += step * WEEK
    return found


def _planned(group: Group, days: Collection[datetime.date], access: Access) -> QuerySet[Lesson]:
    rows = grid.lessons_of(grid.GROUP, group.pk).for_scope(access.scope(EDIT)).planned().filter(day__in=days)  # type: ignore[attr-defined]
    return queries.with_words(rows.order_by("day", "starts_at", "pk"))


def _copies(
    lessons: list[Lesson], mondays: list[datetime.date], until: datetime.date
) -> tuple[list[Lesson], list[dict[str, Any]]]:
    """Lessons to make and lines of the report."""
    keys = {one.teaching_id for one in lessons}
    plans, placed = queries.plans_of(keys), queries.placed_hours(keys)
    days = [monday + datetime.timedelta(n) for monday in mondays for n in range(rules.SUNDAY)]
    open_for = queries.calendar({plan for some in plans.values() for plan in some}, days[0], days[-1])
    audiences = queries.audiences_of(keys)
    teachers = {who for one in lessons for who in (one.teacher_id, one.assistant_id) if who}
    groups = {one.group for some in audiences.values() for one in some}
    rooms = {one.auditorium_id for one in lessons if one.auditorium_id}
    taken = queries.busy(days, teachers=teachers, groups=groups, rooms=rooms)
    there = set(
        Lesson.objects.planned()
        .filter(teaching__in=keys, day__in=days)
        .values_list("teaching", "day", "pair")
    )
    made, refused, clashes = [], [], []
    for monday in mondays:
        for one in lessons:
            day = monday + datetime.timedelta(days=one.day.weekday())
            if day > until or (one.teaching_id, day, one.pair_id) in there:
                continue
            if placed.get(one.teaching_id, 0) >= one.teaching.hours:
                refused.append(_refused(one, day, _("All hours of the teaching are placed.")))
                continue
            if why := open_for.why_closed(plans[one.teaching_id], day):
                refused.append(_refused(one, day, why))
                continue
            met = _met(taken, one, day, audiences[one.teaching_id])
            if met:
                clashes.append((one, day, met))
                continue
            placed[one.teaching_id] = placed.get(one.teaching_id, 0) + rules.PAIR_HOURS
            made.append(_copy_of(one, day))
    refused += _explained(clashes)
    return made, sorted(refused, key=lambda row: (row["day"], row["pair"]))


def _met(
    taken: queries.Busy, lesson: Lesson, day: datetime.date, audience: list[rules.Audience]
) -> list[queries.Hours]:
    return taken.met(
        day,
        lesson.pair.starts,
        lesson.pair.ends,
        teachers=[one for one in (lesson.teacher_id, lesson.assistant_id) if one],
        audience=audience,
        rooms=[lesson.auditorium_id] if lesson.auditorium_id else [],
    )


def _explained(clashes: list[tuple[Lesson, datetime.date, list[queries.Hours]]]) -> list[dict[str, Any]]:
    """Lines of the report for what somebody is busy with: all explained together."""
    words = queries.words_of([hours for _one, _day, met in clashes for hours in met])
    return [
        _refused(one, day, " ".join(dict.fromkeys(words[hours] for hours in met)))
        for one, day, met in clashes
    ]


def _copy_of(lesson: Lesson, day: datetime.date) -> Lesson:
    return Lesson(
        teaching_id=lesson.teaching_id, teacher_id=lesson.teacher_id, assistant_id=lesson.assistant_id, day=day,
        pair_id=lesson.pair_id, auditorium_id=lesson.auditorium_id, link=lesson.link,
    )  # fmt: skip


# --- emptying a week


@transaction.atomic
def clear_week(group: Group, *, access: Access, day: datetime.date) -> TimetableBatch:
    """Take the week's lessons of this group, and of nobody else, out of the timetable.

    A lesson that other groups attend too stays, as does one that something refers
    to; the report says so.

    Raises:
        TimetableError: out of scope, or the week has no lessons of the group.
    """
    _group(group, access)
    days = teaching_week(day)
    lessons = list(_planned(group, days, access))
    if not lessons:
        raise TimetableError(_("The week has no lessons of the group."))
    removed, refused = [], []
    for one in lessons:
        others = sorted(
            {str(part.group) for part in one.teaching.audience.all() if part.group_id != group.pk}
        )
        why = _("It is given to %(groups)s too.") % {"groups": ", ".join(others)} if others else _delete(one)
        if why:
            refused.append(_refused(one, one.day, why))
        else:
            removed.append(_as_row(one))
    return _batch(TimetableBatch.CLEAR, group, access, days[0], days[-1], removed=removed, refused=refused)


def _delete(lesson: Lesson) -> str:
    """Take one lesson out; why it stays, if it does."""
    if said := actions.why_it_stays(lesson):
        return said
    try:
        with transaction.atomic():
            Lesson.objects.filter(pk=lesson.pk).delete()
    except IntegrityError:
        return _("The lesson has a journal.")
    return ""


def _as_row(lesson: Lesson) -> dict[str, Any]:
    return {"day": lesson.day.isoformat(), **{name: getattr(lesson, name) for name in KEPT}}


# --- days off


def lessons_on_days_off(access: Access, permission: str = EDIT) -> QuerySet[Lesson]:
    """Planned lessons of the scope, of today and later, on days that have become days off."""
    rows = Lesson.objects.for_scope(access.scope(permission)).planned().filter(day__gte=timezone.localdate())
    return rows.filter(Exists(Holiday.objects.filter(day=OuterRef("day"))))


@transaction.atomic
def free_day(
    lessons: Iterable[Lesson], *, access: Access, to: datetime.date | None = None, reason: str = ""
) -> TimetableBatch:
    """Move these lessons to the same pairs of another day, or cancel them for a reason.

    Raises:
        TimetableError: neither a day nor a reason, or no lessons of the scope.
    """
    access.require(EDIT)
    if to is None and not reason.strip():
        raise TimetableError(_("Say the day they are moved to, or why they are cancelled."))
    rows = Lesson.objects.for_scope(access.scope(EDIT)).planned().filter(pk__in=[one.pk for one in lessons])
    found = list(queries.with_words(rows.order_by("day", "starts_at", "pk")))
    if not found:
        raise TimetableError(_("Tick the lessons."))
    changed, refused = [], []
    for one in found:
        before = {"pk": one.pk, "day": one.day.isoformat(), "pair_id": one.pair_id}
        try:
            if to is None:
                actions.cancel(one, access=access, reason=reason)
            else:
                actions.move(one, access=access, day=to, pair=one.pair, reason=reason)
        except TimetableError as error:
            refused.append(_refused(one, one.day, str(error)))
        else:
            changed.append(before)
    last = to or found[-1].day
    days = sorted((found[0].day, last))
    return _batch(TimetableBatch.HOLIDAY, None, access, days[0], days[-1], changed=changed, refused=refused)


# --- undoing


@transaction.atomic
def undo(batch: TimetableBatch, *, access: Access) -> TimetableBatch:
    """Take a bulk change back: what it made goes, what it removed or changed comes back.

    What somebody has changed since stays as it is. Returns a report of the same
    kind in ``refused``: lines that could not be taken back.

    Raises:
        TimetableError: out of scope, or undone already.
    """
    access.require(EDIT)
    rows = TimetableBatch.objects.for_scope(access.scope(EDIT)).select_for_update(of=("self",))
    found = rows.filter(pk=batch.pk).first()
    if found is None:
        raise TimetableError(_("The change is not in your scope."))
    if found.undone_at is not None:
        raise TimetableError(_("The change is undone already."))
    refused = _unmake(found.made) + _bring_back(found.removed) + _put_back(found.changed)
    found.undone_at, found.refused = timezone.now(), refused
    found.version += 1
    found.save(update_fields=["undone_at", "refused", "version"])
    return found


def _unmake(keys: list[int]) -> list[dict[str, Any]]:
    refused = []
    for one in queries.with_words(Lesson.objects.filter(pk__in=keys)):
        touched = one.version > 1 or one.state != Lesson.PLANNED
        if why := _("It has been changed since.") if touched else _delete(one):
            refused.append(_refused(one, one.day, why))
    return refused


def _bring_back(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    refused = []
    for row in rows:
        lesson = Lesson(**{**row, "day": datetime.date.fromisoformat(row["day"])})
        try:
            with transaction.atomic():
                lesson.save()
        except IntegrityError:
            refused.append(_refused(lesson, lesson.day, _("Somebody is busy then.")))
    return refused


def _put_back(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    refused = []
    known = {
        one.pk: one for one in queries.with_words(Lesson.objects.filter(pk__in=[row["pk"] for row in rows]))
    }
    for row in rows:
        lesson = known.get(row["pk"])
        if lesson is None:
            continue
        if why := actions.why_it_stays(lesson):
            refused.append(_refused(lesson, lesson.day, why))
            continue
        lesson.day, lesson.pair_id = datetime.date.fromisoformat(row["day"]), row["pair_id"]
        lesson.state, lesson.reason, lesson.first_day = Lesson.PLANNED, "", None
        lesson.version += 1
        try:
            with transaction.atomic():
                lesson.save()
        except IntegrityError:
            refused.append(_refused(lesson, lesson.day, _("Somebody is busy then.")))
            continue
        lesson.refresh_from_db()
        notices.lesson_changed(lesson, "restored", "")
    return refused


def _batch(
    kind: str,
    group: Group | None,
    access: Access,
    first: datetime.date,
    last: datetime.date,
    **lists: Any,
) -> TimetableBatch:
    faculty = group.faculty_id if group else next(iter(access.scope(EDIT).faculty_ids), None)
    return TimetableBatch.objects.create(
        kind=kind,
        group=group,
        faculty_id=faculty,
        first_day=first,
        last_day=last,
        author=access.user,
        **lists,
    )
