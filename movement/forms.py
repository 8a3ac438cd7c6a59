"""Forms of orders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Access, Scope
from hemis.classifiers.queries import choices
from hemis.pages.files import ScanField
from hemis.pages.forms import RegisterForm
from hemis.people.identifiers import pinfl_check_digit
from movement.actions import follow_date
from movement.answers import GROUNDS, LISTS, TITLES
from movement.facts import FACTS
from movement.kinds import KINDS, OrderKind, kind_of
from movement.kinds.names import NAMES
from movement.models import AgreementStep, MovementRule, Order, OrderLine
from movement.rulebook import PERIOD, RULES, read_number, read_period
from movement.rules import CONTRACT, FIRST_CODE, academic_year
from structure.models import Unit
from students.models import Group, Programme, Speciality

# A list longer than this is not offered for choosing one person.
MANY = 200
FOREIGN = "12"
UNKNOWN = "10"

TRANSFER = "16"


def _date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})


class WhoForm(forms.Form):
    """Which candidates."""

    specialities = forms.ModelMultipleChoiceField(
        Speciality.objects.none(), label=_("specialities"), required=False, help_text=_("Empty: all.")
    )
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=_("groups"), required=False, help_text=_("Empty: all.")
    )
    payment_form = forms.ChoiceField(label=_("payment form"), required=False)

    def __init__(self, *args, access: Access, **kwargs):
        super().__init__(*args, **kwargs)
        scope = access.scope("order.create")
        groups = Group.objects.filter(candidates__isnull=False).distinct()
        self.fields["specialities"].queryset = Speciality.objects.for_scope(scope)  # type: ignore[attr-defined]
        self.fields["groups"].queryset = groups.for_scope(scope)  # type: ignore[attr-defined]
        self.fields["payment_form"].choices = [("", "—"), *choices("h_payment_form")]  # type: ignore[attr-defined]
        self._prepare(scope)
        for field in self.fields.values():
            css = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs["class"] = css
            if isinstance(field, forms.ModelMultipleChoiceField):
                field.widget.attrs["data-tom"] = "1"

    def _prepare(self, scope: Scope) -> None:
        """What a form of more fields fills in before the fields are dressed."""

    def candidates(self, rows):
        """The rows narrowed as chosen."""
        data = self.cleaned_data
        if data["specialities"]:
            rows = rows.filter(programme__speciality__in=data["specialities"])
        if data["groups"]:
            rows = rows.filter(group__in=data["groups"])
        if data["payment_form"]:
            rows = rows.filter(payment_form=data["payment_form"])
        return rows


class AdmissionForm(WhoForm):
    """Which candidates, and what the order says."""

    faculty = forms.ModelChoiceField(Unit.objects.none(), label=_("faculty"))
    title = forms.CharField(label=_("title"), max_length=512)
    basis = forms.CharField(label=_("basis"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
    effective_date = forms.DateField(label=_("in force from"), widget=_date_input())
    field_order = ("faculty", "title", "basis", "effective_date")

    def _prepare(self, scope):
        faculties = Unit.objects.faculties()
        own = faculties if scope.everything else faculties.filter(pk__in=scope.faculty_ids)
        self.fields["faculty"].queryset = own  # type: ignore[attr-defined]
        if len(scope.faculty_ids) == 1:
            self.fields["faculty"].initial = next(iter(scope.faculty_ids))
        self.fields["effective_date"].initial = timezone.localdate()
        with override("uz"):  # the words of the order itself, not of the screen
            self.fields["title"].initial = gettext("On admission to study")


class QuestionsForm(forms.Form):
    """What an order of a kind says, and the questions that the kind asks."""

    title = forms.CharField(label=_("title"), max_length=512)
    basis = forms.CharField(label=_("basis"), widget=forms.Textarea(attrs={"rows": 2}), required=False)
    effective_date = forms.DateField(label=_("in force from"), widget=_date_input())

    def __init__(self, *args, kind: type[OrderKind], faculty: Unit, people: QuerySet | None = None, **kwargs):
        """``people`` are those whom the order will name: a group of their course is offered alone."""
        super().__init__(*args, **kwargs)
        self.kind, self.faculty = kind, faculty
        self.fields["title"].initial = kind.order_title  # the words of the order itself, not of the screen
        self.fields["effective_date"].initial = timezone.localdate()
        for name in kind.questions:
            self.fields[name.rstrip("?")] = _question(
                name.rstrip("?"), kind, faculty, required=not name.endswith("?")
            )
        if people is not None and kind.code == TRANSFER and "group" in self.fields:
            groups = self.fields["group"].queryset  # type: ignore[attr-defined]
            self.fields["group"].queryset = groups.filter(entry_year__in=entered(people))  # type: ignore[attr-defined]
        for field in self.fields.values():
            _dress(field)

    def clean_figures(self):
        """Student numbers with their figures, a line each, as they are pasted from a sheet."""
        return read_figures(self.cleaned_data["figures"], self.kind.facts)

    def clean(self):
        data = super().clean() or {}
        begins, until = data.get("effective_date"), data.get("stipend_until")
        if until and begins and until <= begins:
            self.add_error("stipend_until", _("The stipend ends after it begins."))
        ends = data.get("ends_on")
        if ends and begins and ends <= begins:
            self.add_error("ends_on", _("The leave ends after it begins."))
        group, programme = data.get("group"), data.get("programme")
        if group and programme and group.speciality_id != programme.speciality_id:
            self.add_error("group", _("The group is of another speciality."))
        if data.get("figures") and not data.get("figures_basis", "").strip():
            self.add_error(
                "figures_basis",
                _("Say what the figures rest on: the sheet, the report, its number and date."),
            )
        if self.kind.key() == ":name" and not any(data.get(name) for name in NAMES):
            self.add_error(None, _("Enter at least one name that changes."))
        return data

    def choices(self) -> dict[str, Any]:
        """The answers alone."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"title", "basis", "effective_date"}
        }


def entered(people: QuerySet) -> set[int]:
    """The entry years of the groups in which students of these courses study."""
    now = people.order_by().values_list("current__academic_year", "current__course").distinct()
    return {year - (int(course) - FIRST_CODE) for year, course in now if year and course}


def read_figures(text: str, facts: Sequence[str]) -> dict[str, dict[str, Decimal]]:
    """``303231100001 3.4 0`` a line → figures by student number, in the order of ``facts``.

    Raises:
        ValidationError: a line that cannot be read, with its number.
    """
    found: dict[str, dict[str, Decimal]] = {}
    for at, line in enumerate(text.splitlines(), start=1):
        words = line.replace(";", " ").replace("\t", " ").split()
        if not words:
            continue
        number, values = words[0], [word.replace(",", ".") for word in words[1:]]
        try:
            if not re.fullmatch(r"\d{12}", number) or not values or len(values) > len(facts):
                raise ValueError
            figures = {code: _figure(value) for code, value in zip(facts, values, strict=False)}
        except (ValueError, InvalidOperation):
            raise forms.ValidationError(
                _("Line %(number)d cannot be read: %(line)s"), params={"number": at, "line": line}
            ) from None
        found[number] = figures
    return found


def _figure(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or value < 0 or value >= Decimal(10) ** 12:
        raise ValueError(text)
    return value


def _coded(list_code: str) -> list[tuple[str, str]]:
    return [("", "—"), *choices(list_code)]


def _question(name: str, kind: type[OrderKind], faculty: Unit, *, required: bool) -> forms.Field:
    """The field of one question."""
    label: Any = TITLES.get(name, name)
    if name == "reason":
        return forms.ChoiceField(label=label, choices=_coded(kind.reason_list))
    if name in GROUNDS:
        offered = [("", "—"), *GROUNDS[name].items()]
        return forms.ChoiceField(label=label, choices=offered, required=name != "grant_ground")  # type: ignore[arg-type]
    if name in LISTS:
        needed = required and name == "semester"
        field = forms.ChoiceField(label=label, choices=_coded(LISTS[name]), required=needed)
        if name == "payment_form":
            field.initial = CONTRACT
        if name == "stipend_rate":
            field.help_text = _(
                "Empty: by marks and rule. A named stipend is the same for everybody on the list."
            )
        return field
    if name in ("group", "programme"):
        return _placed(name, kind, faculty, required=required)
    if name in ("ends_on", "applied_on", "paid_on", "stipend_until"):
        needed = name in ("ends_on", "stipend_until")
        return forms.DateField(label=label, widget=_date_input(), required=needed)
    if name == "figures":
        columns = ", ".join(str(FACTS[code].title) for code in kind.facts)
        return forms.CharField(
            label=_("figures"), widget=forms.Textarea(attrs={"rows": 5}), required=False,
            help_text=_("A line each, as pasted from a sheet: student number, then %(columns)s.")
            % {"columns": columns},
        )  # fmt: skip
    if name == "figures_basis":
        return forms.CharField(label=_("what the figures rest on"), max_length=512, required=False)
    return forms.CharField(
        label=label, max_length=255 if name == "university" else 100, required=name == "university"
    )


def _placed(name: str, kind: type[OrderKind], faculty: Unit, *, required: bool) -> forms.Field:
    """A group or a programme: of the faculty, or of the others where the order leads there."""
    elsewhere = kind.key() == "16:faculty"
    if name == "programme":
        programmes = Programme.objects.filter(is_active=True).select_related("speciality")
        rows: Any = (
            programmes.exclude(speciality__faculty=faculty)
            if elsewhere
            else programmes.filter(speciality__faculty=faculty)
        )
    else:
        groups = Group.objects.filter(is_active=True)
        rows = groups.exclude(faculty=faculty) if elsewhere else groups.filter(faculty=faculty)
    label: Any = TITLES[name]
    return forms.ModelChoiceField(rows, label=label, required=required)


def _dress(field: forms.Field) -> None:
    """Widget classes, and the label as a label begins: large."""
    widget = field.widget
    field.label = capfirst(str(field.label))
    widget.attrs["class"] = "form-select" if isinstance(widget, forms.Select) else "form-control"
    if isinstance(field, forms.ModelChoiceField):
        widget.attrs["data-tom"] = "1"


class PeopleForm(forms.Form):
    """Whom an order names: filters of the list."""

    faculty = forms.ModelChoiceField(Unit.objects.none(), label=_("faculty"), required=False)
    group = forms.ModelMultipleChoiceField(Group.objects.none(), label=_("groups"), required=False)
    course = forms.ChoiceField(label=_("course"), required=False)
    q = forms.CharField(label=_("name or student number"), required=False)

    def __init__(self, *args, access: Access, permission: str, **kwargs):
        super().__init__(*args, **kwargs)
        scope = access.scope(permission)
        faculties = Unit.objects.faculties()
        own = faculties if scope.everything else faculties.filter(pk__in=scope.faculty_ids)
        self.fields["faculty"].queryset = own  # type: ignore[attr-defined]
        self.only = own.first() if len(scope.faculty_ids) == 1 and not scope.everything else None
        if self.only:
            del self.fields["faculty"]
        self.fields["group"].queryset = Group.objects.for_scope(scope)  # type: ignore[attr-defined]
        self.fields["course"].choices = [("", "—"), *choices("h_course")]  # type: ignore[attr-defined]
        for field in self.fields.values():
            _dress(field)
        self.fields["group"].widget.attrs["data-tom"] = "1"

    def chosen_faculty(self) -> Unit | None:
        """The only faculty of the user, or the one chosen."""
        return self.only or (self.cleaned_data.get("faculty") if self.is_valid() else None)


class ArrivalForm(forms.Form):
    """Somebody who comes from another university, with the academic certificate."""

    last_name = forms.CharField(label=_("surname"), max_length=100)
    first_name = forms.CharField(label=_("first name"), max_length=100)
    middle_name = forms.CharField(label=_("patronymic"), max_length=100, required=False)
    pinfl = forms.CharField(
        label=_("PINFL"), max_length=14, required=False, help_text=_("Empty for foreigners.")
    )
    passport = forms.CharField(label=_("passport"), max_length=20)
    birth_date = forms.DateField(label=_("birth date"), widget=_date_input())
    gender = forms.ChoiceField(label=_("gender"))
    citizenship = forms.ChoiceField(label=_("citizenship"))
    phone = forms.CharField(label=_("phone"), max_length=20, required=False)
    university = forms.CharField(label=_("university"), max_length=255)
    country = forms.ChoiceField(label=_("country"), initial="UZ")
    is_accredited = forms.NullBooleanField(
        label=_("accredited by its state"), required=False,
        widget=forms.Select(choices=[("", "—"), ("true", _("yes")), ("false", _("no"))]),
        help_text=_("Of a foreign university; the source is its state's register."),
    )  # fmt: skip
    certificate_number = forms.CharField(label=_("number of the academic certificate"), max_length=64)
    certificate_date = forms.DateField(label=_("date of the academic certificate"), widget=_date_input())
    programme = forms.ModelChoiceField(Programme.objects.none(), label=_("programme"))
    group = forms.ModelChoiceField(Group.objects.none(), label=_("group"))
    semester = forms.ChoiceField(label=_("enters the semester"))
    language = forms.ChoiceField(label=_("language"), initial="11")
    payment_form = forms.ChoiceField(label=_("payment form"), initial=CONTRACT)
    score = forms.DecimalField(label=_("entrance score"), min_value=0, max_value=189, decimal_places=1)

    CODED: ClassVar[dict[str, str]] = {
        "gender": "h_gender", "citizenship": "h_citizenship_type", "country": "h_country", "semester": "h_semester",
        "language": "h_language", "payment_form": "h_payment_form",
    }  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, code in self.CODED.items():
            self.fields[name].choices = choices(code)  # type: ignore[attr-defined]
        known = [("", "—"), *(one for one in choices("h_gender") if one[0] != UNKNOWN)]
        self.fields["gender"].choices = known  # type: ignore[attr-defined]
        programmes = Programme.objects.filter(is_active=True).select_related("speciality")
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        self.fields["group"].queryset = Group.objects.filter(is_active=True)  # type: ignore[attr-defined]
        for field in self.fields.values():
            _dress(field)

    def clean_pinfl(self):
        pinfl = self.cleaned_data["pinfl"].strip()
        if pinfl and (len(pinfl) != 14 or not pinfl.isdigit() or pinfl_check_digit(pinfl[:13]) != pinfl[13]):
            raise forms.ValidationError(_("The PINFL is not right: 14 digits with a control digit."))
        return pinfl

    def clean(self):
        data = super().clean() or {}
        group, programme = data.get("group"), data.get("programme")
        if group and programme and group.speciality_id != programme.speciality_id:
            self.add_error("group", _("The group is of another speciality."))
        if data.get("country") == "UZ":
            data["is_accredited"] = None
        elif data.get("is_accredited") is None:
            self.add_error("is_accredited", _("Say whether the foreign university is accredited."))
        if not data.get("pinfl") and data.get("citizenship") != FOREIGN:
            self.add_error("pinfl", _("Only foreigners have no PINFL."))
        return data


class MovementRuleForm(RegisterForm):
    """A figure of the rule book, from a day on."""

    class Meta:
        model = MovementRule
        fields = ("code", "value", "valid_from", "source", "is_confirmed")

    def clean(self):
        data = super().clean() or {}
        spec = RULES.get(data.get("code", ""))
        if spec and data.get("value"):
            try:
                (read_period if spec.form == PERIOD else read_number)(data["value"])
            except ValueError as error:
                self.add_error("value", str(error))
        return data


class AgreementStepForm(RegisterForm):
    """Who agrees to orders of a kind, and in which turn."""

    order_kind = forms.ChoiceField(label=_("kind of order"))

    class Meta:
        model = AgreementStep
        fields = ("order_kind", "role", "position", "is_active")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offered = [(key, str(kind.title)) for key, kind in KINDS.items()]
        self.fields["order_kind"].choices = offered  # type: ignore[attr-defined]


class FileForm(forms.Form):
    """A basis document."""

    kind = forms.ChoiceField(label=_("kind of document"))
    number = forms.CharField(label=_("number"), max_length=64, required=False)
    date = forms.DateField(label=_("date"), widget=_date_input())
    line = forms.ModelChoiceField(
        OrderLine.objects.none(), label=_("person"), required=False, empty_label=_("the whole order")
    )
    file = ScanField(label=_("scan"), help_text=_("PDF, JPEG or PNG, at most 10 MB."), widget=forms.FileInput)

    def __init__(self, *args, order: Order, **kwargs):
        super().__init__(*args, **kwargs)
        papers = [(paper.code, str(paper.title)) for paper in kind_of(order).papers]
        self.fields["kind"].choices = [*papers, ("other", _("other"))]  # type: ignore[attr-defined]
        lines = order.lines.select_related("student__person", "candidate__person")[:MANY]
        if len(lines) < MANY:
            self.fields["line"].queryset = order.lines.select_related("student__person", "candidate__person")  # type: ignore[attr-defined]
        for field in self.fields.values():
            _dress(field)
        del self.fields["line"].widget.attrs["data-tom"]


class ExcuseForm(forms.Form):
    """A written reason for the ticked people."""

    check_code = forms.CharField()
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}))


class FigureForm(forms.Form):
    """A figure for the ticked people."""

    code = forms.CharField()
    value = forms.DecimalField(min_value=0, max_digits=14, decimal_places=2)
    basis = forms.CharField(max_length=512)


class OrderForm(RegisterForm):
    """The words and the date of a draft."""

    class Meta:
        model = Order
        fields = ("title", "basis", "effective_date")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.date_before = self.instance.effective_date

    def clean_effective_date(self):
        """A cancelling order cannot precede what it cancels; a list belongs to its academic year."""
        day, order = self.cleaned_data["effective_date"], self.instance
        if order.cancels_id and day < order.cancels.effective_date:
            raise forms.ValidationError(
                _("The cancelling order cannot come into force before the order itself.")
            )
        follows = order.cancels_id or kind_of(order).makes_students
        if not follows and academic_year(day) != academic_year(self.date_before):
            raise forms.ValidationError(
                _("The list was formed for another academic year; form the order anew.")
            )
        return day

    def save(self, commit=True):
        """Save and let the list follow the date, in one transaction."""
        with transaction.atomic():
            saved = super().save(commit)
            follow_date(saved, access=self.access, before=self.date_before)
        return saved


# In the journal: orders that the national list has no code for.
OTHER = "other"


class JournalForm(forms.Form):
    """Which journal."""

    year = forms.IntegerField(
        label=_("year"), min_value=2000, max_value=2100, required=False,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("kind of order"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("all")),
            *choices("h_decree_type"),
            (OTHER, _("without a national code")),
        ]  # type: ignore[attr-defined]
        self.fields["year"].initial = timezone.localdate().year


class SignForm(forms.Form):
    date = forms.DateField(label=_("date of the order"), widget=_date_input())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["date"].initial = timezone.localdate()


class RemarkForm(forms.Form):
    remark = forms.CharField(
        label=_("remarks"), widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"})
    )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("reason"), widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"})
    )
    effective_date = forms.DateField(label=_("in force from"), widget=_date_input())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["effective_date"].initial = timezone.localdate()
