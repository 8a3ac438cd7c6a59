"""Texts of the interface, and the university's own ones laid over them (duty A)."""

from __future__ import annotations

from django.db import models
from django.db.models import Case, CharField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, SharedQuerySet

# Language as Django calls it → the part of the column's name.
LANGUAGES = {"uz": "uz", "uz-cyrl": "cyrl", "ru": "ru", "en": "en"}
OWN_COLUMNS = tuple(f"own_{part}" for part in LANGUAGES.values())
# Cyrillic Uzbek is made from Latin by rule, English is the key itself: neither can be missing.
WRITTEN = ("uz", "ru")

MARKUP = '[<>"]'
MISSING, CHANGED, OWN, GONE, PROGRAM = "missing", "changed", "own", "gone", "program"


class TextQuerySet(SharedQuerySet):
    def own(self):
        """Those with an own text in some language."""
        found = Q(pk__in=[])
        for column in OWN_COLUMNS:
            found |= ~Q(**{column: ""})
        return self.filter(found)

    def with_state(self):
        """With ``state``: how the text stands, the most urgent first of what may be said of it."""
        own, missing = Q(), Q()
        for column in OWN_COLUMNS:
            own |= ~Q(**{column: ""})
        for part in WRITTEN:
            missing |= Q(**{part: "", f"own_{part}": ""})
        return self.annotate(
            state=Case(
                When(own & Q(is_used=False), then=Value(GONE)),
                When(own & Q(is_outdated=True), then=Value(CHANGED)),
                When(missing, then=Value(MISSING)),
                When(own, then=Value(OWN)),
                default=Value(PROGRAM), output_field=CharField(),
            )
        )  # fmt: skip


class Text(BaseModel):
    """One message: its English key, what the program says in each language, and what the university says.

    An empty own text means that the program's holds. ``is_outdated``: the program's text has changed since
    the own one was written; ``is_used``: the program still says it.
    """

    msgid = models.TextField(_("key (English)"), unique=True)
    uz = models.TextField(_("text of the program: Uzbek"), blank=True)
    cyrl = models.TextField(_("text of the program: Uzbek Cyrillic"), blank=True)
    ru = models.TextField(_("text of the program: Russian"), blank=True)
    own_uz = models.TextField(_("own text: Uzbek"), blank=True)
    own_cyrl = models.TextField(
        _("own text: Uzbek Cyrillic"), blank=True, help_text=_("Empty: made of the Uzbek text by rule.")
    )
    own_ru = models.TextField(_("own text: Russian"), blank=True)
    own_en = models.TextField(_("own text: English"), blank=True)
    is_used = models.BooleanField(_("said by the program"), default=True)
    is_outdated = models.BooleanField(_("changed in the program since"), default=False)
    changed_at = models.DateTimeField(_("own text written"), null=True, blank=True)

    objects = TextQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of the interface")
        verbose_name_plural = _("texts of the interface")
        ordering = ["msgid"]
        constraints = [
            # Texts stand in pages as they are: markup comes with the key or not at all.
            models.CheckConstraint(
                condition=Q(msgid__regex=MARKUP) | Q(**{f"{column}__regex": rf"^[^{MARKUP[1:-1]}]*$"}),
                name=f"{column}_brings_no_markup",
            )
            for column in OWN_COLUMNS
        ]

    def __str__(self) -> str:
        return self.msgid if len(self.msgid) <= 80 else f"{self.msgid[:79]}…"

    def said(self, language: str) -> str:
        """What the program says in the language; in English the key."""
        return self.msgid if language == "en" else getattr(self, LANGUAGES[language])
