"""Buildings, auditoriums, what stands in them and who uses them when (duty 3.1)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, Translated
from hemis.classifiers.fields import ClassifierField
from structure.models.units import Unit


class Building(Translated, BaseModel):
    """A building of the university, own or rented."""

    class Kind(models.TextChoices):
        TEACHING = "teaching", _("teaching building")
        LABORATORY = "laboratory", _("laboratory building")
        LIBRARY = "library", _("library")
        SPORTS = "sports", _("sports building")
        DORMITORY = "dormitory", _("dormitory")
        ADMINISTRATIVE = "administrative", _("administrative building")
        OTHER = "other", _("other")

    class Tenure(models.TextChoices):
        OWN = "own", _("own")
        OPERATIVE = "operative", _("in operative management")
        RENTED = "rented", _("rented")
        FREE_USE = "free_use", _("in free use")

    code = models.CharField(_("code"), max_length=16, unique=True)
    name = models.CharField(_("name"), max_length=256)
    name_ru = models.CharField(_("name (Russian)"), max_length=256, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=256, blank=True)
    kind = models.CharField(_("kind of building"), max_length=16, choices=Kind.choices, default=Kind.TEACHING)
    address = models.CharField(_("address"), max_length=500)
    built_in = models.PositiveSmallIntegerField(
        _("year of building"), null=True, blank=True,
        validators=[MinValueValidator(1800), MaxValueValidator(2100)],
    )  # fmt: skip
    floors = models.PositiveSmallIntegerField(
        _("floors"), default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    area = models.DecimalField(
        _("area, m²"),
        max_digits=9,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
    )
    tenure = models.CharField(_("tenure"), max_length=16, choices=Tenure.choices, default=Tenure.OWN)
    rented_until = models.DateField(_("rented until"), null=True, blank=True)
    latitude = models.DecimalField(
        _("latitude"), max_digits=9, decimal_places=6, null=True, blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )  # fmt: skip
    longitude = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )  # fmt: skip
    has_ramp = models.BooleanField(_("ramp at the entrance"), default=False)
    has_lift = models.BooleanField(_("lift"), default=False)
    has_accessible_toilet = models.BooleanField(_("accessible toilet"), default=False)
    has_tactile_signs = models.BooleanField(_("tactile signs"), default=False)
    position = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="building_coordinates_go_together",
                violation_error_message=_("Enter both coordinates or none."),
            ),
            models.CheckConstraint(
                condition=Q(rented_until=None) | Q(tenure="rented"),
                name="only_rented_buildings_have_an_end",
                violation_error_message=_("Only a rented building has an end of rent."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_name_display()

    @property
    def map_url(self) -> str:
        """The place on OpenStreetMap; empty without coordinates."""
        if self.latitude is None or self.longitude is None:
            return ""
        place = f"{self.latitude}/{self.longitude}"
        return f"https://www.openstreetmap.org/?mlat={self.latitude}&mlon={self.longitude}#map=18/{place}"


class Auditorium(BaseModel):
    """A room where classes are held."""

    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, related_name="auditoriums", verbose_name=_("building")
    )
    number = models.CharField(_("number"), max_length=16)
    name = models.CharField(_("name"), max_length=256, blank=True)
    floor = models.SmallIntegerField(
        _("floor"), default=1, validators=[MinValueValidator(-3), MaxValueValidator(50)]
    )
    kind = ClassifierField("h_auditorium_type", verbose_name=_("type of room"))
    capacity = models.PositiveIntegerField(
        _("seats"), validators=[MinValueValidator(1), MaxValueValidator(10000)]
    )
    area = models.DecimalField(
        _("area, m²"),
        max_digits=7,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("kept by")
    )
    is_accessible = models.BooleanField(_("reached without steps"), default=False)
    wheelchair_places = models.PositiveSmallIntegerField(_("wheelchair places"), default=0)
    has_hearing_loop = models.BooleanField(_("hearing loop"), default=False)
    photo = models.FileField(_("photo"), upload_to="rooms/", blank=True)
    note = models.CharField(_("note"), max_length=255, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("auditorium")
        verbose_name_plural = _("auditoriums")
        ordering = ["building__position", "building__code", "number"]
        constraints = [
            models.UniqueConstraint(
                "building",
                Lower("number"),
                name="auditorium_number_in_building",
                violation_error_message=_("The building has an auditorium with this number already."),
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1, capacity__lte=10000), name="auditorium_capacity"
            ),
            models.CheckConstraint(
                condition=Q(wheelchair_places=0)
                | Q(is_accessible=True, wheelchair_places__lte=F("capacity")),
                name="wheelchair_places_are_reached",
                violation_error_message=_(
                    "Wheelchair places need a room reached without steps, and are among its seats."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building.code}-{self.number}"


class Equipment(BaseModel):
    """What stands in an auditorium; one row a kind or an inventory number."""

    auditorium = models.ForeignKey(
        Auditorium, on_delete=models.CASCADE, related_name="equipment", verbose_name=_("auditorium")
    )
    kind = ClassifierField("h_device_type", verbose_name=_("kind of equipment"))
    name = models.CharField(_("name"), max_length=255, blank=True)
    count = models.PositiveIntegerField(_("count"), default=1, validators=[MinValueValidator(1)])
    inventory_number = models.CharField(_("inventory number"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("equipment")
        verbose_name_plural = _("equipment")
        ordering = ["auditorium", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["inventory_number"],
                condition=~Q(inventory_number=""),
                name="equipment_inventory_number",
                violation_error_message=_("This inventory number is entered already."),
            ),
            models.CheckConstraint(condition=Q(count__gte=1), name="equipment_count"),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.get_kind_display(), self.name]))  # type: ignore[attr-defined]


class RoomBooking(BaseModel):
    """A room given to somebody for a time, once or weekly (kept by academic affairs).

    Its hours stand in ``RoomSlot`` rows that a database trigger writes; two of one
    room never overlap (``docs/decisions/0023-room-hours.md``).
    """

    auditorium = models.ForeignKey(
        Auditorium, on_delete=models.PROTECT, related_name="bookings", verbose_name=_("auditorium")
    )
    day = models.DateField(_("day"))
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("to"))
    repeat_until = models.DateField(_("every week until"), null=True, blank=True, help_text=_("Empty: once."))
    skipped = ArrayField(models.DateField(), verbose_name=_("days left out"), default=list, blank=True)
    purpose = models.CharField(_("purpose"), max_length=255)
    asked_by = models.CharField(_("asked by"), max_length=255)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    people = models.PositiveIntegerField(_("how many people"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True, editable=False)
    cancel_reason = models.CharField(_("why cancelled"), max_length=255, blank=True, editable=False)
    created_at = models.DateTimeField(_("entered"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("room booking")
        verbose_name_plural = _("room bookings")
        ordering = ["-day", "starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="booking_hours",
                violation_error_message=_("The end is not after the beginning."),
            ),
            models.CheckConstraint(
                condition=Q(repeat_until=None) | Q(repeat_until__gte=F("day")),
                name="booking_repeats_forward",
                violation_error_message=_("The last week is before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | ~Q(cancel_reason=""), name="booking_cancelled_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.auditorium} · {self.day:%d.%m.%Y} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class RoomSlot(models.Model):
    """One use of a room: written only by the database triggers of what uses rooms.

    ``source`` is a code of ``structure.occupancy``, ``source_id`` the row there.
    """

    auditorium = models.ForeignKey(Auditorium, on_delete=models.PROTECT, related_name="slots")
    day = models.DateField()
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    source = models.CharField(max_length=32)
    source_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("use of a room")
        verbose_name_plural = _("uses of rooms")
        ordering = ["day", "starts_at"]
        indexes = [
            models.Index(fields=["day", "auditorium"], name="room_slot_day"),
            models.Index(fields=["source", "source_id"], name="room_slot_source"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="room_slot_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.starts_at}–{self.ends_at}"
