"""Forms of the university card."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm
from structure import actions
from structure.models import BankAccount, Licence, Signatory, University


class UniversityForm(RegisterForm):
    website = forms.URLField(label=_("website"), required=False, assume_scheme="https")

    class Meta:
        model = University
        # The rector and the accounts have dates, so they have registers of their own.
        exclude = ["version", "rector", "bank_name", "bank_account", "bank_mfo"]


class _FollowingForm(RegisterForm):
    """A row that takes the place of another from its first day on."""

    ends_previous = forms.BooleanField(
        label=_("ends the one in force the day before"), required=False, initial=True
    )


class BankAccountForm(_FollowingForm):
    class Meta:
        model = BankAccount
        exclude = ["version"]

    def write(self):
        ends = self.cleaned_data["ends_previous"]
        return actions.replace_account(self.instance, access=self.access, ends_previous=ends)


class SignatoryForm(_FollowingForm):
    remote_choices = {"person": "structure_people"}

    class Meta:
        model = Signatory
        exclude = ["version"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False
        self.fields["name"].help_text = _(
            "As it stands on papers: Karimov A. B. Empty: made from the person."
        )

    def clean(self):
        data = super().clean() or {}
        if not data.get("name"):
            person = data.get("person")
            if person is None:
                self.add_error("name", _("Choose a person or write the name."))
            else:
                data["name"] = person.short_name
        return data

    def write(self):
        ends = self.cleaned_data["ends_previous"]
        return actions.appoint(self.instance, access=self.access, ends_previous=ends)


class LicenceForm(RegisterForm):
    scan = ScanField(label=_("scan"), required=False, help_text=_("PDF, JPEG or PNG."))

    class Meta:
        model = Licence
        fields = ["kind", "number", "issued_on", "valid_until", "issuer", "scope", "scan"]
