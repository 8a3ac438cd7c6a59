"""Forms of stipends."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.models import PayoutAccount
from finance.stipends.rules import first_of
from hemis.pages.forms import RegisterForm
from structure.models import Unit
from students.models import Student


class MonthForm(forms.Form):
    """For which month, of which faculty, lists are formed."""

    month = forms.DateField(
        label=_("month"),
        input_formats=["%Y-%m", "%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m", attrs={"type": "month", "class": "form-control"}),
    )
    faculty = forms.ModelChoiceField(
        Unit.objects.none(), label=_("faculty"), required=False, empty_label=_("all"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["faculty"].queryset = Unit.objects.faculties().filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["month"].initial = first_of(timezone.localdate())

    def clean_month(self):
        return first_of(self.cleaned_data["month"])


class PayoutAccountForm(RegisterForm):
    """Where the stipend of a student is paid."""

    student_number = forms.CharField(label=_("student number"), max_length=12)
    field_order = ["student_number", "number", "bank"]

    class Meta:
        model = PayoutAccount
        fields = ["number", "bank"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["student_number"].initial = self.instance.student.number
            self.fields["student_number"].disabled = True

    def clean_student_number(self) -> str:
        number = self.cleaned_data["student_number"].strip()
        student = Student.objects.for_scope(self.access.scope("stipend.edit")).filter(number=number).first()
        if student is None:
            raise forms.ValidationError(_("There is no student with this number."))
        if PayoutAccount.objects.filter(student=student).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This student has an account already; change it."))
        self.instance.student = student
        return number

    def clean_number(self) -> str:
        return "".join(self.cleaned_data["number"].split())
