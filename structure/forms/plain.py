"""Small forms of verbs: no row of their own, the same looks."""

from __future__ import annotations

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.utils import ErrorDict


def date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def time_input() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class PlainForm(forms.Form):
    """Dresses its widgets, and shows what a verb says at the fields."""

    _errors: ErrorDict | None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            self._dress(field)

    def _dress(self, field: forms.Field) -> None:
        widget = field.widget
        if isinstance(widget, forms.CheckboxInput):
            css = "form-check-input"
        elif isinstance(widget, forms.Select):
            css = "form-select"
            if isinstance(widget, forms.SelectMultiple):
                widget.attrs |= {"data-tom": "1", "size": "1"}
            elif isinstance(field, forms.ModelChoiceField):
                widget.attrs["data-autocomplete"] = "1"
                if field.empty_label == "---------":
                    field.empty_label = "—"
        else:
            css = "form-control"
        widget.attrs.setdefault("class", css)

    def full_clean(self) -> None:
        super().full_clean()
        for name in set(self._errors or {}) & set(self.fields):
            self._mark(name)

    def _mark(self, name: str) -> None:
        attrs = self.fields[name].widget.attrs
        if "is-invalid" not in attrs["class"]:
            attrs["class"] += " is-invalid"
        attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}

    def refuse(self, error: ValidationError) -> None:
        """Show what the verb said: at its fields, above the form for what belongs to none."""
        said = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
        for name, errors in said.items():
            self.add_error(name if name in self.fields else None, errors)  # type: ignore[arg-type]
            if name in self.fields:
                self._mark(name)
