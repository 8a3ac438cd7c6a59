"""Forms of registers: scope in every choice, and the second of two editors is told (law 5)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.db.models import F
from django.forms.models import ModelChoiceField
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Access
from hemis.pages.columns import display, follow


class RegisterForm(forms.ModelForm):
    """A model form that knows who fills it and which version of the row it started from."""

    row_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    # Permission whose scope limits what may be chosen in related fields.
    choice_permission: dict[str, str] = {}

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
        self.conflict: list[dict[str, Any]] = []

    def _dress(self, name: str, field: forms.Field) -> None:
        """Widget classes and the ties between a field, its help and its error."""
        widget = field.widget
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
        if isinstance(widget, forms.Textarea):
            widget.attrs["rows"] = 3
        if name in self.errors_at_fields():
            widget.attrs["aria-invalid"] = "true"
            widget.attrs["class"] += " is-invalid"
            widget.attrs["aria-describedby"] = f"id_{name}_error"

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
        """
        if not commit or not self.instance.pk:
            return super().save(commit)
        model = type(self.instance)
        with transaction.atomic():
            stored = model._default_manager.select_for_update(of=("self",)).get(pk=self.instance.pk)
            if stored.version != self.cleaned_data["row_version"]:
                self._show_both(stored)
                raise StaleRow(stored.version)
            saved = super().save(commit)
            model._default_manager.filter(pk=saved.pk).update(version=F("version") + 1)
        return saved

    def _show_both(self, stored) -> None:
        """Both versions of every field that differs."""
        for name in self.fields:
            if name == "row_version":
                continue
            mine, theirs = display(follow(self.instance, name)), display(follow(stored, name))
            if mine != theirs:
                self.conflict.append({"label": self.fields[name].label, "mine": mine, "theirs": theirs})


class StaleRow(Exception):
    """Somebody else saved the row meanwhile."""

    def __init__(self, version: int):
        self.version = version
        super().__init__(str(_("Somebody else saved this meanwhile.")))
