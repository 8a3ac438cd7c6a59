"""Forms of prices."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from finance.common import current_year
from finance.contracts import rules
from finance.models import (
    BaseAmount,
    BaseCoefficient,
    Benefit,
    CalculationSetting,
    ContractTypeCoefficient,
    CurrencyRate,
    DifferentiatedCoefficient,
    ForeignPrice,
    InstalmentRule,
    MinimumWage,
    RefundRule,
    RelearningPrice,
    StipendAmount,
    StipendCondition,
)
from hemis.classifiers.queries import choices
from hemis.pages.forms import RegisterForm
from structure.models import Unit
from students.models import AcademicYear


class MinimumWageForm(RegisterForm):
    class Meta:
        model = MinimumWage
        fields = ["amount", "valid_from", "document"]


class BaseAmountForm(RegisterForm):
    class Meta:
        model = BaseAmount
        fields = ["amount", "valid_from", "document"]


class RelearningPriceForm(RegisterForm):
    class Meta:
        model = RelearningPrice
        fields = ["amount", "valid_from", "document"]


class CurrencyRateForm(RegisterForm):
    class Meta:
        model = CurrencyRate
        fields = ["currency", "rate", "valid_from", "source"]


class ForeignPriceForm(RegisterForm):
    class Meta:
        model = ForeignPrice
        fields = ["programme", "academic_year", "currency", "amount"]
        help_texts = {"amount": _("In the currency; a contract counts it in soʻm at the rate of its day.")}


class BenefitForm(RegisterForm):
    class Meta:
        model = Benefit
        fields = ["name", "percent", "valid_from", "valid_to", "document"]
        help_texts = {"valid_to": _("Empty: until further notice.")}


class RefundRuleForm(RegisterForm):
    class Meta:
        model = RefundRule
        fields = ["ground", "mode", "valid_from", "source", "is_confirmed"]
        help_texts = {"ground": _("Empty: academic leave.")}


class StipendConditionForm(RegisterForm):
    class Meta:
        model = StipendCondition
        fields = ["threes", "valid_from", "source", "is_confirmed"]


class StipendAmountForm(RegisterForm):
    class Meta:
        model = StipendAmount
        fields = ["rate", "amount", "valid_from", "document"]


class ContractTypeCoefficientForm(RegisterForm):
    class Meta:
        model = ContractTypeCoefficient
        fields = ["contract_type", "coefficient", "valid_from"]


class BaseCoefficientForm(RegisterForm):
    class Meta:
        model = BaseCoefficient
        fields = ["programme", "student_type", "academic_year", "coefficient", "amount", "foreign_amount"]
        help_texts = {"student_type": _("Empty: all kinds of students.")}

    def clean(self):
        data = super().clean()
        if (
            not any(data.get(name) for name in ("coefficient", "amount", "foreign_amount"))
            and not self.errors
        ):
            self.add_error("coefficient", _("Give a coefficient or a sum."))
        return data


class DifferentiatedCoefficientForm(RegisterForm):
    class Meta:
        model = DifferentiatedCoefficient
        fields = ["faculty", "programme", "contract_type", "academic_year", "coefficient"]
        help_texts = {"programme": _("A programme's coefficient goes before its faculty's.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["faculty"].queryset = Unit.objects.faculties()  # type: ignore[attr-defined]
        self.fields["contract_type"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((code, name) for code, name in choices("h_contract_type") if code in rules.DIFFERENTIATED),
        ]

    def clean(self):
        data = super().clean()
        if bool(data.get("faculty")) == bool(data.get("programme")):
            self.add_error("faculty", _("Choose either a faculty or a programme."))
        return data


class InstalmentRuleForm(RegisterForm):
    class Meta:
        model = InstalmentRule
        fields = ["academic_year", "plan", "course_kind", "share", "due_date", "extended_to", "basis"]


class CalculationSettingForm(RegisterForm):
    class Meta:
        model = CalculationSetting
        fields = ["academic_year", "mode"]


class CopyYearForm(forms.Form):
    source = forms.ModelChoiceField(AcademicYear.objects.all(), label=_("from academic year"))
    target = forms.ModelChoiceField(AcademicYear.objects.all(), label=_("to academic year"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        year = current_year()
        self.fields["target"].initial = year
        self.fields["source"].initial = year - 1 if year else None
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"
