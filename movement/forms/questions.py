"""What a new order asks: the questions of its kind, and figures by student number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from hemis.classifiers.own import own_choices
from hemis.classifiers.queries import choices
from movement.answers import GROUNDS, LISTS, TITLES
from movement.facts import FACTS
from movement.kinds import OrderKind
from movement.kinds.names import NAMES
from movement.rules import CONTRACT, FIRST_CODE
from structure.models import Unit
from students.models import Group, Programme

TRANSFER = "16"


def date_input() -> forms.DateInput:
    """A date as browsers ask for it."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})


class QuestionsForm(forms.Form):
    """What an order of a kind says, and the questions that the kind asks."""

    title = forms.CharField(label=_("title"), max_length=512)
    basis = forms.CharField(label=_("basis"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
    effective_date = forms.DateField(label=_("in force from"), widget=date_input())

    def __init__(self, *args, kind: type[OrderKind], faculty: Unit, people: QuerySet | None = None, **kwargs):
        """``people`` are those whom the order will name: a group of their course is offered alone."""
        super().__init__(*args, **kwargs)
        self.kind, self.faculty = kind, faculty
        self.fields["title"].initial = kind.order_title  # the words of the order itself, not of the screen
        self.fields["effective_date"].initial = timezone.localdate()
        for name in kind.questions:
            self.fields[name.rstrip("?")] = _question(
                name.rstrip("?"), kind, faculty, required=not name.endswith("?")
            )
        if people is not None and kind.code == TRANSFER and "group" in self.fields:
            groups = self.fields["group"].queryset  # type: ignore[attr-defined]
            self.fields["group"].queryset = groups.filter(entry_year__in=entered(people))  # type: ignore[attr-defined]
        for field in self.fields.values():
            dress(field)

    def clean_figures(self):
        """Student numbers with their figures, a line each, as they are pasted from a sheet."""
        return read_figures(self.cleaned_data["figures"], self.kind.facts)

    def clean(self):
        data = super().clean() or {}
        begins, until = data.get("effective_date"), data.get("stipend_until")
        if until and begins and until <= begins:
            self.add_error("stipend_until", _("The stipend ends after it begins."))
        ends = data.get("ends_on")
        if ends and begins and ends <= begins:
            self.add_error("ends_on", _("The leave ends after it begins."))
        group, programme = data.get("group"), data.get("programme")
        if group and programme and group.speciality_id != programme.speciality_id:
            self.add_error("group", _("The group is of another speciality."))
        if data.get("figures") and not data.get("figures_basis", "").strip():
            self.add_error(
                "figures_basis",
                _("Say what the figures rest on: the sheet, the report, its number and date."),
            )
        if self.kind.key() == ":name" and not any(data.get(name) for name in NAMES):
            self.add_error(None, _("Enter at least one name that changes."))
        return data

    def choices(self) -> dict[str, Any]:
        """The answers alone."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"title", "basis", "effective_date"}
        }


def entered(people: QuerySet) -> set[int]:
    """The entry years of the groups in which students of these courses study."""
    now = people.order_by().values_list("current__academic_year", "current__course").distinct()
    return {year - (int(course) - FIRST_CODE) for year, course in now if year and course}


def read_figures(text: str, facts: Sequence[str]) -> dict[str, dict[str, Decimal]]:
    """``303231100001 3.4 0`` a line → figures by student number, in the order of ``facts``.

    Raises:
        ValidationError: a line that cannot be read, with its number.
    """
    found: dict[str, dict[str, Decimal]] = {}
    for at, line in enumerate(text.splitlines(), start=1):
        words = line.replace(";", " ").replace("\t", " ").split()
        if not words:
            continue
        number, values = words[0], [word.replace(",", ".") for word in words[1:]]
        try:
            if not re.fullmatch(r"\d{12}", number) or not values or len(values) > len(facts):
                raise ValueError
            figures = {code: _figure(value) for code, value in zip(facts, values, strict=False)}
        except (ValueError, InvalidOperation):
            raise forms.ValidationError(
                _("Line %(number)d cannot be read: %(line)s"), params={"number": at, "line": line}
            ) from None
        found[number] = figures
    return found


def _figure(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or value < 0 or value >= Decimal(10) ** 12:
        raise ValueError(text)
    return value


def coded(list_code: str) -> list[tuple[str, str]]:
    """The options of a national list, nothing chosen first."""
    return [("", "—"), *choices(list_code)]


def _question(name: str, kind: type[OrderKind], faculty: Unit, *, required: bool) -> forms.Field:
    """The field of one question."""
    label: Any = TITLES.get(name, name)
    if name == "reason":
        return forms.ChoiceField(
            label=label, choices=[*coded(kind.reason_list), *own_choices(kind.reason_list)]
        )
    if name in GROUNDS:
        offered = [("", "—"), *GROUNDS[name].items()]
        return forms.ChoiceField(label=label, choices=offered, required=name != "grant_ground")  # type: ignore[arg-type]
    if name in LISTS:
        needed = required and name == "semester"
        field = forms.ChoiceField(label=label, choices=coded(LISTS[name]), required=needed)
        if name == "payment_form":
            field.initial = CONTRACT
        if name == "stipend_rate":
            field.help_text = _(
                "Empty: by marks and rule. A named stipend is the same for everybody on the list."
            )
        return field
    if name in ("group", "programme"):
        return _placed(name, kind, faculty, required=required)
    if name in ("ends_on", "applied_on", "paid_on", "stipend_until"):
        needed = name in ("ends_on", "stipend_until")
        return forms.DateField(label=label, widget=date_input(), required=needed)
    if name == "figures":
        columns = ", ".join(str(FACTS[code].title) for code in kind.facts)
        return forms.CharField(
            label=_("figures"), widget=forms.Textarea(attrs={"rows": 5}), required=False,
            help_text=_("A line each, as pasted from a sheet: student number, then %(columns)s.")
            % {"columns": columns},
        )  # fmt: skip
    if name == "figures_basis":
        return forms.CharField(label=_("what the figures rest on"), max_length=512, required=False)
    return forms.CharField(
        label=label, max_length=255 if name == "university" else 100, required=name == "university"
    )


def _placed(name: str, kind: type[OrderKind], faculty: Unit, *, required: bool) -> forms.Field:
    """A group or a programme: of the faculty, or of the others where the order leads there."""
    elsewhere = kind.key() == "16:faculty"
    if name == "programme":
        programmes = Programme.objects.filter(is_active=True).select_related("speciality")
        rows: Any = (
            programmes.exclude(speciality__faculty=faculty)
            if elsewhere
            else programmes.filter(speciality__faculty=faculty)
        )
    else:
        groups = Group.objects.filter(is_active=True)
        rows = groups.exclude(faculty=faculty) if elsewhere else groups.filter(faculty=faculty)
    label: Any = TITLES[name]
    return forms.ModelChoiceField(rows, label=label, required=required)


def dress(field: forms.Field) -> None:
    """Widget classes, and the label as a label begins: large."""
    widget = field.widget
    field.label = capfirst(str(field.label))
    widget.attrs["class"] = "form-select" if isinstance(widget, forms.Select) else "form-control"
    if isinstance(field, forms.ModelChoiceField):
        widget.attrs["data-tom"] = "1"
