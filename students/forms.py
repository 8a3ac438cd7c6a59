"""Forms of specialities, programmes, groups and the student base."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from hemis.pages.forms import RegisterForm
from hemis.people.identifiers import normalise_phone
from structure.models import Unit
from students.models import Group, Programme, Speciality, Student


def _own_faculties(form: RegisterForm, name: str, permission: str) -> None:
    """Only faculties of the scope may be chosen; a single one is chosen already."""
    scope = form.access.scope(permission)
    faculties = Unit.objects.faculties().filter(is_active=True)
    form.fields[name].queryset = faculties if scope.everything else faculties.filter(pk__in=scope.faculty_ids)  # type: ignore[attr-defined]
    if len(scope.faculty_ids) == 1 and not form.instance.pk:
        form.fields[name].initial = next(iter(scope.faculty_ids))


class SpecialityForm(RegisterForm):
    class Meta:
        model = Speciality
        fields = ["code", "name", "name_ru", "name_en", "education_type", "faculty", "kafedra", "is_active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _own_faculties(self, "faculty", "speciality.edit")
        scope = self.access.scope("speciality.edit")
        kafedras = Unit.objects.kafedras().filter(is_active=True)
        if not scope.everything:
            kafedras = kafedras.filter(parent__in=scope.faculty_ids)
        self.fields["kafedra"].queryset = kafedras  # type: ignore[attr-defined]

    def clean(self):
        data = super().clean()
        faculty, kafedra = data.get("faculty"), data.get("kafedra")
        if faculty and kafedra and kafedra.parent_id != faculty.pk:
            self.add_error("kafedra", _("This kafedra belongs to another faculty."))
        return data


class ProgrammeForm(RegisterForm):
    choice_permission = {"speciality": "speciality.edit"}

    class Meta:
        model = Programme
        fields = ["speciality", "education_form", "years", "is_active"]


class GroupForm(RegisterForm):
    choice_permission = {"speciality": "speciality.edit"}

    class Meta:
        model = Group
        fields = [
            "name",
            "faculty",
            "speciality",
            "entry_year",
            "education_form",
            "language",
            "capacity",
            "is_active",
        ]
        help_texts = {
            "education_form": _("Empty: students of several forms study together."),
            "language": _("Empty: students of several languages study together."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _own_faculties(self, "faculty", "group.edit")

    def clean(self):
        data = super().clean()
        faculty, speciality = data.get("faculty"), data.get("speciality")
        if faculty and speciality and speciality.faculty_id != faculty.pk:
            self.add_error("speciality", _("This speciality belongs to another faculty."))
        return data


class StudentForm(RegisterForm):
    """What may change without an order: contacts, address, social facts."""

    phone = forms.CharField(label=_("phone"), max_length=20, required=False)
    email = forms.EmailField(label=_("e-mail"), required=False)
    address = forms.CharField(label=_("address"), max_length=255, required=False)

    class Meta:
        model = Student
        fields = ["social_category", "student_type", "accommodation"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("phone", "email", "address"):
            self.fields[name].initial = getattr(self.instance.person, name)

    def clean_phone(self) -> str:
        text = self.cleaned_data["phone"]
        if not text:
            return ""
        phone = normalise_phone(text)
        if phone is None:
            raise forms.ValidationError(_("A phone looks like +998 90 123 45 67."))
        return phone

    def save(self, commit: bool = True):
        student = super().save(commit)
        person = student.person
        for name in ("phone", "email", "address"):
            setattr(person, name, self.cleaned_data[name])
        person.save()
        return student
