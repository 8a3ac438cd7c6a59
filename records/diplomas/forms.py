"""Forms of diplomas, the rule of honours and printers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.forms import dress
from finance.common import date_input
from hemis.access.scope import Access
from hemis.pages.forms import RegisterForm
from records.models import Accreditation, Diploma, HonoursRule, PrintProfile
from students.models import Group


class FormingForm(forms.Form):
    """Groups whose diplomas are formed."""

    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=gettext_lazy("Groups"),
        help_text=gettext_lazy("Of the accredited graduates; who lacks something is named with what it is."),
    )  # fmt: skip

    def __init__(self, *args: Any, access: Access, **kwargs: Any):
        super().__init__(*args, **kwargs)
        accredited = Accreditation.objects.filter(state=Accreditation.ACCEPTED)
        rows = Group.objects.for_scope(access.scope("diploma.edit")).filter(
            pk__in=accredited.values("student__current__group")
        )
        self.fields["groups"].queryset = rows.order_by("-entry_year", "name")  # type: ignore[attr-defined]
        dress(self)


class PrintForm(forms.Form):
    """On which printers the sheets come out."""

    diploma_printer = forms.ModelChoiceField(
        PrintProfile.objects.none(), label=gettext_lazy("Printer of diplomas"), required=False
    )
    supplement_printer = forms.ModelChoiceField(
        PrintProfile.objects.none(), label=gettext_lazy("Printer of supplements"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for kind in ("diploma", "supplement"):
            rows = PrintProfile.objects.filter(kind=kind, is_active=True)
            self.fields[f"{kind}_printer"].queryset = rows  # type: ignore[attr-defined]
            self.fields[f"{kind}_printer"].initial = rows.first()
        dress(self)


class HandOverForm(forms.Form):
    """To whom, when and by which document."""

    day = forms.DateField(label=gettext_lazy("Handed over on"), initial=timezone.localdate)
    kind = forms.ChoiceField(label=gettext_lazy("Received by"), choices=Diploma.RECIPIENTS)
    recipient = forms.CharField(
        label=gettext_lazy("Name of who received it"), max_length=255, required=False,
        help_text=gettext_lazy("Empty: the graduate."),
    )  # fmt: skip
    document = forms.CharField(
        label=gettext_lazy("Document"), max_length=255, required=False,
        help_text=gettext_lazy(
            "Power of attorney: number and date; receipt of the post. Empty: the graduate's passport."
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        dress(self)

    def clean(self) -> dict[str, Any]:
        """Anybody but the graduate is named."""
        data = super().clean() or {}
        if data.get("kind") != "graduate":
            for name in ("recipient", "document"):
                if not data.get(name, "").strip():
                    self.add_error(name, _("Name who received it and by which document."))
        return data


class DuplicateForm(forms.Form):
    """Why a duplicate, and what it rests on."""

    ground = forms.ChoiceField(label=gettext_lazy("Ground of the duplicate"), choices=Diploma.GROUNDS)
    basis = forms.CharField(
        label=gettext_lazy("Basis"), max_length=255,
        help_text=gettext_lazy("Application or announcement: number and date."),
    )  # fmt: skip
    applied_on = forms.DateField(
        label=gettext_lazy("Applied on"), initial=timezone.localdate, widget=date_input()
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        dress(self)


class HonoursRuleForm(RegisterForm):
    class Meta:
        model = HonoursRule
        fields = [
            "valid_from", "is_on", "fives_percent", "lowest_mark", "attestation_mark", "retakes_exclude", "basis",
            "is_confirmed",
        ]  # fmt: skip


class PrintProfileForm(RegisterForm):
    class Meta:
        model = PrintProfile
        fields = ["name", "kind", "right", "down", "is_active"]
