"""Forms of objections: what is objected, the decision, the terms as rows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm
from movement.applications.forms import dress
from movement.objections.models import Objection, ObjectionTerm

GRANT, REJECT = "grant", "reject"


class ObjectionForm(forms.Form):
    """What the student says, with a paper if there is one."""

    text = forms.CharField(
        label=gettext_lazy("What you object to, and why"), max_length=4000, widget=forms.Textarea
    )
    file = ScanField(label=gettext_lazy("Scan or photograph"), max_length=255, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        dress(self)


class PaperForm(ObjectionForm):
    """An objection that came on paper."""

    received_on = forms.DateField(label=gettext_lazy("received on"))

    field_order = ("received_on", "text", "file")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("what is objected")
        self.fields["file"].required = True
        self.fields["received_on"].initial = timezone.localdate


class DecisionForm(forms.Form):
    """Granted or not, why, and by which protocol."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("decision"),
        choices=[
            ("", "—"),
            (GRANT, gettext_lazy("grant: the dean's office decides on the application anew")),
            (REJECT, gettext_lazy("reject: the refusal stands")),
        ],
    )
    protocol = forms.CharField(
        label=Objection._meta.get_field("protocol").verbose_name, max_length=255, required=False,
        help_text=gettext_lazy("Number and date."),
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=4000, widget=forms.Textarea)

    def __init__(self, *args: Any, needs_protocol: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["protocol"].required = needs_protocol
        dress(self)

    def for_action(self) -> dict[str, Any]:
        """The answers as ``actions.decide`` takes them."""
        data = self.cleaned_data
        return {"grant": data["outcome"] == GRANT, "reason": data["reason"], "protocol": data["protocol"]}


class TermForm(RegisterForm):
    class Meta:
        model = ObjectionTerm
        fields = (
            "kind", "valid_from", "days_to_object", "days_to_decide", "needs_protocol", "days_above", "source",
            "is_confirmed",
        )  # fmt: skip
