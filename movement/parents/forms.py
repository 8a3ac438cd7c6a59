"""The contact of the parents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from movement.applications.forms import dress
from movement.parents.models import ParentContact


class PhoneField(forms.CharField):
    """Spaces, dashes and brackets are harmless."""

    def to_python(self, value: Any) -> str:
        return "".join(one for one in super().to_python(value) if one.isdigit() or one == "+")


class ContactForm(forms.ModelForm):
    """Entered by the student or, on the student's written wish, by the dean's office."""

    agreed = forms.BooleanField(
        label=gettext_lazy("The student agrees that this person is told of orders on the student"),
        required=False,
    )

    phone = PhoneField(label=gettext_lazy("phone"), required=False, max_length=32)

    class Meta:
        model = ParentContact
        fields = ("name", "relation", "phone", "email")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        dress(self)
        self.fields["phone"].widget.input_type = "tel"  # type: ignore[attr-defined]
        self.fields["phone"].help_text = _("As +998901234567.")

    def clean(self) -> dict[str, Any]:
        """There must be a way to reach the person."""
        data = super().clean() or {}
        if not data.get("phone") and not data.get("email") and "phone" not in self.errors:
            self.add_error("phone", _("Give a phone or an e-mail."))
        return data

    def save(self, commit: bool = True) -> ParentContact:
        """The day of agreement is today, if it was given."""
        self.instance.agreed_on = timezone.localdate() if self.cleaned_data["agreed"] else None
        return super().save(commit)
