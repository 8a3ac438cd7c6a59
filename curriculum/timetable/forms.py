"""Forms of the timetable."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from curriculum.models import (
    ClassPair,
    ControlEvent,
    Holiday,
    Lesson,
    Subject,
    Teaching,
    TeachingAudience,
)
from curriculum.relearning import OPEN_GROUPS
from curriculum.timetable.models import TimetableRule
from curriculum.timetable.rules import half_year
from hemis.classifiers import queries as classifiers
from hemis.pages.forms import RegisterForm
from staff.importing import TEACHING_POSTS
from staff.models import Employee
from structure.models import Auditorium
from students.models import Group


def _day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})


def _dress(form: forms.Form) -> None:
    for name, field in form.fields.items():
        widget = field.widget
        css = "form-select" if isinstance(widget, forms.Select) else "form-control"
        if isinstance(widget, forms.CheckboxInput):
            css = "form-check-input"
        widget.attrs.setdefault("class", css)
        if isinstance(widget, forms.Select) and isinstance(field, forms.ModelChoiceField):
            widget.attrs["data-autocomplete"] = "1"
        if form.is_bound and name in form.errors:
            widget.attrs["aria-invalid"] = "true"
            widget.attrs["class"] += " is-invalid"
            widget.attrs["aria-describedby"] = f"id_{name}_error"


class _TeachingField(forms.ModelChoiceField):
    left: dict[int, int] = {}

    def label_from_instance(self, obj: Any) -> str:
        left = self.left.get(obj.pk)
        groups = ", ".join(str(one) for one in obj.audience.all())
        text = f"{obj} · {groups}"
        return (
            text
            if left is None
            else gettext("%(teaching)s · %(hours)d h left") % {"teaching": text, "hours": left}
        )


class PlaceForm(forms.Form):
    """A teaching at a day and pair; without a room the best free one is taken."""

    teaching = _TeachingField(Teaching.objects.none(), label=_("Teaching"))
    day = forms.DateField(label=_("Day"), widget=_day_input())
    pair = forms.ModelChoiceField(ClassPair.objects.none(), label=_("Pair"))
    auditorium = forms.ModelChoiceField(
        Auditorium.objects.none(),
        label=_("Auditorium"),
        required=False,
        help_text=_("Empty: the free one that fits best."),
    )
    link = forms.URLField(label=_("Link of an online class"), required=False, assume_scheme="https")

    def __init__(
        self,
        *args,
        teachings,
        left: Collection[Any] = (),
        free: Collection[Auditorium] | None = None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["teaching"]
        field.queryset = teachings.select_related("subject").prefetch_related(
            Prefetch(
                "audience", TeachingAudience.objects.select_related("group", "subgroup__division__group")
            )
        )
        if left:
            field.left = {one.teaching.pk: one.hours for one in left}
            field.queryset = field.queryset.filter(pk__in=field.left)
        year = self._year()
        pairs: Any = self.fields["pair"]
        pairs.queryset = ClassPair.objects.filter(academic_year=year, is_active=True).order_by("number")
        rooms: Any = self.fields["auditorium"]
        rooms.queryset = Auditorium.objects.filter(is_active=True).select_related("building")
        if free is not None:
            rooms.queryset = rooms.queryset.filter(pk__in=[one.pk for one in free])
        _dress(self)

    def _year(self) -> int:
        value = self["day"].value()
        if isinstance(value, str):
            try:
                value = datetime.date.fromisoformat(value)
            except ValueError:
                value = None
        return half_year(value or timezone.localdate())[0]


class VerbForm(forms.Form):
    """What a verb of a lesson asks; the fields that it does not ask are gone."""

    FIELDS = {
        "move": ("day", "pair", "auditorium", "reason"),
        "swap": ("other",),
        "cancel": ("reason",),
        "restore": (),
        "substitute": ("teacher", "reason"),
        "room": ("auditorium",),
        "lock": (),
        "remove": (),
    }
    REQUIRED = {"move": ("day", "pair"), "swap": ("other",), "cancel": ("reason",), "room": ("auditorium",)}

    day = forms.DateField(label=_("Day"), widget=_day_input())
    pair = forms.ModelChoiceField(ClassPair.objects.none(), label=_("Pair"))
    auditorium = forms.ModelChoiceField(Auditorium.objects.none(), label=_("Auditorium"))
    teacher = forms.ModelChoiceField(Employee.objects.none(), label=_("Teacher"))
    other = forms.IntegerField(label=_("Lesson"), widget=forms.Select)
    reason = forms.CharField(label=_("Reason"), max_length=256)

    def __init__(
        self, *args, verb: str, lesson: Lesson, free_rooms: Any = None, teachers: Any = None, **kwargs
    ):
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(self.FIELDS[verb]):
            del self.fields[name]
        required = self.REQUIRED.get(verb, self.FIELDS[verb])
        for name, field in self.fields.items():
            field.required = name in required
            field.widget.attrs["id"] = f"id_{verb}_{name}"
        self._choices(lesson, free_rooms, teachers)
        _dress(self)

    def _choices(self, lesson: Lesson, free_rooms: Any, teachers: Any) -> None:
        fields: Any = self.fields
        if "pair" in fields:
            year = lesson.teaching.academic_year_id
            fields["pair"].queryset = ClassPair.objects.filter(academic_year=year, is_active=True).order_by(
                "number"
            )
        if "auditorium" in fields:
            rooms = Auditorium.objects.filter(is_active=True).select_related("building")
            fields["auditorium"].queryset = rooms if free_rooms is None else free_rooms
            fields["auditorium"].empty_label = gettext("as it is")
        if "teacher" in fields:
            everyone = Employee.objects.select_related("person").order_by("person__sort_key")
            fields["teacher"].queryset = everyone if teachers is None else teachers


class BulkForm(forms.Form):
    """Copying a week: until when, every week or every other."""

    EVERY, OTHER = 1, 2
    until = forms.DateField(label=_("Until"), widget=_day_input())
    step = forms.TypedChoiceField(
        label=_("Weeks"),
        coerce=int,
        choices=[(EVERY, _("every week")), (OTHER, _("every other week"))],
        initial=EVERY,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _dress(self)


class HolidayForm(RegisterForm):
    """A day off and the day that is worked instead."""

    class Meta:
        model = Holiday
        fields = ["day", "name", "works_on"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("day") and data.get("day") == data.get("works_on"):
            self.add_error("works_on", gettext("Choose another day than the day off itself."))
        return data


class TimetableRuleForm(RegisterForm):
    class Meta:
        model = TimetableRule
        fields = ["code", "value", "valid_from", "basis"]


class ControlForm(forms.Form):
    """A control: of one group or several, at a day and pair, with who holds it."""

    subject = forms.ModelChoiceField(Subject.objects.none(), label=_("Subject"))
    groups = forms.ModelMultipleChoiceField(Group.objects.none(), label=_("Groups"))
    control = forms.ChoiceField(label=_("Kind of control"))
    attempt = forms.ChoiceField(label=_("Sheet"))
    day = forms.DateField(label=_("Day"), widget=_day_input())
    pair = forms.ModelChoiceField(ClassPair.objects.none(), label=_("Pair"))
    examiner = forms.ModelChoiceField(Employee.objects.none(), label=_("Examiner"))
    second_examiner = forms.ModelChoiceField(
        Employee.objects.none(), label=_("Second examiner"), required=False
    )
    auditorium = forms.ModelChoiceField(
        Auditorium.objects.none(),
        label=_("Auditorium"),
        required=False,
        help_text=_("Empty: the free one that fits best."),
    )
    note = forms.CharField(label=_("Note"), max_length=256, required=False)
    ASKED_ONCE = ("subject", "groups", "control", "attempt")

    def __init__(self, *args, scope: Any, year: int, event: ControlEvent | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        taught = Teaching.objects.for_scope(scope).filter(academic_year=year)
        fields["subject"].queryset = Subject.objects.filter(pk__in=taught.order_by().values("subject"))
        fields["groups"].queryset = _groups_of(scope)
        fields["control"].choices = classifiers.choices("h_exam_type")
        fields["attempt"].choices = classifiers.choices("h_final_exam_type")
        fields["pair"].queryset = ClassPair.objects.filter(academic_year=year, is_active=True).order_by(
            "number"
        )
        people = Employee.objects.filter(
            positions__post__in=TEACHING_POSTS, positions__valid_to=None
        ).distinct()
        for name in ("examiner", "second_examiner"):
            fields[name].queryset = people.select_related("person").order_by("person__sort_key")
        fields["auditorium"].queryset = Auditorium.objects.filter(is_active=True).select_related("building")
        if event is not None:
            for name in self.ASKED_ONCE:
                del self.fields[name]
        _dress(self)
        if "groups" in self.fields:
            self.fields["groups"].widget.attrs["data-autocomplete"] = "1"


def _groups_of(scope: Any) -> Any:
    rows = Group.objects.filter(OPEN_GROUPS, plan__isnull=False).order_by("name")
    return rows if scope.everything else rows.filter(faculty__in=scope.faculty_ids)
