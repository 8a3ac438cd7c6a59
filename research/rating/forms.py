"""Forms of the rating (duty 3.6): criteria, figures with evidence, appeals, and what its verbs ask."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.classifiers import queries as classifiers
from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm
from research.forms.works import NOT_A_TEACHER
from research.queries import who_enters
from research.rating import actions, queries, sources
from research.rating.models import CriteriaSet, Criterion, Evidence, Rating
from students.models import AcademicYear
from students.queries import current_year


class CriteriaSetForm(RegisterForm):
    """A new edition begins with the lines of the one before."""

    class Meta:
        model = CriteriaSet
        fields = ["academic_year", "basis", "note", "appeal_days"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["academic_year"].disabled = True
        else:
            self.fields["academic_year"].initial = current_year()

    def write(self):
        if self.instance.pk:
            return super().write()
        data = self.cleaned_data
        try:
            return actions.begin_criteria(
                access=self.access, year=data["academic_year"], basis=data["basis"], note=data["note"],
                appeal_days=data["appeal_days"],
            )  # fmt: skip
        except actions.RatingError as error:
            raise ValidationError(str(error)) from error


class CriterionForm(RegisterForm):
    """A line of a draft; what the source does not know is not asked of it."""

    source = forms.ChoiceField(label=_("source"))
    sections = (
        ("", ("criteria", "code", "title", "position")),
        (_("What is counted"), ("source", "kind", "in_database", "has_certificate", "unit")),
        (_("What it gives"), ("weight", "cap", "shared")),
    )

    class Meta:
        model = Criterion
        fields = [
            "criteria", "code", "title", "position", "source", "kind", "in_database", "has_certificate", "unit",
            "weight", "cap", "shared",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [("", "—"), *sources.choices()]  # type: ignore[attr-defined]
        drafts = CriteriaSet.objects.filter(state=CriteriaSet.DRAFT).select_related("academic_year")
        self.fields["criteria"].queryset = drafts  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["criteria"].disabled = True
        for name in ("in_database", "has_certificate"):
            either = [("unknown", "—"), ("true", _("yes")), ("false", _("no"))]
            self.fields[name].widget.choices = either  # type: ignore[attr-defined]
        self.fields["kind"].help_text = _(
            "The code of the national list of the source; empty: every kind. Kinds: %(kinds)s"
        ) % {"kinds": "; ".join(_kinds_in_words())}

    def clean(self):
        data = super().clean() or {}
        source = sources.SOURCES.get(data.get("source", ""))
        if source is None:
            return data
        if source.code == sources.EVIDENCE:
            # A figure is entered for the criterion itself.
            data["kind"] = self.instance.kind = data.get("code", "")
        elif data.get("kind") and not classifiers.is_known(source.kinds, data["kind"]):
            self.add_error("kind", _("The list of this source has no such code."))
        for name, knows in (
            ("in_database", source.knows_database),
            ("has_certificate", source.knows_certificate),
        ):
            if data.get(name) is not None and not knows:
                self.add_error(name, _("The source does not tell this."))
        if data.get("shared") and not source.has_shares:
            self.add_error("shared", _("Only works have several authors."))
        return data


def _kinds_in_words() -> list[str]:
    """Every list of kinds once, named by the first source that asks it."""
    named = {source.kinds: source.title for source in reversed(sources.SOURCES.values()) if source.kinds}
    return [
        f"{title} — {', '.join(f'{code} {text}' for code, text in classifiers.choices(kinds))}"
        for kinds, title in reversed(named.items())
    ]


class EvidenceForm(RegisterForm):
    """A figure that a criterion asks of the teacher."""

    code = forms.ChoiceField(label=_("criterion"))

    class Meta:
        model = Evidence
        fields = ["academic_year", "code", "title", "quantity", "scan"]
        field_classes = {"scan": ScanField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["academic_year"].initial = current_year()
        found = queries.asked_figures()
        self.asked = {(one.criteria.academic_year_id, one.code) for one in found}
        named = {one.code: f"{one.title} ({one.unit})" for one in found}
        self.fields["code"].choices = [("", "—"), *named.items()]  # type: ignore[attr-defined]

    def clean(self):
        data = super().clean() or {}
        year, code = data.get("academic_year"), data.get("code")
        if year and code and (year.pk, code) not in self.asked:
            self.add_error("code", _("The criteria of this year do not ask for it."))
        if not self.instance.pk:
            employee, kafedra = who_enters(self.access)
            if employee is None or kafedra is None:
                self.add_error(None, NOT_A_TEACHER)
                return data
            self.instance.employee, self.instance.kafedra = employee, kafedra
        return data


class AppealForm(forms.Form):
    """What a teacher finds wrong in the own line."""

    text = forms.CharField(
        label=_("What is wrong"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5, "class": "form-control"}),
    )
    evidence = ScanField(
        label=_("Evidence"), required=False, widget=forms.ClearableFileInput(attrs={"class": "form-control"})
    )


class BeginForm(forms.Form):
    """Of which year, and as of which day."""

    academic_year = forms.ModelChoiceField(AcademicYear.objects.none(), label=_("Academic year"))
    as_of = forms.DateField(
        label=_("As of"), widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
        help_text=_("What was approved by the end of this day counts; posts are those of this day."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        years = self.fields["academic_year"]
        years.queryset = queries.years_to_rate()  # type: ignore[attr-defined]
        years.widget.attrs["class"] = "form-select"
        self.fields["as_of"].initial = timezone.localdate().isoformat()


class AsOfForm(forms.Form):
    """As of which day a preliminary rating is counted anew."""

    as_of = BeginForm.base_fields["as_of"]

    def __init__(self, *args, rating: Rating, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["as_of"].initial = rating.as_of.isoformat()


class CorrectForm(AsOfForm):
    """Why a frozen rating is corrected, and as of which day the upheld appeals are counted."""

    reason = forms.CharField(
        label=_("Reason of the correction"), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["as_of"].initial = timezone.localdate().isoformat()


class DecisionForm(forms.Form):
    """The answer to an appeal."""

    upheld = forms.ChoiceField(
        label=_("Decision"), choices=[("", "—"), ("1", _("uphold")), ("0", _("reject"))],
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    decision = forms.CharField(
        label=_("In words"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
    )
