"""The list of employees with their posts, from Excel (duty 1.2): one row is one post of one person."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.people.keepers import why_not_renamed
from hemis.people.models import Person
from hemis.people.names import fold
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, CellWidget, Fault, Notice, Saved, SheetColumn, sheet
from staff import queries, rules
from staff.importing import Importer, default_category, name_of, same_post
from staff.models import Employee, Position, StaffRule
from staff.models.posts import DEAN, HEAD_OF_KAFEDRA, RATES, RECTOR, UNIT_KIND_OF_POST
from staff.person_sheet import PersonSheet
from structure.models import Unit

Columns = dict[str, list[Any]]


class RateWidget(CellWidget):
    """``1``, ``0,5``, ``0.25 stavka`` → a rate of the national list."""

    def clean(self, value, row=None, **kwargs) -> Decimal:
        found = re.search(r"\d+(?:[.,]\d+)?", str(value))
        rate = Decimal(found[0].replace(",", ".")) if found else None
        if rate is None or rate not in RATES.values():
            raise Bad("bad_rate", _("A rate is 1.00, 0.75, 0.50 or 0.25."))
        return rate.quantize(Decimal("0.01"))

    def shown(self, clean) -> str:
        return f"{clean:.2f}"

    def untidy(self, value, clean) -> str:
        return ""


class YearWidget(CellWidget):
    """A year in which somebody alive may have begun to work."""

    def clean(self, value, row=None, **kwargs) -> int:
        text = widgets.as_text(value)
        if not re.fullmatch(r"\d{4}", text) or not 1940 <= int(text) <= timezone.localdate().year:
            raise Bad("bad_year", _("A year with four digits, not in the future."))
        return int(text)

    def untidy(self, value, clean) -> str:
        return ""


@sheet
class EmployeesSheet(PersonSheet):
    """Employees with posts. Who is known by PINFL (or passport and country) stays one person."""

    code = "staff.employees"
    title = gettext_lazy("List of employees with posts")
    permission = "employee.edit"
    result_url_name = "staff_employees_list"
    asks_year = False

    def __init__(self, access, params):
        units = list(Unit.objects.filter(is_active=True))
        self.units: dict[str, Unit] = {}
        twice = set()
        for unit in units:
            for name in (unit.name, unit.name_ru, unit.name_en):
                if name and fold(name) in {fold(known) for known in self.units}:
                    twice.add(name)
                elif name:
                    self.units[name] = unit
        for name in twice:
            self.units.pop(name, None)
        self.units |= {unit.code: unit for unit in units}
        super().__init__(access, params)

    def columns(self) -> dict[str, SheetColumn]:
        text, date = widgets.TextWidget, widgets.DateWidget
        coded = widgets.coded_column
        unit_message = _("There is no unit %(value)s. Write its code or its whole name.")
        return {
            "number": SheetColumn(
                "Xodim raqami", text(20), aliases=("Xodim ID", "Табельный номер", "ID"), required=False,
                example="3033000001",
            ),
            **self.person_columns(),
            "degree": coded(
                "Ilmiy daraja", "h_academic_degree", "degree", "Ученая степень", required=False, example="11"
            ),
            "rank": coded(
                "Ilmiy unvon", "h_academic_rank", "rank", "Ученое звание", required=False, example="11"
            ),
            "specialty": SheetColumn("Mutaxassisligi", text(255), aliases=("Специальность",), required=False),
            "entry_year": SheetColumn(
                "Ishga kirgan yili", YearWidget(), aliases=("Год поступления",), required=False, example="2015"
            ),
            "unit": SheetColumn(
                "Bo‘linma", widgets.KnownWidget(self.units, fault="unknown_unit", message=unit_message),
                aliases=("Kafedra", "Bo‘linma kodi", "Подразделение", "Кафедра"), missing="unknown_unit",
                choices=lambda: sorted({unit.name for unit in self.units.values()}),
                example=min((unit.name for unit in self.units.values()), default=""),
            ),
            "post": coded("Lavozim", "h_teacher_position_type", "post", "Lavozimi", "Должность", example="12"),
            "category": coded(
                "Xodim toifasi", "h_employee_type", "category", "Категория", required=False, example="12"
            ),
            "employment": coded(
                "Mehnat shakli", "h_employment_form", "employment", "Форма занятости", example="11"
            ),
            "rate": SheetColumn(
                "Stavka", RateWidget(), aliases=("Stavkasi", "Ставка"), missing="bad_rate", example="1.00"
            ),
            "contract_number": SheetColumn(
                "Shartnoma raqami", text(64), aliases=("Номер договора",), required=False, example="12"
            ),
            "contract_date": SheetColumn(
                "Shartnoma sanasi", date(), aliases=("Дата договора",), required=False, example="01.09.2020"
            ),
            "order_number": SheetColumn(
                "Buyruq raqami", text(32), aliases=("Номер приказа",), required=False, example="15-k"
            ),
            "order_date": SheetColumn(
                "Buyruq sanasi", date(), aliases=("Дата приказа",), required=False, example="01.09.2020"
            ),
            "valid_from": SheetColumn(
                "Lavozimda (dan)", date(), aliases=("Boshlanish sanasi", "Дата начала"), missing="missing_from",
                example="01.09.2020",
            ),
            "valid_to": SheetColumn(
                "Lavozimda (gacha)", date(), aliases=("Tugash sanasi", "Дата окончания"), required=False
            ),
        }  # fmt: skip

    # --- checks between columns and against the database

    def check_columns(self, columns: Columns, numbers: list[int]) -> list[Fault]:
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        faults: list[Fault] = []
        for row, number in zip(rows, numbers, strict=True):
            row["row"] = number
            faults += self.faults_of_person(row, number)
            faults += self._of_post(row, number)
        # One row may be at fault twice: the people and posts of faulty rows are not judged further.
        bad = {one.row for one in faults}
        sound = [row for row in rows if row["row"] not in bad and not _spoiled(row)]
        faults += self._between_rows(sound)
        bad = {one.row for one in faults}
        faults += self._against_posts([row for row in sound if row["row"] not in bad])
        return faults

    def _of_post(self, row: dict, number: int) -> Iterator[Fault]:
        post, unit, start, end = row["post"], row["unit"], row["valid_from"], row["valid_to"]
        if type(post) is not Bad and type(unit) is not Bad:
            needed = UNIT_KIND_OF_POST.get(post)
            if needed and self.units[unit].kind != needed:
                message = _("This post does not exist in a unit of this kind.")
                yield self.fault(number, "post", "post_of_unit_kind", message, unit)
        if isinstance(start, datetime.date) and isinstance(end, datetime.date) and end < start:
            yield self.fault(
                number, "valid_to", "end_before_begin", _("The end lies before the beginning."), end
            )
        for what in ("contract", "order"):
            if row[f"{what}_date"] and not row[f"{what}_number"]:
                message = _("There is a date, but no number.")
                yield self.fault(number, f"{what}_number", "number_without_date", message)

    def _between_rows(self, rows: list[dict]) -> Iterator[Fault]:
        """One person written in two ways, one number of two people, one post twice."""
        people: dict[tuple, dict] = {}
        owners: dict[str, tuple] = {}
        posts: dict[tuple, int] = {}
        known = self._known_numbers(rows)
        for row in rows:
            who, number = _who(row), row["row"]
            first = people.setdefault(who, row)
            for name in ("last_name", "first_name", "birth_date"):
                if first[name] != row[name]:
                    message = _("The same person is written otherwise in row %(row)d.") % {
                        "row": first["row"]
                    }
                    yield self.fault(number, name, "person_contradicts", message, row[name])
            if row["number"]:
                owner = known.get(row["number"]) or owners.setdefault(row["number"], who)
                if owner != who:
                    message = _("This employee number belongs to another person.")
                    yield self.fault(number, "number", "number_of_another", message, row["number"])
            key = (who, self.units[row["unit"]].pk, row["post"], row["employment"], row["valid_from"])
            if key in posts:
                message = _("The same post stands in row %(row)d.") % {"row": posts[key]}
                yield self.fault(number, "post", "duplicate_post", message)
            posts.setdefault(key, number)
        yield from self._known_people(people)

    def _known_numbers(self, rows: list[dict]) -> dict[str, tuple]:
        found = Employee.objects.filter(number__in={row["number"] for row in rows}).select_related("person")
        return {one.number: _who_is(one.person) for one in found}

    def _known_people(self, people: dict[tuple, dict]) -> Iterator[Fault]:
        """PINFLs known under another surname and first name; passports and numbers of others."""
        pinfls = {row["pinfl"] for row in people.values() if row["pinfl"]}
        passports = {row["passport"] for row in people.values() if row["passport"]}
        by_passport = {
            (one.country, one.passport): one for one in Person.objects.filter(passport__in=passports)
        }
        by_pinfl = {one.pinfl: one for one in Person.objects.filter(pinfl__in=pinfls)}
        numbers = dict(
            Employee.objects.filter(person__in=[one.pk for one in by_pinfl.values()]).values_list(
                "person", "number"
            )
        )
        for row in people.values():
            known = by_pinfl.get(row["pinfl"])
            same = known and (
                fold(known.last_name) == fold(row["last_name"])
                or fold(known.first_name) == fold(row["first_name"])
            )
            if known and not same:
                message = _("This PINFL is known as another person's: %(name)s.") % {"name": known.full_name}
                yield self.fault(row["row"], "pinfl", "pinfl_of_another", message, row["pinfl"])
            if known and same:
                self._tell_of_kept_name(known, row)
            if known and row["number"] and numbers.get(known.pk, row["number"]) != row["number"]:
                message = _("This person has the employee number %(number)s.") % {"number": numbers[known.pk]}
                yield self.fault(row["row"], "number", "another_number", message, row["number"])
            holder = by_passport.get((row["country"] or "UZ", row["passport"]))
            if holder and row["pinfl"] and holder.pinfl != row["pinfl"]:
                message = _("Another person has this passport.")
                yield self.fault(row["row"], "passport", "passport_of_another", message, row["passport"])

    def _tell_of_kept_name(self, known: Person, row: dict) -> None:
        """Who is renamed by an order alone keeps the name, whatever the file says: told before it is saved."""
        told = name_of(row)
        if why := why_not_renamed(known, told):
            written = " ".join(filter(None, told.values()))
            self.notices.append(
                Notice(self.fields["last_name"].header, 1, written, known.full_name, str(why))
            )

    def _against_posts(self, rows: list[dict]) -> Iterator[Fault]:
        """Rates, main posts and heads, the file's posts together with those that are held already."""
        law = queries.limits()[StaffRule.MAX_RATES]
        held = self._held(rows)
        files: dict[tuple, list[Position]] = {}
        heads = list(
            Position.objects.filter(post__in=[HEAD_OF_KAFEDRA, DEAN, RECTOR]).select_related(
                "employee__person", "unit"
            )
        )
        for row in rows:
            who, number, new = _who(row), row["row"], self._position(row)
            own = held.get(who, [])
            known = next((one for one in own if same_post(one, new)), None)
            if known:
                yield from self._changed_in_silence(known, new, number)
                continue
            others = [*own, *files.get(who, [])]
            if rules.second_main_post(new, others):
                message = _("The employee has another main post on these dates.")
                yield self.fault(number, "employment", "second_main_post", message)
            text = rules.rate_problem([*others, new], limit=law.value, source=law.source)
            if text:
                yield self.fault(number, "rate", "too_many_rates", text, f"{new.rate:.2f}")
            if new.post in (HEAD_OF_KAFEDRA, DEAN, RECTOR):
                other = next((one for one in heads if _same_chair(one, new)), None)
                if other:
                    message = _("The unit has another head on these dates.")
                    yield self.fault(number, "post", "second_head", message)
                heads.append(new)
            files.setdefault(who, []).append(new)

    def _held(self, rows: list[dict]) -> dict[tuple, list[Position]]:
        pinfls = {row["pinfl"] for row in rows if row["pinfl"]}
        passports = {row["passport"] for row in rows if not row["pinfl"]}
        found: dict[tuple, list[Position]] = {}
        for lookup in ({"pinfl__in": pinfls}, {"pinfl": None, "passport__in": passports}):
            positions = Position.objects.filter(
                **{f"employee__person__{name}": value for name, value in lookup.items()}
            ).select_related("employee__person", "unit")
            for one in positions:
                found.setdefault(_who_is(one.employee.person), []).append(one)
        return found

    def _position(self, row: dict) -> Position:
        """The post of a row, not saved."""
        unit = self.units[row["unit"]]
        return Position(
            unit=unit,
            post=row["post"],
            category=row["category"] or default_category(row["post"], unit),
            employment=row["employment"],
            rate=row["rate"],
            contract_number=row["contract_number"],
            contract_date=row["contract_date"] or None,
            order_number=row["order_number"],
            order_date=row["order_date"] or None,
            valid_from=row["valid_from"],
            valid_to=row["valid_to"] or None,
        )

    def _changed_in_silence(self, known: Position, new: Position, number: int) -> Iterator[Fault]:
        if known.rate != new.rate:
            message = _("This post is held with the rate %(rate)s; another rate needs an order.") % {
                "rate": f"{known.rate:.2f}"
            }
            yield self.fault(number, "rate", "rate_by_order", message, f"{new.rate:.2f}")
        if new.valid_to and known.valid_to != new.valid_to:
            message = _("A post ends by an order; enter the end on its card.")
            yield self.fault(number, "valid_to", "end_by_order", message, new.valid_to)

    # --- saving

    def plan(self, rows):
        with transaction.atomic():
            saved = self.save(rows)
            transaction.set_rollback(True)
        return saved

    def save(self, rows) -> Saved:
        importer = Importer()
        for row in rows:
            importer.take(row, self._position(row))
        return importer.finish()


def _spoiled(row: dict) -> bool:
    return any(type(value) is Bad for value in row.values())


def _who(row: dict) -> tuple:
    return (row["pinfl"],) if row["pinfl"] else (row["country"], row["passport"])


def _who_is(person: Person) -> tuple:
    return (person.pinfl,) if person.pinfl else (person.country, person.passport)


def _same_chair(one: Position, new: Position) -> bool:
    chair = one.post == new.post and (one.post == RECTOR or one.unit_id == new.unit_id)
    return chair and rules.overlap(one, new)
