"""Numbers in UzASBO from Excel, by PINFL (duty 7.1): all faults are named, what stands already stays."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.uzasbo import HELD
from hemis.people.names import search_text
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, Fault, Saved, Sheet, SheetColumn, sheet
from students.models import Student

# One statement for all rows.
GIVE = """
UPDATE students_student s SET uzasbo_number = n.number, version = s.version + 1
  FROM unnest(%s::bigint[], %s::text[]) AS n(id, number) WHERE s.id = n.id
"""
DIGITS = re.compile(r"\d{3,20}")


class NumberWidget(widgets.TextWidget):
    """A number without spaces, as the form keeps it."""

    def clean(self, value, row=None, **kwargs) -> str:
        number = "".join(super().clean(value, row, **kwargs).split())
        if not DIGITS.fullmatch(number):
            raise Bad("bad_number", _("Digits only, from 3 to 20."))
        return number


@sheet
class UzasboSheet(Sheet):
    """Numbers of students in UzASBO: a row is a PINFL and a number; the name, where given, is compared."""

    code = "finance.uzasbo"
    title = gettext_lazy("Numbers in UzASBO")
    permission = "payment.edit"
    result_url_name = "finance_uzasbo_list"
    asks_year = False

    def columns(self) -> dict[str, SheetColumn]:
        return {
            "number": SheetColumn(
                "UzASBO kodi", NumberWidget(),
                aliases=("UzASBO kod", "UzASBO raqami", "Код UzASBO", "УзАСБО код", "Number in UzASBO"),
                missing="missing_number", example="1002003004",
            ),
            "pinfl": SheetColumn(
                "JSHSHIR", widgets.PinflWidget(), aliases=("ПИНФЛ", "PINFL"), missing="missing_pinfl",
                example="31205995170018",
            ),
            "name": SheetColumn(
                "F.I.O.", widgets.TextWidget(), aliases=("F.I.Sh.", "Ф.И.О.", "ФИО", "Full name"), required=False,
                example="Karimov Akmal Komil oʻgʻli",
            ),
        }  # fmt: skip

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """Whose number it is, each student and each number once, and no number of somebody else."""
        known = self._students(columns["pinfl"])
        holders = self._holders(columns["number"])
        faults: list[Fault] = []
        seen: dict[tuple[str, Any], int] = {}
        columns["student"] = [None] * len(numbers)
        for at, row in enumerate(numbers):
            number, pinfl, name = (columns[one][at] for one in self.fields)
            if Bad in map(type, (number, pinfl, name)):
                continue
            student = known.get(pinfl)
            wrong = self._wrong(student, number, name, holders) or self._twice(seen, row, number, pinfl)
            if wrong:
                faults.append(self.fault(row, *wrong))
            else:
                columns["student"][at] = student
        return faults

    def _students(self, pinfls: list[Any]) -> dict[str, Student]:
        """PINFL → the student; of two studies of one person the one begun last."""
        wanted = [one for one in pinfls if type(one) is str]
        rows = Student.objects.for_scope(self.access.scope(self.permission)).select_related("person")
        rows = rows.filter(person__pinfl__in=wanted, current__status__in=HELD).order_by("entry_year", "pk")
        return {one.person.pinfl or "": one for one in rows}

    @staticmethod
    def _holders(numbers: list[Any]) -> dict[str, int]:
        """Number → the student who has it now, in scope or not: it is unique in the whole university."""
        wanted = [one for one in numbers if type(one) is str]
        return dict(Student.objects.filter(uzasbo_number__in=wanted).values_list("uzasbo_number", "pk"))

    @staticmethod
    def _wrong(
        student: Student | None, number: str, name: str, holders: dict[str, int]
    ) -> tuple[str, str, str] | None:
        if student is None:
            return "pinfl", "no_student", _("No student with this PINFL studies here.")
        if name and not {*search_text(name).split()} & {*student.person.search_text.split()}:
            text = _("The PINFL is that of %(name)s.")
            return "name", "other_name", text % {"name": student.person.full_name}
        if holders.get(number, student.pk) != student.pk:
            return "number", "number_taken", _("Another student has this number in UzASBO.")
        return None

    @staticmethod
    def _twice(
        seen: dict[tuple[str, Any], int], row: int, number: str, pinfl: str
    ) -> tuple[str, str, str] | None:
        for name, value in (("pinfl", pinfl), ("number", number)):
            first = seen.setdefault((name, value), row)
            if first != row:
                return name, "twice", _("The same stands in row %(row)d already.") % {"row": first}
        return None

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        new = sum(not one["student"].uzasbo_number for one in rows)
        same = sum(one["student"].uzasbo_number == one["number"] for one in rows)
        return Saved(new, len(rows) - new - same, same)

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        changed = [one for one in rows if one["student"].uzasbo_number != one["number"]]
        keys = [one["student"].pk for one in changed]
        with connection.cursor() as cursor:
            cursor.execute(GIVE, [keys, [one["number"] for one in changed]])
        return self.plan(rows)
