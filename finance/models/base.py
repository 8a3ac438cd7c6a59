"""What models of money share: sums, rows with a date, rows of a student."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from hemis.base import ScopedQuerySet

POSITIVE = MinValueValidator(Decimal("0.0001"))


def money(verbose_name, **options) -> models.DecimalField:
    """A sum in soʻm."""
    return models.DecimalField(
        verbose_name, max_digits=14, decimal_places=2, validators=[POSITIVE], **options
    )


class DatedQuerySet(ScopedQuerySet):
    def on(self, day) -> Self:
        """Rows that hold on ``day``, the latest first."""
        return self.filter(valid_from__lte=day).order_by("-valid_from")


class StudentRowQuerySet(ScopedQuerySet):
    """Rows of a student with a ``faculty``: seen by that faculty and by the student."""

    def for_scope(self, scope):
        if scope.everything:
            return self
        seen = Q(faculty__in=scope.faculty_ids)
        if scope.person_id:
            seen |= Q(student__person=scope.person_id)
        return self.filter(seen)
