"""Forms of excuses, unlocking and the rules of the journal."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.actions import AttendanceError
from attendance.actions.excuses import check_span
from attendance.models import AttendanceLimit, Excuse, JournalRule
from curriculum.models import Lesson
from hemis.access.scope import Access
from hemis.pages.columns import begin_large
from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm
from staff.models import Employee
from students.models import Student

FIELDS = ("starts_on", "ends_on", "ground", "document", "scan", "note")


def dress(form: forms.BaseForm) -> None:
    """Classes, kinds of input and capital letters, as forms of registers have them."""
    for field in form.fields.values():
        widget = field.widget
        if field.label:
            field.label = begin_large(field.label)  # type: ignore[arg-type]
        if isinstance(field, forms.DateField):
            field.widget = widget = forms.DateInput(format="%Y-%m-%d", attrs={**widget.attrs, "type": "date"})
        if isinstance(widget, forms.SelectMultiple):
            widget.attrs.setdefault("data-autocomplete", "1")
        css = "form-select" if isinstance(widget, forms.Select) else "form-control"
        widget.attrs.setdefault(
            "class", "form-check-input" if isinstance(widget, forms.CheckboxInput) else css
        )


class ExcuseForm(forms.ModelForm):
    """The days, the ground and the paper."""

    scan = ScanField(label=gettext_lazy("scan of the document"))

    class Meta:
        model = Excuse
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        dress(self)

    def clean(self) -> dict[str, Any]:
        """The days make a span."""
        data = super().clean() or {}
        if data.get("starts_on") and data.get("ends_on"):
            try:
                check_span(data["starts_on"], data["ends_on"])
            except AttendanceError as error:
                self.add_error("ends_on", str(error))
        return data

    def facts(self) -> dict[str, Any]:
        """What the verb takes."""
        return {name: self.cleaned_data[name] for name in FIELDS}


class OfficeExcuseForm(ExcuseForm):
    """The dean's office names one student or many by their numbers."""

    numbers = forms.CharField(
        label=gettext_lazy("student numbers"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One or several, with spaces or line breaks between them."),
    )
    field_order = ("numbers", *FIELDS)

    def __init__(self, *args: Any, access: Access, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.access = access
        self.students: list[Student] = []

    def clean_numbers(self) -> str:
        """Students of the own faculty; who is not found is named."""
        text = self.cleaned_data["numbers"]
        numbers = text.replace(",", " ").replace(";", " ").split()
        rows = Student.objects.for_scope(self.access.scope("attendance.edit")).filter(number__in=numbers)
        self.students = list(rows.select_related("person"))
        missing = set(numbers) - {one.number for one in self.students}
        if missing:
            raise forms.ValidationError(
                _("No such students in your scope: %(numbers)s") % {"numbers": ", ".join(sorted(missing))}
            )
        return text


class RemarkForm(forms.Form):
    """Why something is returned or withdrawn."""

    remark = forms.CharField(
        label=gettext_lazy("reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The student reads it."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        dress(self)


class UnlockForm(forms.Form):
    """Until when and why; without a lesson also whose lessons of which days."""

    teacher = forms.ModelChoiceField(Employee.objects.none(), label=gettext_lazy("teacher"))
    starts_on = forms.DateField(label=gettext_lazy("lessons from"))
    ends_on = forms.DateField(label=gettext_lazy("lessons to"))
    until = forms.DateTimeField(
        label=gettext_lazy("open until"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    reason = forms.CharField(
        label=gettext_lazy("reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, access: Access, lesson: Any = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if lesson:
            for name in ("teacher", "starts_on", "ends_on"):
                del self.fields[name]
        else:
            lessons = Lesson.objects.for_scope(access.scope("attendance.edit"))
            rows = Employee.objects.filter(pk__in=lessons.values("teacher")).select_related("person")
            self.fields["teacher"].queryset = rows  # type: ignore[attr-defined]
            self.fields["teacher"].widget.attrs["data-autocomplete"] = "1"
        tomorrow = timezone.localdate() + datetime.timedelta(days=1)
        self.fields["until"].initial = f"{tomorrow:%Y-%m-%d}T18:00"
        dress(self)

    def clean(self) -> dict[str, Any]:
        """The days make a span."""
        data = super().clean() or {}
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("The last day is before the first one."))
        return data

    def facts(self) -> dict[str, Any]:
        """What the verb takes."""
        data = self.cleaned_data
        found = {"until": data["until"], "reason": data["reason"]}
        if "teacher" in self.fields:
            found |= {"teacher": data["teacher"], "days": (data["starts_on"], data["ends_on"])}
        return found


class LimitForm(RegisterForm):
    class Meta:
        model = AttendanceLimit
        fields = ("system", "level", "value", "is_above", "valid_from", "source")


class JournalRuleForm(RegisterForm):
    class Meta:
        model = JournalRule
        fields = ("valid_from", "edit_days", "source")
