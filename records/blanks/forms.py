"""Forms of acts on blanks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.forms import dress
from hemis.access.scope import Access
from hemis.classifiers.queries import choices
from records.blanks import queries
from records.blanks.actions import EDIT, LEAST_COMMISSION, Received
from records.models import BlankAct
from records.models.blanks import ACADEMIC, BLANK_KINDS, CATEGORIES
from structure.models import Unit

NUMBERS_HELP = gettext_lazy("AB 0000001-0000200; several ranges or numbers: one a line, or with commas.")


class _ActForm(forms.Form):
    date = forms.DateField(label=gettext_lazy("Date"), initial=timezone.localdate)
    holder = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("Holder"), required=False,
        help_text=gettext_lazy("The faculty that holds the blanks; empty: the store of the university."),
    )  # fmt: skip
    basis = forms.CharField(
        label=gettext_lazy("Basis"), max_length=255,
        help_text=gettext_lazy("The document: kind, number and date."),
    )  # fmt: skip
    blank_kind = forms.ChoiceField(label=gettext_lazy("Kind of blank"), choices=BLANK_KINDS)
    numbers = forms.CharField(
        label=gettext_lazy("Series and numbers"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=NUMBERS_HELP,
    )

    def __init__(self, *args: Any, access: Access, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.access = access
        scope = access.scope(EDIT)
        faculties = Unit.objects.faculties()
        self.fields["holder"].queryset = (  # type: ignore[attr-defined]
            faculties if scope.everything else self.holders(faculties, scope.faculty_ids)
        )

    def holders(self, faculties: Any, own: frozenset[int]) -> Any:
        """Whom a faculty may name."""
        return faculties.filter(pk__in=own)

    def clean_date(self):
        day = self.cleaned_data["date"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("An act has no date to come."))
        return day

    def clean_numbers(self) -> list[tuple[str, int, int]]:
        """The ranges that were typed."""
        try:
            found = queries.parse_numbers(self.cleaned_data["numbers"])
        except queries.BadNumbers as error:
            raise forms.ValidationError(str(error)) from error
        if not found:
            raise forms.ValidationError(_("Name at least one range of blanks."))
        return found


class ReceiptForm(_ActForm):
    """Blanks that came from the printing house or the ministry."""

    education_type = forms.ChoiceField(label=gettext_lazy("Education type"))
    category = forms.ChoiceField(label=gettext_lazy("Category"), choices=CATEGORIES)
    digits = forms.IntegerField(
        label=gettext_lazy("Digits of the number"), min_value=4, max_value=9, initial=7
    )
    field_order = (
        "date", "basis", "holder", "blank_kind", "education_type", "category", "numbers", "digits",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["education_type"].choices = choices("h_education_type")  # type: ignore[attr-defined]
        scope = self.access.scope(EDIT)
        if not scope.everything:
            self.fields["holder"].required = True
            self.fields["holder"].initial = next(iter(scope.faculty_ids), None)
        dress(self)

    def lines(self) -> list[Received]:
        """What the receipt holds."""
        data = self.cleaned_data
        of_study = data["blank_kind"] != ACADEMIC
        return [
            Received(
                data["blank_kind"], series, first, last,
                education_type=data["education_type"] if of_study else "11",
                category=data["category"] if data["blank_kind"] == "diploma" else "ordinary",
                digits=data["digits"],
            )
            for series, first, last in data["numbers"]
        ]  # fmt: skip


class MoveForm(_ActForm):
    """An act on blanks that are here."""

    act = forms.ChoiceField(label=gettext_lazy("Kind of act"), choices=BlankAct.KINDS[1:])
    reason = forms.CharField(
        label=gettext_lazy("What happened"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For spoiled, destroyed and lost blanks."),
    )  # fmt: skip
    commission = forms.CharField(
        label=gettext_lazy("Commission"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Chair and members, one a line: name and post."),
    )  # fmt: skip
    field_order = (
        "act", "date", "basis", "blank_kind", "numbers", "holder", "reason", "commission",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["holder"].label = _("Who gets the blanks")
        self.fields["holder"].help_text = _("When they are given on; empty: the store of the university.")
        dress(self)

    def holders(self, faculties: Any, own: frozenset[int]) -> Any:
        """Blanks may be given to any faculty."""
        return faculties

    def clean(self) -> dict[str, Any]:
        """Where the law wants a commission, it is there; the blanks are found."""
        data = super().clean() or {}
        if data.get("act") in BlankAct.BY_COMMISSION:
            people = [line for line in data.get("commission", "").splitlines() if line.strip()]
            if len(people) < LEAST_COMMISSION:
                self.add_error(
                    "commission", _("At least three people of a commission sign this act, one a line.")
                )
            if not data.get("reason", "").strip():
                self.add_error("reason", _("Say what happened."))
        if "numbers" in data:
            try:
                data["blanks"] = queries.find_blanks(
                    data["blank_kind"], data["numbers"], self.access.scope(EDIT)
                )
            except queries.BadNumbers as error:
                self.add_error("numbers", str(error))
        return data


class PeriodForm(forms.Form):
    """From when to when, and whose blanks."""

    start = forms.DateField(label=gettext_lazy("From"))
    end = forms.DateField(label=gettext_lazy("To"))
    holder = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("Holder"), required=False, empty_label=gettext_lazy("all")
    )

    def __init__(self, data: Any, *, access: Access):
        today = timezone.localdate()
        data = data.copy()
        data.setdefault("start", f"{today.year}-01-01")
        data.setdefault("end", today.isoformat())
        super().__init__(data)
        scope = access.scope("blank.view")
        rows = Unit.objects.faculties()
        self.fields["holder"].queryset = (  # type: ignore[attr-defined]
            rows if scope.everything else rows.filter(pk__in=scope.faculty_ids)
        )
        dress(self)
