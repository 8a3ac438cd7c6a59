"""Forms of employees, their education, degrees and awards (duty 1.2)."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.pages.columns import follow
from hemis.pages.files import PhotoField, ScanField
from hemis.pages.forms import RegisterForm
from hemis.people import identifiers, names
from hemis.people.keepers import NAME_FIELDS, why_name_is_kept, why_not_renamed
from hemis.people.models import Person
from staff.models import Award, Degree, Education, Employee
from structure.models import University

FOREIGNER = "12"
YOUNGEST = 14  # years of age at which one may begin to work
PERSON_FIELDS = (
    "last_name", "first_name", "middle_name", "citizenship", "country", "nationality", "pinfl", "passport",
    "birth_date", "gender", "phone", "email", "region", "district", "address", "photo",
)  # fmt: skip


class EmployeeForm(RegisterForm):
    """A person and the fact of working here, on one page; one human stays one row (law 1)."""

    sections = (
        (
            _("Person, as in the passport"),
            ("last_name", "first_name", "middle_name", "birth_date", "gender", "citizenship", "country",
             "nationality", "pinfl", "passport", "photo"),
        ),
        (_("Phone and address"), ("phone", "email", "region", "district", "address")),
        (_("Work"), ("number", "specialty", "entry_year", "languages")),
    )  # fmt: skip

    class Meta:
        model = Employee
        fields = ["number", "specialty", "entry_year", "languages"]

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
        if not self.instance.pk:
            self.fields["number"].initial = next_number()
        self.order_fields(["row_version", *PERSON_FIELDS, *own])

    def stored_value(self, row, name: str):
        return follow(row.person if name in PERSON_FIELDS else row, name)

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
        self._clean_place(data)
        pinfl, born, gender = data.get("pinfl"), data.get("birth_date"), data.get("gender")
        if pinfl and born and identifiers.pinfl_birth_date(pinfl) != born:
            self.add_error("birth_date", _("The PINFL tells another birth date."))
        if pinfl and gender and identifiers.pinfl_gender(pinfl) != gender:
            self.add_error("gender", _("The PINFL tells another gender."))
        if not pinfl and "pinfl" not in self.errors and data.get("citizenship") != FOREIGNER:
            self.add_error("pinfl", _("Enter the PINFL."))
        if not self.errors:
            self._check_person(data)
        return data

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

    def _clean_place(self, data: dict) -> None:
        """A district of the region, and a year of entry in which one was old enough."""
        region, district = data.get("region") or "", data.get("district") or ""
        if district and not district.startswith(region):
            self.add_error("district", _("This district lies in another region."))
        year, born = data.get("entry_year"), data.get("birth_date")
        if year and year > timezone.localdate().year:
            self.add_error("entry_year", _("This year has not come yet."))
        elif year and born and year < born.year + YOUNGEST:
            self.add_error("entry_year", _("The employee was not old enough in this year."))

    def _check_person(self, data: dict) -> None:
        """Whoever has this PINFL or passport already is that person, and nobody is employed twice."""
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
            elif Employee.objects.filter(person=known[0]).exists():
                self.add_error(
                    "pinfl" if data["pinfl"] else "passport", _("This person is an employee already.")
                )

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
            employee = super().save(commit)
            person = employee.person
        else:
            person = next(iter(self._known(self.cleaned_data)), None) or Person()
        for name in PERSON_FIELDS:
            value = self.cleaned_data[name]
            setattr(person, name, "" if value is False or value is None and name == "photo" else value)
        person.save()
        if self.instance.pk:
            return self.instance
        self.instance.person = person
        return super().save(commit)


def next_number() -> str:
    """The number after the last: three digits of the university, 3 for employees, a serial."""
    last = Employee.objects.filter(number__regex=r"^[0-9]{10}$").order_by("-number").first()
    if last:
        return f"{int(last.number) + 1:010d}"
    university = University.objects.first()
    return f"{university.code if university else '000'}3000001"


def search_employees(field, among=None) -> None:
    """Choices of a searched employee field, with the names in the same query."""
    field.queryset = among if among is not None else Employee.objects.select_related("person")
    field.choices = field.iterator(field)


class EmployeeRecordForm(RegisterForm):
    """A dated record of an employee, with the scan of its document.

    Who sees the base of employees searches all of them; all others choose among those of their scope.
    """

    permission = "employee.edit"

    def __init__(self, *args, access, **kwargs):
        self.remote_choices = {"employee": "staff_employees_options"} if access.can("employee.view") else {}
        super().__init__(*args, access=access, **kwargs)
        field = self.fields["employee"]
        mine = Employee.objects.for_scope(access.scope(self.permission)).select_related("person")
        if self.remote_choices:
            search_employees(field, mine)
        else:
            field.queryset = mine  # type: ignore[attr-defined]
        if self.instance.pk:
            field.disabled = True

    def not_in_future(self, *names: str) -> None:
        """Dates of what has happened already."""
        for name in names:
            day = self.cleaned_data.get(name)
            if day and day > timezone.localdate():
                self.add_error(name, _("This day has not come yet."))

    def in_order(self, first: str, last: str) -> None:
        """The one date is not before the other."""
        start, end = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if start and end and end < start:
            self.add_error(last, _("The end lies before the beginning."))


class EducationForm(EmployeeRecordForm):
    class Meta:
        model = Education
        fields = [
            "employee", "level", "institution", "country", "speciality", "start_year", "end_year",
            "diploma_number", "diploma_date", "scan",
        ]  # fmt: skip
        field_classes = {"scan": ScanField}

    def clean(self):
        data = super().clean()
        self.in_order("start_year", "end_year")
        self.not_in_future("diploma_date")
        return data


class DegreeForm(EmployeeRecordForm):
    """A degree or a rank: the one that is not chosen must stay empty."""

    class Meta:
        model = Degree
        fields = [
            "employee", "kind", "degree", "rank", "diploma_number", "diploma_date", "council", "council_number",
            "council_date", "science_branch", "speciality", "country", "university", "scan",
        ]  # fmt: skip
        field_classes = {"scan": ScanField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("degree", "rank"):
            field = self.fields[name]
            field.choices = [one for one in field.choices if one[0] != "10"]  # type: ignore[attr-defined]
        for name in ("diploma_number", "diploma_date", "council_number", "council_date", "university"):
            self.fields[name].required = True

    def clean(self):
        data = super().clean() or {}
        kind = data.get("kind")
        for name, other in (("degree", "rank"), ("rank", "degree")):
            if kind != name:
                continue
            if name not in self.errors and data.get(name) in (None, "", "10"):
                self.add_error(name, _("Choose it from the list."))
            data[other] = ""
        self.not_in_future("diploma_date", "council_date")
        return data


class AwardForm(EmployeeRecordForm):
    class Meta:
        model = Award
        fields = ["employee", "kind", "title", "awarded_by", "awarded_on", "document_number", "scan"]
        field_classes = {"scan": ScanField}

    def clean(self):
        data = super().clean()
        self.not_in_future("awarded_on")
        return data
