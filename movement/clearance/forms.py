"""Forms of clearance sheets and their stations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access import duties
from hemis.access.scope import Access
from hemis.pages.forms import RegisterForm
from movement.applications.forms import dress
from movement.clearance.models import ANSWER, OCCASIONS, ClearanceAnswer, ClearanceStation
from students.models import Group, Student

LEFT = ("12", "14")


class AnswerForm(forms.Form):
    """Clear or not, and if not, what is owed."""

    state = forms.ChoiceField(
        label=gettext_lazy("Answer"), choices=ClearanceAnswer.STATES[1:], widget=forms.RadioSelect
    )
    remark = forms.CharField(
        label=gettext_lazy("remark"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The student reads it: say what is to be brought or paid, and where."),
    )  # fmt: skip
    sum_owed = forms.DecimalField(
        label=gettext_lazy("sum owed, soʻm"), max_digits=14, decimal_places=2, min_value=0, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("remark", "sum_owed"):
            self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["state"].widget.attrs["class"] = "form-check-input"

    def clean(self) -> dict[str, Any]:
        """An objection says what is owed; who is clear owes nothing."""
        data = super().clean() or {}
        if data.get("state") == ClearanceAnswer.NOT_CLEAR and not data.get("remark", "").strip():
            self.add_error("remark", _("Say what is owed."))
        if data.get("state") == ClearanceAnswer.CLEAR and data.get("sum_owed"):
            self.add_error("sum_owed", _("Who is clear owes nothing."))
        return data

    def for_action(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "clear": data["state"] == ClearanceAnswer.CLEAR,
            "remark": data["remark"],
            "owed": data["sum_owed"] or Decimal(0),
        }


class AskForm(forms.Form):
    """Why the student leaves."""

    occasion = forms.ChoiceField(label=gettext_lazy("Why do you leave?"), choices=OCCASIONS)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        dress(self)


class OpenForm(forms.Form):
    """For whom the dean's office opens sheets: a group, or numbers."""

    occasion = forms.ChoiceField(label=gettext_lazy("occasion"), choices=OCCASIONS)
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=gettext_lazy("groups"), required=False
    )
    numbers = forms.CharField(
        label=gettext_lazy("student numbers"), required=False, widget=forms.Textarea,
        help_text=gettext_lazy("One a line, or separated by commas or spaces."),
    )  # fmt: skip

    def __init__(self, *args: Any, access: Access, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.seen = Student.objects.for_scope(access.scope("order.create"))
        groups = Group.objects.for_scope(access.scope("order.create")).filter(is_active=True)
        self.fields["groups"].queryset = groups  # type: ignore[attr-defined]
        dress(self)
        self.fields["groups"].widget.attrs["data-tom"] = "1"

    def clean(self) -> dict[str, Any]:
        """At least one of the two; every number is one of a student in scope."""
        data = super().clean() or {}
        typed = {one for one in data.get("numbers", "").replace(",", " ").split() if one}
        if not typed and not data.get("groups"):
            self.add_error("groups", _("Choose groups or type student numbers."))
        known = set(self.seen.filter(number__in=typed).values_list("number", flat=True))
        if typed - known:
            self.add_error(
                "numbers",
                _("Not in your scope: %(numbers)s.") % {"numbers": ", ".join(sorted(typed - known))},
            )
        data["typed"] = typed
        return data

    def students(self):
        """The students chosen: of a group those who have not left, by number anybody."""
        data = self.cleaned_data
        in_groups = self.seen.filter(current__group__in=data["groups"]).exclude(current__status__in=LEFT)
        keys = set(in_groups.values_list("pk", flat=True))
        keys |= set(self.seen.filter(number__in=data["typed"]).values_list("pk", flat=True))
        return Student.objects.filter(pk__in=keys)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=500, widget=forms.Textarea)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        dress(self)


class StationForm(RegisterForm):
    occasions = forms.MultipleChoiceField(
        label=gettext_lazy("asked at"),
        choices=OCCASIONS,
        widget=forms.SelectMultiple(attrs={"data-tom": "1"}),
    )

    class Meta:
        model = ClearanceStation
        fields = ("code", "name", "name_ru", "name_en", "role", "occasions", "what", "position", "is_active")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        able = {role for duty in duties.duties_granting(ANSWER) for role in duty.roles}
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (code, role.title) for code, role in duties.ROLES.items() if code in able
        ]

    def stored_value(self, row, name):
        value = super().stored_value(row, name)
        return ", ".join(str(dict(OCCASIONS)[one]) for one in value) if name == "occasions" else value
