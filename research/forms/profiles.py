"""Forms of profiles in international systems and of their figures (duties B6.1, 8.4)."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm
from research import queries, rules
from research.forms.works import NOT_A_TEACHER
from research.models import Profile, ProfileFigures
from research.models.profiles import OTHER
from students.queries import current_year


class ProfileForm(RegisterForm):
    """One's own profile in a system."""

    link = forms.URLField(label=_("address of the profile"), max_length=512, assume_scheme="https")

    class Meta:
        model = Profile
        fields = ["platform", "other_platform", "identifier", "link"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["other_platform"].help_text = _("Only where the system is “other”.")

    def clean(self):
        data = super().clean() or {}
        employee, kafedra = queries.who_enters(self.access)
        if employee is None or kafedra is None:
            self.add_error(None, NOT_A_TEACHER)
            return data
        self.instance.employee, self.instance.kafedra = employee, kafedra
        platform, other = data.get("platform", ""), data.get("other_platform", "")
        if platform and (platform == OTHER) != bool(other):
            self.add_error("other_platform", _("Say which system it is, or leave this empty."))
            return data
        identifier = data.get("identifier")
        if identifier and (problem := rules.why_not_identifier(platform, other, identifier)):
            self.add_error("identifier", problem)
        return data


class FiguresForm(RegisterForm):
    """What one's own profile showed on a day."""

    class Meta:
        model = ProfileFigures
        fields = ["profile", "day", "academic_year", "h_index", "documents", "citations", "scan"]
        field_classes = {"scan": ScanField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        person = self.access.scope("publication.edit").person_id
        own = Profile.objects.filter(employee__person=person).select_related("employee__person")
        self.fields["profile"].queryset = own  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["profile"].disabled = True
        else:
            self.fields["day"].initial = timezone.localdate()
            self.fields["academic_year"].initial = current_year()

    def clean(self):
        data = super().clean() or {}
        day = data.get("day")
        if day and day > timezone.localdate():
            self.add_error("day", _("This day has not come yet."))
        h_index, documents, citations = data.get("h_index"), data.get("documents"), data.get("citations")
        if h_index is not None and documents is not None and citations is not None:
            problem = rules.why_not_possible(h_index=h_index, documents=documents, citations=citations)
            if problem:
                self.add_error("citations", problem)
        if profile := data.get("profile"):
            self.instance.kafedra = queries.kafedra_of(profile.employee) or profile.kafedra
        return data
