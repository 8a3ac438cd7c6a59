"""Scientific specialities in which the university trains (national list `h_science_branch`)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from structure.models import Unit

PHD, DSC = "phd", "dsc"
LEVELS = [(PHD, "PhD"), (DSC, "DSc")]


class DoctoralSpeciality(BaseModel):
    """A national scientific speciality at one level; PhD and DSc are opened each by its own permission."""

    code = ClassifierField("h_science_branch", verbose_name=_("national code"))
    level = models.CharField(_("level of the degree"), max_length=4, choices=LEVELS)
    # As the national list has it, unless the permission words it otherwise.
    name = models.CharField(_("name"), max_length=255)
    kafedra = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="doctoral_specialities", null=True, blank=True,
        verbose_name=_("kafedra"),
    )  # fmt: skip
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    basis = models.CharField(_("permission (number and date)"), max_length=255, blank=True)
    is_active = models.BooleanField(_("admits"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("doctoral speciality")
        verbose_name_plural = _("doctoral specialities")
        ordering = ["code", "level"]
        constraints = [
            models.UniqueConstraint(fields=["code", "level"], name="doctoral_speciality_once"),
            # A branch (01.00.00) and a group (01.01.00) are headings; one studies in a speciality.
            models.CheckConstraint(
                condition=Q(code__regex=r"^\d\d\.\d\d\.\d\d$") & ~Q(code__endswith=".00"),
                name="doctoral_speciality_code",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name} ({self.get_level_display()})"
