"""Acts that rules cite: known for certain, or still to be compared with the act in force.

A row of a rule says whether somebody has compared it with the text of the act
(``is_confirmed``). Until then every page that cites its source says so, and no printed
document takes it from there.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy, gettext_noop

from hemis.explain import Phrase


def cited(source: str, *, confirmed: bool) -> str:
    """The source as a page cites it."""
    if confirmed or not source:
        return source
    return Phrase(gettext_noop("%(source)s — to be confirmed"), source=source)


def duty(code: str) -> str:
    """A line of the duty table as the source of a check; the page "Who may do what" tells the line."""
    return Phrase(gettext_noop("duty %(code)s"), code=code)


class Confirmable(models.Model):
    """A row with a figure of the law and its source."""

    is_confirmed = models.BooleanField(
        gettext_lazy("compared with the act"), default=False,
        help_text=gettext_lazy(
            "Tick after comparing the figure with the act in force; "
            "until then pages mark the source as to be confirmed."
        ),
    )  # fmt: skip

    class Meta:
        abstract = True
