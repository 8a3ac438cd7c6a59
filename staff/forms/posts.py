"""Forms of posts: appointing, correcting, moving, ending; the plan and the figures of the law (duty 1.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from hemis.classifiers import queries as classifiers
from hemis.pages.forms import RegisterForm
from staff import accounts, actions
from staff.forms.employees import EmployeeRecordForm, search_employees
from staff.models import Absence, EstablishmentPost, Position, PostRole, StaffRule
from staff.models.posts import RATES, TEACHING
from structure.models import Unit

# Changing any of these is no slip of a document's number.
WEIGHTY = ("unit", "post", "employment", "rate", "valid_from", "valid_to")


def _rate_choices() -> list[tuple[str, str]]:
    names = classifiers.options("h_employment_staff")
    return [
        (f"{rate:.2f}", classifiers.label("h_employment_staff", code) if code in names else f"{rate:.2f}")
        for code, rate in RATES.items()
    ]


class RateField(forms.TypedChoiceField):
    """One of the four rates of the national list."""

    def __init__(self, **kwargs):
        kwargs.pop("max_digits", None)
        kwargs.pop("decimal_places", None)
        super().__init__(choices=lazy(_rate_choices, list)(), coerce=Decimal, **kwargs)


class PostForm(RegisterForm):
    """A new post; later only a correction with its reason, for moving and ending are orders of their own."""

    category = ""
    sections = (
        (_("Post"), ("employee", "unit", "post", "category", "employment", "rate", "valid_from", "valid_to")),
        (
            _("Order and contract"),
            ("order_number", "order_date", "contract_number", "contract_date", "correction"),
        ),
    )
    remote_choices = {"employee": "staff_employees_options"}
    correction = forms.CharField(
        label=_("Why it is corrected"),
        max_length=255,
        required=False,
        help_text=_(
            "Needed when anything but numbers and dates of documents is corrected. "
            "Moving, another rate and the end of a post are orders: use the buttons of its card."
        ),
    )

    class Meta:
        model = Position
        fields = [
            "employee", "unit", "post", "category", "employment", "rate", "contract_number", "contract_date",
            "order_number", "order_date", "valid_from", "valid_to",
        ]  # fmt: skip
        field_classes = {"rate": RateField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        search_employees(self.fields["employee"])
        open_units = Q(is_active=True) | Q(pk=self.instance.unit_id)
        self.fields["unit"].queryset = Unit.objects.filter(open_units)  # type: ignore[attr-defined]
        self.fields["valid_to"].help_text = _("Only for a post with a term; the last day of work.")
        for name in ("order_number", "order_date"):
            self.fields[name].required = True
        if self.instance.pk:
            self.fields["employee"].disabled = True
        else:
            del self.fields["correction"]
            self.fields["valid_from"].initial = timezone.localdate()

    def clean(self):
        data = super().clean()
        changed = [name for name in WEIGHTY if name in self.changed_data]
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", _("The end lies before the beginning."))
        if self.instance.pk and changed and not data.get("correction"):
            self.add_error("correction", _("Say why it is corrected: the history keeps the reason."))
        return data

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.errors:
            for field, text in actions.problems(self.instance):
                self.add_error(field if field in self.fields else None, text)

    @transaction.atomic
    def save(self, commit: bool = True):
        try:
            if not self.instance.pk:
                self.notices += actions.appoint(self.instance, access=self.access)
                return self.instance
            return self._correct()
        except actions.StaffError as error:
            # Somebody was quicker; what was typed is not saved, and the message says why.
            raise forms.ValidationError(str(error)) from error

    def _correct(self):
        reason = self.cleaned_data["correction"]
        stored = Position.objects.values_list("correction", flat=True).get(pk=self.instance.pk)
        self.instance.correction = (
            f"{reason} ({timezone.localdate():%d.%m.%Y})" if reason == stored else reason
        )
        if not reason:
            self.instance.correction = stored
        with actions.refusals_in_words():
            position = super().save()
        self.notices += accounts.bring_into_agreement(position.employee)
        return position


class TeachingPostForm(PostForm):
    """A post of the professors and teachers; its category is known."""

    class Meta(PostForm.Meta):
        fields = [name for name in PostForm.Meta.fields if name != "category"]

    def _post_clean(self) -> None:
        self.instance.category = TEACHING
        super()._post_clean()


class OtherPostForm(PostForm):
    """A post of anybody but professors and teachers."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        field.choices = [one for one in field.choices if one[0] != TEACHING]  # type: ignore[attr-defined]

    def clean_category(self) -> str:
        category = self.cleaned_data["category"]
        if category == TEACHING:
            raise forms.ValidationError(_("Teachers' posts are entered in the list of teachers."))
        return category


class _DressedForm(forms.Form):
    """A form of a verb, dressed like the forms of registers."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = capfirst(str(field.label))
            css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs["class"] = css
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": css})
            if isinstance(field, forms.ModelChoiceField):
                field.widget.attrs["data-autocomplete"] = "1"

    def full_clean(self) -> None:
        super().full_clean()
        for name in self.errors:
            if name in self.fields:
                attrs = self.fields[name].widget.attrs
                attrs["class"] += " is-invalid"
                attrs.update({"aria-invalid": "true", "aria-describedby": f"id_{name}_error"})


class OrderForm(_DressedForm):
    """The order by which something is done."""

    order_number = forms.CharField(label=_("order number"), max_length=32)
    order_date = forms.DateField(label=_("order date"))

    @property
    def order(self) -> actions.OrderRef:
        return actions.OrderRef(self.cleaned_data["order_number"], self.cleaned_data["order_date"])


class EndForm(OrderForm):
    last_day = forms.DateField(label=_("last day of work"))
    reason = forms.CharField(label=_("reason"), max_length=255)
    field_order = ["last_day", "order_number", "order_date", "reason"]


class MoveForm(OrderForm):
    """Where somebody moves to, and from when."""

    from_day = forms.DateField(label=_("from"))
    unit = forms.ModelChoiceField(label=_("unit"), queryset=Unit.objects.filter(is_active=True))
    post = forms.ChoiceField(label=_("post"))
    category = forms.ChoiceField(label=_("category"))
    employment = forms.ChoiceField(label=_("form of employment"))
    rate = RateField(label=_("rate"))
    valid_to = forms.DateField(
        label=_("to"), required=False, help_text=_("Only for a post with a term; the last day of work.")
    )
    field_order = [
        "from_day",
        "unit",
        "post",
        "category",
        "employment",
        "rate",
        "valid_to",
        "order_number",
        "order_date",
    ]

    def __init__(self, *args, position: Position, **kwargs):
        names = ("unit", "post", "category", "employment", "rate")
        initial: dict[str, Any] = {name: getattr(position, name) for name in names}
        initial["rate"] = f"{position.rate:.2f}"
        super().__init__(*args, initial=initial, **kwargs)
        for name in ("post", "category", "employment"):
            field: Any = Position._meta.get_field(name)
            self.fields[name].choices = list(field.flatchoices)  # type: ignore[attr-defined]

    @property
    def changes(self) -> dict[str, Any]:
        names = ("unit", "post", "category", "employment", "rate", "valid_to")
        return {name: self.cleaned_data[name] for name in names}


class RateForm(OrderForm):
    from_day = forms.DateField(label=_("from"))
    rate = RateField(label=_("rate"))
    field_order = ["from_day", "rate", "order_number", "order_date"]

    def __init__(self, *args, position: Position, **kwargs):
        super().__init__(*args, initial={"rate": f"{position.rate:.2f}"}, **kwargs)


class AbsenceForm(EmployeeRecordForm):
    class Meta:
        model = Absence
        fields = ["employee", "kind", "valid_from", "valid_to", "order_number", "order_date", "note"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        field.choices = [one for one in field.choices if one[0] in ("", *Absence.KINDS)]  # type: ignore[attr-defined]

    def clean_kind(self) -> str:
        if self.cleaned_data["kind"] not in Absence.KINDS:
            raise forms.ValidationError(_("Choose leave or business trip; a dismissal is an order on posts."))
        return self.cleaned_data["kind"]

    def clean(self):
        data = super().clean()
        self.in_order("valid_from", "valid_to")
        employee, start, end = (data.get(name) for name in ("employee", "valid_from", "valid_to"))
        if employee and start and end and not self.errors:
            others = Absence.objects.filter(employee=employee, valid_from__lte=end, valid_to__gte=start)
            if others.exclude(pk=self.instance.pk).exists():
                self.add_error("valid_from", _("The employee is absent on some of these days already."))
        return data


class AbsencesForm(OrderForm):
    """One order on the leave or business trip of several employees."""

    kind = forms.ChoiceField(label=_("kind"))
    valid_from = forms.DateField(label=_("from"))
    valid_to = forms.DateField(label=_("to"))
    field_order = ["kind", "valid_from", "valid_to", "order_number", "order_date"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (code, classifiers.label("h_teacher_status", code)) for code in Absence.KINDS
        ]

    def clean(self):
        data = super().clean() or {}
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", _("The end lies before the beginning."))
        return data


class PostRoleForm(RegisterForm):
    class Meta:
        model = PostRole
        fields = ["post", "unit_kind", "unit", "role"]

    def clean(self):
        data = super().clean()
        if not data.get("post") and not data.get("unit"):
            self.add_error("post", _("Name a post, or the unit all of whose posts bring the role."))
        return data


class EstablishmentForm(RegisterForm):
    class Meta:
        model = EstablishmentPost
        fields = [
            "unit", "post", "category", "rates", "valid_from", "valid_to", "order_number", "order_date",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(is_active=True)  # type: ignore[attr-defined]

    def clean_rates(self):
        rates = self.cleaned_data["rates"]
        if rates <= 0 or rates * 4 % 1:
            raise forms.ValidationError(_("Planned rates go by quarters: 0.25, 0.50, 0.75, 1.00 …"))
        return rates

    def clean(self):
        data = super().clean() or {}
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", _("The end lies before the beginning."))
        elif start and data.get("unit") and data.get("post"):
            same = EstablishmentPost.objects.filter(unit=data["unit"], post=data["post"])
            same = same.exclude(pk=self.instance.pk)
            if any(_overlap(start, end, one) for one in same):
                self.add_error(
                    "valid_from", _("This post of the unit is planned on these dates already; end that row.")
                )
        return data


def _overlap(start, end, other) -> bool:
    return (end is None or other.valid_from <= end) and (other.valid_to is None or start <= other.valid_to)


class StaffRuleForm(RegisterForm):
    class Meta:
        model = StaffRule
        fields = ["kind", "value", "valid_from", "basis", "is_confirmed"]

    def clean(self):
        data = super().clean()
        value, kind = data.get("value"), data.get("kind")
        if value is not None and value <= 0:
            self.add_error("value", _("A positive number."))
        elif value is not None and kind and kind != StaffRule.MAX_RATES and value % 1:
            self.add_error("value", _("Whole months."))
        return data
