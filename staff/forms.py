"""Forms of employees and of their posts (duty 1.2)."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hemis.pages.columns import follow
from hemis.pages.forms import RegisterForm
from hemis.people import identifiers, names
from hemis.people.models import Person
from staff.models import Employee, Position
from structure.models import Unit

FOREIGNER = "12"
TEACHING = "12"
# Posts that exist only in one kind of unit: dean in a faculty, head of kafedra in a kafedra.
UNIT_KIND_OF_POST = {"25": Unit.FACULTY, "26": Unit.FACULTY, "16": Unit.KAFEDRA}
PERSON_FIELDS = (
    "last_name", "first_name", "middle_name", "citizenship", "country", "pinfl", "passport", "birth_date", "gender",
    "phone", "email", "address",
)  # fmt: skip


class EmployeeForm(RegisterForm):
    """A person and the fact of working here, on one page; one human stays one row (law 1)."""

    class Meta:
        model = Employee
        fields = ["number", "academic_degree", "academic_rank", "status"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        person = self.instance.person if self.instance.pk else Person()
        own = list(self.fields)
        for name, field in forms.fields_for_model(Person, fields=PERSON_FIELDS).items():
            field.initial = getattr(person, name)
            self.fields[name] = field
            self._dress(name, field)
        self.fields["birth_date"].required = True
        self.fields["pinfl"].help_text = _(
            "Fourteen digits; only a citizen of another country may have none."
        )
        self.order_fields(["row_version", *PERSON_FIELDS, *own])

    def stored_value(self, row, name: str):
        return follow(row.person if name in PERSON_FIELDS else row, name)

    def clean_last_name(self) -> str:
        return names.clean_name(self.cleaned_data["last_name"])

    def clean_first_name(self) -> str:
        return names.clean_name(self.cleaned_data["first_name"])

    def clean_middle_name(self) -> str:
        return names.clean_name(self.cleaned_data["middle_name"])

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
            setattr(person, name, self.cleaned_data[name])
        person.save()
        if self.instance.pk:
            return self.instance
        self.instance.person = person
        return super().save(commit)


class PostForm(RegisterForm):
    """A post of an employee in a unit."""

    category = ""
    remote_choices = {"employee": "staff_employees_options"}

    class Meta:
        model = Position
        fields = [
            "employee", "unit", "post", "category", "employment", "rate", "order_number", "order_date",
            "valid_from", "valid_to",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["employee"].queryset = Employee.objects.select_related("person")  # type: ignore[attr-defined]
        self.fields["unit"].queryset = Unit.objects.filter(is_active=True)  # type: ignore[attr-defined]

    def clean_rate(self):
        rate = self.cleaned_data["rate"]
        if not 0 < rate <= 1:
            raise forms.ValidationError(_("A rate is more than 0 and at most 1.00."))
        return rate

    def clean(self):
        data = super().clean()
        unit, post, start, end = (data.get(name) for name in ("unit", "post", "valid_from", "valid_to"))
        needed = UNIT_KIND_OF_POST.get(post or "")
        if unit and needed and unit.kind != needed:
            self.add_error("unit", _("This post does not exist in a unit of this kind."))
        if start and end and end < start:
            self.add_error("valid_to", _("The end lies before the beginning."))
        return data


class TeachingPostForm(PostForm):
    """A post of the professors and teachers; its category is known."""

    class Meta(PostForm.Meta):
        fields = [name for name in PostForm.Meta.fields if name != "category"]

    def _post_clean(self) -> None:
        self.instance.category = TEACHING
        super()._post_clean()


class OtherPostForm(PostForm):
    """A post of anybody but professors and teachers."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        field.choices = [one for one in field.choices if one[0] != TEACHING]  # type: ignore[attr-defined]

    def clean_category(self) -> str:
        category = self.cleaned_data["category"]
        if category == TEACHING:
            raise forms.ValidationError(_("Teachers' posts are entered in the list of teachers."))
        return category
