"""Forms of professional development, competitions and experience abroad (duties 8.1, 1.2)."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm
from staff import queries, rules
from staff.forms.employees import EmployeeRecordForm, search_employees
from staff.forms.posts import RateField
from staff.models import (
    Competition,
    CompetitionEntry,
    Development,
    Employee,
    ForeignSpecialist,
    ForeignTraining,
    StaffRule,
)
from structure.models import Unit


class DevelopmentForm(EmployeeRecordForm):
    permission = "development.edit"

    class Meta:
        model = Development
        fields = [
            "employee", "place", "institution", "country", "title", "hours", "begin_date", "end_date",
            "document_number", "document_date", "valid_until", "scan",
        ]  # fmt: skip
        field_classes = {"scan": ScanField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["valid_until"].help_text = _(
            "Only when the certificate says so; otherwise the law's term counts."
        )
        self.fields["hours"].widget.attrs["min"] = 1

    def clean(self):
        data = super().clean()
        self.in_order("begin_date", "end_date")
        self.in_order("end_date", "valid_until")
        self.not_in_future("document_date")
        end = data.get("end_date")
        if end and end <= timezone.localdate() and not data.get("document_number"):
            self.add_error("document_number", _("A finished training has a certificate; enter its number."))
        if (
            data.get("document_number")
            and not data.get("document_date")
            and "document_date" not in self.errors
        ):
            self.add_error("document_date", _("Enter the date of the certificate."))
        return data


class CompetitionForm(RegisterForm):
    choice_permission = {"unit": "competition.edit"}

    class Meta:
        model = Competition
        fields = [
            "unit", "post", "rate", "announced_on", "announced_in", "deadline", "state", "held_on",
            "protocol_number", "protocol_date", "note", "scan",
        ]  # fmt: skip
        field_classes = {"rate": RateField, "scan": ScanField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        units = self.fields["unit"]
        units.queryset = units.queryset.filter(is_active=True)  # type: ignore[attr-defined]
        found = list(units.queryset[:2])  # type: ignore[attr-defined]
        if len(found) == 1:
            units.initial = found[0]

    def clean(self):
        data = super().clean()
        announced, deadline, held = (data.get(name) for name in ("announced_on", "deadline", "held_on"))
        if announced and deadline and deadline < announced:
            self.add_error("deadline", _("The last day for applications lies before the announcement."))
        if deadline and held and held < deadline:
            self.add_error("held_on", _("A competition is held after the last day for applications."))
        if held and held > timezone.localdate() and data.get("state") == Competition.HELD:
            self.add_error("held_on", _("This day has not come yet."))
        if data.get("state") == Competition.HELD:
            for name in ("held_on", "protocol_number", "protocol_date"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("A competition that was held has a day and a protocol."))
        return data


class CompetitionEntryForm(RegisterForm):
    choice_permission = {"competition": "competition.edit"}

    class Meta:
        model = CompetitionEntry
        fields = [
            "competition", "employee", "outsider", "votes_for", "votes_against", "result", "order_number",
            "order_date", "term_from", "term_to",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        competition = self.fields["competition"]
        competition.queryset = competition.queryset.select_related("unit")  # type: ignore[attr-defined]
        if self.instance.pk:
            competition.disabled = True
        employees = Employee.objects.for_scope(self.access.scope("competition.edit"))
        self.fields["employee"].queryset = employees.select_related("person")  # type: ignore[attr-defined]
        self.fields["outsider"].help_text = _("Instead of an employee: somebody who has no post here yet.")
        self.fields["term_to"].help_text = _("The last day of the term.")

    def clean(self):
        data = super().clean() or {}
        employee, outsider = data.get("employee"), data.get("outsider")
        if bool(employee) == bool(outsider) and "employee" not in self.errors:
            self.add_error("employee", _("Choose an employee, or write the name of somebody from outside."))
        if data.get("result") == CompetitionEntry.ELECTED:
            self._clean_elected(data)
        else:
            for name in ("term_from", "term_to"):
                if data.get(name):
                    self.add_error(name, _("Only the elected have a term."))
        return data

    def _clean_elected(self, data: dict) -> None:
        competition, start, end = (data.get(name) for name in ("competition", "term_from", "term_to"))
        for name, value in (("term_from", start), ("term_to", end)):
            if not value and name not in self.errors:
                self.add_error(name, _("The elected have a term."))
        if start and end:
            law = queries.limits(start)[StaffRule.TERM]
            problem = rules.term_problem(start, end, months=law.months, source=law.source)
            if problem:
                self.add_error("term_to", problem)
        if competition is None:
            return
        if competition.state != Competition.HELD:
            self.add_error("result", _("The competition has no protocol yet: enter it first."))
        elif start and competition.held_on and start < competition.held_on:
            self.add_error("term_from", _("The term begins before the competition was held."))
        others = competition.entries.filter(result=CompetitionEntry.ELECTED).exclude(pk=self.instance.pk)
        if others.exists():
            self.add_error("result", _("Somebody else is elected in this competition already."))


class ForeignTrainingForm(EmployeeRecordForm):
    class Meta:
        model = ForeignTraining
        fields = [
            "employee", "activity", "training_type", "country", "institution", "speciality", "begin_date",
            "end_date", "contract", "scan",
        ]  # fmt: skip
        field_classes = {"scan": ScanField}

    def clean(self):
        data = super().clean()
        self.in_order("begin_date", "end_date")
        if data.get("country") == "UZ":
            self.add_error("country", _("Choose the country abroad."))
        if data.get("training_type") and data.get("activity") not in (None, "teaching"):
            self.add_error("training_type", _("Only who teaches has a kind of lessons."))
        return data


class ForeignSpecialistForm(RegisterForm):
    remote_choices = {"employee": "staff_employees_options"}

    class Meta:
        model = ForeignSpecialist
        fields = [
            "full_name", "employee", "country", "work_place", "speciality", "subject", "unit", "contract",
            "begin_date", "end_date",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        search_employees(self.fields["employee"])
        self.fields["unit"].queryset = Unit.objects.filter(is_active=True)  # type: ignore[attr-defined]

    def clean(self):
        data = super().clean()
        start, end = data.get("begin_date"), data.get("end_date")
        if start and end and end < start:
            self.add_error("end_date", _("The end lies before the beginning."))
        if data.get("country") == "UZ":
            self.add_error("country", _("Choose the country abroad."))
        return data
