"""Forms of units: opening and correcting; renaming, moving and closing with a basis."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hemis.pages.forms import RegisterForm
from structure import actions, rules
from structure.forms.plain import PlainForm, date_input
from structure.models import Unit

CORRECTION = _("Here only to correct a mistake. A renaming by order is entered with the button “Rename”.")
BASIS = ("order_number", "order_date")


class _UnitForm(RegisterForm):
    """Code pattern by kind of unit; a new unit may carry the order that opened it."""

    kind = ""
    sections = (
        (_("Unit"), ("code", "name", "name_ru", "name_en", "kind", "parent", "locality", "position")),
        (_("Opening"), ("opened_on", *BASIS)),
    )
    order_number = forms.CharField(label=_("number of the order of opening"), max_length=32, required=False)
    order_date = forms.DateField(label=_("date of the order of opening"), required=False, widget=date_input())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in BASIS:
                del self.fields[name]
            for name in ("name", "code"):
                self.fields[name].help_text = CORRECTION
            return
        self.fields["code"].help_text = format_lazy("{} {}", _("For example:"), rules.code_example(self.kind))

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not rules.code_is_right(self.kind, code):
            raise forms.ValidationError(
                _("The code looks like %(example)s."), params={"example": rules.code_example(self.kind)}
            )
        return code

    def clean_opened_on(self):
        """The unit opens before anything else happens to it."""
        day = self.cleaned_data["opened_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("Enter the unit on the day it opens or later, not before."))
        if day and self.instance.pk:
            second = self.instance.periods.exclude(change="opened").order_by("valid_from").first()
            if second and day >= second.valid_from:
                raise forms.ValidationError(
                    _("The unit has changed on %(day)s already; it opened before that."),
                    params={"day": f"{second.valid_from:%d.%m.%Y}"},
                )
        return day

    def _post_clean(self) -> None:
        if self.kind:
            self.instance.kind = self.kind
        super()._post_clean()

    def write(self):
        if self.instance.pk:
            return super().write()
        data = self.cleaned_data
        return actions.open_unit(
            self.instance,
            access=self.access,
            order_number=data["order_number"],
            order_date=data["order_date"],
        )


class FacultyForm(_UnitForm):
    kind = Unit.FACULTY

    class Meta:
        model = Unit
        fields = ["code", "name", "name_ru", "name_en", "locality", "position", "opened_on"]


class KafedraForm(_UnitForm):
    kind = Unit.KAFEDRA

    class Meta:
        model = Unit
        fields = ["code", "name", "name_ru", "name_en", "parent", "position", "opened_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["parent"]
            return
        field = self.fields["parent"]
        field.queryset = Unit.objects.faculties().filter(is_active=True)  # type: ignore[attr-defined]
        field.label, field.required = _("faculty"), True

    def clean(self):
        data = super().clean()
        parent, code = data.get("parent") or self.instance.parent, data.get("code", "")
        if parent and code and not rules.code_belongs(self.kind, code, parent.code):
            self.add_error(
                "code",
                _("The code of a kafedra begins with its faculty's code, %(code)s.") % {"code": parent.code},
            )
        return data


class DivisionForm(_UnitForm):
    class Meta:
        model = Unit
        fields = ["code", "name", "name_ru", "name_en", "kind", "parent", "position", "opened_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        field.choices = [one for one in field.choices if one[0] not in (Unit.FACULTY, Unit.KAFEDRA)]  # type: ignore[attr-defined]
        if self.instance.pk:
            del self.fields["parent"]
        else:
            self.fields["parent"].queryset = Unit.objects.filter(is_active=True)  # type: ignore[attr-defined]


class _BasisForm(PlainForm):
    """From which day and by which order."""

    day = forms.DateField(
        label=_("from which day"), widget=date_input(), initial=timezone.localdate,
        help_text=_("The first day on which it holds; not later than today."),
    )  # fmt: skip
    order_number = forms.CharField(label=_("order number"), max_length=32)
    order_date = forms.DateField(label=_("order date"), widget=date_input())
    note = forms.CharField(label=_("note"), max_length=255, required=False)

    def __init__(self, *args, unit: Unit, access, **kwargs):
        self.unit, self.access = unit, access
        super().__init__(*args, **kwargs)

    @property
    def basis(self) -> actions.Basis:
        data = self.cleaned_data
        return actions.Basis(data["day"], data["order_number"], data["order_date"], data["note"])

    def do(self) -> str:
        """Carry the verb out; the answer tells what was done."""
        raise TypeError(f"{type(self).__name__} does not say what it does.")


class RenameForm(_BasisForm):
    name = forms.CharField(label=_("name"), max_length=256)
    name_ru = forms.CharField(label=_("name (Russian)"), max_length=256, required=False)
    name_en = forms.CharField(label=_("name (English)"), max_length=256, required=False)
    field_order = ["name", "name_ru", "name_en", "day", "order_number", "order_date", "note"]

    def __init__(self, *args, unit: Unit, **kwargs):
        kwargs["initial"] = {name: getattr(unit, name) for name in ("name", "name_ru", "name_en")}
        super().__init__(*args, unit=unit, **kwargs)

    def do(self) -> str:
        data = self.cleaned_data
        names = {name: data[name] for name in ("name", "name_ru", "name_en")}
        actions.rename(self.unit, access=self.access, basis=self.basis, **names)
        return gettext("The unit is renamed; the former name stays in its history.")


class MoveForm(_BasisForm):
    parent = forms.ModelChoiceField(Unit.objects.none(), label=_("belongs to"), required=False)
    code = forms.CharField(
        label=_("new code"), max_length=64, help_text=_("The code of a kafedra begins with its faculty's.")
    )
    field_order = ["parent", "code", "day", "order_number", "order_date", "note"]

    def __init__(self, *args, unit: Unit, **kwargs):
        kwargs["initial"] = {"code": unit.code}
        super().__init__(*args, unit=unit, **kwargs)
        places = Unit.objects.filter(is_active=True).exclude(pk__in=[unit.pk, unit.parent_id or 0])
        field = self.fields["parent"]
        if unit.kind == Unit.KAFEDRA:
            field.queryset = places.faculties()  # type: ignore[attr-defined]
            field.label, field.required = _("faculty"), True
        else:
            field.queryset = places  # type: ignore[attr-defined]
            field.help_text = _("Empty: to nothing, directly under the university.")
            self.fields["code"].help_text = ""

    def do(self) -> str:
        data = self.cleaned_data
        actions.move(
            self.unit, access=self.access, parent=data["parent"], code=data["code"], basis=self.basis
        )
        return gettext("The unit is moved; where it was before stays in its history.")


class CloseForm(_BasisForm):
    successor = forms.ModelChoiceField(
        Unit.objects.none(), label=_("successor"), required=False,
        help_text=_("The unit that takes over its work, if any."),
    )  # fmt: skip
    field_order = ["day", "order_number", "order_date", "successor", "note"]

    def __init__(self, *args, unit: Unit, **kwargs):
        super().__init__(*args, unit=unit, **kwargs)
        self.fields["successor"].queryset = Unit.objects.filter(is_active=True).exclude(pk=unit.pk)  # type: ignore[attr-defined]

    def do(self) -> str:
        actions.close(
            self.unit, access=self.access, basis=self.basis, successor=self.cleaned_data["successor"]
        )
        return gettext("The unit is closed; its history stays.")
