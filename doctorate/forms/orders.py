"""Forms of orders on doctoral students (duty 6.1, signature by B8)."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from doctorate import actions, queries
from doctorate.models import DoctoralOrder, DoctoralStudent
from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm

FORMED = [one for one in DoctoralOrder.KINDS if one[0] != DoctoralOrder.CANCELLATION]


class OrderForm(RegisterForm):
    """A draft with its list; checks are shown on its card and stand in the way of submitting."""

    students = forms.ModelMultipleChoiceField(
        label=_("whom it names"), queryset=DoctoralStudent.objects.none(),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )  # fmt: skip

    class Meta:
        model = DoctoralOrder
        fields = ["kind", "students", "effective_date", "until", "leave_reason", "reason", "basis"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        rows = DoctoralStudent.objects.filter(status__in=DoctoralStudent.OPEN)
        if self.instance.pk:
            kind.disabled = True
            rows |= DoctoralStudent.objects.filter(order_lines__order=self.instance)
            self.fields["students"].initial = list(self.instance.lines.values_list("student", flat=True))
            if self.instance.cancels_id:
                self.fields["students"].disabled = True
        if not self.instance.cancels_id:
            kind.choices = [("", "—"), *FORMED]  # type: ignore[attr-defined]
        if isinstance(named := self.initial.get("students"), str):
            self.initial["students"] = [one for one in named.split(",") if one.isdecimal() and len(one) < 10]
        self.fields["students"].queryset = rows.distinct().select_related("person")  # type: ignore[attr-defined]
        if not self.instance.pk:
            self.fields["effective_date"].initial = timezone.localdate()

    def clean(self):
        data = super().clean() or {}
        kind = data.get("kind")
        if kind in (DoctoralOrder.EXTENSION, DoctoralOrder.LEAVE) and not data.get("until"):
            self.add_error("until", _("Say until when."))
        if kind == DoctoralOrder.LEAVE and not data.get("leave_reason"):
            self.add_error("leave_reason", _("Choose the ground."))
        if kind in (DoctoralOrder.EXPULSION, DoctoralOrder.CANCELLATION) and not data.get("reason"):
            self.add_error("reason", _("Give the reason."))
        for name, kinds in (
            ("until", (DoctoralOrder.EXTENSION, DoctoralOrder.LEAVE)),
            ("leave_reason", (DoctoralOrder.LEAVE,)),
        ):
            if kind and kind not in kinds and not self.instance.cancels_id:
                data[name] = None if name == "until" else ""
        if not self.errors:
            self._check(data)
        return data

    def _check(self, data: dict) -> None:
        """What stands in the way of somebody is told at once, before a draft is kept."""
        order = DoctoralOrder(
            pk=self.instance.pk, kind=data["kind"], effective_date=data["effective_date"], until=data["until"],
            cancels_id=self.instance.cancels_id,
        )  # fmt: skip
        students = list(data["students"].select_related("speciality", "person"))
        found = queries.checks_of(order, students)
        for one in students:
            for check in found[one.pk]:
                if check.blocking and not check.ok:
                    self.add_error("students", f"{one}: {check.text}")

    def write(self):
        try:
            return actions.create_order(self.instance, self.cleaned_data["students"], access=self.access)
        except actions.DoctorateError as error:
            raise ValidationError(str(error)) from error


def _date(**options) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
    return forms.DateField(widget=widget, **options)


class SignForm(forms.Form):
    """The date of the order; its number follows the journal."""

    date = _date(label=_("Date of the order"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["date"].initial = timezone.localdate()


class CancelForm(forms.Form):
    """Why and from when an order is undone."""

    reason = forms.CharField(
        label=_("Reason"), max_length=255, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    effective_date = _date(label=_("In force from"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["effective_date"].initial = timezone.localdate()


class ScanForm(forms.Form):
    """The signed paper."""

    scan = ScanField(label=_("Scan"), widget=forms.FileInput(attrs={"class": "form-control"}))
