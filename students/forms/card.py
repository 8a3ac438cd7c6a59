"""Forms of the student's card: each asks for one part of it, so that a clerk changes only what is asked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hemis.classifiers import queries as classifiers
from hemis.pages import files
from hemis.pages.forms import RegisterForm
from hemis.people.identifiers import (
    normalise_foreign_passport,
    normalise_passport,
    normalise_phone,
    normalise_pinfl,
)
from hemis.people.models import Person
from hemis.people.names import clean_name
from hemis.people.transliteration import fix_apostrophes
from students import rules
from students.actions import IDENTITY
from students.models import Contact, Education, MilitaryRecord, Scan, SocialFact, Student

BAD_PHONE = _("A phone looks like +998 90 123 45 67.")


class PhoneField(forms.CharField):
    """A phone of Uzbekistan, however it is typed."""

    def __init__(self, **kwargs):
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs |= {"inputmode": "tel", "placeholder": "+998 90 123 45 67"}

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return ""
        phone = normalise_phone(text)
        if phone is None:
            raise forms.ValidationError(BAD_PHONE)
        return phone


def soato(form: RegisterForm, region: str, district: str) -> None:
    """Regions among the regions, districts among the districts, both to be searched by typing."""
    fits = {region: rules.is_region, district: rules.is_district}
    for name, fit in fits.items():
        field: Any = form.fields.get(name)
        if field is None:
            continue
        offered = [(code, text) for code, text in classifiers.choices("h_soato") if fit(code)]
        held = form.initial.get(name)
        if held and all(code != held for code, _text in offered):
            offered.append((held, classifiers.label("h_soato", held)))
        field.choices = [("", "—"), *offered]
        field.widget.attrs["data-autocomplete"] = "1"


def check_district(form: RegisterForm, region: str, district: str) -> None:
    """An error at the district that is not of the region."""
    data = form.cleaned_data
    if district in data and not rules.district_fits(
        region=data.get(region, ""), district=data.get(district, "")
    ):
        form.add_error(district, _("This district is not of the region."))


class StudentForm(RegisterForm):
    """What may change without an order and is asked for most: kind, social category, phone, e-mail."""

    phone = PhoneField(label=_("phone"), required=False)
    email = forms.EmailField(label=_("e-mail"), required=False)

    class Meta:
        model = Student
        fields = ["social_category", "student_type", "is_targeted", "accommodation"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("phone", "email"):
            self.fields[name].initial = getattr(self.instance.person, name)

    def stored_value(self, row, name):
        return getattr(row.person, name) if name in ("phone", "email") else super().stored_value(row, name)

    def save(self, commit: bool = True):
        student = super().save(commit)
        person = student.person
        changed = [name for name in ("phone", "email") if getattr(person, name) != self.cleaned_data[name]]
        for name in changed:
            setattr(person, name, self.cleaned_data[name])
        if changed:
            person.version += 1
            person.save(update_fields=[*changed, "version", "search_text", "sort_key"])
        return student


class PersonalForm(RegisterForm):
    phone = PhoneField(label=_("phone"), required=False)

    class Meta:
        model = Person
        fields = ["phone", "email", "nationality"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "nationality" in self.fields:
            self.fields["nationality"].widget.attrs["data-autocomplete"] = "1"


class PermanentForm(RegisterForm):
    """The permanent address, as registered."""

    class Meta:
        model = Person
        fields = ["region", "district", "address"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        soato(self, "region", "district")

    def clean_address(self) -> str:
        return fix_apostrophes(self.cleaned_data["address"])

    def clean(self):
        data = super().clean()
        check_district(self, "region", "district")
        return data


class LivingForm(RegisterForm):
    """Where, with whom and how the student lives while studying."""

    sections: Any = (
        (
            _("Where"),
            ("accommodation", "living_status", "current_region", "current_district", "current_address"),
        ),
        (_("With whom"), ("roommate_type", "roommate_count", "landlord")),
        (_("On the map"), ("latitude", "longitude")),
    )

    class Meta:
        model = Student
        fields = [
            "accommodation",
            "current_region",
            "current_district",
            "current_address",
            "latitude",
            "longitude",
            "living_status",
            "roommate_type",
            "roommate_count",
            "landlord",
        ]
        help_texts = {
            "latitude": _("In degrees, such as 39.654167; both or neither."),
            "longitude": _("In degrees, such as 66.959722."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        soato(self, "current_region", "current_district")

    def clean(self):
        data = super().clean()
        check_district(self, "current_region", "current_district")
        latitude, longitude = data.get("latitude"), data.get("longitude")
        if (latitude is None) != (longitude is None) and not {"latitude", "longitude"} & set(self.errors):
            self.add_error("longitude" if longitude is None else "latitude", _("Enter both, or neither."))
        elif (
            latitude is not None
            and longitude is not None
            and not rules.lies_in_uzbekistan(latitude=latitude, longitude=longitude)
        ):
            self.add_error("latitude", _("This point lies outside Uzbekistan; are the two exchanged?"))
        return data


class FamilyForm(RegisterForm):
    class Meta:
        model = Student
        fields = ["social_category", "student_type", "is_targeted", "marital_status", "children"]


class MilitaryForm(RegisterForm):
    class Meta:
        model = MilitaryRecord
        fields = ["status", "document", "office", "deferred_to", "served_from", "served_to"]

    def clean(self):
        data = super().clean()
        start, end = data.get("served_from"), data.get("served_to")
        if start and end and end < start:
            self.add_error("served_to", _("The end comes after the beginning."))
        return data


class ContactForm(RegisterForm):
    phone = PhoneField(label=_("phone"), required=False)
    agreed = forms.BooleanField(
        label=_("The student agrees that this person is told of orders on the student"),
        help_text=_("A link to each order: its kind, number, date and the status, nothing more."),
        required=False,
    )

    class Meta:
        model = Contact
        fields = ["relation", "full_name", "phone", "email", "workplace", "address", "is_first"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agreed"].initial = self.instance.agreed_at is not None

    def clean(self):
        """There is a way to reach the person."""
        data = super().clean()
        if not data.get("phone") and not data.get("email") and not {"phone", "email"} & set(self.errors):
            self.add_error("phone", _("Give a phone or an e-mail."))
        return data

    def clean_full_name(self) -> str:
        return clean_name(self.cleaned_data["full_name"])

    def save(self, commit: bool = True):
        if self.cleaned_data.get("is_first") and self.instance.person_id:
            others = Contact.objects.filter(person=self.instance.person_id, is_first=True)
            others.exclude(pk=self.instance.pk).update(is_first=False)
        self.instance.set_agreed(self.cleaned_data["agreed"])
        return super().save(commit)


class EducationForm(RegisterForm):
    scan = files.ScanField(label=_("scan"), required=False, widget=forms.FileInput)

    class Meta:
        model = Education
        fields = [
            "kind",
            "number",
            "issued_on",
            "school",
            "country",
            "region",
            "graduation_year",
            "foreign_language",
            "with_honours",
            "scan",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        soato(self, "region", "")
        self.fields["country"].widget.attrs["data-autocomplete"] = "1"

    def clean_number(self) -> str:
        return " ".join(self.cleaned_data["number"].upper().split())

    def clean(self):
        data = super().clean()
        issued, year = data.get("issued_on"), data.get("graduation_year")
        if issued and year and issued.year < year:
            self.add_error("issued_on", _("The document is issued after the graduation."))
        same = Education.objects.filter(
            kind=data.get("kind"), country=data.get("country"), number=data.get("number")
        )
        if data.get("number") and same.exclude(pk=self.instance.pk).exists():
            self.add_error("number", _("Somebody has a document with this number already."))
        return data


class SocialForm(RegisterForm):
    scan = files.ScanField(label=_("scan"), required=False, widget=forms.FileInput)

    class Meta:
        model = SocialFact
        fields = ["category", "document", "issued_on", "valid_to", "scan"]

    def clean(self):
        data = super().clean()
        issued, end = data.get("issued_on"), data.get("valid_to")
        if issued and end and end < issued:
            self.add_error("valid_to", _("The end comes after the beginning."))
        return data


class ScanForm(RegisterForm):
    scan = files.ScanField(
        label=_("scan"), widget=forms.FileInput, help_text=_("PDF, JPEG or PNG, at most 10 MB.")
    )

    class Meta:
        model = Scan
        fields = ["kind", "title", "scan"]


class PhotoForm(forms.Form):
    """A new photo."""

    photo = files.PhotoField(
        label=_("Photo"),
        widget=forms.FileInput(attrs={"class": "form-control"}),
        help_text=_("JPEG or PNG, a portrait of 3 × 4; it is cut to size."),
    )


class PassportCorrectionForm(RegisterForm):
    """Passport data as they should be, and why."""

    sections = (
        (_("As in the passport"), IDENTITY),
        (_("Why it is corrected"), ("reason", "basis", "scan")),
    )

    reason = forms.CharField(label=_("reason"), max_length=500, widget=forms.Textarea)
    basis = forms.CharField(
        label=_("document, number and date"), max_length=255, help_text=_("What the correction rests on.")
    )
    scan = files.ScanField(label=_("scan of the document"), required=False, widget=forms.FileInput)

    class Meta:
        model = Person
        fields = IDENTITY
        help_texts = {
            "passport_last_name": _("The name itself changes by an order “Change of name”, not here."),
        }

    def clean_pinfl(self) -> str:
        return normalise_pinfl(self.cleaned_data["pinfl"] or "")

    def clean_passport(self) -> str:
        text = self.cleaned_data["passport"]
        return normalise_passport(text) or normalise_foreign_passport(text) or text if text else ""

    def _post_clean(self) -> None:
        """The action checks and writes; the form's own row stays as it is stored."""

    def identity(self) -> dict[str, Any]:
        """The passport data typed in."""
        typed: dict[str, Any] = self.cleaned_data or {}
        return {name: typed[name] for name in IDENTITY}
