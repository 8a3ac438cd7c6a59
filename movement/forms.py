"""Forms of orders."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Access, Scope
from hemis.classifiers.queries import choices
from hemis.pages.forms import RegisterForm
from movement.actions import follow_date
from movement.kinds import kind_of
from movement.models import Order
from movement.rules import academic_year
from structure.models import Unit
from students.models import Group, Speciality


def _date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})


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
    effective_date = forms.DateField(label=_("in force from"), widget=_date_input())
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


class OrderForm(RegisterForm):
    """The words and the date of a draft."""

    class Meta:
        model = Order
        fields = ("title", "basis", "effective_date")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.date_before = self.instance.effective_date

    def clean_effective_date(self):
        """A cancelling order cannot precede what it cancels; a list belongs to its academic year."""
        day, order = self.cleaned_data["effective_date"], self.instance
        if order.cancels_id and day < order.cancels.effective_date:
            raise forms.ValidationError(
                _("The cancelling order cannot come into force before the order itself.")
            )
        follows = order.cancels_id or kind_of(order).makes_students
        if not follows and academic_year(day) != academic_year(self.date_before):
            raise forms.ValidationError(
                _("The list was formed for another academic year; form the order anew.")
            )
        return day

    def save(self, commit=True):
        """Save and let the list follow the date, in one transaction."""
        with transaction.atomic():
            saved = super().save(commit)
            follow_date(saved, access=self.access, before=self.date_before)
        return saved


class JournalForm(forms.Form):
    """Which journal."""

    year = forms.IntegerField(
        label=_("year"), min_value=2000, max_value=2100, required=False,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("kind of order"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("all")), *choices("h_decree_type")]  # type: ignore[attr-defined]
        self.fields["year"].initial = timezone.localdate().year


class SignForm(forms.Form):
    date = forms.DateField(label=_("date of the order"), widget=_date_input())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["date"].initial = timezone.localdate()


class RemarkForm(forms.Form):
    remark = forms.CharField(
        label=_("remarks"), widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"})
    )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("reason"), widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"})
    )
    effective_date = forms.DateField(label=_("in force from"), widget=_date_input())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["effective_date"].initial = timezone.localdate()
