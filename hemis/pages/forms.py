"""Forms of registers: scope in every choice, and the second of two editors is told (law 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import F
from django.forms.models import ModelChoiceField, ModelChoiceIterator
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Access
from hemis.base import Translated
from hemis.pages.columns import begin_large, display, follow

FIRST_CHOICES = 100
LONGEST_KEY = 9


def number_of(text: str) -> int:
    """A key as an address or a form sends it; zero when it is none."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_KEY else 0


class _FirstChoices(ModelChoiceIterator):
    """The chosen row and the first others, however many there are."""

    def __iter__(self):
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        chosen = getattr(self.field, "chosen", None)
        rows = list(self.queryset[:FIRST_CHOICES])
        if chosen and str(chosen).isdigit() and all(str(row.pk) != str(chosen) for row in rows):
            rows += self.queryset.filter(pk=chosen)
        yield from (self.choice(row) for row in rows)


def search_remotely(field: forms.Field, url_name: str) -> None:
    """Let a choice among too many rows be searched on the server as one types; the first are offered anyway."""
    field.widget.attrs["data-autocomplete"] = "1"
    field.widget.attrs["data-options-url"] = reverse_lazy(url_name)
    field.iterator = _FirstChoices  # type: ignore[attr-defined]
    field.choices = field.iterator(field)  # type: ignore[attr-defined]


class RegisterForm(forms.ModelForm):
    """A model form that knows who fills it and which version of the row it started from."""

    _errors: ErrorDict | None
    row_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    # Permission whose scope limits what may be chosen in related fields.
    choice_permission: dict[str, str] = {}
    # Fields with too many choices for a page, and the address that searches them: Tom Select asks it;
    # without JavaScript the first ones are offered.
    remote_choices: dict[str, str] = {}
    # Heading and names of the fields below it; fields named nowhere stand at the end.
    sections: Sequence[tuple[str | Promise, Sequence[str]]] = ()

    def __init__(self, *args, access: Access, **kwargs):
        self.access = access
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["row_version"].initial = self.instance.version
        else:
            del self.fields["row_version"]
        for name, field in self.fields.items():
            if isinstance(field, ModelChoiceField) and name in self.choice_permission:
                scope = access.scope(self.choice_permission[name])
                field.queryset = field.queryset.for_scope(scope)  # type: ignore[union-attr]
            self._dress(name, field)
        for name in self.remote_choices:
            self.fields[name].chosen = self[name].value()  # type: ignore[attr-defined]
        self.conflict: list[dict[str, Any]] = []
        # What saving did besides, for the user to read.
        self.notices: list[str] = []

    def _dress(self, name: str, field: forms.Field) -> None:
        """Widget classes and the ties between a field, its help and its error."""
        widget = field.widget
        if field.label:
            field.label = begin_large(field.label)  # type: ignore[arg-type]
        if isinstance(field, forms.DateField):
            field.widget = widget = forms.DateInput(format="%Y-%m-%d", attrs={**widget.attrs, "type": "date"})
        css = "form-control"
        if isinstance(widget, forms.Select):
            css = "form-select"
        if isinstance(widget, forms.CheckboxInput):
            css = "form-check-input"
        widget.attrs.setdefault("class", css)
        if isinstance(widget, forms.Select) and getattr(field, "queryset", None) is not None:
            widget.attrs["data-autocomplete"] = "1"
            if name in self.remote_choices:
                search_remotely(field, self.remote_choices[name])
        is_list = isinstance(field, forms.ChoiceField) and not isinstance(field, ModelChoiceField)
        if is_list and isinstance(widget, forms.Select):
            field.choices = [("", "—") if value == "" else (value, text) for value, text in field.choices]  # type: ignore[attr-defined]
        elif isinstance(field, ModelChoiceField) and field.empty_label:
            field.empty_label = "—"
        if isinstance(widget, forms.Textarea):
            widget.attrs["rows"] = 3
        if name in self.errors_at_fields():
            widget.attrs["aria-invalid"] = "true"
            widget.attrs["class"] += " is-invalid"
            widget.attrs["aria-describedby"] = f"id_{name}_error"

    @property
    def groups(self) -> Iterable[tuple[str | Promise, list]]:
        """The visible fields under their headings; none at all for a short form."""
        if not self.sections:
            return []
        found = [
            (heading, [self[name] for name in names if name in self.fields])
            for heading, names in self.sections
        ]
        named = {name for _heading, names in self.sections for name in names}
        rest = [one for one in self.visible_fields() if one.name not in named]
        return [(heading, fields) for heading, fields in [*found, ("", rest)] if fields]

    def errors_at_fields(self) -> set[str]:
        return set(self._errors or {})

    def full_clean(self) -> None:
        super().full_clean()
        for name, field in self.fields.items():
            if name in (self._errors or {}):
                self._dress(name, field)

    def save(self, commit: bool = True):
        """Save unless somebody else saved meanwhile.

        Raises:
            StaleRow: the row has another version; ``conflict`` holds both versions.
            ValidationError: the verb behind the form refuses.
        """
        if not commit:
            return super().save(commit)
        if self.instance._state.adding:
            return self.write()
        model = type(self.instance)
        with transaction.atomic():
            stored = model._default_manager.select_for_update(of=("self",)).get(pk=self.instance.pk)
            if stored.version != self.cleaned_data["row_version"]:
                self._show_both(stored)
                raise StaleRow(stored.version)
            saved = self.write()
            model._default_manager.filter(pk=saved.pk).update(version=F("version") + 1)
        return saved

    def write(self):
        """Write the row; a form whose saving is a verb calls it here instead."""
        return super().save()

    def add_error(self, field: str | None, error: Any) -> None:
        """Show an error at its field; what a verb says of something that is no field stands above the form."""
        said = getattr(error, "error_dict", None)
        if said is None:
            super().add_error(field, error)
            return
        for name, errors in said.items():
            super().add_error(name if name in self.fields else None, errors)
            if name in self.fields:
                self._dress(name, self.fields[name])

    def _show_both(self, stored) -> None:
        """Both versions of every field that differs."""
        for name in self.fields:
            if name == "row_version" or isinstance(self.fields[name], forms.FileField):
                continue
            mine, theirs = (
                self._as_read(name, self.cleaned_data.get(name)),
                display(self.stored_value(stored, name)),
            )
            if mine != theirs:
                label = self[name].label
                self.conflict.append({"name": name, "label": label, "mine": mine, "theirs": theirs})

    def stored_value(self, row, name: str) -> Any:
        """What ``row`` holds for a field; a form whose fields live elsewhere says where."""
        if name == "name" and isinstance(row, Translated):
            return row.name  # type: ignore[attr-defined]
        return follow(row, name)

    def _as_read(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.MultipleChoiceField):
            return ", ".join(str(dict(field.choices).get(one, one)) for one in value or ())  # type: ignore[arg-type]
        if isinstance(field, forms.ChoiceField) and value:
            return display(dict(field.choices).get(value, value))  # type: ignore[arg-type]
        return display(value)

    @classmethod
    def taking_theirs(cls, data: QueryDict, unbound: RegisterForm) -> QueryDict:
        """``data`` with the stored value wherever ``take_<field>`` says "theirs"."""
        chosen = [name for name in unbound.fields if data.get(f"take_{name}") == "theirs"]
        data = data.copy()
        for name in chosen:
            value = unbound[name].value()
            data.pop(name, None)
            if isinstance(value, list):
                data.setlist(name, value)
            elif value not in (None, False, ""):
                data[name] = unbound.fields[name].prepare_value(value)
        return data


class StaleRow(Exception):
    """Somebody else saved the row meanwhile."""

    def __init__(self, version: int):
        self.version = version
        super().__init__(str(_("Somebody else saved this meanwhile.")))
