"""Forms of transcripts and certificates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from attendance.forms import dress
from hemis.access.scope import Access
from hemis.classifiers.queries import choices
from records.certificates.actions import OF_ONESELF, OF_THE_OFFICE
from records.certificates.jobs import KINDS_FOR_GROUPS
from records.models import Certificate
from records.models.certificates import LANGUAGES
from students.models import Group

PURPOSE_HELP = gettext_lazy("Empty: wherever it is asked for.")


class _Asked(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind of paper"), choices=OF_THE_OFFICE)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)
    purpose = forms.CharField(
        label=gettext_lazy("Where it is presented"), max_length=255, required=False, help_text=PURPOSE_HELP
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        dress(self)


class IssueForm(_Asked):
    """One paper for one student."""

    up_to = forms.ChoiceField(
        label=gettext_lazy("Up to the semester"), required=False,
        help_text=gettext_lazy("Of a transcript or study sheet; empty: everything."),
    )  # fmt: skip
    passing_score = forms.DecimalField(
        label=gettext_lazy("Minimum passing score"), required=False, min_value=0, max_digits=6, decimal_places=2,
        help_text=gettext_lazy("Of an academic certificate: of the entrance tests that year."),
    )  # fmt: skip
    secretary = forms.CharField(
        label=gettext_lazy("Secretary"), required=False, max_length=100,
        help_text=gettext_lazy("Of an academic certificate: initials and surname of who signs it as secretary."),
    )  # fmt: skip
    on_blank = forms.BooleanField(label=gettext_lazy("onto a blank (academic certificate)"), required=False)
    field_order = ("kind", "language", "up_to", "purpose", "passing_score", "secretary", "on_blank")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["up_to"].choices = [("", "—"), *choices("h_semester")]  # type: ignore[attr-defined]


class GroupsForm(_Asked):
    """The same paper for whole groups."""

    groups = forms.ModelMultipleChoiceField(Group.objects.none(), label=gettext_lazy("Groups"))
    field_order = ("groups", "kind", "language", "purpose")

    def __init__(self, *args: Any, access: Access, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = KINDS_FOR_GROUPS  # type: ignore[attr-defined]
        rows = Group.objects.for_scope(access.scope("transcript.print"))
        self.fields["groups"].queryset = rows.order_by("-entry_year", "name")  # type: ignore[attr-defined]


class OwnForm(_Asked):
    """What a student orders."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        known = dict(Certificate.KINDS)
        self.fields["kind"].choices = [(code, known[code]) for code in OF_ONESELF]  # type: ignore[attr-defined]


class HandForm(forms.Form):
    """Who received the paper."""

    day = forms.DateField(label=gettext_lazy("Handed over on"), initial=timezone.localdate)
    recipient = forms.CharField(label=gettext_lazy("Name of who received it"), max_length=255)
    document = forms.CharField(label=gettext_lazy("By which document"), max_length=255)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        dress(self)
