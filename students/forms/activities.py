"""Forms of achievements, olympiads, sport and exchange."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.pages import files
from hemis.pages.forms import RegisterForm
from structure.models import Unit
from students.models import Achievement, Exchange, Olympiad, SportRecord


def scan_field() -> files.ScanField:
    return files.ScanField(
        label=_("scan"),
        required=False,
        widget=forms.FileInput,
        help_text=_("PDF, JPEG or PNG, at most 10 MB."),
    )


class ActivityForm(RegisterForm):
    """A form about one student, found by typing the name or the number."""

    choice_permission = {"student": "achievement.edit"}
    remote_choices = {"student": "students_students_options"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["student"]
        field.queryset = field.queryset.select_related("person")  # type: ignore[attr-defined]
        field.choices = field.iterator(field)  # type: ignore[attr-defined]
        if "country" in self.fields:
            self.fields["country"].widget.attrs["data-autocomplete"] = "1"


class AchievementForm(ActivityForm):
    scan = scan_field()

    class Meta:
        model = Achievement
        fields = ["student", "kind", "title", "document", "year", "scan"]

    def clean_year(self) -> int:
        year = self.cleaned_data["year"]
        if year > timezone.localdate().year:
            raise forms.ValidationError(_("This year has not come yet."))
        return year


class OlympiadForm(ActivityForm):
    scan = scan_field()

    class Meta:
        model = Olympiad
        fields = [
            "student",
            "level",
            "name",
            "section",
            "country",
            "venue",
            "held_on",
            "place",
            "diploma",
            "scan",
        ]

    def clean_held_on(self):
        day = self.cleaned_data["held_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day


class SportForm(ActivityForm):
    scan = scan_field()

    class Meta:
        model = SportRecord
        fields = ["student", "sport", "sport_name", "kind", "name", "document", "given_on", "scan"]

    def clean(self):
        data = super().clean()
        if not data.get("sport") and not data.get("sport_name"):
            self.add_error("sport", _("Choose the kind of sport, or write it."))
        return data


class ExchangeForm(ActivityForm):
    scan = scan_field()

    class Meta:
        model = Exchange
        fields = [
            "direction",
            "student",
            "guest_name",
            "faculty",
            "academic_year",
            "education_type",
            "country",
            "university",
            "speciality_name",
            "programme_name",
            "document",
            "valid_from",
            "valid_to",
            "scan",
        ]
        help_texts = {
            "student": _("For outgoing exchange."),
            "guest_name": _("For incoming exchange: a guest is no student of ours."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        scope = self.access.scope("achievement.edit")
        faculties = Unit.objects.faculties().filter(is_active=True)
        self.fields["faculty"].queryset = (  # type: ignore[attr-defined]
            faculties if scope.everything else faculties.filter(pk__in=scope.faculty_ids)
        )

    def clean(self):
        data: dict[str, Any] = super().clean() or {}
        going = data.get("direction") == "out"
        if going and not data.get("student"):
            self.add_error("student", _("Who goes? Choose the student."))
        if not going and data.get("direction") and not data.get("guest_name"):
            self.add_error("guest_name", _("Who comes? Write the guest's full name."))
        if going:
            data["guest_name"] = ""
        elif data.get("direction"):
            data["student"] = None
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", _("The end comes after the beginning."))
        return data
