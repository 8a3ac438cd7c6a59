"""Forms of contracts."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.common import current_year, date_input
from finance.contracts import rules
from finance.contracts.queries import Selection
from finance.models import THREE_SIDED, ContractTerms
from hemis.access.scope import Access
from hemis.classifiers.queries import choices
from hemis.pages.forms import RegisterForm
from structure.models import Unit
from students.models import AcademicYear, Group, Programme, Student


class ContractTermsForm(RegisterForm):
    """Individual terms; contradictions are refused before the contract is formed."""

    student_number = forms.CharField(label=_("student number"), max_length=12)

    class Meta:
        model = ContractTerms
        fields = [
            "academic_year",
            "contract_type",
            "sum_type",
            "parties",
            "months",
            "discount",
            "basis",
            "graduating",
            "payer_name",
            "payer_tin",
            "payer_address",
            "payer_bank",
        ]
        help_texts = {"basis": _("What the discount or the months rest on.")}

    field_order = ["student_number", "academic_year"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["student_number"].initial = self.instance.student.number
            self.fields["student_number"].disabled = True
        else:
            self.fields["academic_year"].initial = current_year()

    def clean_student_number(self) -> str:
        number = self.cleaned_data["student_number"].strip()
        students = Student.objects.for_scope(self.access.scope("contract.create")).select_related("current")
        student = students.filter(number=number).first()
        if student is None or student.current is None:
            raise forms.ValidationError(_("No student with this number studies here."))
        self.instance.student = student
        return number

    def clean(self):
        data = super().clean()
        if data.get("parties") == THREE_SIDED and not data.get("payer_name"):
            self.add_error("payer_name", _("A three-sided contract names its payer."))
        if data.get("parties") != THREE_SIDED and data.get("payer_name"):
            self.add_error("parties", _("Only a three-sided contract has a payer."))
        if data.get("discount") and not data.get("basis"):
            self.add_error("basis", _("A discount needs a basis."))
        if not self.errors:
            self._check_once(data)
            self._check_terms(data)
        return data

    def _check_once(self, data) -> None:
        others = ContractTerms.objects.filter(
            student=self.instance.student, academic_year=data["academic_year"]
        )
        if others.exclude(pk=self.instance.pk).exists():
            self.add_error("academic_year", _("This student has individual terms for the year already."))

    def _check_terms(self, data) -> None:
        """What contradicts itself whatever the prices are."""
        fields = {
            "not_offered": "sum_type",
            "stipend_not_for_form": "sum_type",
            "months": "months",
            "discount": "discount",
        }
        inputs = rules.PriceInputs(
            mode=rules.BY_SUM,
            contract_type=data["contract_type"],
            sum_type=data["sum_type"],
            education_form=self.instance.student.current.education_form,
            months=data["months"],
            discount=data["discount"],
        )
        for name in rules.missing(inputs):
            if name in fields:
                self.add_error(fields[name], _(rules.MISSING[name]))


class FormContractsForm(forms.Form):
    """Whose contracts are formed, with what date and on what usual terms."""

    year = forms.ModelChoiceField(AcademicYear.objects.all(), label=_("academic year"))
    faculty = forms.ModelChoiceField(Unit.objects.none(), label=_("faculty"))
    programme = forms.ModelChoiceField(Programme.objects.none(), label=_("programme"), required=False)
    form = forms.ChoiceField(label=_("education form"), required=False)
    course = forms.ChoiceField(label=_("course"), required=False)
    group = forms.ModelChoiceField(Group.objects.none(), label=_("group"), required=False)
    student = forms.CharField(
        label=_("student number"),
        max_length=12,
        required=False,
        help_text=_("Empty: everybody chosen above."),
    )
    date = forms.DateField(label=_("date of the contracts"), widget=date_input())
    contract_type = forms.ChoiceField(label=_("usual contract type"))
    sum_type = forms.ChoiceField(label=_("usual kind of sum"))

    def __init__(self, *args, access: Access, **kwargs):
        super().__init__(*args, **kwargs)
        scope = access.scope("contract.create")
        faculties = Unit.objects.faculties().filter(is_active=True)
        if not scope.everything:
            faculties = faculties.filter(pk__in=scope.faculty_ids)
        self.fields["faculty"].queryset = faculties  # type: ignore[attr-defined]
        self.fields["programme"].queryset = Programme.objects.for_scope(scope).select_related("speciality")  # type: ignore[attr-defined]
        self.fields["group"].queryset = Group.objects.for_scope(scope)  # type: ignore[attr-defined]
        for name, code in (("form", "h_education_form"), ("course", "h_course")):
            self.fields[name].choices = [("", "—"), *choices(code)]  # type: ignore[attr-defined]
        self.fields["contract_type"].choices = choices("h_contract_type")  # type: ignore[attr-defined]
        self.fields["sum_type"].choices = choices("h_contract_summa_type")  # type: ignore[attr-defined]
        self.fields["year"].initial = current_year()
        self.fields["date"].initial = timezone.localdate()
        self.fields["contract_type"].initial, self.fields["sum_type"].initial = (
            rules.BASIC,
            rules.WITHOUT_STIPEND,
        )
        for field in self.fields.values():
            field.widget.attrs["class"] = (
                "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            )
            if isinstance(field, forms.ModelChoiceField) and field.empty_label:
                field.empty_label = "—"

    @staticmethod
    def usual(data: QueryDict) -> QueryDict:
        """``data`` of an address with the usual terms where it names none: a link from elsewhere asks for little."""
        data = data.copy()
        for name, value in (
            ("date", timezone.localdate().isoformat()),
            ("contract_type", rules.BASIC),
            ("sum_type", rules.WITHOUT_STIPEND),
        ):
            data.setdefault(name, value)
        return data

    def clean_date(self):
        date = self.cleaned_data["date"]
        if date > timezone.localdate():
            raise forms.ValidationError(_("A contract is not dated in the future."))
        return date

    def clean_student(self) -> Student | None:
        number = self.cleaned_data["student"].strip()
        if not number:
            return None
        found = Student.objects.filter(number=number).first()
        if found is None:
            raise forms.ValidationError(_("There is no student with this number."))
        return found

    @property
    def selection(self) -> Selection:
        """What is chosen, as the job keeps it."""
        data = self.cleaned_data
        return Selection(
            year=data["year"].pk,
            faculty=data["faculty"].pk,
            programme=data["programme"].pk if data["programme"] else None,
            form=data["form"],
            course=data["course"],
            group=data["group"].pk if data["group"] else None,
            students=(data["student"].pk,) if data["student"] else (),
        )


class SignedForm(forms.Form):
    date = forms.DateField(label=_("signed on"), widget=date_input())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["date"].initial = timezone.localdate()
        self.fields["date"].widget.attrs["class"] = "form-control"


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"})
    )
