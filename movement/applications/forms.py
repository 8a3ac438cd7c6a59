"""Forms of applications: what each kind asks, the decision, and the rules as rows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.classifiers.queries import choices
from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm, search_remotely
from movement.applications.kinds import KINDS, ApplicationKind
from movement.applications.models import Application, ApplicationTerm, ApplicationWindow
from movement.kinds import KINDS as ORDERS
from movement.models import Order
from students.models import Group, Programme, Student


def dress(form: forms.BaseForm) -> None:
    """The classes of the house's widgets, and native dates."""
    for field in form.fields.values():
        widget = field.widget
        if isinstance(field, forms.DateField):
            field.widget = widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        css = "form-control"
        if isinstance(widget, forms.Select):
            css = "form-select"
        if isinstance(widget, forms.CheckboxInput):
            css = "form-check-input"
        widget.attrs["class"] = css
        if isinstance(widget, forms.Textarea):
            widget.attrs["rows"] = 4
        if isinstance(field, forms.ModelChoiceField):
            widget.attrs["data-autocomplete"] = "1"
            field.empty_label = "—"
        elif isinstance(field, forms.ChoiceField):
            field.choices = [(value, "—" if value == "" else text) for value, text in field.choices]


class ApplicationForm(forms.ModelForm):
    """The questions of one kind."""

    class Meta:
        model = Application
        fields = (
            "ground", "start_date", "end_date", "change", "programme", "group", "language", "university", "details",
        )  # fmt: skip

    def __init__(self, *args: Any, kind: ApplicationKind, student: Student, **kwargs: Any):
        self.kind, self.student = kind, student
        super().__init__(*args, **kwargs)
        self.instance.kind = kind.code
        for name in set(self.fields) - set(kind.questions):
            del self.fields[name]
        for name in kind.required:
            self.fields[name].required = True
        if "programme" in self.fields:
            self.fields["programme"].queryset = self._programmes()  # type: ignore[attr-defined]
        if "group" in self.fields:
            self.fields["group"].queryset = Group.objects.filter(is_active=True)  # type: ignore[attr-defined]
        if kind.code == "expulsion":
            self.fields["start_date"].label = _("from which day")
        if kind.code == "return":
            self.fields["start_date"].label = _("back from")
        dress(self)

    def _programmes(self):
        own = self.student.current.programme.speciality.education_type
        found = Programme.objects.filter(is_active=True, speciality__education_type=own)
        return found.select_related("speciality")

    def clean(self) -> dict[str, Any]:
        """Dates in order; what is to change differs from what is."""
        data = super().clean() or {}
        start, end = data.get("start_date"), data.get("end_date")
        if start and end and end <= start:
            self.add_error("end_date", _("The leave ends after it begins."))
        if data.get("change"):
            self._clean_change(data)
        return data

    def _clean_change(self, data: dict[str, Any]) -> None:
        now, change = self.student.current, data["change"]
        programme, group = data.get("programme"), data.get("group")
        if change in (Application.PROGRAMME, Application.FORM, Application.FACULTY):
            if programme is None:
                self.add_error("programme", _("Choose the programme that you want."))
            elif programme == now.programme:
                self.add_error("programme", _("This is your programme now."))
            elif change == Application.FORM and programme.education_form == now.education_form:
                self.add_error(
                    "programme", _("This programme is in the education form that you study in now.")
                )
            elif change == Application.FACULTY and programme.speciality.faculty_id == now.faculty_id:
                self.add_error("programme", _("This programme is of your own faculty."))
        elif programme is not None:
            self.add_error("programme", _("Leave this empty: only group or language are to change."))
        if change == Application.GROUP:
            if group is None:
                self.add_error("group", _("Choose the group that you want."))
            elif group.speciality_id != now.programme.speciality_id:
                self.add_error("group", _("The group is of another speciality."))
        if group is not None and group.pk == now.group_id:
            self.add_error("group", _("This is your group now."))
        if change == Application.LANGUAGE:
            if not data.get("language"):
                self.add_error("language", _("Choose the language that you want."))
            elif data["language"] == now.language:
                self.add_error("language", _("This is the language that you study in now."))


class DocumentForm(forms.Form):
    """One paper."""

    title = forms.CharField(label=gettext_lazy("What it is"), max_length=255)
    file = ScanField(label=gettext_lazy("Scan or photograph"), max_length=255)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"


class PaperForm(forms.Form):
    """Whose paper application of which kind was handed in by whom."""

    student = forms.ModelChoiceField(Student.objects.none(), label=gettext_lazy("student"))
    kind = forms.ChoiceField(label=gettext_lazy("kind of application"))
    given_by = forms.ChoiceField(label=gettext_lazy("given by"), choices=Application.GIVERS)

    def __init__(self, *args: Any, access: Access, **kwargs: Any):
        super().__init__(*args, **kwargs)
        seen = Student.objects.for_scope(access.scope("application.decide")).filter(current__isnull=False)
        self.fields["student"].queryset = seen.select_related("person")  # type: ignore[attr-defined]
        titles = dict(Application._meta.get_field("kind").flatchoices)
        self.fields["kind"].choices = [(code, titles[code]) for code in KINDS]  # type: ignore[attr-defined]
        dress(self)
        search_remotely(self.fields["student"], "students_students_options")
        self.fields["student"].chosen = self["student"].value()  # type: ignore[attr-defined]
        self.fields["student"].help_text = _("By name or student number.")
        self.fields["student"].error_messages["invalid_choice"] = _("There is no such student in your scope.")


class GrantForm(forms.Form):
    """What the decision gives, and the order it goes on."""

    NEW, LATER = "new", "later"

    target_group = forms.ModelChoiceField(
        Group.objects.none(), label=gettext_lazy("group given"), required=False
    )
    target_semester = forms.ChoiceField(label=gettext_lazy("semester given"), required=False)
    note = forms.CharField(
        label=gettext_lazy("note for the student"), required=False, max_length=2000, widget=forms.Textarea
    )
    order = forms.ChoiceField(label=gettext_lazy("order"))
    effective_date = forms.DateField(label=gettext_lazy("in force from"), required=False)

    def __init__(self, *args: Any, application: Application, access: Access, **kwargs: Any):
        super().__init__(*args, **kwargs)
        kind = KINDS[application.kind]
        if kind.gives_group:
            groups = Group.objects.filter(is_active=True)
            self.fields["target_group"].queryset = groups  # type: ignore[attr-defined]
            self.fields["target_group"].initial = application.group_id
        else:
            del self.fields["target_group"]
        if not kind.gives_semester:
            del self.fields["target_semester"]
        self.orders = drafts_for(application, access)
        new = [(self.NEW, _("a new draft order"))]
        if ORDERS[kind.order_of(application)].university_only and not access.scope("order.create").everything:
            new = []
            self.fields["order"].help_text = _("Orders of this kind are formed by academic affairs.")
        self.fields["order"].choices = [  # type: ignore[attr-defined]
            *new,
            *((str(one.pk), _("add to the draft: %(order)s") % {"order": one}) for one in self.orders),
            (self.LATER, _("later, together with others")),
        ]
        if kind.gives_semester:
            semesters = [("", "—"), *choices("h_semester")]
            self.fields["target_semester"].choices = semesters  # type: ignore[attr-defined]
        self.fields["effective_date"].initial = application.start_date or timezone.localdate()
        dress(self)

    def clean(self) -> dict[str, Any]:
        """A new order needs its date."""
        data = super().clean() or {}
        if data.get("order") == self.NEW and not data.get("effective_date"):
            self.add_error("effective_date", _("Say from when the order is in force."))
        return data

    def for_action(self) -> dict[str, Any]:
        """The answers as ``actions.grant`` takes them."""
        data, chosen = self.cleaned_data, self.cleaned_data["order"]
        order = next((one for one in self.orders if str(one.pk) == chosen), None)
        return {
            "note": data["note"],
            "target_group": data.get("target_group"),
            "target_semester": data.get("target_semester") or "",
            "order": order,
            "effective_date": data["effective_date"] if chosen == self.NEW else None,
        }


def drafts_for(application: Application, access: Access) -> list[Order]:
    """Draft orders made of applications of the same kind and faculty, in the scope of who forms orders."""
    if not access.can("order.create"):
        return []
    rows = Order.objects.for_scope(access.scope("order.create")).filter(
        state=Order.DRAFT, cancels=None, faculty=application.faculty_id, applications__kind=application.kind
    )
    return list(rows.distinct().order_by("-pk")[:10])


class RefuseForm(forms.Form):
    """Why not, and which act says so."""

    reason = forms.CharField(label=gettext_lazy("reason"), max_length=2000, widget=forms.Textarea)
    source = forms.CharField(
        label=gettext_lazy("legal source"), max_length=255,
        help_text=gettext_lazy("The act with its article, as: VMQ 578/2025, 3-ilova, 48-band"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        dress(self)


class TogetherForm(forms.Form):
    """Orders of several granted applications; several orders have the titles of their kinds."""

    title = forms.CharField(label=gettext_lazy("title"), max_length=512)
    effective_date = forms.DateField(label=gettext_lazy("in force from"))

    def __init__(self, *args: Any, several: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if several:
            del self.fields["title"]
        self.fields["effective_date"].initial = timezone.localdate
        dress(self)


class TermForm(RegisterForm):
    class Meta:
        model = ApplicationTerm
        fields = ("kind", "valid_from", "days", "source", "is_confirmed")


class WindowForm(RegisterForm):
    class Meta:
        model = ApplicationWindow
        fields = ("kind", "opens", "closes", "decide_from", "decide_by", "source", "is_confirmed")

    def clean(self) -> dict[str, Any]:
        """The periods follow one another."""
        data = super().clean() or {}
        opens, closes, begin, end = (
            data.get(name) for name in ("opens", "closes", "decide_from", "decide_by")
        )
        if opens and closes and closes < opens:
            self.add_error("closes", _("The period ends before it begins."))
        if closes and end and end < closes:
            self.add_error("decide_by", _("Decisions end after the reception does."))
        if opens and begin and begin < opens:
            self.add_error("decide_from", _("Decisions begin after the reception does."))
        return data
