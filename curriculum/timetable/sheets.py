"""Lessons from a workbook: a row a lesson, by group, subject, kind, teacher, room, day and pair (duty 2.3)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.models import ClassPair, Lesson, Teaching, TeachingAudience
from curriculum.timetable import queries, rules
from curriculum.timetable.models import TimetableBatch
from hemis.classifiers import queries as classifiers
from hemis.people.names import fold
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, CellWidget, Fault, Saved, Sheet, SheetColumn, sheet
from hemis.sheets.reading import SheetRefused
from structure.models import Auditorium
from students import queries as students
from students.models import Group


class _PairWidget(CellWidget):
    """A number of a pair."""

    def clean(self, value, row=None, **kwargs) -> int:
        text = widgets.as_text(value).removesuffix("-juftlik").strip()
        if not text.isdecimal() or not 1 <= int(text) <= 12:  # noqa: PLR2004 - as the model says
            raise Bad("bad_pair", _("This is no number of a pair."), "1–8")
        return int(text)


class _DayWidget(CellWidget):
    """A day of lessons: a date of this century, as Excel or people write it."""

    def clean(self, value, row=None, **kwargs) -> datetime.date:
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        for style in widgets.DATE_STYLES:
            try:
                return datetime.datetime.strptime(widgets.as_text(value), style).date()  # noqa: DTZ007 - a day
            except ValueError:
                continue
        raise Bad("bad_day", _("This is not a date."), "07.09.2026")

    def untidy(self, value, clean) -> str:
        return ""


@sheet
class LessonSheet(Sheet):
    """New lessons of the teachings that the dean's office plans; those that are there already stay."""

    code = "curriculum.lessons"
    title = gettext_lazy("Lessons from Excel")
    permission = "timetable.edit"
    result_url_name = "curriculum_lessons_list"
    asks_year = True

    @classmethod
    def default_year(cls) -> int:
        return students.current_year()

    def __init__(self, access, params):
        self.year = int(params.get("year") or self.default_year())
        scope = access.scope(self.permission)
        self.teachings = list(
            Teaching.objects.for_scope(scope)
            .filter(academic_year=self.year)
            .select_related("subject", "teacher__person")
            .prefetch_related(
                Prefetch("audience", TeachingAudience.objects.select_related("group", "subgroup"))
            )
        )
        self.by_key: dict[tuple[str, str, str], list[Teaching]] = defaultdict(list)
        for one in self.teachings:
            kind = str(one.training_type)
            for part in one.audience.all():
                half = f"/{part.subgroup.name}" if part.subgroup else ""
                for subject in {fold(one.subject.name), fold(one.subject.code)}:
                    self.by_key[fold(f"{part.group}{half}"), subject, kind].append(one)
        self.groups = {
            fold(one.name): one for one in Group.objects.filter(teachings__teaching__in=self.teachings)
        }
        rooms = Auditorium.objects.filter(is_active=True).select_related("building")
        self.rooms = {fold(str(one)): one for one in rooms}
        self.pairs: dict[int, ClassPair] = {one.number: one for one in queries.pairs_of(self.year)}
        super().__init__(access, params)

    def columns(self) -> dict[str, SheetColumn]:
        return {
            "group": SheetColumn("Guruh", widgets.TextWidget(100), aliases=("Группа", "Group"), example="610-26.01"),
            "subject": SheetColumn("Fan", widgets.TextWidget(256), aliases=("Предмет", "Subject"), example="Falsafa"),
            "training_type": widgets.coded_column(
                "Mashgʻulot turi", "h_training_type", "training_type", "Turi", "Вид занятия", "Training type",
                example="11",
            ),
            "teacher": SheetColumn(
                "Oʻqituvchi", widgets.TextWidget(200), aliases=("Преподаватель", "Teacher"), required=False,
                example="Karimov A. B.",
            ),
            "room": SheetColumn(
                "Auditoriya", widgets.TextWidget(32), aliases=("Аудитория", "Auditorium", "Room"), required=False,
                example="A-101",
            ),
            "day": SheetColumn("Sana", _DayWidget(), aliases=("Kun", "Дата", "Day", "Date"), example="07.09.2026"),
            "pair": SheetColumn("Juftlik", _PairWidget(), aliases=("Пара", "Pair"), example="1"),
        }  # fmt: skip

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """Each row names a teaching, a free place and hours that are left; every fault at its cell."""
        faults: list[Fault] = []
        found: list[Any] = []
        names = ("group", "subject", "training_type", "teacher", "room", "day", "pair")
        for number, *cells in zip(numbers, *(columns[name] for name in names), strict=True):
            row = dict(zip(names, cells, strict=True))
            if any(type(cell) is Bad for cell in cells):
                found.append(None)
                continue
            faults += self._look_up(number, row)
            found.append(row)
        good = [
            (number, row) for number, row in zip(numbers, found, strict=True) if row and "teaching" in row
        ]
        faults += self._clashes(good)
        columns["lesson"] = [self._lesson(row) if row and "teaching" in row else "" for row in found]
        return faults

    def _look_up(self, number: int, row: dict[str, Any]) -> list[Fault]:
        """Put the teaching, room and pair into the row, or say what is not known."""
        faults = []
        options = self.by_key.get((fold(row["group"]), fold(row["subject"]), str(row["training_type"])), [])
        if row["teacher"]:
            options = [one for one in options if one.teacher and fold(row["teacher"]) in _names(one)]
        if fold(row["group"].partition("/")[0]) not in self.groups:
            text = _("No group of yours is taught under this name.")
            faults.append(self.fault(number, "group", "unknown_group", text, row["group"]))
        elif not options:
            label = dict(classifiers.choices("h_training_type")).get(str(row["training_type"]), "")
            text = _("The group has no such teaching in the year: %(subject)s, %(kind)s.") % {
                "subject": row["subject"],
                "kind": label,
            }
            column = "teacher" if row["teacher"] else "subject"
            faults.append(self.fault(number, column, "unknown_teaching", text, row[column]))
        elif options[0].teacher is None:
            faults.append(
                self.fault(
                    number, "subject", "no_teacher", _("The teaching has no teacher yet."), row["subject"]
                )
            )
        room = self.rooms.get(fold(row["room"])) if row["room"] else None
        if row["room"] and room is None:
            faults.append(
                self.fault(number, "room", "unknown_room", _("There is no such room in use."), row["room"])
            )
        if row["pair"] not in self.pairs:
            faults.append(
                self.fault(number, "pair", "unknown_pair", _("The year has no such pair."), row["pair"])
            )
        if not faults:
            row |= {"teaching": options[0], "auditorium": room, "class_pair": self.pairs[row["pair"]]}
        return faults

    def _clashes(self, rows: list[tuple[int, dict[str, Any]]]) -> list[Fault]:
        """Closed days, hours that are used up, and people who are busy, in the timetable or in the file."""
        if not rows:
            return []
        keys = {row["teaching"].pk for _number, row in rows}
        days = sorted({row["day"] for _number, row in rows})
        plans, placed = queries.plans_of(keys), queries.placed_hours(keys)
        open_for = queries.calendar({plan for some in plans.values() for plan in some}, days[0], days[-1])
        audiences = queries.audiences_of(keys)
        teachers = {who for _n, row in rows for who in _givers(row["teaching"])}
        groups = {one.group for some in audiences.values() for one in some}
        taken = queries.busy(days, teachers=teachers, groups=groups, rooms=None)
        there = set(Lesson.objects.planned().filter(teaching__in=keys).values_list("teaching", "day", "pair"))
        faults, mine = [], queries.Busy([])
        for number, row in rows:
            teaching, pair, day = row["teaching"], row["class_pair"], row["day"]
            if (teaching.pk, day, pair.pk) in there:
                row["known"] = True
                continue
            if why := open_for.why_closed(plans[teaching.pk], day):
                faults.append(self.fault(number, "day", "closed_day", why, day))
                continue
            people: dict[str, Any] = {
                "teachers": _givers(teaching),
                "audience": audiences[teaching.pk],
                "rooms": [row["auditorium"].pk] if row["auditorium"] else [],
            }
            met = taken.met(day, pair.starts, pair.ends, **people)
            if met:
                text = " ".join(str(one) for one in queries.explain(met))
                faults.append(self.fault(number, "pair", "busy", text, row["pair"]))
                continue
            if mine.met(day, pair.starts, pair.ends, **people):
                text = _("Another row of the file takes this place.")
                faults.append(self.fault(number, "pair", "busy_in_file", text, row["pair"]))
                continue
            if placed.get(teaching.pk, 0) >= teaching.hours:
                text = _("All hours of the teaching are placed.")
                faults.append(self.fault(number, "subject", "no_hours", text, row["subject"]))
                continue
            placed[teaching.pk] = placed.get(teaching.pk, 0) + rules.PAIR_HOURS
            mine.add(_taken_by(row, people, number))
        return faults

    def _lesson(self, row: dict[str, Any]) -> Any:
        if row.get("known"):
            return None
        teaching = row["teaching"]
        return Lesson(
            teaching=teaching, teacher_id=teaching.teacher_id, assistant_id=teaching.assistant_id, day=row["day"],
            pair=row["class_pair"], auditorium=row["auditorium"],
        )  # fmt: skip

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        new = [row["lesson"] for row in rows if row["lesson"]]
        return Saved(len(new), 0, len(rows) - len(new))

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        """All or nothing: a place taken meanwhile stops the import, which is then checked anew."""
        new = [row["lesson"] for row in rows if row["lesson"]]
        try:
            with transaction.atomic():
                made = Lesson.objects.bulk_create(new)
        except IntegrityError as error:
            raise SheetRefused(
                _("Somebody took one of these places meanwhile; upload the file once more.")
            ) from error
        if made:
            days = sorted(one.day for one in made)
            TimetableBatch.objects.create(
                kind=TimetableBatch.IMPORT, faculty_id=next(iter(self.access.scope(self.permission).faculty_ids), None),
                first_day=days[0], last_day=days[-1], author=self.access.user, made=[one.pk for one in made],
            )  # fmt: skip
        return Saved(len(made), 0, len(rows) - len(made))


def _names(teaching: Teaching) -> set[str]:
    person = teaching.teacher.person  # type: ignore[union-attr]
    return {fold(person.full_name), fold(person.short_name)}


def _givers(teaching: Teaching) -> list[int]:
    return [one for one in (teaching.teacher_id, teaching.assistant_id) if one]


def _taken_by(row: dict[str, Any], people: dict[str, Any], number: int) -> list[queries.Hours]:
    """What a row of the file takes, as busy hours."""
    pair, day = row["class_pair"], row["day"]
    hours = (day, pair.starts, pair.ends, "file", number)
    return [
        *(queries.Hours(queries.TEACHER, who, *hours) for who in people["teachers"]),
        *(queries.Hours(queries.ROOM, room, *hours) for room in people["rooms"]),
        *(queries.Hours(queries.GROUP, one.group, *hours, audience=one) for one in people["audience"]),
    ]
