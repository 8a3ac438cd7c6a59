"""Forms of sheets, corrections, schedules and appeals."""

from __future__ import annotations

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.models import CurriculumSubject
from curriculum.relearning import OPEN_GROUPS
from grading import debts
from grading.actions.states import taught_by_examiner
from grading.models import GradeSheet, GradingRule, PersonalSchedule
from grading.rulebook import Rulebook
from hemis.classifiers import queries as classifiers
from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm
from staff.models import Employee, Position
from structure.models import Unit
from students.models import AcademicYear, Group, Student

ATTEMPTS = ("11", "12", "13")


class _Dressed(forms.Form):
    """A plain form in the clothes of the house."""

    _errors: ErrorDict | None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            css = "form-control"
            if isinstance(field.widget, forms.Select | forms.SelectMultiple):
                css = "form-select"
                field.widget.attrs["data-autocomplete"] = "1"
            if isinstance(field.widget, forms.CheckboxInput):
                css = "form-check-input"
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            field.widget.attrs.setdefault("class", css)
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3

    def full_clean(self) -> None:
        """A field with an error says so; asked for only now, when the choices are known."""
        super().full_clean()
        for name in self._errors or {}:
            if name in self.fields:
                attrs = self.fields[name].widget.attrs
                attrs["class"] = f"{attrs.get('class', '')} is-invalid"
                attrs["aria-describedby"] = f"id_{name}_error"


def teachers(kafedra: int | None = None):
    """Teachers in post today, of one kafedra or of all."""
    from django.utils import timezone

    posts = Position.objects.in_force(timezone.localdate()).filter(category="12")
    if kafedra is not None:
        posts = posts.filter(unit=kafedra)
    return (
        Employee.objects.filter(pk__in=posts.values("employee"))
        .select_related("person")
        .order_by("person__sort_key")
    )


class SheetForm(RegisterForm):
    """Who holds the control, when, and until when the sheet is filled."""

    class Meta:
        model = GradeSheet
        fields = ["examiner", "held_on", "due_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kafedra = self.instance.curriculum_subject.kafedra_id
        self.fields["examiner"].queryset = teachers(kafedra)  # type: ignore[attr-defined]
        self.fields["examiner"].help_text = gettext_lazy("A teacher of the kafedra that teaches the subject.")

    def clean_examiner(self):
        """A final control is not held by who taught the subject (AV 3069)."""
        examiner = self.cleaned_data["examiner"]
        if examiner and taught_by_examiner(self.instance, examiner.pk):
            raise forms.ValidationError(
                _("Who taught the subject does not hold its final control (AV 3069).")
            )
        return examiner

    def clean(self):
        data = super().clean() or self.cleaned_data
        held, due = data.get("held_on"), data.get("due_on")
        if held and due and due < held:
            self.add_error("due_on", _("Not before the day of the control."))
        return data


class GradingRuleForm(RegisterForm):
    class Meta:
        model = GradingRule
        fields = ["code", "value", "valid_from", "basis"]


class RemarkForm(_Dressed):
    """Why something is returned, cancelled or rejected."""

    remark = forms.CharField(label=gettext_lazy("Reason"), max_length=500)


class UnlockForm(_Dressed):
    due_on = forms.DateField(label=gettext_lazy("To be filled by"))
    remark = forms.CharField(label=gettext_lazy("Reason"), max_length=500)


class OpenForm(_Dressed):
    """Which sheets are to be opened: a half-year of some groups, one control, one attempt."""

    academic_year = forms.ModelChoiceField(AcademicYear.objects.all(), label=gettext_lazy("Academic year"))
    term = forms.ChoiceField(label=gettext_lazy("Half-year"))
    faculty = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("Faculty"))
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=gettext_lazy("Groups"), required=False,
        help_text=gettext_lazy("None chosen: all groups of the faculty."),
    )  # fmt: skip
    control = forms.ChoiceField(label=gettext_lazy("Kind of control"))
    attempt = forms.ChoiceField(label=gettext_lazy("Sheet"))

    def __init__(self, *args, access, permission: str, **kwargs):
        super().__init__(*args, **kwargs)
        scope = access.scope(permission)
        faculties = Unit.objects.faculties()
        if not scope.everything:
            faculties = faculties.filter(pk__in=scope.faculty_ids)
        self.fields["faculty"].queryset = faculties  # type: ignore[attr-defined]
        self.fields["groups"].queryset = Group.objects.for_scope(scope).filter(OPEN_GROUPS)  # type: ignore[attr-defined]
        self.fields["term"].choices = classifiers.choices("h_semestr_type")  # type: ignore[attr-defined]
        labels = dict(classifiers.choices("h_exam_type"))
        self.fields["control"].choices = [  # type: ignore[attr-defined]
            (code, labels[code])
            for code in ("11", "15", "16", "12", "17", "18", "13", "14")
            if code in labels
        ]
        self.fields["attempt"].choices = classifiers.choices("h_final_exam_type")  # type: ignore[attr-defined]
        year = AcademicYear.objects.filter(is_current=True).first()
        self.fields["academic_year"].initial = year.pk if year else None
        if faculties.count() == 1:
            self.fields["faculty"].initial = faculties.get().pk

    def chosen_groups(self) -> list[Group]:
        """The ticked groups, else all of the faculty."""
        data = self.cleaned_data
        rows = self.fields["groups"].queryset.filter(faculty=data["faculty"])  # type: ignore[attr-defined]
        return list(rows.filter(pk__in=[one.pk for one in data["groups"]]) if data["groups"] else rows)


class CorrectionForm(_Dressed):
    value = forms.CharField(
        label=gettext_lazy("New value"), max_length=8,
        help_text=gettext_lazy("Points, or k (absent), or s (absent with excuse)."),
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea)
    basis = forms.CharField(
        label=gettext_lazy("Basis"), max_length=255,
        help_text=gettext_lazy("The document with its number and date."),
    )  # fmt: skip
    scan = ScanField(label=gettext_lazy("Scan of the basis"), required=False)


class ScheduleForm(RegisterForm):
    """Terms and the order of a draft."""

    class Meta:
        model = PersonalSchedule
        fields = ["due_on", "order_number", "order_date"]

    def clean(self):
        data = super().clean() or self.cleaned_data
        if bool(data.get("order_number")) != bool(data.get("order_date")):
            self.add_error("order_date", _("Number and date of the order go together."))
        if data.get("due_on") and data["due_on"] < self.instance.drawn_on:
            self.add_error("due_on", _("Not before the schedule was drawn up."))
        return data


class DrawUpForm(_Dressed):
    """A student's debts and the subjects the plan has and the student not."""

    subjects = forms.ModelMultipleChoiceField(
        CurriculumSubject.objects.none(), label=gettext_lazy("Subjects"), widget=forms.CheckboxSelectMultiple
    )
    due_on = forms.DateField(label=gettext_lazy("To be made good by"))
    order_number = forms.CharField(
        label=gettext_lazy("Number of the order"), max_length=32, required=False,
        help_text=gettext_lazy("Needed to approve; it may be entered later."),
    )  # fmt: skip
    order_date = forms.DateField(label=gettext_lazy("Date of the order"), required=False)

    def __init__(self, *args, student: Student, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["subjects"]
        field.widget.attrs["class"] = "form-check-input"
        field.widget.attrs.pop("data-autocomplete", None)
        field.queryset = debts.owed_subjects(student)  # type: ignore[attr-defined]
        field.label_from_instance = lambda one: f"{one.semester}: {one.subject.get_name_display()}"  # type: ignore[attr-defined]

    def clean(self):
        data = super().clean() or self.cleaned_data
        if bool(data.get("order_number")) != bool(data.get("order_date")):
            self.add_error("order_date", _("Number and date of the order go together."))
        return data


class AppealForm(_Dressed):
    text = forms.CharField(
        label=gettext_lazy("What should be looked at, and why"), max_length=2000, widget=forms.Textarea
    )
    scan = ScanField(label=gettext_lazy("Evidence, if there is any"), required=False)


class CommissionForm(_Dressed):
    chair = forms.ModelChoiceField(Employee.objects.none(), label=gettext_lazy("Chair of the commission"))
    members = forms.ModelMultipleChoiceField(Employee.objects.none(), label=gettext_lazy("Members"))

    def __init__(self, *args, sheet: GradeSheet, **kwargs):
        super().__init__(*args, **kwargs)
        fit = teachers(sheet.curriculum_subject.kafedra_id).exclude(pk=sheet.examiner_id or 0)
        least = int(Rulebook().number("appeal.members"))
        self.fields["members"].help_text = _(
            "At least %(least)d teachers who did not grade this control."
        ) % {"least": least}
        for name in ("chair", "members"):
            self.fields[name].queryset = fit  # type: ignore[attr-defined]


class DecisionForm(_Dressed):
    upheld = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("0", gettext_lazy("The result stays")), ("1", gettext_lazy("The result is changed"))],
    )
    value = forms.CharField(
        label=gettext_lazy("New value"), max_length=8, required=False,
        help_text=gettext_lazy("Only where the result is changed; a correction act is made, which another confirms."),
    )  # fmt: skip
    decision = forms.CharField(
        label=gettext_lazy("Words of the decision"), max_length=2000, widget=forms.Textarea
    )
    student_was_there = forms.BooleanField(label=gettext_lazy("The student took part"), required=False)
