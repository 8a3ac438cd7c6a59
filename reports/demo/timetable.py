"""Lessons of the autumn half-year, placed quickly: a weekly place for every pair of a teaching."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from curriculum.models import Holiday, Lesson, Teaching, TeachingAudience
from curriculum.timetable import queries, rules, sitting
from hemis.access.history import acting
from hemis.people.models import User
from reports.demo import YEAR, bulk, exams
from reports.demo.statistics import analyze
from structure.models import Auditorium, RoomSlot

AUTUMN = "11"
FIRST, LAST = datetime.date(YEAR, 9, 1), datetime.date(YEAR + 1, 1, 31)
WORKDAYS = 6
# Evening students come after work; everybody else takes the pairs of the day.
EVENING, EVENING_PAIRS, DAY_PAIRS = "12", (5, 6, 7, 8), (1, 2, 3, 4, 5, 6)
USUAL_PAIRS_A_DAY = 4
HOLIDAYS = (
    (datetime.date(YEAR, 9, 1), "Mustaqillik kuni"),
    (datetime.date(YEAR, 10, 1), "Oʻqituvchi va murabbiylar kuni"),
    (datetime.date(YEAR, 12, 8), "Konstitutsiya kuni"),
    (datetime.date(YEAR + 1, 1, 1), "Yangi yil"),
    (datetime.date(YEAR + 1, 3, 8), "Xotin-qizlar kuni"),
    (datetime.date(YEAR + 1, 3, 21), "Navroʻz bayrami"),
    (datetime.date(YEAR + 1, 5, 9), "Xotira va qadrlash kuni"),
)

LESSON = ("teaching", "teacher", "assistant", "day", "pair", "auditorium")
Place = tuple[int, int]  # weekday from Monday, number of the pair


def build(staff: dict[str, User], *, tell: Callable[[str], None], most: int | None = None) -> None:
    """Days off of the year, then the lessons of every teaching that has a teacher (or of the first ``most``)."""
    Holiday.objects.bulk_create(Holiday(day=day, name=name) for day, name in HOLIDAYS)
    with acting(staff["academic"].pk, "demo"):
        lessons = _Greedy(most).lessons()
        bulk.write(Lesson, LESSON, lessons)
    analyze()
    _changes()
    controls = exams.build(staff)
    tell(f"{len(lessons)} lessons, {controls} controls")


def _changes() -> None:
    """What a half-year brings: a few lessons of each week are not held, and a few are given by somebody else."""
    rows = Lesson.objects.order_by("day", "pk").values_list("pk", flat=True)
    Lesson.objects.filter(pk__in=list(rows[::400])).update(
        state=Lesson.CANCELLED, reason="Oʻqituvchi xizmat safarida"
    )


@dataclass
class _Wanted:
    """A teaching with what its place depends on."""

    teaching: Teaching
    size: int
    days: dict[int, list[datetime.date]]
    audience: list[rules.Audience] = field(default_factory=list)
    evening: bool = False

    @property
    def pairs(self) -> int:
        return rules.pairs_needed(self.teaching.hours)

    @property
    def a_week(self) -> int:
        longest = max((len(days) for days in self.days.values()), default=0)
        return -(-self.pairs // longest) if longest else 0


class _Greedy:
    """Largest audiences first, each at the best place that is free for everybody."""

    def __init__(self, most: int | None = None) -> None:
        self.most = most
        self.pairs = {one.number: one for one in queries.pairs_of(YEAR)}
        self.rooms = list(Auditorium.objects.filter(is_active=True).order_by("capacity", "pk"))
        self.teachers: dict[int, set[Place]] = defaultdict(set)
        self.groups: dict[int, dict[Place, list[rules.Audience]]] = defaultdict(dict)
        self.booked = self._booked()

    def lessons(self) -> list[tuple]:
        found: list[tuple] = []
        for wanted in sorted(self._wanted(), key=lambda one: (-one.size, one.teaching.pk)):
            found += self._place(wanted)
        return found

    def _booked(self) -> dict[int, set[Place]]:
        """Places that bookings of rooms take in some week."""
        found: dict[int, set[Place]] = defaultdict(set)
        for slot in RoomSlot.objects.filter(day__range=(FIRST, LAST)):
            for pair in self.pairs.values():
                if rules.meet(pair.starts, pair.ends, slot.starts_at, slot.ends_at):
                    found[slot.auditorium_id].add((slot.day.weekday(), pair.number))
        return found

    def _wanted(self) -> Iterable[_Wanted]:
        rows = list(
            Teaching.objects.filter(academic_year=YEAR, term=AUTUMN, teacher__isnull=False).order_by("pk")[
                : self.most
            ]
        )
        keys = [one.pk for one in rows]
        plans, sizes = queries.plans_of(keys), sitting.sizes(keys)
        calendar = queries.calendar({plan for some in plans.values() for plan in some}, FIRST, LAST)
        audiences = defaultdict(list)
        for one in TeachingAudience.objects.filter(teaching__in=keys).select_related(
            "group", "subgroup", "curriculum_subject"
        ):
            audiences[one.teaching_id].append(one)
        open_days: dict[frozenset[int], dict[int, list[datetime.date]]] = {}
        for row in rows:
            key = frozenset(plans[row.pk])
            if key not in open_days:
                by_day: dict[int, list[datetime.date]] = defaultdict(list)
                for day in calendar.open_days(key, FIRST, LAST):
                    by_day[day.weekday()].append(day)
                open_days[key] = by_day
            parts = audiences[row.pk]
            audience = [queries.part_of(one) for one in parts]
            evening = any(one.group.education_form == EVENING for one in parts)
            yield _Wanted(row, sizes.get(row.pk, 0), open_days[key], audience, evening)

    def _place(self, wanted: _Wanted) -> list[tuple]:
        left, made = wanted.pairs, []
        for _again in range(wanted.a_week):
            found = self._best(wanted)
            if found is None:
                break
            place, room = found
            self._take(wanted, place, room)
            days = wanted.days[place[0]][:left]
            left -= len(days)
            made += [self._lesson(wanted.teaching, day, place[1], room) for day in days]
        return made

    def _lesson(self, teaching: Teaching, day: datetime.date, pair: int, room: Auditorium) -> tuple:
        """The values of the fields ``LESSON``."""
        return (teaching.pk, teaching.teacher_id, teaching.assistant_id, day, self.pairs[pair].pk, room.pk)

    def _best(self, wanted: _Wanted) -> tuple[Place, Auditorium] | None:
        numbers = EVENING_PAIRS if wanted.evening else DAY_PAIRS
        places = [(day, number) for day in range(WORKDAYS) for number in numbers if wanted.days.get(day)]
        for place in sorted(places, key=lambda one: self._cost(wanted, one)):
            if self._everybody_is_free(wanted, place) and (room := self._room(wanted, place)):
                return place, room
        return None

    def _everybody_is_free(self, wanted: _Wanted, place: Place) -> bool:
        teaching = wanted.teaching
        if any(place in self.teachers[who] for who in (teaching.teacher_id, teaching.assistant_id) if who):
            return False
        return not any(
            rules.audiences_meet(one, other)
            for one in wanted.audience
            for other in self.groups[one.group].get(place, ())
        )

    def _cost(self, wanted: _Wanted, place: Place) -> tuple[int, int, int]:
        """Windows and full days of the groups first, then late pairs."""
        day, number = place
        windows = full = 0
        for group in {one.group for one in wanted.audience}:
            taken = sorted(other for at, other in self.groups[group] if at == day)
            full += len(taken) + 10 * (len(taken) >= USUAL_PAIRS_A_DAY)
            if taken:
                windows += max(0, number - taken[-1] - 1, taken[0] - number - 1)
        return (2 * windows + full, number, day)

    def _room(self, wanted: _Wanted, place: Place) -> Auditorium | None:
        """The smallest room that seats everybody, of the most fitting type; else the largest that is free."""
        free = [one for one in self.rooms if place not in self.booked[one.pk]]
        for kind in rules.room_kinds(wanted.teaching.training_type):
            for one in free:
                if one.kind == kind and one.capacity >= wanted.size:
                    return one
        return free[-1] if free and wanted.size > self.rooms[-1].capacity else None

    def _take(self, wanted: _Wanted, place: Place, room: Auditorium) -> None:
        self.booked[room.pk].add(place)
        for who in (wanted.teaching.teacher_id, wanted.teaching.assistant_id):
            if who:
                self.teachers[who].add(place)
        for one in wanted.audience:
            self.groups[one.group].setdefault(place, []).append(one)
