"""Forms of stipends."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.common import date_input
from finance.models import Aid, AidFund, PayoutAccount, StipendList
from finance.stipends.rules import first_of
from hemis.access.scope import Access
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


class AidFundForm(RegisterForm):
    """The fund of a year by its figures."""

    class Meta:
        model = AidFund
        fields = [
            "year", "stipend_budget", "stipend_percent", "contract_percent", "most", "source", "is_confirmed",
        ]  # fmt: skip


def _dress(form: forms.Form) -> None:
    for field in form.fields.values():
        is_select = isinstance(field.widget, forms.Select)
        field.widget.attrs["class"] = "form-select" if is_select else "form-control"


class AidForm(forms.Form):
    """What the commission decided to give whom."""

    student = forms.CharField(label=_("student number"), max_length=12)
    kind = forms.ChoiceField(label=_("kind"), choices=Aid.KINDS)
    amount = forms.DecimalField(
        label=_("amount, soʻm"), max_digits=14, decimal_places=2, min_value=Decimal("0.01")
    )
    decision = forms.CharField(
        label=_("number of the decision"), max_length=64,
        help_text=_("Minutes of the stipend commission or the rector's order."),
    )  # fmt: skip
    decided_on = forms.DateField(label=_("date of the decision"), widget=date_input())
    reason = forms.CharField(label=_("what for"), max_length=500)

    def __init__(self, *args, access: Access, **kwargs):
        super().__init__(*args, **kwargs)
        self.access = access
        self.fields["decided_on"].initial = timezone.localdate
        _dress(self)

    def clean_student(self) -> Student:
        rows = Student.objects.for_scope(self.access.scope("stipend.edit"))
        found = rows.filter(number=self.cleaned_data["student"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("There is no student with this number."))
        return found


class PayoutForm(forms.Form):
    """What the bank paid, by which payment order."""

    sheet = forms.ModelChoiceField(
        StipendList.objects.none(), label=_("what is paid"), required=False,
        empty_label=_("one-off help and awards"), widget=forms.Select(),
    )  # fmt: skip
    date = forms.DateField(label=_("date of the payment order"), widget=date_input())
    number = forms.CharField(label=_("number of the payment order"), max_length=32)

    def __init__(self, *args, sheets, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sheet"].queryset = sheets  # type: ignore[attr-defined]
        self.fields["date"].initial = timezone.localdate
        _dress(self)


class ReturnForm(forms.Form):
    """When and why the bank returned it."""

    on = forms.DateField(label=_("returned on"), widget=date_input())
    reason = forms.CharField(label=_("why the bank returned it"), max_length=255)
