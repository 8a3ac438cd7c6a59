"""Balances of earlier years from Excel (duty 7.1): a row is a student and a year; what is there already stays."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.models import Contract
from finance.opening import actions
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, Fault, Saved, Sheet, SheetColumn, sheet
from students.cells import AcademicYearWidget
from students.models import Student


@sheet
class BroughtForwardSheet(Sheet):
    """Debts and credits of years before, by student number or PINFL."""

    code = "finance.brought_forward"
    title = gettext_lazy("Balances of earlier years")
    permission = "contract.create"
    result_url_name = "finance_brought_forward_list"
    asks_year = False

    def columns(self) -> dict[str, SheetColumn]:
        return {
            "student": SheetColumn(
                "Talaba raqami yoki JSHSHIR", widgets.TextWidget(14),
                aliases=("Talaba raqami", "JSHSHIR", "Номер студента", "ПИНФЛ", "Student number", "PINFL"),
                example="303261100001",
            ),
            "year": SheetColumn(
                "Oʻquv yili", AcademicYearWidget(), aliases=("Учебный год", "Academic year"), example="2025/2026"
            ),
            "debt": SheetColumn(
                "Qarzi, soʻm", widgets.FigureWidget(), aliases=("Qarzi", "Долг", "Долг, сум", "Debt"), required=False,
                example="1 500 000",
            ),
            "credit": SheetColumn(
                "Haqi, soʻm", widgets.FigureWidget(), aliases=("Haqi", "Переплата", "Переплата, сум", "Credit"),
                required=False,
            ),
            "basis": SheetColumn(
                "Asos", widgets.TextWidget(500), aliases=("Основание", "Basis"),
                example="2026-yil 1-sentabrdagi solishtirma dalolatnoma",
            ),
        }  # fmt: skip

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """Whose balance it is, one sum a row, an earlier year, and not another sum than the books have."""
        known = self._students(columns["student"])
        there = {
            (one.student_id, one.academic_year_id): one
            for one in Contract.objects.filter(student__in=known.values(), ended_on=None).exclude(
                state=Contract.CANCELLED
            )
        }
        columns["balance"] = [None] * len(numbers)
        faults, seen = [], set()
        for at, row in enumerate(numbers):
            who, year, debt, credit, basis = (columns[name][at] for name in self.fields)
            if Bad in map(type, (who, year, debt, credit, basis)):
                continue
            student = known.get(str(who))
            wrong = self._wrong(student, year, debt, credit)
            if not wrong and (student.pk, year) in seen:
                wrong = ("student", "twice", _("This student and year stand in the file twice."))
            if not wrong:
                amount = Decimal(debt or 0) - Decimal(credit or 0)
                wrong = self._contradicts(there.get((student.pk, year)), amount)
                columns["balance"][at] = actions.Balance(student.pk, year, amount, basis)
                seen.add((student.pk, year))
            if wrong:
                faults.append(self.fault(row, *wrong))
        columns["is_there"] = [
            one is not None and (one.student, one.year) in there for one in columns["balance"]
        ]
        return faults

    def _students(self, values: list[Any]) -> dict[str, Student]:
        wanted = [str(one) for one in values if one and type(one) is not Bad]
        rows = Student.objects.for_scope(self.access.scope(self.permission)).select_related(
            "person", "current"
        )
        found = {}
        for one in rows.filter(person__pinfl__in=wanted).order_by("entry_year", "pk"):
            found[one.person.pinfl] = one
        for one in rows.filter(number__in=wanted):
            found[one.number] = one
        return found

    @staticmethod
    def _wrong(student: Student | None, year: int, debt, credit) -> tuple[str, str, str] | None:
        if student is None or student.current is None:
            return "student", "no_student", _("No student with this number studies here.")
        if bool(debt) == bool(credit):
            return "debt", "one_sum", _("A row has either a debt or a credit.")
        if year >= student.current.academic_year_id:
            return (
                "year",
                "not_earlier",
                _("Only balances of years before the student's present year are brought forward."),
            )
        return None

    @staticmethod
    def _contradicts(there: Contract | None, amount: Decimal) -> tuple[str, str, str] | None:
        if there is None or there.brought_forward and there.amount == amount:
            return None
        if there.brought_forward:
            text = _("Another balance of this year is in the books: %(number)s. Reverse it first.")
        else:
            text = _("The student has a contract of this year: %(number)s.")
        return "year", "there_already", text % {"number": there.number}

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        there = sum(one["is_there"] for one in rows)
        return Saved(len(rows) - there, 0, there)

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        new = [one["balance"] for one in rows if not one["is_there"]]
        if new:
            actions.bring_forward(new, access=self.access)
        return Saved(len(new), 0, len(rows) - len(new))
