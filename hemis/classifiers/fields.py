"""A model field whose choices are a national classifier."""

from __future__ import annotations

from django.db import models

from hemis.classifiers import queries


class ClassifierField(models.CharField):
    """Keeps the national code as text; choices and labels come from the classifier.

    ``ClassifierField("h_gender")`` — the display name follows the language in use
    (``get_FOO_display``). Retired options stay readable but are not offered.
    """

    def __init__(self, list_code: str = "", *args, **kwargs):
        self.list_code = list_code
        kwargs.setdefault("max_length", 16)
        kwargs["choices"] = self._choices
        super().__init__(*args, **kwargs)

    def _choices(self):
        return queries.choices(self.list_code)

    def contribute_to_class(self, cls, name, **kwargs):
        """``get_FOO_display`` reads retired options too."""
        super().contribute_to_class(cls, name, **kwargs)
        list_code = self.list_code

        def display(instance) -> str:
            code = getattr(instance, name)
            return queries.label(list_code, code) if code else ""

        setattr(cls, f"get_{name}_display", display)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        return name, path, [self.list_code, *args], kwargs
