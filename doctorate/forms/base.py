"""What the forms of the doctorate share."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from doctorate.actions.base import DoctorateError, refusals_in_words
from doctorate.models import DoctoralStudent
from hemis.pages.forms import RegisterForm
from staff.forms.employees import search_employees


class DoctorateForm(RegisterForm):
    """What the database refuses is told on the form; days that cannot lie in the future don't."""

    def write(self):
        try:
            with refusals_in_words():
                return super().write()
        except DoctorateError as error:
            raise ValidationError(str(error)) from error

    def not_in_future(self, *names: str) -> None:
        """An error at each of the fields whose day has not come yet."""
        for name in names:
            day = self.cleaned_data.get(name)
            if day and day > timezone.localdate():
                self.add_error(name, _("This day has not come yet."))


class OfStudentForm(DoctorateForm):
    """Something that belongs to a doctoral student; it stays with whom it was entered for."""

    statuses: tuple[str, ...] = (*DoctoralStudent.OPEN, DoctoralStudent.COMPLETED)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["student"]
        scope = self.access.scope("doctoral_student.edit")
        rows = DoctoralStudent.objects.for_scope(scope).filter(status__in=self.statuses)
        if self.instance.pk:
            rows = DoctoralStudent.objects.filter(pk=self.instance.student_id)
            field.disabled = True
        field.queryset = rows.select_related("person")  # type: ignore[attr-defined]


def name_somebody(form: RegisterForm, data: dict) -> None:
    """Exactly one of an employee and somebody from outside."""
    if bool(data.get("employee")) == bool(data.get("outsider")):
        form.add_error("employee", _("Choose an employee or name somebody from outside."))


def searched_employee(form: RegisterForm) -> None:
    """The employee is searched for by name, whatever the kafedra."""
    search_employees(form.fields["employee"])


class RemarkForm(forms.Form):
    """Why an order is returned."""

    remark = forms.CharField(
        label=_("What has to be mended"), max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )  # fmt: skip
