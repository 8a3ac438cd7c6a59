"""Forms of topics, resources and questions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.materials import actions, formats, marking, queries, rules
from curriculum.materials.models import Question, QuestionPicture, Resource
from curriculum.models import Subject, Topic
from hemis.classifiers import queries as classifiers
from hemis.pages.files import MaterialsField, PicturesField
from hemis.pages.forms import RegisterForm

MOST_FILES = 4
# Confirmed by a form that carries the file once more: a third longer, and below what a form may hold.
IMPORT_BYTES = 3 * 2**20


def choose(field: Any, rows: Any, label: Any = None) -> None:
    """Limit a field of related rows to those that may be chosen, worded as they are told apart."""
    field.queryset = rows
    if label is not None:
        field.label_from_instance = label


class TopicForm(forms.ModelForm):
    """One topic with its translations."""

    class Meta:
        model = Topic
        fields = ("name", "hours", "name_ru", "name_en")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"


class ResourceForm(RegisterForm):
    """A resource of one of the teacher's own subjects."""

    remote_choices = {"curriculum_subject": "curriculum_topics_options"}
    uploads = MaterialsField(
        most=MOST_FILES,
        required=False,
        label=gettext_lazy("add files"),
        help_text=gettext_lazy("PDF, DOCX, XLSX, PPTX, pictures, ZIP, RAR, TXT; up to 30 MB each."),
    )

    link = forms.URLField(label=gettext_lazy("link"), required=False, max_length=500, assume_scheme="https")

    class Meta:
        model = Resource
        fields = (
            "curriculum_subject", "training_type", "topic", "language", "name", "description", "link", "is_published",
        )  # fmt: skip

    def __init__(self, *args, access, **kwargs):
        super().__init__(*args, access=access, **kwargs)
        lines = queries.subjects_of(access.scope("resource.edit")).select_related(
            "subject", "curriculum", "semester"
        )
        choose(self.fields["curriculum_subject"], lines.order_by("subject__name", "pk"), line_label)
        chosen = self["curriculum_subject"].value()
        topics = Topic.objects.filter(curriculum_subject=chosen if str(chosen).isdigit() else None)
        choose(
            self.fields["topic"],
            topics.order_by("training_type", "position"),
            lambda one: f"{one.get_training_type_display()}: {one}",
        )
        self.fields["topic"].help_text = _("Empty: for the whole subject.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        topic, line = data.get("topic"), data.get("curriculum_subject")
        if (
            topic
            and line
            and (topic.curriculum_subject_id != line.pk or topic.training_type != data.get("training_type"))
        ):
            self.add_error(
                "topic", ValidationError(_("The topic is of another subject or kind of training."))
            )
        has_files = self.instance.pk and self.instance.files.exists()
        if not (data.get("link") or data.get("uploads") or has_files) and "uploads" not in self.errors:
            self.add_error("uploads", ValidationError(_("Add a file or a link.")))
        return data

    def write(self):
        if self.instance._state.adding:
            self.instance.created_by = self.access.user
        saved = super().write()
        actions.add_files(saved, self.cleaned_data["uploads"], access=self.access)
        return saved


def line_label(line) -> str:
    """A line of a plan as one finds it among many: subject, semester, plan."""
    return f"{line.subject.get_name_display()} · {line.semester.number}-sem. · {line.curriculum}"


class QuestionForm(RegisterForm):
    """A question with its answers typed one a line."""

    remote_choices = {"subject": "curriculum_questions_subjects"}
    answers = forms.CharField(
        required=False,
        label=gettext_lazy("answers"),
        widget=forms.Textarea,
        help_text=gettext_lazy(
            "One a line. # before each right one. Matching: half -> other half. "
            "Short answer: every spelling that is right. %50% before an answer: a part of the score. Essay: none."
        ),
    )

    uploads = PicturesField(
        most=rules.MOST_PICTURES,
        required=False,
        label=gettext_lazy("add pictures"),
        help_text=gettext_lazy("JPEG, PNG or WebP; they are shown under the question."),
    )
    without = forms.ModelMultipleChoiceField(
        QuestionPicture.objects.none(),
        required=False,
        label=gettext_lazy("take these pictures away"),
    )

    class Meta:
        model = Question
        fields = ("subject", "kind", "text", "topic", "difficulty", "language", "is_active")

    def __init__(self, *args, access, **kwargs):
        super().__init__(*args, access=access, **kwargs)
        found = queries.bank_subjects(access.scope("question.edit")).filter(is_active=True)
        choose(self.fields["subject"], found.order_by("name", "code"))
        self.order_fields(
            [
                "subject",
                "kind",
                "text",
                "answers",
                "uploads",
                "without",
                "topic",
                "difficulty",
                "language",
                "is_active",
                "row_version",
            ]
        )
        self.fields["text"].widget.attrs["rows"] = 5
        self.fields["answers"].widget.attrs["rows"] = 7
        self.fields["text"].help_text = _(
            "Plain text; <b>, <i>, <u>, <sub>, <sup> and [[[ program ]]] are shown as what they mean."
        )
        if self.instance.pk:
            self.fields["answers"].initial = self.stored_value(self.instance, "answers")
        if self.instance.pk and self.instance.pictures.exists():
            choose(self.fields["without"], self.instance.pictures.all())
        else:
            del self.fields["without"]

    def stored_value(self, row, name):
        if name != "answers":
            return super().stored_value(row, name)
        return marking.typed_answers(row.kind, queries.text_of(row).answers)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            self.written = rules.QuestionText(
                data["kind"],
                rules.spaced(data["text"]),
                marking.read_answers(data["kind"], data["answers"]),
                pictures=tuple(self._pictures(data)),
            )
            if fault := rules.fault_of(self.written):
                place = "answers" if len(data["text"]) >= rules.SHORTEST_QUESTION else "text"
                self.add_error(
                    "uploads" if len(self.written.pictures) > rules.MOST_PICTURES else place, fault
                )
        return data

    def _pictures(self, data: dict[str, Any]) -> list[rules.Picture]:
        """Those that stay and those that were added; the same one twice is one."""
        found = {}
        if self.instance.pk:
            gone = {one.pk for one in data.get("without", ())}
            kept = [one for one in self.instance.pictures.all() if one.pk not in gone]
            found = {one.sha256: rules.Picture(one.name, one.sha256) for one in kept}
        for file in data.get("uploads", ()):
            one = rules.picture_of(file.read(), file.original_name)
            found.setdefault(one.sha256, one)
        return list(found.values())

    def write(self):
        if self.instance._state.adding:
            self.instance.created_by = self.access.user
        try:
            return actions.write_question(self.instance, self.written, access=self.access)
        except actions.MaterialError as error:
            raise ValidationError(str(error)) from error


class ImportForm(forms.Form):
    """A file of questions, or their text."""

    subject = forms.ModelChoiceField(Subject.objects.none(), label=gettext_lazy("Subject"))
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    kind = forms.ChoiceField(label=gettext_lazy("Format"), choices=formats.FORMATS, required=False)
    topic = forms.CharField(
        label=gettext_lazy("Topic"),
        required=False,
        max_length=rules.TOPIC_LENGTH,
        help_text=gettext_lazy("For questions whose file names none."),
    )
    file = forms.FileField(label=gettext_lazy("File"), required=False)
    text = forms.CharField(
        label=gettext_lazy("or the questions themselves"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=500_000,
    )

    def __init__(self, *args, access, **kwargs):
        super().__init__(*args, **kwargs)
        found = queries.bank_subjects(access.scope("question.edit")).filter(is_active=True)
        choose(self.fields["subject"], found.order_by("name", "code"))
        self.fields["language"].choices = classifiers.choices("h_language")  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.widget.attrs["class"] = (
                "form-select" if name in ("subject", "language", "kind") else "form-control"
            )
        self.fields["subject"].widget.attrs["data-autocomplete"] = "1"
        self.fields["file"].widget.attrs["accept"] = ".txt,.gift,.xml,.xlsx,.xls,.csv"

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > IMPORT_BYTES:
            raise ValidationError(_("The file is larger than %(size)d MB.") % {"size": IMPORT_BYTES // 2**20})
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("file") and not data.get("text", "").strip() and "file" not in self.errors:
            self.add_error("file", _("Choose a file or paste the questions."))
        return data

    def content(self) -> bytes:
        """What was handed in."""
        file = self.cleaned_data.get("file")
        return file.read() if file else self.cleaned_data["text"].encode()
