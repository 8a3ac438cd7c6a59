"""A form of a person together with one role of theirs; one human stays one row (law 1)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hemis.pages.columns import follow
from hemis.pages.files import PhotoField
from hemis.pages.forms import RegisterForm
from hemis.people import identifiers, names
from hemis.people.keepers import NAME_FIELDS, why_name_is_kept, why_not_renamed
from hemis.people.models import Person

FOREIGNER = "12"
PERSON_FIELDS = (
    "last_name", "first_name", "middle_name", "citizenship", "country", "nationality", "pinfl", "passport",
    "birth_date", "gender", "phone", "email", "region", "district", "address", "photo",
)  # fmt: skip
PERSON_SECTIONS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (
        _("Person, as in the passport"),
        ("last_name", "first_name", "middle_name", "birth_date", "gender", "citizenship", "country",
         "nationality", "pinfl", "passport", "photo"),
    ),
    (_("Phone and address"), ("phone", "email", "region", "district", "address")),
)  # fmt: skip


class PersonRoleForm(RegisterForm):
    """A person and a role with a foreign key ``person``, on one page.

    Whoever has the PINFL or passport already is that person; ``why_not_this_person``
    says why somebody who is known may not get the role.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        person = self.instance.person if self.instance.pk else Person()
        own = list(self.fields)
        made = forms.fields_for_model(Person, fields=PERSON_FIELDS, field_classes={"photo": PhotoField})
        for name, field in made.items():
            field.initial = getattr(person, name)
            self.fields[name] = field
            self._dress(name, field)
        self.fields["birth_date"].required = True
        self.fields["photo"].help_text = _("JPEG or PNG, a portrait of 3 × 4; it is cut to size.")
        self.fields["pinfl"].help_text = _(
            "Fourteen digits; only a citizen of another country may have none."
        )
        for name, digits in (("region", 4), ("district", 7)):
            field = self.fields[name]
            field.choices = [one for one in field.choices if len(one[0]) in (0, digits)]  # type: ignore[attr-defined]
        if kept := why_name_is_kept(person):
            for name in NAME_FIELDS:
                self.fields[name].disabled = True
            self.fields["last_name"].help_text = str(kept)
        self.order_fields(["row_version", *PERSON_FIELDS, *own])

    def stored_value(self, row, name: str):
        return follow(row.person if name in PERSON_FIELDS else row, name)

    def why_not_this_person(self, person: Person) -> str | Promise:
        """Why somebody who is known may not get the role as well; empty when it may be."""
        return ""

    def _clean_name(self, field: str) -> str:
        text = names.clean_name(self.cleaned_data[field])
        if any(char.isdigit() for char in text) or text and not any(char.isalpha() for char in text):
            raise forms.ValidationError(_("A name has letters only."))
        return text

    def clean_last_name(self) -> str:
        return self._clean_name("last_name")

    def clean_first_name(self) -> str:
        return self._clean_name("first_name")

    def clean_middle_name(self) -> str:
        return self._clean_name("middle_name")

    def clean_pinfl(self) -> str | None:
        pinfl = identifiers.normalise_pinfl(self.cleaned_data["pinfl"] or "")
        if pinfl and not identifiers.pinfl_is_valid(pinfl):
            raise forms.ValidationError(
                _("A PINFL has fourteen digits, and the last one must agree with the others.")
            )
        return pinfl or None

    def clean_phone(self) -> str:
        text = self.cleaned_data["phone"]
        phone = identifiers.normalise_phone(text) if text else ""
        if phone is None:
            raise forms.ValidationError(_("A phone looks like +998 90 123 45 67."))
        return phone

    def clean(self):
        data = super().clean() or {}
        self._clean_passport(data)
        region, district = data.get("region") or "", data.get("district") or ""
        if district and not district.startswith(region):
            self.add_error("district", _("This district lies in another region."))
        pinfl, born, gender = data.get("pinfl"), data.get("birth_date"), data.get("gender")
        if pinfl and born and identifiers.pinfl_birth_date(pinfl) != born:
            self.add_error("birth_date", _("The PINFL tells another birth date."))
        if pinfl and gender and identifiers.pinfl_gender(pinfl) != gender:
            self.add_error("gender", _("The PINFL tells another gender."))
        if not pinfl and "pinfl" not in self.errors and data.get("citizenship") != FOREIGNER:
            self.add_error("pinfl", _("Enter the PINFL."))
        self.clean_role(data)
        if not self.errors:
            self._check_person(data)
        return data

    def clean_role(self, data: dict[str, Any]) -> None:
        """Rules between the fields of the role."""

    def _clean_passport(self, data: dict) -> None:
        foreign = data.get("citizenship") == FOREIGNER
        normalise = identifiers.normalise_foreign_passport if foreign else identifiers.normalise_passport
        text = data.get("passport") or ""
        passport = normalise(text) if text else ""
        if passport is None:
            self.add_error("passport", _("A passport looks like AB1234567."))
        elif foreign and not passport:
            self.add_error("passport", _("A citizen of another country is known by the passport: enter it."))
        else:
            data["passport"] = passport

    def _check_person(self, data: dict) -> None:
        """Whoever has this PINFL or passport already is that person, with that name."""
        own = self.instance.person_id if self.instance.pk else None
        known = self._known(data)
        if len(known) > 1:
            self.add_error("passport", _("This passport belongs to another person."))
        elif known and own and known[0].pk != own:
            self.add_error(
                "pinfl" if data["pinfl"] else "passport", _("This is another person, who is known already.")
            )
        elif known and not own:
            if names.fold(known[0].last_name) != names.fold(data["last_name"]):
                self.add_error("last_name", _("The person with this PINFL or passport has another surname."))
            elif kept := why_not_renamed(known[0], data):
                self.add_error("last_name", kept)
            elif why := self.why_not_this_person(known[0]):
                self.add_error("pinfl" if data["pinfl"] else "passport", why)

    def _known(self, data: dict) -> list[Person]:
        found = Person.objects.none()
        if data["pinfl"]:
            found |= Person.objects.filter(pinfl=data["pinfl"])
        if data["passport"]:
            found |= Person.objects.filter(country=data["country"], passport=data["passport"])
        return list(found)

    @transaction.atomic
    def save(self, commit: bool = True):
        if self.instance.pk:
            row = super().save(commit)
            self._write_person(row.person, is_known=False)
            return self.instance
        person = next(iter(self._known(self.cleaned_data)), None)
        self.instance.person = self._write_person(person or Person(), is_known=person is not None)
        return super().save(commit)

    def _write_person(self, person: Person, *, is_known: bool) -> Person:
        """What the form says of the person; of one found by the PINFL, empty fields leave what is known."""
        for name in PERSON_FIELDS:
            value = self.cleaned_data[name]
            if is_known and not value:
                continue
            setattr(person, name, "" if value is False or value is None and name == "photo" else value)
        person.save()
        return person
