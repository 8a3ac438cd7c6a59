"""Forms of specialities, programmes, qualifications, quotas, groups and tutors."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.classifiers import queries as classifiers
from hemis.pages.forms import RegisterForm
from structure.models import Unit
from students import queries, rules
from students.models import (
    AdmissionQuota,
    Group,
    Placement,
    Programme,
    Qualification,
    Speciality,
    TutorGroup,
)


def _own_faculties(form: RegisterForm, name: str, permission: str) -> None:
    """Only faculties of the scope may be chosen; a single one is chosen already."""
    scope = form.access.scope(permission)
    faculties = Unit.objects.faculties().filter(is_active=True)
    form.fields[name].queryset = faculties if scope.everything else faculties.filter(pk__in=scope.faculty_ids)  # type: ignore[attr-defined]
    if len(scope.faculty_ids) == 1 and not form.instance.pk:
        form.fields[name].initial = next(iter(scope.faculty_ids))


# The ministry's lists of specialities by education type; a heading of the list has six digits.
NATIONAL_LISTS = {"11": "h_bachelor_speciality", "12": "h_master_speciality", "13": "h_master_speciality"}


def national_specialities() -> list[tuple[str, str]]:
    """Specialities of the ministry's lists, as far as they are loaded: ``list:code`` and what they are called."""
    return [
        (f"{name}:{option.code}", f"{option.code} {option.name('uz')}")
        for name in sorted(set(NATIONAL_LISTS.values()))
        for option in classifiers.options(name).values()
        if not option.retired and len(option.code) > 6
    ]


class SpecialityForm(RegisterForm):
    """Picked from the ministry's list, or typed in as long as that is not loaded."""

    national = forms.ChoiceField(
        label=_("from the ministry's list"),
        required=False,
        help_text=_(
            "Code and names are taken from the list; what you type below is for what it does not have."
        ),
    )

    class Meta:
        model = Speciality
        fields = [
            "education_type",
            "code",
            "name",
            "name_ru",
            "name_en",
            "faculty",
            "kafedra",
            "locality",
            "is_active",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offered = national_specialities()
        if offered:
            self.order_fields(["education_type", "national"])
            field = self.fields["national"]
            field.choices = [("", "—"), *offered]  # type: ignore[attr-defined]
            field.widget.attrs["data-autocomplete"] = "1"
            self.fields["code"].required = self.fields["name"].required = False
        else:
            del self.fields["national"]
        _own_faculties(self, "faculty", "speciality.edit")
        scope = self.access.scope("speciality.edit")
        kafedras = Unit.objects.kafedras().filter(is_active=True)
        if not scope.everything:
            kafedras = kafedras.filter(parent__in=scope.faculty_ids)
        self.fields["kafedra"].queryset = kafedras  # type: ignore[attr-defined]

    def clean(self):
        data = super().clean()
        self._take_national(data)
        faculty, kafedra = data.get("faculty"), data.get("kafedra")
        if faculty and kafedra and kafedra.parent_id != faculty.pk:
            self.add_error("kafedra", _("This kafedra belongs to another faculty."))
        same = Speciality.objects.filter(
            education_type=data.get("education_type"), faculty=faculty, code=data.get("code")
        )
        if faculty and same.exclude(pk=self.instance.pk).exists():
            self.add_error("code", _("This speciality is attached to the faculty already."))
        return data

    def _take_national(self, data) -> None:
        if not data.get("national"):
            for name in ("code", "name"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Choose from the list, or type the code and the name."))
            return
        name, code = data["national"].split(":")
        if NATIONAL_LISTS.get(data.get("education_type", "")) != name:
            self.add_error("national", _("This speciality is of another education type."))
            return
        option = classifiers.options(name)[code]
        data["code"], data["name"] = code, option.name_uz
        data["name_ru"] = data.get("name_ru") or option.name_ru
        data["name_en"] = data.get("name_en") or option.name_en


class ProgrammeForm(RegisterForm):
    choice_permission = {"speciality": "speciality.edit"}

    class Meta:
        model = Programme
        fields = ["speciality", "education_form", "years", "is_active"]

    def clean(self):
        data = super().clean()
        speciality, years = data.get("speciality"), data.get("years")
        if not speciality or years is None:
            return data
        full_time = Programme.objects.filter(speciality=speciality, education_form=rules.FULL_TIME)
        objection = rules.programme_years_objection(
            education_type=speciality.education_type,
            education_form=data.get("education_form", ""),
            years=years,
            full_time_years=full_time.exclude(pk=self.instance.pk).values_list("years", flat=True).first(),
        )
        if objection:
            self.add_error("years", f"{objection.text} ({objection.source})")
        return data


class QualificationForm(RegisterForm):
    choice_permission = {"speciality": "qualification.edit"}

    class Meta:
        model = Qualification
        fields = [
            "speciality",
            "name",
            "name_ru",
            "name_en",
            "description",
            "description_ru",
            "description_en",
            "is_active",
        ]
        help_texts = {"name": _("As the diploma names it.")}


class QuotaForm(RegisterForm):
    choice_permission = {"speciality": "quota.edit"}

    class Meta:
        model = AdmissionQuota
        fields = ["entry_year", "speciality", "education_form", "payment_form", "language", "places"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["entry_year"].initial = queries.current_year()


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
        self._clean_closing(data)
        return data

    def _clean_closing(self, data) -> None:
        """A group with students in it stays open; a closed one stays in history."""
        if data.get("is_active") or not self.instance.pk:
            return
        people = Placement.objects.filter(group=self.instance.pk, valid_to=None, status="11").count()
        if people:
            text = _("%(people)d students study in the group; it is closed when they have left it by order.")
            self.add_error("is_active", text % {"people": people})


class TutorGroupForm(RegisterForm):
    """Whose care a group is in, from when until when."""

    choice_permission = {"group": "group.edit"}

    class Meta:
        model = TutorGroup
        fields = ["employee", "group", "valid_from", "valid_to"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["employee"].queryset = queries.tutors(today)  # type: ignore[attr-defined]
        self.fields["employee"].help_text = _("Employees who hold the post of a tutor.")
        if not self.instance.pk:
            self.fields["valid_from"].initial = today

    def clean(self):
        data = super().clean()
        employee, group = data.get("employee"), data.get("group")
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end <= start:
            self.add_error("valid_to", _("The end comes after the beginning."))
        if not (employee and group and start):
            return data
        if not queries.tutors(start).filter(pk=employee.pk).exists():
            self.add_error("valid_from", _("The employee does not hold the post of a tutor on that day."))
        same = TutorGroup.objects.filter(employee=employee, group=group).exclude(pk=self.instance.pk)
        if end:
            same = same.filter(valid_from__lt=end)
        if same.exclude(valid_to__lte=start).exists():
            self.add_error("valid_from", _("This tutor has the group at that time already."))
        return data
