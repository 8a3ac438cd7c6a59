"""What is asked of the solver of sessions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from curriculum.exams.rules import Weights
from curriculum.models import ExamDraft
from curriculum.timetable import queries as timetable
from curriculum.timetable import rules
from curriculum.timetable.models import TimetableRule
from hemis.classifiers import queries as classifiers
from hemis.pages.forms import RegisterForm
from structure.models import Unit
from students.models import AcademicYear

WEIGHTS = {
    "tight": _("two controls of a group with no day more between than must be"),
    "access": _("an auditorium with steps for who cannot climb them"),
    "wish": _("an hour an examiner would rather not have"),
    "building": _("one more building on a day"),
    "late_pair": _("a late pair"),
    "big_late": _("a large control late in the session, a tenth of it"),
}
MOST_PAIRS, LONGEST = 8, 120


class ExamDraftForm(RegisterForm):
    """A session: which controls, which days, pairs and auditoriums, and what matters how much."""

    pairs = forms.TypedMultipleChoiceField(
        label=_("pairs of the day"),
        coerce=int,
        choices=[(number, str(number)) for number in range(1, MOST_PAIRS + 1)],
        initial=[1, 2, 3, 4],
    )
    rooms = forms.MultipleChoiceField(label=_("kinds of auditoriums"))
    seats_percent = forms.IntegerField(
        label=_("seats that may be taken, %"),
        min_value=20,
        max_value=100,
        initial=100,
        help_text=_("50: every second seat stays empty."),
    )
    free_days = forms.IntegerField(
        label=_("free days between two controls of a group"), min_value=0, max_value=14
    )
    most_a_day = forms.IntegerField(
        label=_("most controls of a group a day"), min_value=1, max_value=MOST_PAIRS, initial=1
    )
    examiner_day_max = forms.IntegerField(
        label=_("most controls of an examiner a day"), min_value=1, max_value=MOST_PAIRS, initial=3
    )
    late_from = forms.IntegerField(
        label=_("pairs are late from number"), min_value=2, max_value=12, initial=4
    )
    big_from = forms.IntegerField(
        label=_("a control is large from so many students"), min_value=10, max_value=1000, initial=60
    )
    HARD = (
        "pairs",
        "rooms",
        "seats_percent",
        "free_days",
        "most_a_day",
        "examiner_day_max",
    )
    SOFT = ("late_from", "big_from")

    class Meta:
        model = ExamDraft
        fields = [
            "faculty", "academic_year", "term", "control", "attempt", "first_day", "last_day", "together",
            "replaces", "rounds",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, label in WEIGHTS.items():
            field = forms.IntegerField(
                label=label, min_value=0, max_value=100, initial=getattr(Weights(), name)
            )
            self.fields[name] = field
            self._dress(name, field)
        fields: Any = self.fields
        fields["rooms"].choices = classifiers.choices("h_auditorium_type")
        for name in ("pairs", "rooms"):
            fields[name].widget.attrs["data-autocomplete"] = "1"
        fields["rooms"].initial = list(rules.USUAL_ROOMS)
        figures = timetable.rules_on(timezone.localdate())
        self.law_gap = figures.get(TimetableRule.FINALS_GAP, 0)
        self.law_most = figures.get(TimetableRule.FINALS_A_DAY, 0)
        fields["free_days"].initial = max(self.law_gap - 1, 0)
        scope = self.access.scope("exam_timetable.edit")
        found = Unit.objects.faculties()
        faculties = found if scope.everything else found.filter(pk__in=scope.faculty_ids)
        fields["faculty"].queryset = faculties
        fields["academic_year"].queryset = AcademicYear.objects.all()
        if len(faculties) == 1:
            self.initial.setdefault("faculty", faculties[0].pk)

    @property
    def groups(self):
        """Headings and the fields below them."""
        return [
            ("", [self[name] for name in self.Meta.fields]),
            (_("What always holds"), [self[name] for name in self.HARD]),
            (
                _("What each of these costs (0: does not matter)"),
                [self[name] for name in [*WEIGHTS, *self.SOFT]],
            ),
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last:
            self._check_days(data, first, last)
        self.instance.options = {name: data[name] for name in (*self.HARD, *self.SOFT) if name in data} | {
            "weights": {name: data[name] for name in WEIGHTS if name in data}
        }
        return data

    def _check_days(self, data: dict[str, Any], first, last) -> None:
        if first > last:
            self.add_error("last_day", gettext("The last day is before the first."))
        elif (last - first).days > LONGEST:
            self.add_error(
                "last_day", gettext("A session is no longer than %(days)d days.") % {"days": LONGEST}
            )
        if data.get("replaces") and first <= timezone.localdate():
            self.add_error("first_day", gettext("What is planned anew begins tomorrow or later."))
        final, law = rules.is_final(data.get("control", "")), self.law_gap
        if final and law and data.get("free_days", 0) + 1 < law:
            self.add_error(
                "free_days",
                gettext("The law asks for at least %(days)d days from one final control to the next.")
                % {"days": law},
            )
        if final and self.law_most and data.get("most_a_day", 0) > self.law_most:
            self.add_error(
                "most_a_day",
                gettext("The law allows a group no more than %(count)d final controls a day.")
                % {"count": self.law_most},
            )
        year = data.get("academic_year")
        if year and {rules.half_year(first)[0], rules.half_year(last)[0]} != {year.pk}:
            self.add_error("first_day", gettext("The days are not of this academic year."))
