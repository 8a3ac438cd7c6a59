"""Forms of automatic timetabling."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curriculum.models import TeacherHours, TimetableDraft
from curriculum.solver.rules import Weights
from hemis.pages.forms import RegisterForm
from staff.models import Employee
from structure.models import Unit
from students.models import AcademicYear

WEIGHTS = {
    "group_window": _("a window of a group"),
    "same_day": _("the same subject twice on a day"),
    "wish": _("an hour a teacher would rather not have"),
    "teacher_window": _("a window of a teacher"),
    "teacher_day": _("a day for which a teacher comes"),
    "late_pair": _("a late pair"),
    "first_pair": _("the first pair of the day"),
    "room_change": _("another auditorium in the next pair of a group"),
    "building_change": _("another building in the next pair of a group"),
}


class TeacherHoursForm(RegisterForm):
    class Meta:
        model = TeacherHours
        fields = ["employee", "academic_year", "term", "weekday", "pair", "kind", "note"]

    remote_choices = {"employee": "staff_employees_options"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        scope = self.access.scope("timetable.edit")
        found = Employee.objects.filter(is_teaching(scope)).distinct()
        self.fields["employee"].queryset = found  # type: ignore[attr-defined]


def is_teaching(scope):
    """Employees with a post in the faculty's kafedras, or anywhere for the whole university."""
    from django.db.models import Q

    if scope.everything:
        return Q()
    return Q(positions__unit__parent__in=scope.faculty_ids) | Q(positions__unit__in=scope.faculty_ids)


class TimetableDraftForm(RegisterForm):
    """What is asked of the solver."""

    days = forms.TypedChoiceField(label=_("days a week"), choices=[(5, "5"), (6, "6")], coerce=int, initial=6)
    last_pair = forms.IntegerField(label=_("last pair of a day"), min_value=2, max_value=12, initial=6)
    group_day_max = forms.IntegerField(
        label=_("most pairs of a group a day"), min_value=1, max_value=12, initial=4
    )
    teacher_day_max = forms.IntegerField(
        label=_("most pairs of a teacher a day"), min_value=1, max_value=12, initial=5
    )
    late_from = forms.IntegerField(
        label=_("pairs are late from number"), min_value=2, max_value=12, initial=5
    )

    class Meta:
        model = TimetableDraft
        fields = ["faculty", "academic_year", "term", "starts_on", "replaces", "rounds"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, default in ((one, getattr(Weights(), one)) for one in WEIGHTS):
            field = forms.IntegerField(label=WEIGHTS[name], min_value=0, max_value=100, initial=default)
            self.fields[name] = field
            self._dress(name, field)
        scope = self.access.scope("timetable.edit")
        found = Unit.objects.faculties()
        faculties = found if scope.everything else found.filter(pk__in=scope.faculty_ids)
        self.fields["faculty"].queryset = faculties  # type: ignore[attr-defined]
        self.fields["academic_year"].queryset = AcademicYear.objects.all()  # type: ignore[attr-defined]
        if len(faculties) == 1:
            self.initial.setdefault("faculty", faculties[0].pk)

    @property
    def groups(self):
        """Headings and the fields below them."""
        asked = ["faculty", "academic_year", "term", "starts_on", "replaces", "rounds"]
        hard = ["days", "last_pair", "group_day_max", "teacher_day_max"]
        return [
            ("", [self[name] for name in asked]),
            (_("What always holds"), [self[name] for name in hard]),
            (
                _("What each of these costs (0: does not matter)"),
                [self[name] for name in [*WEIGHTS, "late_from"]],
            ),
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("replaces") and data.get("starts_on") and data["starts_on"] <= timezone.localdate():
            self.add_error(
                "starts_on", _("Lessons up to today may be in journals already: begin tomorrow or later.")
            )
        self.instance.options = {
            name: data[name]
            for name in ("days", "last_pair", "group_day_max", "teacher_day_max", "late_from")
            if name in data
        } | {"weights": {name: data[name] for name in WEIGHTS if name in data}}
        return data
