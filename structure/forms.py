"""Forms of the university and its units."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from hemis.pages.forms import RegisterForm
from structure.models import Unit, University


class UniversityForm(RegisterForm):
    class Meta:
        model = University
        exclude = ["version"]


class _UnitForm(RegisterForm):
    """Code pattern by kind of unit; the prefix is the university's code."""

    kind = ""
    pattern = r"^\d{3}-2\d\d$"
    example = "303-201"

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not re.match(self.pattern, code):
            raise forms.ValidationError(
                _("The code looks like %(example)s."), params={"example": self.example}
            )
        return code

    def _post_clean(self) -> None:
        if self.kind:
            self.instance.kind = self.kind
        super()._post_clean()


class FacultyForm(_UnitForm):
    kind, pattern, example = Unit.FACULTY, r"^\d{3}-1\d\d$", "303-101"

    class Meta:
        model = Unit
        fields = ["code", "name", "name_ru", "name_en", "locality", "position", "is_active"]


class KafedraForm(_UnitForm):
    kind, pattern, example = Unit.KAFEDRA, r"^\d{3}-1\d\d-\d\d$", "303-101-01"

    class Meta:
        model = Unit
        fields = ["code", "name", "name_ru", "name_en", "parent", "position", "is_active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = Unit.objects.faculties().filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["parent"].label = _("faculty")
        self.fields["parent"].required = True

    def clean(self):
        data = super().clean()
        parent, code = data.get("parent"), data.get("code", "")
        if parent and code and not code.startswith(parent.code + "-"):
            self.add_error(
                "code",
                _("The code of a kafedra begins with its faculty's code, %(code)s.") % {"code": parent.code},
            )
        return data


class DivisionForm(_UnitForm):
    class Meta:
        model = Unit
        fields = ["code", "name", "name_ru", "name_en", "kind", "position", "is_active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        field.choices = [one for one in field.choices if one[0] not in (Unit.FACULTY, Unit.KAFEDRA)]  # type: ignore[attr-defined]
