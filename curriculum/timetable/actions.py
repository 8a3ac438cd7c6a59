"""What changes lessons: one function a verb, one transaction each (duty 2.3).

Rules come first and speak for themselves; the database has the last word, and
what it says is told in the same words: who or what is busy with what, and where
there is room. Apps of higher floors may forbid changes of a lesson
(``register_guard``), as a filled journal does.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from curriculum.actions import CurriculumError
from curriculum.models import ClassPair, Lesson, Teaching
from curriculum.timetable import notices, queries, sitting
from curriculum.timetable.models import TimetableRule
from hemis.access.scope import Access
from staff.models import Employee
from structure.models import Auditorium

EDIT = "timetable.edit"
# So many people are named in a warning.
NAMED = 5
Guard = Callable[[Lesson], str]
_guards: list[Guard] = []


def register_guard(guard: Guard) -> None:
    """Let an app of a higher floor say why a lesson may not be changed (empty: it may)."""
    if guard not in _guards:
        _guards.append(guard)


def why_it_stays(lesson: Lesson) -> str:
    """Why a lesson may not be changed any more; empty where it may."""
    return next((said for guard in _guards if (said := guard(lesson))), "")


class TimetableError(CurriculumError):
    """Why a lesson or a control cannot be there, who is busy with what, and where there is room."""

    def __init__(
        self,
        message: str,
        conflicts: list[queries.Conflict] | None = None,
        places: list[queries.Alternative] | None = None,
        rooms: list[Auditorium] | None = None,
    ):
        super().__init__(message)
        self.conflicts, self.places, self.rooms = conflicts or [], places or [], rooms or []


@dataclass
class Outcome:
    """A lesson as it is now, and what its planner should know."""

    lesson: Lesson
    warnings: list[str] = field(default_factory=list)


# --- verbs


@transaction.atomic
def place(
    teaching: Teaching,
    *,
    access: Access,
    day: datetime.date,
    pair: ClassPair,
    room: Auditorium | None = None,
    teacher: Employee | None = None,
    link: str = "",
) -> Outcome:
    """A new lesson of the teaching; without ``room`` and ``link`` the free room that fits best is taken.

    Raises:
        PermissionDenied: without the duty.
        TimetableError: out of scope, no teacher, no hours left, the day is closed, or somebody is busy.
    """
    access.require(EDIT)
    found = Teaching.objects.for_scope(access.scope(EDIT)).filter(pk=teaching.pk).first()
    if found is None:
        raise TimetableError(_("The teaching is not in your scope."))
    giver = teacher or found.teacher
    if giver is None:
        raise TimetableError(_("The teaching has no teacher yet: the department assigns one first."))
    if found.hours - queries.placed_hours([found.pk]).get(found.pk, 0) <= 0:
        raise TimetableError(_("All %(hours)d hours of the teaching are placed.") % {"hours": found.hours})
    assistant = None if giver == found.assistant else found.assistant
    lesson = Lesson(
        teaching=found, teacher=giver, assistant=assistant, day=day, pair=pair, auditorium=room, link=link
    )
    wish = queries.wish_of(found, lesson)
    if room is None and not link:
        lesson.auditorium = next(iter(queries.free_rooms(wish, day, pair)), None)
        if lesson.auditorium is None and not _met(lesson, wish):
            raise _refusal(lesson, wish, _("No free room fits the audience then."))
    _write(lesson, wish)
    return Outcome(lesson, warnings_of(lesson, wish))


@transaction.atomic
def move(
    lesson: Lesson,
    *,
    access: Access,
    day: datetime.date,
    pair: ClassPair,
    room: Auditorium | None = None,
    reason: str = "",
) -> Outcome:
    """The lesson at another time, and in ``room`` if one is given; those who attend are told.

    Raises:
        TimetableError: out of scope, kept by a guard, the day is closed, or somebody is busy.
    """
    found = _locked(lesson, access)
    if found.first_day is None and day != found.day:
        found.first_day = found.day
    before = found.day
    found.day, found.pair, found.auditorium = day, pair, room or found.auditorium
    wish = queries.wish_of(found.teaching, found)
    _write(found, wish)
    notices.lesson_changed(found, "moved", reason, since=before)
    return Outcome(found, warnings_of(found, wish))


@transaction.atomic
def swap(first: Lesson, second: Lesson, *, access: Access) -> tuple[Outcome, Outcome]:
    """Each of two lessons at the time of the other, both in their own rooms.

    Raises:
        TimetableError: as in ``move``, for either of them.
    """
    if first.pk == second.pk:
        raise TimetableError(_("Choose two different lessons."))
    # In the order of keys, so that two who swap the same pair wait for one another.
    one, other = sorted((first, second), key=lambda row: row.pk)
    one, other = _locked(one, access), _locked(other, access)
    wishes = [queries.wish_of(row.teaching, row) for row in (one, other)]
    places = [(row.day, row.pair) for row in (one, other)]
    # Both leave first; otherwise the first to come would find the other still there.
    Lesson.objects.filter(pk__in=(one.pk, other.pk)).update(
        state=Lesson.CANCELLED, reason=_("is being swapped")
    )
    outcomes = []
    for row, wish, place_of_other in zip((one, other), wishes, reversed(places), strict=True):
        before = row.day
        row.first_day = row.first_day or (before if place_of_other[0] != before else None)
        row.day, row.pair = place_of_other
        _write(row, wish)
        notices.lesson_changed(row, "moved", "", since=before)
        outcomes.append(Outcome(row, warnings_of(row, wish)))
    return outcomes[0], outcomes[1]


@transaction.atomic
def cancel(lesson: Lesson, *, access: Access, reason: str) -> Lesson:
    """The lesson is not held; it stays in the timetable, crossed out, with its reason.

    Raises:
        TimetableError: out of scope, kept by a guard, cancelled already, or no reason given.
    """
    found = _locked(lesson, access)
    if not reason.strip():
        raise TimetableError(_("Say why the lesson is cancelled."))
    Lesson.objects.filter(pk=found.pk).update(
        state=Lesson.CANCELLED, reason=reason.strip()[:256], version=found.version + 1
    )
    found.refresh_from_db()
    notices.lesson_changed(found, "cancelled", reason)
    return found


@transaction.atomic
def restore(lesson: Lesson, *, access: Access) -> Outcome:
    """A cancelled lesson is held after all, if nobody has become busy meanwhile.

    Raises:
        TimetableError: out of scope, not cancelled, or somebody is busy.
    """
    found = _locked(lesson, access, state=Lesson.CANCELLED)
    found.state, found.reason = Lesson.PLANNED, ""
    wish = queries.wish_of(found.teaching, found)
    _write(found, wish)
    notices.lesson_changed(found, "restored", "")
    return Outcome(found, warnings_of(found, wish))


@transaction.atomic
def substitute(lesson: Lesson, *, access: Access, teacher: Employee, reason: str) -> Outcome:
    """Another teacher gives the lesson; both teachers and the students are told.

    Raises:
        TimetableError: out of scope, kept by a guard, no reason, or the teacher is busy.
    """
    found = _locked(lesson, access)
    if not reason.strip():
        raise TimetableError(_("Say why another teacher gives the lesson."))
    former = found.teacher
    found.teacher = teacher
    if found.assistant_id == teacher.pk:
        found.assistant = None
    wish = queries.wish_of(found.teaching, found)
    _write(found, wish)
    notices.lesson_changed(found, "substituted", reason, also=[former])
    return Outcome(found, warnings_of(found, wish))


@transaction.atomic
def change_room(lesson: Lesson, *, access: Access, room: Auditorium) -> Outcome:
    """The lesson in another room.

    Raises:
        TimetableError: out of scope, kept by a guard, or the room is taken.
    """
    found = _locked(lesson, access)
    found.auditorium = room
    wish = queries.wish_of(found.teaching, found)
    _write(found, wish)
    notices.lesson_changed(found, "room", "")
    return Outcome(found, warnings_of(found, wish))


@transaction.atomic
def set_locked(lesson: Lesson, *, access: Access, locked: bool) -> None:
    """Whether automatic timetabling leaves the lesson where it is."""
    found = _locked(lesson, access)
    Lesson.objects.filter(pk=found.pk).update(is_locked=locked, version=found.version + 1)


@transaction.atomic
def remove(lesson: Lesson, *, access: Access) -> None:
    """Take a lesson out of the timetable, as if it had never been planned.

    Raises:
        TimetableError: out of scope, or something refers to it already.
    """
    found = _locked(lesson, access, state="")
    try:
        with transaction.atomic():
            Lesson.objects.filter(pk=found.pk).delete()
    except IntegrityError as error:
        raise TimetableError(_("The lesson has a journal; cancel it with a reason instead.")) from error


# --- what verbs share


def _locked(lesson: Lesson, access: Access, *, state: str = Lesson.PLANNED) -> Lesson:
    access.require(EDIT)
    rows = Lesson.objects.for_scope(access.scope(EDIT)).select_for_update(of=("self",))
    found = (
        rows.select_related("teaching", "teacher__person", "pair", "auditorium").filter(pk=lesson.pk).first()
    )
    if found is None:
        raise TimetableError(_("The lesson is not in your scope."))
    if state and found.state != state:
        raise TimetableError(
            _("The lesson is %(state)s by now.") % {"state": found.get_state_display()}  # type: ignore[attr-defined]
        )
    if said := why_it_stays(found):
        raise TimetableError(said)
    return found


def _met(lesson: Lesson, wish: queries.Wish) -> list[queries.Hours]:
    taken = queries.busy(
        [lesson.day],
        teachers=wish.teachers,
        groups=wish.groups,
        rooms=[lesson.auditorium_id] if lesson.auditorium_id else [],
        but=wish.but,
    )
    return taken.met(
        lesson.day,
        lesson.pair.starts,
        lesson.pair.ends,
        teachers=wish.teachers,
        audience=wish.audience,
        rooms=[lesson.auditorium_id] if lesson.auditorium_id else [],
    )


def _refusal(lesson: Lesson, wish: queries.Wish, message: str = "") -> TimetableError:
    """What stands in the way, and where there is room."""
    conflicts = queries.explain(_met(lesson, wish))
    pairs = queries.pairs_of(lesson.teaching.academic_year_id)
    text = message or " ".join(str(one) for one in conflicts) or _("Somebody is busy then.")
    rooms: list[Auditorium] = []
    if conflicts and all(one.kind == queries.ROOM for one in conflicts):
        rooms = queries.free_rooms(wish, lesson.day, lesson.pair)[:5]
    places = queries.free_places(wish, lesson.day, pairs, lesson.auditorium)
    return TimetableError(text, conflicts, places, rooms)


def _write(lesson: Lesson, wish: queries.Wish) -> None:
    """Save after the rules; the database's refusal is told in the same words.

    Raises:
        TimetableError: the pair is of another year, the day is closed, or somebody is busy.
    """
    if lesson.pair.academic_year_id != lesson.teaching.academic_year_id:
        raise TimetableError(_("The pair is of another academic year."))
    open_for = queries.calendar(wish.plans, lesson.day, lesson.day)
    if why := open_for.why_closed(wish.plans, lesson.day):
        raise _refusal(lesson, wish, why)
    if lesson.auditorium and not lesson.auditorium.is_active:
        raise _refusal(lesson, wish, _("The auditorium is not in use."))
    try:
        with transaction.atomic():
            if lesson.pk:
                lesson.version += 1
            lesson.save()
    except IntegrityError as error:
        raise _refusal(lesson, wish) from error
    lesson.refresh_from_db(fields=["starts_at", "ends_at"])


def warnings_of(lesson: Lesson, wish: queries.Wish) -> list[str]:
    """What is allowed but should be known: the room's seats, type and steps, and full days."""
    found = []
    room = lesson.auditorium
    if room is not None:
        if room.capacity < wish.size:
            found.append(
                _("The room seats %(seats)d, the audience is %(people)d.")
                % {"seats": room.capacity, "people": wish.size}
            )
        if room.kind not in wish.kinds:
            found.append(
                _("A room of the type “%(kind)s” does not suit this kind of training.")
                % {"kind": room.get_kind_display()}  # type: ignore[attr-defined]
            )
        if not room.is_accessible and sitting.needs_access([one.group for one in wish.audience]):
            found.append(
                _("Somebody in the audience cannot climb steps, and the room is not reached without them.")
            )
    if busy := sitting.elsewhere(lesson):
        names = ", ".join(str(one.person) for one in busy[:NAMED])
        found.append(
            _("%(count)d students of the audience have another class then: %(names)s.")
            % {"count": len(busy), "names": names if len(busy) <= NAMED else f"{names} …"}
        )
    limits = queries.rules_on(lesson.day)
    most = limits.get(TimetableRule.TEACHER_PAIRS, 0)
    if most and (count := queries.pairs_a_day(lesson.day, wish.teachers)) > most:
        found.append(_("The teacher has %(count)d pairs on this day.") % {"count": count})
    most = limits.get(TimetableRule.GROUP_PAIRS, 0)
    if most and (count := queries.pairs_of_groups(lesson.day, wish.groups)) > most:
        found.append(_("The group has %(count)d pairs on this day.") % {"count": count})
    return found
