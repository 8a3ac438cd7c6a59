"""Forms of the group builder."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Access
from hemis.pages.columns import begin_large
from movement.builder import actions
from structure.models import Unit
from students.distribution import BALANCED, BY_NAME
from students.models import Group, Speciality

WHO = [
    (actions.CANDIDATES_WITHOUT, _("Admitted candidates without a group")),
    (actions.CANDIDATES_ALL, _("All admitted candidates who are on no order yet, anew")),
    (actions.STUDENTS_WITHOUT, _("Students without a group (by orders of transfer)")),
]
HOW = [
    (BY_NAME, _("by the alphabet, one group after the other")),
    (BALANCED, _("balanced: women and men, high and low scores in every group")),
]


class BuilderForm(forms.Form):
    """Who is distributed into which groups, and how."""

    faculty = forms.ModelChoiceField(Unit.objects.none(), label=_("faculty"), empty_label="—")
    who = forms.ChoiceField(label=_("who"), choices=WHO, initial=actions.CANDIDATES_WITHOUT)
    speciality = forms.ModelChoiceField(
        Speciality.objects.none(), label=_("speciality"), required=False, empty_label="—"
    )
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(),
        label=_("groups"),
        required=False,
        help_text=_("Empty: all active groups that fit by speciality, form, language and entry year."),
    )
    by = forms.ChoiceField(label=_("how"), choices=HOW, initial=BY_NAME)

    def __init__(self, *args, access: Access, **kwargs):
        super().__init__(*args, **kwargs)
        scope = access.scope("group.edit")
        faculties = Unit.objects.faculties().filter(is_active=True)
        if not scope.everything:
            faculties = faculties.filter(pk__in=scope.faculty_ids)
        self.fields["faculty"].queryset = faculties  # type: ignore[attr-defined]
        if len(scope.faculty_ids) == 1:
            self.fields["faculty"].initial = next(iter(scope.faculty_ids))
        self.fields["speciality"].queryset = Speciality.objects.for_scope(scope)  # type: ignore[attr-defined]
        groups = Group.objects.for_scope(scope).filter(is_active=True).order_by("-entry_year", "name")
        self.fields["groups"].queryset = groups  # type: ignore[attr-defined]
        self.fields["groups"].widget.attrs["data-tom"] = "1"
        _dress(self)

    @property
    def question(self) -> actions.Question:
        data = self.cleaned_data
        return actions.Question(
            faculty=data["faculty"],
            who=data["who"],
            groups=tuple(one.pk for one in data["groups"]),
            speciality=data["speciality"].pk if data["speciality"] else None,
            by=data["by"],
        )


class OrderForm(forms.Form):
    """What the orders say that give students their groups."""

    title = forms.CharField(label=_("title"), max_length=450)
    basis = forms.CharField(label=_("basis"), widget=forms.Textarea(attrs={"rows": 2}))
    effective_date = forms.DateField(
        label=_("in force from"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["effective_date"].initial = timezone.localdate()
        with override("uz"):  # the words of the order itself, not of the screen
            self.fields["title"].initial = gettext("On putting students into academic groups")
        _dress(self)


def _dress(form: forms.Form) -> None:
    for field in form.fields.values():
        field.label = begin_large(field.label or "")  # type: ignore[arg-type]
        css = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
        field.widget.attrs.setdefault("class", css)
