"""What every model of the house shares: scope and a row version."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from hemis.access.scope import Access, Scope
    from hemis.people.models import User


class Request(HttpRequest):
    """A request as the pages see it: the middleware of the house has added who asks and what they may."""

    user: User
    access: Access
    htmx: HtmxDetails
    id: str


class ScopedQuerySet(models.QuerySet):
    """Rows that a scope may see. Closed by default (law 4): a model says how it opens."""

    def for_scope(self, scope: Scope) -> Self:
        """Rows inside ``scope``; everything for the whole university, else nothing."""
        return self if scope.everything else self.none()


class BaseModel(models.Model):
    """A row that people edit.

    ``version`` grows with every save through a form, so that the second of two
    people who edit the same row is told (law 5).
    """

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


# The column of names that papers take.
IN_UZBEK = "name"


class Translated(models.Model):
    """A row with its name in every language: ``name`` in Uzbek, ``name_ru``, ``name_en``.

    Pages show the name in the language of whoever reads, papers keep ``name``.
    What nobody has translated is shown in Uzbek.
    """

    class Meta:
        abstract = True

    def get_name_display(self) -> str:
        """The name in the language of whoever reads."""
        return getattr(self, name_column()) or getattr(self, IN_UZBEK)


def name_column() -> str:
    """The column of names in the language of whoever reads."""
    return {"ru": "name_ru", "en": "name_en"}.get(get_language() or "", IN_UZBEK)


def name_of(path: str) -> Combinable:
    """The same for SQL: the name of what ``path`` leads to (``group__faculty``; empty: of the row itself)."""
    prefix, column = f"{path}__" if path else "", name_column()
    if column == IN_UZBEK:
        return F(f"{prefix}name")
    return Coalesce(NullIf(f"{prefix}{column}", Value("")), f"{prefix}name")


class SharedQuerySet(ScopedQuerySet):
    """Lists of the whole university: whoever has the duty sees all of them."""

    def for_scope(self, scope):
        return self


class DatedRuleQuerySet(SharedQuerySet):
    """Figures of the law with the day from which each holds."""

    def in_force(self, day: datetime.date | models.OuterRef) -> Self:
        """Rows that have begun by ``day``, the newest last: read by code, the last one holds."""
        return self.filter(valid_from__lte=day).order_by("valid_from")


class DatedRule(BaseModel):
    """What the law changes: a figure with the day from which it holds (law 7)."""

    valid_from = models.DateField(_("holds from"))

    objects = DatedRuleQuerySet.as_manager()

    class Meta:
        abstract = True
