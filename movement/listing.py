"""People of an order by a list of student numbers: pasted, or in an Excel or CSV file (duties 2.2, 3.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.sheets.reading import SheetRefused, read_table
from movement import queries
from movement.kinds import OrderKind
from movement.models import Order, OrderLine
from structure.models import Unit
from students.models import Student

NUMBER = re.compile(r"\d{12}")
SEPARATORS = re.compile(r"[\s,;]+")
AT_MOST = 5_000
SHOWN = 50


@dataclass(frozen=True)
class Left:
    """A number that the order cannot name, and why."""

    number: str
    person: str
    why: str


class ListForm(forms.Form):
    """Student numbers, typed or in a file; names and other columns beside them are passed over."""

    numbers = forms.CharField(
        label=gettext_lazy("Student numbers"), required=False,
        widget=forms.Textarea(attrs={"rows": 5, "class": "form-control"}),
        help_text=gettext_lazy("One a line, or a column copied from Excel; commas and spaces part them as well."),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("Or a file"), required=False,
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".xlsx,.xls,.csv"}),
        help_text=gettext_lazy("Excel or CSV with student numbers in any column."),
    )  # fmt: skip
    skip = forms.BooleanField(
        label=gettext_lazy("Go on without those named above"), required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )  # fmt: skip

    def clean_numbers(self) -> str:
        """Words that are no numbers are named: a list with a slip in it is not half taken."""
        text = self.cleaned_data["numbers"]
        bad = [word for word in SEPARATORS.split(text) if word and not NUMBER.fullmatch(word)]
        if bad:
            raise forms.ValidationError(
                _("Not a student number of 12 digits: %(words)s."), params={"words": ", ".join(bad[:10])}
            )
        return text

    def clean(self):
        data = super().clean() or {}
        if self.errors:
            return data
        found = dict.fromkeys(word for word in SEPARATORS.split(data.get("numbers", "")) if word)
        if data.get("file"):
            found |= dict.fromkeys(self._of_file(data["file"]))
        if not found and "file" not in self.errors:
            self.add_error("numbers", _("Type or paste student numbers, or choose a file."))
        if len(found) > AT_MOST:
            self.add_error("numbers", _("At most %(count)d numbers at once.") % {"count": AT_MOST})
        data["all"] = list(found)
        return data

    def _of_file(self, upload) -> list[str]:
        try:
            table = read_table(upload.read())
        except SheetRefused as error:
            self.add_error("file", str(error))
            return []
        cells = [str(cell).strip() for row in (table.headers, *table.rows) for cell in row]
        # A number kept by Excel as a figure comes as 303231100001.0.
        numbers = [cell.removesuffix(".0") for cell in cells]
        found = [one for one in numbers if NUMBER.fullmatch(one)]
        if not found:
            self.add_error("file", _("There is no student number of 12 digits in the file."))
        return found


def find(
    numbers: Iterable[str], *, kind: type[OrderKind], faculty: Unit, access: Access
) -> tuple[QuerySet[Student], list[Left]]:
    """Those whom an order of the kind may name, and the others with the reason. Four queries.

    Scope first: somebody of another faculty is as unknown as a wrong number.
    """
    wanted = list(dict.fromkeys(numbers))
    scope = access.scope(kind.start_permission)
    seen = Student.objects.for_scope(scope).filter(number__in=wanted).select_related("person", "current")
    known = {one.number: one for one in seen}
    pks = [one.pk for one in known.values()]
    free = kind.people(queries.free_students(Student.objects.filter(pk__in=pks)), faculty)
    keys = set(free.values_list("pk", flat=True))
    waiting = OrderLine.objects.filter(student__in=pks, order__state__in=Order.PENDING)
    orders = dict(waiting.values_list("student", "order__title"))
    left = [
        _why(number, known.get(number), faculty, orders)
        for number in wanted
        if not _named(known, number, keys)
    ]
    return Student.objects.filter(pk__in=keys), left


def _named(known: dict[str, Student], number: str, keys: set[int]) -> bool:
    return number in known and known[number].pk in keys


def _why(number: str, student: Student | None, faculty: Unit, orders: dict[int, str]) -> Left:
    """The first reason that one would look for."""
    if student is None or student.current is None:
        return Left(number, "", _("no such student in your scope"))
    if student.pk in orders:
        why = _("stands on another order: %(order)s") % {"order": orders[student.pk]}
    elif student.current.faculty_id != faculty.pk:
        why = _("studies in another faculty")
    else:
        why = _("not for the status: %(status)s") % {"status": student.current.get_status_display()}
    return Left(number, str(student.person), why)
