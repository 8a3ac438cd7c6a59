"""Forms of employment: the department's, and the graduate's on the public page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.forms import dress
from hemis.pages.forms import RegisterForm
from records.models import Employment
from records.models.employment import STUDIES_ON
from students.models import Student

TOLD = (
    "status", "employer", "profession", "sector", "matches", "since", "study_kind", "school", "inactive_kind",
)  # fmt: skip


def matches_field() -> forms.TypedChoiceField:
    """Yes, no, or not said."""
    return forms.TypedChoiceField(
        label=gettext_lazy("Matches the speciality"), required=False, empty_value=None,
        coerce=lambda value: value == "1", choices=[("", "—"), ("1", gettext_lazy("yes")), ("0", gettext_lazy("no"))],
    )  # fmt: skip


def check(data: dict[str, Any], add_error: Any) -> None:
    """What each status needs, said at the field; what does not belong to it is emptied."""
    status = data.get("status") or ""
    needed = {
        Employment.WORKING: ("employer", "profession", "sector"),
        Employment.STUDYING: ("study_kind", "school"),
        Employment.INACTIVE: ("inactive_kind",),
    }.get(status, ())
    for name in needed:
        if not data.get(name):
            add_error(name, _("Needed for “%(status)s”.") % {"status": dict(Employment.STATUSES)[status]})
    if status and status != Employment.STUDYING:
        data["study_kind"] = ""
    if status and status != Employment.INACTIVE:
        data["inactive_kind"] = ""
    if status == Employment.STUDYING:
        data["sector"] = STUDIES_ON
    elif status == Employment.WORKING and data.get("sector") == STUDIES_ON:
        add_error("sector", _("Who works has a sector of the economy."))
    elif status in (Employment.INACTIVE, Employment.SEEKING):
        data["sector"] = ""


class _Asked:
    """A field named ``matches`` would hide the method of its form from scripts of the page."""

    def add_prefix(self, field_name: str) -> str:
        """The name in the page."""
        return super().add_prefix("in_speciality" if field_name == "matches" else field_name)  # type: ignore[misc]


class EmploymentForm(_Asked, RegisterForm):
    matches = matches_field()
    remote_choices = {"student": "records_graduates_options"}
    sections = (
        (gettext_lazy("Graduate"), ("student", "noted_on", "status")),
        (gettext_lazy("Who works"),
         ("employer", "tin", "region", "profession", "sector", "matches", "since", "document")),
        (gettext_lazy("Who studies on"), ("study_kind", "school")),
        (gettext_lazy("Who is economically inactive"), ("inactive_kind",)),
    )  # fmt: skip

    class Meta:
        model = Employment
        fields = [
            "student", "noted_on", "status", "employer", "tin", "region", "profession", "sector", "matches", "since",
            "study_kind", "school", "inactive_kind", "document", "note",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        told = self.instance.matches
        self.initial["matches"] = "" if told is None else str(int(told))
        rows = Student.objects.for_scope(self.access.scope("employment.edit")).filter(current__status="14")
        self.fields["student"].queryset = rows.select_related("person")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """By the status."""
        data = super().clean() or {}
        check(data, self.add_error)
        return data


class SurveyForm(_Asked, forms.ModelForm):
    """The graduate's own answer."""

    matches = matches_field()

    class Meta:
        model = Employment
        fields = list(TOLD)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        dress(self)

    def clean(self) -> dict[str, Any]:
        """By the status."""
        data = super().clean() or {}
        check(data, self.add_error)
        return data

    def _get_validation_exclusions(self) -> set[str]:
        """Which graduate it is comes from the link."""
        return super()._get_validation_exclusions() | {"student"}
