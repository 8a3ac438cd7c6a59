"""Forms of subjects, marking systems, class pairs and curricula (duties 2.3, 3.2, 3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from curriculum import actions, rules
from curriculum.models import (
    ClassPair,
    Curriculum,
    CurriculumBlock,
    CurriculumNorm,
    CurriculumSubject,
    GradeType,
    MarkingRule,
    MarkingSystem,
    RatingSheetKind,
    RelearningWindow,
    Subject,
    SubjectGroup,
)
from hemis.classifiers.queries import choices
from hemis.pages.forms import RegisterForm
from structure.models import Unit
from students.models import AcademicYear, Speciality


class AcademicYearForm(RegisterForm):
    class Meta:
        model = AcademicYear
        fields = ["year"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].help_text = _("The calendar year it begins in: 2026 is 2026/2027.")
        if self.instance.pk:
            self.fields["year"].disabled, self.fields["year"].required = True, False


class SubjectGroupForm(RegisterForm):
    class Meta:
        model = SubjectGroup
        fields = ["code", "name", "name_ru", "name_en", "parent", "is_active"]

    def clean_parent(self):
        """A group does not belong to one of its own branches."""
        parent = above = self.cleaned_data["parent"]
        while above is not None:
            if above.pk == self.instance.pk:
                raise forms.ValidationError(_("This group belongs to the one you are editing."))
            above = above.parent
        return parent


class SubjectForm(RegisterForm):
    class Meta:
        model = Subject
        fields = ["code", "name", "name_ru", "name_en", "group", "education_type", "kafedra", "is_active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = SubjectGroup.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["kafedra"].queryset = Unit.objects.kafedras().filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["name_en"].help_text = _("Printed in the diploma supplement.")


class MarkingSystemForm(RegisterForm):
    class Meta:
        model = MarkingSystem
        fields = ["code", "name", "name_ru", "name_en", "scale", "is_active"]


class MarkingRuleForm(RegisterForm):
    class Meta:
        model = MarkingRule
        fields = ["system", "valid_from", "pass_percent", "attempts", "gpa_threshold", "basis"]


class GradeTypeForm(RegisterForm):
    class Meta:
        model = GradeType
        fields = [
            "system", "valid_from", "lowest", "mark", "letter", "point", "name", "name_ru", "name_en",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["lowest"].help_text = _(
            "Given from this result up to the border of the next better grade."
        )


class RatingSheetKindForm(RegisterForm):
    class Meta:
        model = RatingSheetKind
        fields = ["code", "short_name", "name", "name_ru", "name_en", "has_parts", "is_active"]


class ClassPairForm(RegisterForm):
    class Meta:
        model = ClassPair
        fields = ["academic_year", "number", "starts", "ends", "is_active"]
        widgets = {
            "starts": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "ends": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        }


class CurriculumNormForm(RegisterForm):
    class Meta:
        model = CurriculumNorm
        fields = ["code", "education_type", "low", "high", "valid_from", "basis"]


class CurriculumForm(RegisterForm):
    choice_permission = {"speciality": "curriculum.edit"}

    class Meta:
        model = Curriculum
        fields = [
            "name", "name_ru", "name_en", "speciality", "education_form", "marking_system", "start_year",
            "semester_count", "hours_per_credit", "note",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        active = Speciality.objects.filter(is_active=True).for_scope(self.access.scope("curriculum.edit"))
        self.fields["speciality"].queryset = active  # type: ignore[attr-defined]
        self.fields["marking_system"].queryset = MarkingSystem.objects.filter(is_active=True)  # type: ignore[attr-defined]
        if self.instance.pk:
            # The calendar is laid out already; another year is a copy.
            for name in ("start_year", "semester_count"):
                self.fields[name].disabled = True

    def clean(self):
        data = super().clean()
        key = {name: data.get(name) for name in ("speciality", "education_form", "start_year")}
        if self.instance.pk or not all(key.values()):
            return data
        if Curriculum.objects.filter(**key).exists():
            self.add_error(
                "start_year", _("There is a plan for this year already; copy it to make its next version.")
            )
        return data

    @transaction.atomic
    def save(self, commit: bool = True):
        """A new plan gets its semesters and weeks at once."""
        new = not self.instance.pk
        saved = super().save(commit)
        if new:
            actions.lay_out(saved)
        return saved


class CurriculumBlockForm(forms.ModelForm):
    class Meta:
        model = CurriculumBlock
        fields = ["code", "block"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = (
                "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            )


class WeeksForm(forms.Form):
    """Weeks from – to, and what they are for."""

    first = forms.IntegerField(label=_("from week"), min_value=1)
    last = forms.IntegerField(label=_("to week"), min_value=1)
    kind = forms.ChoiceField(label=_("kind of week"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = choices("h_education_week_type")  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = (
                "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            )

    def clean(self):
        data = super().clean() or {}
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", _("The end lies before the beginning."))
        return data


class CopyForm(forms.Form):
    start_year = forms.IntegerField(label=_("year of entry"), min_value=2000, max_value=2100)
    education_form = forms.ChoiceField(label=_("education form"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["education_form"].choices = choices("h_education_form")  # type: ignore[attr-defined]
        self.fields["education_form"].widget.attrs["class"] = "form-select"
        self.fields["start_year"].widget.attrs["class"] = "form-control"
        self.fields["start_year"].help_text = _("The same year and form make the next version of the plan.")


HOURS, CONTROL = "hours_", "control_"


class CurriculumSubjectForm(RegisterForm):
    """A subject of a draft with its hours and controls on one page."""

    class Meta:
        model = CurriculumSubject
        fields = [
            "semester", "subject", "block", "kind", "elective_group", "places", "sheet_kind", "final_form", "kafedra",
            "credit", "in_semester",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        plan = self.instance.curriculum
        education_type = plan.speciality.education_type
        self._limit("semester", plan.semesters.all())
        self._limit("subject", Subject.objects.filter(is_active=True, education_type=education_type))
        self._limit("block", plan.blocks.all())
        self._limit("kafedra", Unit.objects.kafedras().filter(is_active=True))
        self._limit("sheet_kind", RatingSheetKind.objects.filter(is_active=True))
        self.fields["elective_group"].help_text = _(
            "The same label (T1) makes subjects of one semester alternatives; a student takes one of them."
        )
        self._add_parts("h_training_type", HOURS, "hours", "training_type", _("%s, hours"), 999)
        self._add_parts(
            "h_exam_type", CONTROL, "controls", "control", _("%s, maximum"), plan.marking_system.highest
        )

    def _limit(self, name: str, rows) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def _add_parts(self, list_code: str, prefix: str, related: str, code: str, label, highest: int) -> None:
        """A number field for each kind of training or control."""
        kept: dict[str, int] = {}
        if self.instance.pk:
            value = "hours" if related == "hours" else "max_points"
            kept = {getattr(one, code): getattr(one, value) for one in getattr(self.instance, related).all()}
        for kind, name in choices(list_code):
            if list_code == "h_exam_type" and kind == "10":
                continue  # JN+ON: a sum on sheets, no control of its own
            field = forms.IntegerField(
                label=str(label) % name,
                min_value=0,
                max_value=highest,
                required=False,
                initial=kept.get(kind),
            )
            self.fields[prefix + kind] = field
            self._dress(prefix + kind, field)

    def stored_value(self, row, name: str) -> Any:
        for prefix, related, code, value in (
            (HOURS, "hours", "training_type", "hours"),
            (CONTROL, "controls", "control", "max_points"),
        ):
            if name.startswith(prefix):
                parts = {getattr(one, code): getattr(one, value) for one in getattr(row, related).all()}
                return parts.get(name.removeprefix(prefix))
        return super().stored_value(row, name)

    def _parts(self, prefix: str) -> dict[str, int]:
        return {
            name.removeprefix(prefix): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix) and value
        }

    @property
    def groups(self) -> Iterator[tuple[str, list]]:
        """Fields under their headings, for the template."""
        named = [self[name] for name in self.Meta.fields]
        yield "", named
        yield str(_("Academic hours")), [self[name] for name in self.fields if name.startswith(HOURS)]
        yield str(_("Controls")), [self[name] for name in self.fields if name.startswith(CONTROL)]

    def clean(self):
        data = super().clean() or {}
        if data.get("elective_group") and data.get("kind") != "12":
            self.add_error("elective_group", _("Only an elective subject is in an elective group."))
        semester, subject = data.get("semester"), data.get("subject")
        taken = CurriculumSubject.objects.filter(semester=semester, subject=subject).exclude(
            pk=self.instance.pk
        )
        if semester and subject and taken.exists():
            self.add_error("subject", _("The semester has this subject already."))
        self._check_amounts(data)
        return data

    def _check_amounts(self, data: dict[str, Any]) -> None:
        """Hours against credits and the maxima of the controls: told at once, at the field."""
        plan, hours, controls = self.instance.curriculum, self._parts(HOURS), self._parts(CONTROL)
        if not hours:
            self.add_error(HOURS + "11", _("Enter the hours."))
        kind = data.get("sheet_kind")
        if kind and not self.errors:
            text = rules.control_fault(
                controls, has_parts=kind.has_parts, highest=plan.marking_system.highest
            )
            if text:
                self.add_error(CONTROL + (rules.FINAL if kind.has_parts else rules.OVERALL), text)

    @transaction.atomic
    def save(self, commit: bool = True):
        saved = super().save(commit)
        actions.set_parts(saved, hours=self._parts(HOURS), controls=self._parts(CONTROL))
        return saved


class SemesterForm(forms.Form):
    starts_on = forms.DateField()
    ends_on = forms.DateField()


class RelearningWindowForm(RegisterForm):
    class Meta:
        model = RelearningWindow
        fields = [
            "academic_year", "term", "is_summer", "opens_on", "closes_on", "starts_on", "ends_on", "minimum",
            "most_credits", "basis",
        ]  # fmt: skip

    def clean(self):
        data = super().clean()
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if data.get("is_summer"):
            if data.get("term") != RelearningWindow.SUMMER_TERM:
                self.add_error("term", _("A summer semester belongs to the spring half-year."))
            for name in ("starts_on", "ends_on"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("A summer semester has its own days."))
        elif bool(starts) != bool(ends):
            self.add_error("ends_on" if starts else "starts_on", _("Give both days, or none."))
        if starts and ends and (ends - starts).days < RelearningWindow.SHORTEST:
            self.add_error(
                "ends_on",
                _("Studies with their control take %(days)d days at least.")
                % {"days": RelearningWindow.SHORTEST},
            )
        return data
