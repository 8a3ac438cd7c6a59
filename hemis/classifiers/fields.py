"""A model field whose choices are a national classifier."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partialmethod

from django import forms
from django.db import models

from hemis.classifiers import queries
from hemis.classifiers.own import own_choices


class ClassifierField(models.CharField):
    """Keeps the national code as text; choices and labels come from the classifier.

    ``ClassifierField("h_gender")`` — the display name follows the language in use
    (``get_FOO_display``). Retired options stay readable and valid where they
    stand, but are not offered. The database refuses unknown codes (``guards``).
    ``own`` are codes of our own that this field takes beside the list (``own.OWN``).
    """

    def __init__(self, list_code: str = "", *args, own: Sequence[str] = (), **kwargs):
        self.list_code = list_code
        self.own = tuple(own)
        kwargs.setdefault("max_length", 16)
        kwargs["choices"] = self._offered
        super().__init__(*args, **kwargs)

    def _offered(self):
        ours = [one for one in own_choices(self.list_code) if one[0] in self.own]
        return queries.choices(self.list_code) + ours

    def _check_choices(self):
        """The lists are data: a system check must not need the database."""
        return []

    def contribute_to_class(self, cls, name, private_only=False):
        if f"get_{name}_display" not in cls.__dict__:
            setattr(cls, f"get_{name}_display", partialmethod(_display, field=self))
        super().contribute_to_class(cls, name, private_only)

    def validate(self, value, model_instance):
        """Any code of the list, so that an old row with a retired code can still be saved."""
        if value in self.own:
            return
        if value in self.empty_values or not queries.is_known(self.list_code, value):
            super().validate(value, model_instance)

    def formfield(self, **kwargs):
        kwargs.setdefault("choices_form_class", ClassifierChoiceField)
        field = super().formfield(**kwargs)
        if isinstance(field, ClassifierChoiceField):
            field.list_code = self.list_code
        return field

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        if self.own:
            kwargs["own"] = self.own
        return name, path, [self.list_code, *args], kwargs


def _display(instance, field: ClassifierField) -> str:
    value = getattr(instance, field.attname)
    return queries.label(field.list_code, value) if value else ""


class ClassifierChoiceField(forms.TypedChoiceField):
    """Offers the options in use, and keeps a retired one that the object already has."""

    list_code = ""

    def get_bound_field(self, form, field_name):
        bound = super().get_bound_field(form, field_name)
        current = form.get_initial_for_field(self, field_name)
        if current and self._is_retired(current):
            self.choices = [*self.choices, (current, queries.label(self.list_code, current))]
        return bound

    def _is_retired(self, code: str) -> bool:
        option = queries.options(self.list_code).get(str(code))
        return bool(option and option.retired) and all(str(key) != str(code) for key, _ in self.choices)

    def valid_value(self, value):
        return super().valid_value(value) or queries.is_known(self.list_code, str(value))
