"""Whom a new order names: the faculty, filters of the list, somebody from another university."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Access, Scope
from hemis.classifiers.queries import choices
from hemis.people.identifiers import pinfl_check_digit
from movement.forms.questions import date_input, dress
from movement.rules import CONTRACT
from structure.models import Unit
from students.models import Group, Programme, Speciality

FOREIGN = "12"
UNKNOWN = "10"


class WhoForm(forms.Form):
    """Which candidates."""

    specialities = forms.ModelMultipleChoiceField(
        Speciality.objects.none(), label=_("specialities"), required=False, help_text=_("Empty: all.")
    )
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=_("groups"), required=False, help_text=_("Empty: all.")
    )
    payment_form = forms.ChoiceField(label=_("payment form"), required=False)

    def __init__(self, *args, access: Access, **kwargs):
        super().__init__(*args, **kwargs)
        scope = access.scope("order.create")
        groups = Group.objects.filter(candidates__isnull=False).distinct()
        self.fields["specialities"].queryset = Speciality.objects.for_scope(scope)  # type: ignore[attr-defined]
        self.fields["groups"].queryset = groups.for_scope(scope)  # type: ignore[attr-defined]
        self.fields["payment_form"].choices = [("", "—"), *choices("h_payment_form")]  # type: ignore[attr-defined]
        self._prepare(scope)
        for field in self.fields.values():
            css = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs["class"] = css
            if isinstance(field, forms.ModelMultipleChoiceField):
                field.widget.attrs["data-tom"] = "1"

    def _prepare(self, scope: Scope) -> None:
        """What a form of more fields fills in before the fields are dressed."""

    def candidates(self, rows):
        """The rows narrowed as chosen."""
        data = self.cleaned_data
        if data["specialities"]:
            rows = rows.filter(programme__speciality__in=data["specialities"])
        if data["groups"]:
            rows = rows.filter(group__in=data["groups"])
        if data["payment_form"]:
            rows = rows.filter(payment_form=data["payment_form"])
        return rows


class AdmissionForm(WhoForm):
    """Which candidates, and what the order says."""

    faculty = forms.ModelChoiceField(Unit.objects.none(), label=_("faculty"))
    title = forms.CharField(label=_("title"), max_length=512)
    basis = forms.CharField(label=_("basis"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
    effective_date = forms.DateField(label=_("in force from"), widget=date_input())
    field_order = ("faculty", "title", "basis", "effective_date")

    def _prepare(self, scope):
        faculties = Unit.objects.faculties()
        own = faculties if scope.everything else faculties.filter(pk__in=scope.faculty_ids)
        self.fields["faculty"].queryset = own  # type: ignore[attr-defined]
        if len(scope.faculty_ids) == 1:
            self.fields["faculty"].initial = next(iter(scope.faculty_ids))
        self.fields["effective_date"].initial = timezone.localdate()
        with override("uz"):  # the words of the order itself, not of the screen
            self.fields["title"].initial = gettext("On admission to study")


class PeopleForm(forms.Form):
    """Whom an order names: filters of the list."""

    faculty = forms.ModelChoiceField(Unit.objects.none(), label=_("faculty"), required=False)
    group = forms.ModelMultipleChoiceField(Group.objects.none(), label=_("groups"), required=False)
    course = forms.ChoiceField(label=_("course"), required=False)
    q = forms.CharField(label=_("name or student number"), required=False)

    def __init__(self, *args, access: Access, permission: str, **kwargs):
        super().__init__(*args, **kwargs)
        scope = access.scope(permission)
        faculties = Unit.objects.faculties()
        own = faculties if scope.everything else faculties.filter(pk__in=scope.faculty_ids)
        self.fields["faculty"].queryset = own  # type: ignore[attr-defined]
        self.only = own.first() if len(scope.faculty_ids) == 1 and not scope.everything else None
        if self.only:
            del self.fields["faculty"]
        self.fields["group"].queryset = Group.objects.for_scope(scope)  # type: ignore[attr-defined]
        self.fields["course"].choices = [("", "—"), *choices("h_course")]  # type: ignore[attr-defined]
        for field in self.fields.values():
            dress(field)
        self.fields["group"].widget.attrs["data-tom"] = "1"

    def chosen_faculty(self) -> Unit | None:
        """The only faculty of the user, or the one chosen."""
        return self.only or (self.cleaned_data.get("faculty") if self.is_valid() else None)


class ArrivalForm(forms.Form):
    """Somebody who comes from another university, with the academic certificate."""

    last_name = forms.CharField(label=_("surname"), max_length=100)
    first_name = forms.CharField(label=_("first name"), max_length=100)
    middle_name = forms.CharField(label=_("patronymic"), max_length=100, required=False)
    pinfl = forms.CharField(
        label=_("PINFL"), max_length=14, required=False, help_text=_("Empty for foreigners.")
    )
    passport = forms.CharField(label=_("passport"), max_length=20)
    birth_date = forms.DateField(label=_("birth date"), widget=date_input())
    gender = forms.ChoiceField(label=_("gender"))
    citizenship = forms.ChoiceField(label=_("citizenship"))
    phone = forms.CharField(label=_("phone"), max_length=20, required=False)
    university = forms.CharField(label=_("university"), max_length=255)
    country = forms.ChoiceField(label=_("country"), initial="UZ")
    is_accredited = forms.NullBooleanField(
        label=_("accredited by its state"), required=False,
        widget=forms.Select(choices=[("", "—"), ("true", _("yes")), ("false", _("no"))]),
        help_text=_("Of a foreign university; the source is its state's register."),
    )  # fmt: skip
    certificate_number = forms.CharField(label=_("number of the academic certificate"), max_length=64)
    certificate_date = forms.DateField(label=_("date of the academic certificate"), widget=date_input())
    programme = forms.ModelChoiceField(Programme.objects.none(), label=_("programme"))
    group = forms.ModelChoiceField(Group.objects.none(), label=_("group"))
    semester = forms.ChoiceField(label=_("enters the semester"))
    language = forms.ChoiceField(label=_("language"), initial="11")
    payment_form = forms.ChoiceField(label=_("payment form"), initial=CONTRACT)
    score = forms.DecimalField(label=_("entrance score"), min_value=0, max_value=189, decimal_places=1)

    CODED: ClassVar[dict[str, str]] = {
        "gender": "h_gender", "citizenship": "h_citizenship_type", "country": "h_country", "semester": "h_semester",
        "language": "h_language", "payment_form": "h_payment_form",
    }  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, code in self.CODED.items():
            self.fields[name].choices = choices(code)  # type: ignore[attr-defined]
        known = [("", "—"), *(one for one in choices("h_gender") if one[0] != UNKNOWN)]
        self.fields["gender"].choices = known  # type: ignore[attr-defined]
        programmes = Programme.objects.filter(is_active=True).select_related("speciality")
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        self.fields["group"].queryset = Group.objects.filter(is_active=True)  # type: ignore[attr-defined]
        for field in self.fields.values():
            dress(field)

    def clean_pinfl(self):
        pinfl = self.cleaned_data["pinfl"].strip()
        if pinfl and (len(pinfl) != 14 or not pinfl.isdigit() or pinfl_check_digit(pinfl[:13]) != pinfl[13]):
            raise forms.ValidationError(_("The PINFL is not right: 14 digits with a control digit."))
        return pinfl

    def clean(self):
        data = super().clean() or {}
        group, programme = data.get("group"), data.get("programme")
        if group and programme and group.speciality_id != programme.speciality_id:
            self.add_error("group", _("The group is of another speciality."))
        if data.get("country") == "UZ":
            data["is_accredited"] = None
        elif data.get("is_accredited") is None:
            self.add_error("is_accredited", _("Say whether the foreign university is accredited."))
        if not data.get("pinfl") and data.get("citizenship") != FOREIGN:
            self.add_error("pinfl", _("Only foreigners have no PINFL."))
        return data
