"""Forms of tasks, tests, submissions and marks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.materials.forms import choose
from curriculum.materials.queries import groups_text
from curriculum.models import Teaching, Topic
from grading.tasks import actions, queries, rules
from grading.tasks.models import Task, Test
from hemis.classifiers import queries as classifiers
from hemis.explain import decimal_text
from hemis.pages.files import MaterialsField
from hemis.pages.forms import RegisterForm

MOST_FILES, MOST_HANDED_IN = 4, 3
FROZEN = ("teaching", "kind", "control", "max_points")
CONTROLS = (*rules.OF_CLASSES, *rules.OF_LECTURES, rules.FINAL, rules.OVERALL)


class MomentInput(forms.DateTimeInput):
    """A day and a time, in the browser's own field."""

    input_type = "datetime-local"

    def __init__(self, **options: Any):
        super().__init__(format="%Y-%m-%dT%H:%M", **options)


def teaching_label(one: Teaching) -> str:
    groups = getattr(one, "groups", "") or "—"
    return f"{one.subject.get_name_display()} · {one.get_training_type_display()} · {groups}"  # type: ignore[attr-defined]


class TaskForm(RegisterForm):
    """A task; what decides where its points go is fixed once it is given."""

    uploads = MaterialsField(
        most=MOST_FILES,
        required=False,
        label=gettext_lazy("add files"),
        help_text=gettext_lazy("PDF, DOCX, XLSX, PPTX, pictures, ZIP, RAR, TXT; up to 30 MB each."),
    )

    class Meta:
        model = Task
        fields = (
            "teaching", "kind", "name", "text", "topic", "control", "max_points", "deadline", "attempts", "late_rule",
            "late_penalty", "late_until",
        )  # fmt: skip
        widgets = {"deadline": MomentInput(), "late_until": MomentInput()}

    def __init__(self, *args, access, **kwargs):
        super().__init__(*args, access=access, **kwargs)
        found = Teaching.objects.for_scope(access.scope("task.edit")).select_related("subject")
        rows = found.annotate(groups=groups_text()).order_by("-academic_year", "term", "subject__name", "pk")
        choose(self.fields["teaching"], rows, teaching_label)
        self.fields["control"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((code, classifiers.label("h_exam_type", code)) for code in CONTROLS),
        ]
        self.fields["control"].help_text = _(
            "Lectures bring points to the midterm control, all other classes to the current one."
        )
        self.fields["text"].widget.attrs["rows"] = 6
        chosen = self["teaching"].value()
        topics = Topic.objects.filter(
            curriculum_subject__audiences__teaching=chosen if str(chosen).isdigit() else None
        )
        choose(self.fields["topic"], topics.distinct().order_by("training_type", "position"))
        if self.instance.pk and self.instance.students.exists():
            for name in FROZEN:
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        teaching, kind = data.get("teaching"), data.get("kind")
        if teaching and kind and data.get("control"):
            allowed = dict(queries.controls_of(teaching, is_test=kind == Task.TEST))
            if data["control"] not in allowed:
                names = ", ".join(allowed.values()) or "—"
                text = _("These classes bring points to: %(controls)s.") % {"controls": names}
                self.add_error("control", ValidationError(text))
        topic = data.get("topic")
        if topic and teaching and topic.training_type != teaching.training_type:
            self.add_error("topic", ValidationError(_("The topic is of another kind of training.")))
        late_until, deadline = data.get("late_until"), data.get("deadline")
        if late_until and deadline and late_until <= deadline:
            self.add_error("late_until", ValidationError(_("This lies before the deadline.")))
        if teaching and data.get("control") and data.get("max_points") and not self.errors:
            self._check_room(teaching, data)
        return data

    def _check_room(self, teaching: Teaching, data: dict[str, Any]) -> None:
        asked = Task(pk=self.instance.pk, teaching=teaching, control=data["control"])
        for one in queries.limits(asked):
            if one["left"] < data["max_points"]:
                text = _("The control brings %(limit)s points, other tasks take %(taken)s of them.") % {
                    "limit": decimal_text(one["limit"]), "taken": decimal_text(one["taken"]),
                }  # fmt: skip
                self.add_error("max_points", ValidationError(text))
                return

    def write(self):
        adding = self.instance._state.adding
        if adding:
            self.instance.created_by = self.access.user
        saved = super().write()
        actions.add_files(saved, self.cleaned_data["uploads"], access=self.access)
        if adding and saved.is_test:
            Test.objects.create(task=saved)
        if adding:
            self.notices.append(_("The task is a draft; students see it when you send it."))
        return saved


class TestForm(forms.ModelForm):
    """How a test is taken."""

    class Meta:
        model = Test
        fields = ("duration", "opens_at", "policy", "language", "shuffles", "shows_sheet")
        widgets = {"opens_at": MomentInput()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            css = "form-check-input" if isinstance(field, forms.BooleanField) else "form-control"
            field.widget.attrs["class"] = "form-select" if isinstance(field.widget, forms.Select) else css

    def clean(self):
        data = super().clean() or {}
        if data.get("opens_at") and data["opens_at"] >= self.instance.task.deadline:
            self.add_error("opens_at", _("The test opens after its deadline."))
        return data


class MomentForm(forms.Form):
    """One moment, or none."""

    moment = forms.DateTimeField(required=False, widget=MomentInput(attrs={"class": "form-control"}))


class WindowForm(forms.Form):
    """Hours of one group."""

    group = forms.IntegerField()
    opens_at = forms.DateTimeField(required=False)
    closes_at = forms.DateTimeField(required=False)


class SubmissionForm(forms.Form):
    """An answer in words, in files, or both."""

    text = forms.CharField(
        label=gettext_lazy("Answer"),
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 6, "class": "form-control"}),
    )
    uploads = MaterialsField(
        most=MOST_HANDED_IN,
        required=False,
        label=gettext_lazy("Files"),
        help_text=gettext_lazy(
            "Up to three: PDF, DOCX, XLSX, PPTX, pictures, ZIP, RAR, TXT; up to 30 MB each."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["uploads"].widget.attrs["class"] = "form-control"


class MarkForm(forms.Form):
    """What a version is worth, and what the teacher says of it."""

    points = forms.DecimalField(
        label=gettext_lazy("Points"),
        required=False,
        min_value=0,
        max_digits=5,
        decimal_places=1,
        localize=False,
    )
    originality = forms.IntegerField(
        label=gettext_lazy("Originality, %"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=gettext_lazy("What a plagiarism check said, if there was one."),
    )
    comment = forms.CharField(
        label=gettext_lazy("Comment for the student"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
        self.fields["points"].widget.attrs["inputmode"] = "decimal"
