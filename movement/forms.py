"""Forms of orders."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Access
from structure.models import Unit
from students.models import Group, Speciality


def _date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})


class AdmissionForm(forms.Form):
    """Which candidates, and what the order says."""

    faculty = forms.ModelChoiceField(Unit.objects.none(), label=_("faculty"))
    title = forms.CharField(label=_("title"), max_length=512)
    basis = forms.CharField(label=_("basis"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
    effective_date = forms.DateField(label=_("in force from"), widget=_date_input())
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
        faculties = Unit.objects.faculties()
        self.fields["faculty"].queryset = faculties if scope.everything else faculties.filter(pk__in=scope.faculty_ids)  # type: ignore[attr-defined]
        self.fields["specialities"].queryset = Speciality.objects.for_scope(scope)  # type: ignore[attr-defined]
        self.fields["groups"].queryset = Group.objects.filter(candidates__isnull=False).distinct().for_scope(scope)  # type: ignore[attr-defined]
        from hemis.classifiers.queries import choices

        self.fields["payment_form"].choices = [("", "—"), *choices("h_payment_form")]  # type: ignore[attr-defined]
        if len(scope.faculty_ids) == 1:
            self.fields["faculty"].initial = next(iter(scope.faculty_ids))
        self.fields["effective_date"].initial = timezone.localdate()
        self.fields["title"].initial = _("On admission to study")
        for field in self.fields.values():
            css = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs["class"] = css
            if isinstance(field, forms.ModelMultipleChoiceField):
                field.widget.attrs["data-tom"] = "1"

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


class SignForm(forms.Form):
    date = forms.DateField(label=_("date of the order"), widget=_date_input())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["date"].initial = timezone.localdate()


class RemarkForm(forms.Form):
    remark = forms.CharField(label=_("remarks"), widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}))


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("reason"), widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}))
    effective_date = forms.DateField(label=_("in force from"), widget=_date_input())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["effective_date"].initial = timezone.localdate()
