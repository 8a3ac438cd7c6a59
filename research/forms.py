"""Forms of works and their authors (duties B6.1, 8.4)."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm
from research import queries, rules
from research.models import Work, WorkAuthor
from staff.forms.employees import search_employees
from staff.models import Employee
from students.queries import current_year

COMMON = ("title", "same_title")
ENDING = ("academic_year", "issue_year", "language", "scan")


class WorkForm(RegisterForm):
    """A work of one sort; who enters it becomes its first author."""

    sort = ""
    required_too: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields[f"{self.sort}_kind"].required = True
        for name in self.required_too:
            self.fields[name].required = True
        self.fields["same_title"].help_text = _(
            "Tick it when the program finds a work of the same title and year."
        )
        if not self.instance.pk:
            self.instance.sort = self.sort
            self.fields["academic_year"].initial = current_year()
            self.fields["issue_year"].initial = timezone.localdate().year

    def _employee(self) -> Employee | None:
        user = self.access.user
        return Employee.objects.filter(person=user.person_id).first() if user else None

    def clean_doi(self) -> str:
        return rules.clean_doi(self.cleaned_data["doi"])

    def clean_issue_year(self) -> int:
        year = self.cleaned_data["issue_year"]
        if year > timezone.localdate().year:
            raise forms.ValidationError(_("This year has not come yet."))
        return year

    def clean(self):
        data = super().clean() or {}
        if not self.instance.pk:
            self._name_who_enters()
        title, year = data.get("title"), data.get("issue_year")
        if title and year:
            self._find_twins(title, year, data.get("doi", ""), separate=bool(data.get("same_title")))
        return data

    def _name_who_enters(self) -> None:
        employee = self._employee()
        kafedra = queries.kafedra_of(employee) if employee else None
        if employee is None or kafedra is None:
            self.add_error(None, _("Works are entered by teachers who hold a post in a kafedra."))
            return
        self.instance.entered_by, self.instance.kafedra = employee, kafedra

    def _find_twins(self, title: str, year: int, doi: str, *, separate: bool) -> None:
        for twin in queries.twins(
            sort=self.sort, title=title, issue_year=year, doi=doi, but=self.instance.pk
        )[:1]:
            by_doi = bool(doi) and twin.doi.lower() == doi
            if separate and not by_doi:
                return
            text = _(
                "This work is entered already: “%(title)s”, %(who)s, %(kafedra)s. Ask to be named as an author."
            )
            facts = {"title": twin.title, "who": twin.entered_by, "kafedra": twin.kafedra}
            self.add_error("doi" if by_doi else "title", text % facts)

    @transaction.atomic
    def write(self):
        is_new = self.instance.pk is None
        work = super().write()
        if is_new:
            WorkAuthor.objects.create(work=work, employee=work.entered_by)
        return work


class ScientificForm(WorkForm):
    sort = Work.SCIENTIFIC
    required_too = ("source_name", "language")

    class Meta:
        model = Work
        fields = [
            *COMMON, "scientific_kind", "source_name", "pages", "keywords", "doi", "database", "locality", "country",
            *ENDING,
        ]  # fmt: skip
        field_classes = {"scan": ScanField}


class MethodicalForm(WorkForm):
    sort = Work.METHODICAL
    required_too = ("source_name", "language")

    class Meta:
        model = Work
        fields = [
            *COMMON, "methodical_kind", "source_name", "pages", "certificate_number", "certificate_date", *ENDING,
        ]  # fmt: skip
        field_classes = {"scan": ScanField}


class PropertyForm(WorkForm):
    sort = Work.PROPERTY
    required_too = ("certificate_number", "certificate_date")

    class Meta:
        model = Work
        fields = [
            *COMMON, "property_kind", "certificate_number", "certificate_date", "country", *ENDING,
        ]  # fmt: skip
        field_classes = {"scan": ScanField}


class WorkAuthorForm(RegisterForm):
    """An author of a work that is still open."""

    remote_choices = {"employee": "research_colleagues"}

    class Meta:
        model = WorkAuthor
        fields = ["work", "employee", "outsider", "place", "share"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        scope = self.access.scope("publication.edit")
        open_works = Work.objects.filter(state__in=Work.OPEN, entered_by__person=scope.person_id)
        self.fields["work"].queryset = open_works  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["work"].disabled = True
        search_employees(self.fields["employee"])
        self.fields["outsider"].help_text = _("Instead of an employee: somebody who does not work here.")
        self.fields["share"].help_text = _("Empty: an equal part of what the others leave.")

    def clean(self):
        data = super().clean() or {}
        employee, outsider = data.get("employee"), data.get("outsider")
        if bool(employee) == bool(outsider) and "employee" not in self.errors:
            self.add_error("employee", _("Choose an employee, or write the name of somebody from outside."))
        work, share = data.get("work"), data.get("share")
        if work and share is not None:
            others = work.authors.exclude(pk=self.instance.pk).values_list("share", flat=True)
            if share + sum(one for one in others if one is not None) > rules.WHOLE:
                self.add_error("share", _("The shares of the authors make more than 100 %."))
        return data


class RemarkForm(forms.Form):
    """Why a work goes back."""

    remark = forms.CharField(
        label=_("What is to be corrected"), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )  # fmt: skip
