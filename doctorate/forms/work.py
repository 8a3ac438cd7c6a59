"""Forms of plans, stages, attestations and defences (duty 6.1)."""

from __future__ import annotations

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from doctorate import queries
from doctorate.forms.base import DoctorateForm, OfStudentForm, name_somebody, searched_employee
from doctorate.models import Attestation, Defence, DoctoralStudent, IndividualPlan, Opponent, PlanStage
from hemis.pages.files import ScanField

DONE = ("done_on", "result", "scan")
HERE = DoctoralStudent.HERE


class PlanForm(OfStudentForm):
    """A plan: its stages are added on its card, then it is approved."""

    statuses = HERE

    class Meta:
        model = IndividualPlan
        fields = ["student", "scan"]
        field_classes = {"scan": ScanField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["student"].queryset = self.fields["student"].queryset.filter(plan=None)  # type: ignore[attr-defined]


class StageForm(OfStudentForm):
    """A stage; once the plan is approved only how it was done is written."""

    statuses = HERE

    class Meta:
        model = PlanStage
        fields = ["student", "year", "kind", "title", "due_on", *DONE]
        field_classes = {"scan": ScanField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_approved = bool(self.instance.pk) and queries.has_approved_plan(self.instance.student_id)
        if self.is_approved:
            for name in ("year", "kind", "title", "due_on"):
                self.fields[name].disabled = True
            self.fields["title"].help_text = _("The plan is approved: only how it was done is written.")

    def clean(self):
        data = super().clean() or {}
        self.not_in_future("done_on")
        if data.get("result") and not data.get("done_on"):
            self.add_error("done_on", _("Say when it was done."))
        student = data.get("student")
        if student and not self.instance.pk and queries.has_approved_plan(student.pk):
            self.add_error("student", _("The plan is approved; open it again to change its stages."))
        return data


class AttestationForm(OfStudentForm):
    """An attestation: planned, then held; what was held is corrected with a reason."""

    statuses = HERE

    class Meta:
        model = Attestation
        fields = [
            "student", "due_on", "held_on", "result", "fulfilled", "protocol_number", "conclusion", "scan",
            "correction",
        ]  # fmt: skip
        field_classes = {"scan": ScanField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.was_held = bool(self.instance.pk and self.instance.result)
        if not self.was_held:
            del self.fields["correction"]

    def clean(self):
        data = super().clean() or {}
        self.not_in_future("held_on")
        if data.get("result"):
            if not data.get("held_on") and "held_on" not in self.errors:
                self.add_error("held_on", _("Say when it was held."))
            if not data.get("protocol_number"):
                self.add_error("protocol_number", _("Enter the protocol."))
        elif data.get("held_on"):
            self.add_error("result", _("Choose the result."))
        changed = set(self.changed_data) - {"scan", "correction", "row_version"}
        if self.was_held and changed and "correction" not in self.changed_data:
            self.add_error("correction", _("Say why it is corrected: the history keeps the reason."))
        return data


class DefenceForm(OfStudentForm):
    """A defence from its appointment to the votes; the approval of the OAK is a step of its own."""

    statuses = (DoctoralStudent.STUDYING, DoctoralStudent.COMPLETED)

    class Meta:
        model = Defence
        fields = [
            "student", "council", "defence_date", "place", "leading_organisation", "result", "votes_for",
            "votes_against", "votes_invalid", "protocol_number", "scan",
        ]  # fmt: skip
        field_classes = {"scan": ScanField}

    def clean(self):
        data = super().clean() or {}
        result, day = data.get("result"), data.get("defence_date")
        if result in (Defence.PASSED, Defence.FAILED) and day and day > timezone.localdate():
            self.add_error("result", _("The defence has not been held yet."))
        if result == Defence.PASSED:
            self._check_passed(data)
        student = data.get("student")
        if student and result in (Defence.PLANNED, Defence.PASSED) and "student" not in self.errors:
            others = Defence.objects.filter(student=student, result__in=(Defence.PLANNED, Defence.PASSED))
            if others.exclude(pk=self.instance.pk).exists():
                self.add_error("student", _("Another defence is appointed or passed."))
        return data

    def _check_passed(self, data: dict) -> None:
        votes, against = data.get("votes_for"), data.get("votes_against")
        for name in ("votes_for", "votes_against", "protocol_number"):
            if data.get(name) in (None, ""):
                self.add_error(name, _("Needed for a passed defence."))
        if votes is not None and against is not None and votes <= against:
            self.add_error("votes_for", _("A defence is passed by the majority of votes."))
        if not self.instance.pk or not self.instance.opponents.exists():
            self.add_error("result", _("Name the opponents first."))


class OpponentForm(DoctorateForm):
    remote_choices = {"employee": "doctorate_colleagues"}

    class Meta:
        model = Opponent
        fields = ["defence", "employee", "outsider", "degree", "work_place"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        scope = self.access.scope("doctoral_student.edit")
        rows = Defence.objects.for_scope(scope).filter(approved_on=None)
        if self.instance.pk:
            rows = Defence.objects.filter(pk=self.instance.defence_id)
            self.fields["defence"].disabled = True
        self.fields["defence"].queryset = rows.select_related("student__person")  # type: ignore[attr-defined]
        searched_employee(self)

    def clean(self):
        data = super().clean() or {}
        name_somebody(self, data)
        employee, defence = data.get("employee"), data.get("defence")
        if employee and defence:
            led = defence.student.supervisions.filter(employee=employee)
            if led.exists():
                self.add_error("employee", _("Who leads or has led the work is no opponent."))
        return data


_DATE = {"type": "date", "class": "form-control"}
_TEXT = {"class": "form-control"}


def _day(label, **options) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs=_DATE), **options)


def _text(label, length: int, **options) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, widget=forms.TextInput(attrs=_TEXT), **options)


class ApprovePlanForm(forms.Form):
    """By which protocol a plan is approved."""

    approved_on = _day(_("Approved on"))
    protocol_number = _text(_("Protocol number"), 64)


class ReopenForm(forms.Form):
    """Why an approved plan is opened again."""

    reason = _text(_("Reason"), 255)


class ApprovalForm(forms.Form):
    """The decision of the OAK with the diploma."""

    approved_on = _day(_("Approved by the OAK on"))
    approval_number = _text(_("Decision of the OAK"), 64)
    diploma_number = _text(_("Diploma number"), 20)
    diploma_date = _day(_("Diploma date"))
    diploma_by = _text(_("Diploma given by"), 500, required=False)
    register_number = forms.CharField(
        label=_("Register number"), max_length=30, required=False, widget=forms.TextInput(attrs=_TEXT),
        validators=[RegexValidator(r"^[0-9 /]+$", _("A register number has digits, spaces and slashes only."))],
    )  # fmt: skip
    approval_scan = ScanField(
        label=_("Decision of the OAK (scan)"), required=False, widget=forms.FileInput(attrs=_TEXT)
    )
