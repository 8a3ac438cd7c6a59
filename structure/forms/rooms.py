"""Forms of buildings, auditoriums, equipment and bookings; the search of free rooms."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.classifiers.queries import choices
from hemis.pages.files import PictureField
from hemis.pages.forms import RegisterForm
from structure import actions, occupancy
from structure.forms.plain import PlainForm, date_input, time_input
from structure.models import Auditorium, Building, Equipment, RoomBooking, Unit


class BuildingForm(RegisterForm):
    sections = (
        (_("Building"), ("code", "name", "name_ru", "name_en", "kind", "address", "position", "is_active")),
        (_("Size and ownership"), ("built_in", "floors", "area", "tenure", "rented_until")),
        (_("Accessibility"), ("has_ramp", "has_lift", "has_accessible_toilet", "has_tactile_signs")),
        (_("On the map"), ("latitude", "longitude")),
    )

    class Meta:
        model = Building
        exclude = ["version"]

    def clean_is_active(self) -> bool:
        active = self.cleaned_data["is_active"]
        if not active and self.instance.pk and self.instance.auditoriums.filter(is_active=True).exists():
            raise forms.ValidationError(_("The building has auditoriums in use; close them first."))
        return active


class AuditoriumForm(RegisterForm):
    photo = PictureField(label=_("photo"), required=False, help_text=_("JPEG or PNG."))
    sections = (
        (
            _("Auditorium"),
            ("building", "number", "name", "floor", "kind", "capacity", "area", "unit", "is_active"),
        ),
        (_("Accessibility"), ("is_accessible", "wheelchair_places", "has_hearing_loop")),
        (_("Picture and note"), ("photo", "note")),
    )

    class Meta:
        model = Auditorium
        fields = [
            "building", "number", "name", "floor", "kind", "capacity", "area", "unit", "is_accessible",
            "wheelchair_places", "has_hearing_loop", "photo", "note", "is_active",
        ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(is_active=True)  # type: ignore[attr-defined]

    def clean(self):
        data = super().clean()
        building, floor = data.get("building"), data.get("floor")
        if building and floor is not None and floor > building.floors:
            self.add_error("floor", _("The building has %(floors)d floors.") % {"floors": building.floors})
        if building and data.get("is_active") and not building.is_active:
            self.add_error("building", _("The building is closed."))
        return data

    def clean_is_active(self) -> bool:
        active = self.cleaned_data["is_active"]
        if not active and self.instance.pk:
            ahead = self.instance.slots.filter(day__gte=timezone.localdate()).order_by("day").first()
            if ahead:
                raise forms.ValidationError(
                    _("The auditorium is booked for days to come, first on %(day)s; cancel that first."),
                    params={"day": f"{ahead.day:%d.%m.%Y}"},
                )
        return active


class EquipmentForm(RegisterForm):
    remote_choices = {"auditorium": "structure_auditoriums_options"}

    class Meta:
        model = Equipment
        fields = ["auditorium", "kind", "name", "count", "inventory_number"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["auditorium"]
        field.queryset = Auditorium.objects.select_related("building")  # type: ignore[attr-defined]

    def clean(self):
        data = super().clean()
        if data.get("inventory_number") and (data.get("count") or 1) > 1:
            self.add_error("count", _("An inventory number belongs to one thing."))
        return data


class BookingForm(RegisterForm):
    """Saving gives the room; what is taken is said at the room."""

    remote_choices = {"auditorium": "structure_auditoriums_options"}

    class Meta:
        model = RoomBooking
        fields = [
            "auditorium", "day", "starts_at", "ends_at", "repeat_until", "purpose", "asked_by", "unit", "people",
        ]  # fmt: skip
        widgets = {"starts_at": time_input(), "ends_at": time_input()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rooms = Auditorium.objects.select_related("building")
        if not self.instance.pk:
            rooms = rooms.filter(is_active=True)
        self.fields["auditorium"].queryset = rooms  # type: ignore[attr-defined]
        self.fields["unit"].queryset = Unit.objects.filter(is_active=True)  # type: ignore[attr-defined]

    def write(self):
        verb = actions.rebook if self.instance.pk else actions.book
        return verb(self.instance, access=self.access)


class CancelBookingForm(PlainForm):
    reason = forms.CharField(label=_("why cancelled"), max_length=255)


class ReleaseDayForm(PlainForm):
    day = forms.TypedChoiceField(label=_("day"))

    def __init__(self, *args, days, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["day"].choices = [(one.isoformat(), f"{one:%d.%m.%Y}") for one in days]  # type: ignore[attr-defined]


class FreeRoomsForm(PlainForm):
    """When, how many seats, what kind of room, with what in it."""

    day = forms.DateField(label=_("day"), widget=date_input())
    pair = forms.TypedChoiceField(label=_("pair"), required=False, coerce=int, empty_value=None)
    starts_at = forms.TimeField(label=_("from"), widget=time_input(), required=False)
    ends_at = forms.TimeField(label=_("to"), widget=time_input(), required=False)
    until = forms.DateField(label=_("every week until"), widget=date_input(), required=False)
    seats = forms.IntegerField(label=_("seats"), min_value=1, max_value=10000, required=False)
    kind = forms.MultipleChoiceField(label=_("type of room"), required=False)
    equipment = forms.MultipleChoiceField(label=_("equipment"), required=False)
    building = forms.ModelChoiceField(
        Building.objects.filter(is_active=True), label=_("building"), required=False, empty_label=_("all")
    )
    accessible = forms.BooleanField(label=_("reached without steps"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.pairs = {one.number: one for one in occupancy.pairs()}
        hours = [(str(number), f"{number}. {one}") for number, one in self.pairs.items()]
        self.fields["pair"].choices = [("", _("other hours")), *hours]  # type: ignore[attr-defined]
        self.fields["kind"].choices = choices("h_auditorium_type")  # type: ignore[attr-defined]
        self.fields["equipment"].choices = choices("h_device_type")  # type: ignore[attr-defined]

    def clean(self):
        data = super().clean() or {}
        pair = self.pairs.get(data.get("pair") or 0)
        if pair is not None:
            data["starts_at"], data["ends_at"] = pair.starts_at, pair.ends_at
        start, end = data.get("starts_at"), data.get("ends_at")
        if not self.errors and (start is None or end is None):
            self.add_error("pair", _("Choose a pair, or the hours from and to."))
        elif start and end and end <= start:
            self.add_error("ends_at", _("The end is not after the beginning."))
        day, until = data.get("day"), data.get("until")
        if day and until and until < day:
            self.add_error("until", _("The last week is before the first day."))
        elif day and until and until - day > actions.rooms.LONGEST:
            self.add_error("until", _("A booking repeats for a year at most."))
        return data
