"""Rules of movement and steps of agreement."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from hemis.pages.forms import RegisterForm
from movement.kinds import KINDS
from movement.models import AgreementStep, MovementRule
from movement.rulebook import PERIOD, RULES, read_number, read_period


class MovementRuleForm(RegisterForm):
    """A figure of the rule book, from a day on."""

    class Meta:
        model = MovementRule
        fields = ("code", "value", "valid_from", "source", "is_confirmed")

    def clean(self):
        data = super().clean() or {}
        spec = RULES.get(data.get("code", ""))
        if spec and data.get("value"):
            try:
                (read_period if spec.form == PERIOD else read_number)(data["value"])
            except ValueError as error:
                self.add_error("value", str(error))
        return data


class AgreementStepForm(RegisterForm):
    """Who agrees to orders of a kind, and in which turn."""

    order_kind = forms.ChoiceField(label=_("kind of order"))

    class Meta:
        model = AgreementStep
        fields = ("order_kind", "role", "position", "is_active")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offered = [(key, str(kind.title)) for key, kind in KINDS.items()]
        self.fields["order_kind"].choices = offered  # type: ignore[attr-defined]
