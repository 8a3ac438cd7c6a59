"""National classifiers: one model for all lists of the ministry."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from hemis.base import ScopedQuerySet


class Named(models.Model):
    """Something with a name in every language of the screens; no part of it belongs to a faculty."""

    name_uz = models.CharField(_("name (Uzbek)"), max_length=512)
    name_cyrl = models.CharField(_("name (Uzbek, Cyrillic)"), max_length=512, blank=True)
    name_ru = models.CharField(_("name (Russian)"), max_length=512, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=512, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name()

    def name(self, language: str | None = None) -> str:
        """The name in ``language`` (default: the one in use), falling back to Uzbek."""
        columns = {"ru": "name_ru", "en": "name_en", "uz-cyrl": "name_cyrl"}
        return getattr(self, columns.get(language or get_language() or "uz", "name_uz")) or self.name_uz


class ClassifierList(Named):
    """One national list, such as ``h_gender``."""

    code = models.CharField(_("code"), max_length=64, primary_key=True)
    loaded_at = models.DateTimeField(_("loaded from the ministry's file"), null=True, blank=True)

    class Meta:
        verbose_name = _("classifier")
        verbose_name_plural = _("classifiers")
        ordering = ["code"]


class ClassifierItem(Named):
    """One option of a list. Codes go to the ministry as they are and are never renumbered."""

    list = models.ForeignKey(
        ClassifierList, on_delete=models.PROTECT, related_name="items", verbose_name=_("classifier")
    )
    code = models.CharField(_("code"), max_length=64)
    parent_code = models.CharField(_("parent"), max_length=64, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("classifier option")
        verbose_name_plural = _("classifier options")
        ordering = ["list", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["list", "code"], name="classifier_item_code")]
