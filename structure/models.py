"""The university and its units: faculties, kafedras, divisions."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField


class University(BaseModel):
    """Facts about the university; exactly one row."""

    code = models.CharField(_("code"), max_length=3, unique=True, validators=[RegexValidator(r"^\d{3}$")])
    name = models.CharField(_("name"), max_length=500)
    name_ru = models.CharField(_("name (Russian)"), max_length=500, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=500, blank=True)
    short_name = models.CharField(_("short name"), max_length=64, blank=True)
    tin = models.CharField(_("STIR"), max_length=9, validators=[RegexValidator(r"^\d{9}$")])
    ownership = ClassifierField("h_ownership", verbose_name=_("ownership"), default="11")
    form = ClassifierField("h_university_form", verbose_name=_("kind of institution"), default="12")
    region = ClassifierField("h_soato", verbose_name=_("region"), blank=True)
    address = models.CharField(_("address"), max_length=500)
    mailing_address = models.TextField(_("postal address"), blank=True)
    contact = models.CharField(_("contacts"), max_length=255, blank=True)
    bank_name = models.CharField(_("bank"), max_length=255, blank=True)
    bank_account = models.CharField(_("account"), max_length=27, blank=True)
    bank_mfo = models.CharField(_("MFO"), max_length=5, blank=True)
    accreditation = models.TextField(_("accreditation"), blank=True)
    rector = models.CharField(_("rector"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("university")
        verbose_name_plural = _("university")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="university_is_one")]

    def __str__(self) -> str:
        return self.name


class UnitQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """A faculty sees itself and its kafedras, a kafedra sees itself."""
        if scope.everything:
            return self
        return self.filter(models.Q(pk__in=scope.unit_ids) | models.Q(parent__in=scope.faculty_ids))

    def faculties(self):
        return self.filter(kind=Unit.FACULTY)

    def kafedras(self):
        return self.filter(kind=Unit.KAFEDRA)


class Unit(BaseModel):
    """Faculty, kafedra or another division (`h_structure_type`)."""

    FACULTY, KAFEDRA = "11", "12"

    code = models.CharField(
        _("code"), max_length=64, unique=True, validators=[RegexValidator(r"^[0-9\-]{2,64}$")]
    )
    name = models.CharField(_("name"), max_length=256)
    name_ru = models.CharField(_("name (Russian)"), max_length=256, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=256, blank=True)
    kind = ClassifierField("h_structure_type", verbose_name=_("kind of unit"))
    locality = ClassifierField("h_locality_type", verbose_name=_("kind of faculty"), blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="12") | models.Q(parent__isnull=False), name="kafedra_has_faculty"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="11") | models.Q(parent=None), name="faculty_stands_alone"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def faculty_id(self) -> int | None:
        """The faculty this unit is or belongs to."""
        return self.pk if self.kind == self.FACULTY else self.parent_id
