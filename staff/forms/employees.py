"""Forms of employees, their education, degrees and awards (duty 1.2)."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm
from hemis.pages.person_form import PERSON_SECTIONS, PersonRoleForm
from staff.models import Award, Degree, Education, Employee
from structure.models import University

YOUNGEST = 14  # years of age at which one may begin to work


class EmployeeForm(PersonRoleForm):
    """A person and the fact of working here, on one page."""

    sections = (*PERSON_SECTIONS, (_("Work"), ("number", "specialty", "entry_year", "languages")))

    class Meta:
        model = Employee
        fields = ["number", "specialty", "entry_year", "languages"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["number"].initial = next_number()

    def clean_role(self, data):
        """A year of entry in which one was old enough."""
        year, born = data.get("entry_year"), data.get("birth_date")
        if year and year > timezone.localdate().year:
            self.add_error("entry_year", _("This year has not come yet."))
        elif year and born and year < born.year + YOUNGEST:
            self.add_error("entry_year", _("The employee was not old enough in this year."))

    def why_not_this_person(self, person):
        if Employee.objects.filter(person=person).exists():
            return _("This person is an employee already.")
        return ""


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
