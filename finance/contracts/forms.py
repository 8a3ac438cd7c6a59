"""Forms of contracts."""

from __future__ import annotations

import datetime

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.common import current_year, date_input
from finance.contracts import rules
from finance.contracts.queries import Offer, Selection
from finance.models import THREE_SIDED, ContractTerms
from hemis.access.scope import Access
from hemis.classifiers.queries import choices
from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm
from structure.models import Unit
from students.models import AcademicYear, Group, Programme, Student
from students.pages.choices import faculties as faculties_of


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
            "benefit",
            "discount",
            "basis",
            "graduating",
            "payer_name",
            "payer_tin",
            "payer_address",
            "payer_bank",
        ]
        help_texts = {
            "basis": _("What the discount or the months rest on."),
            "benefit": _("Its percentage and basis are taken over."),
        }

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
        data = super().clean() or {}
        if data.get("parties") == THREE_SIDED and not data.get("payer_name"):
            self.add_error("payer_name", _("A three-sided contract names its payer."))
        if data.get("parties") != THREE_SIDED and data.get("payer_name"):
            self.add_error("parties", _("Only a three-sided contract has a payer."))
        if benefit := data.get("benefit"):
            data["discount"] = benefit.percent
            data["basis"] = data.get("basis") or benefit.document[:255]
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


def _draw_later() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("make each PDF when it is first opened"),
        required=False,
        help_text=_("Thousands of contracts are formed in seconds; each looks the same later."),
    )


def _faculties(access: Access):
    """Active faculties whose contracts one forms."""
    return faculties_of("contract.create")(access).filter(is_active=True)


def _dress(form: forms.Form) -> None:
    """Widget classes, and a dash for what may stay open."""
    for field in form.fields.values():
        css = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
        field.widget.attrs["class"] = "form-check-input" if isinstance(field, forms.BooleanField) else css
        if isinstance(field, forms.ModelChoiceField) and field.empty_label == "---------":
            field.empty_label = "—"


def _not_in_future(date: datetime.date) -> datetime.date:
    if date > timezone.localdate():
        raise forms.ValidationError(_("A contract is not dated in the future."))
    return date


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
    draw_later = _draw_later()

    def __init__(self, *args, access: Access, **kwargs):
        super().__init__(*args, **kwargs)
        scope = access.scope("contract.create")
        self.fields["faculty"].queryset = _faculties(access)  # type: ignore[attr-defined]
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
        _dress(self)

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
        return _not_in_future(self.cleaned_data["date"])

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

    @property
    def offer(self) -> Offer:
        """The usual terms."""
        return Offer(self.cleaned_data["contract_type"], self.cleaned_data["sum_type"])


class RenewContractsForm(forms.Form):
    """Next year's contracts on the terms of last year's: for whom, from what date."""

    year = forms.ModelChoiceField(AcademicYear.objects.all(), label=_("academic year"))
    faculty = forms.ModelChoiceField(
        Unit.objects.none(), label=_("faculty"), required=False, empty_label=_("all")
    )
    date = forms.DateField(label=_("date of the contracts"), widget=date_input())
    keep_increased = forms.BooleanField(
        label=_("increased contracts stay increased"),
        required=False,
        help_text=_("Otherwise they are basic from the second year on."),
    )
    draw_later = _draw_later()

    def __init__(self, *args, access: Access, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["faculty"].queryset = _faculties(access)  # type: ignore[attr-defined]
        self.fields["year"].initial = current_year()
        self.fields["date"].initial = timezone.localdate()
        _dress(self)

    def clean_date(self):
        return _not_in_future(self.cleaned_data["date"])

    @property
    def selection(self) -> Selection:
        """What is chosen, as the job keeps it."""
        faculty = self.cleaned_data["faculty"]
        return Selection(year=self.cleaned_data["year"].pk, faculty=faculty.pk if faculty else None)

    @property
    def offer(self) -> Offer:
        """The terms of last year's contracts."""
        return Offer(renew=True, keep_increased=self.cleaned_data["keep_increased"])


class SignedForm(forms.Form):
    date = forms.DateField(label=_("signed on"), widget=date_input())
    scan = ScanField(
        label=_("signed copy"),
        required=False,
        help_text=_("PDF, JPEG or PNG, at most 10 MB."),
        widget=forms.FileInput(attrs={"class": "form-control"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["date"].initial = timezone.localdate()
        self.fields["date"].widget.attrs["class"] = "form-control"


class ScanForm(forms.Form):
    scan = ScanField(
        label=_("signed copy"),
        help_text=_("PDF, JPEG or PNG, at most 10 MB."),
        widget=forms.FileInput(attrs={"class": "form-control"}),
    )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"})
    )
