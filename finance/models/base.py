"""What models of money share: sums, rows with a date, rows of a student."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value

from hemis.base import ScopedQuerySet

POSITIVE = MinValueValidator(Decimal("0.0001"))


def money(verbose_name, **options) -> models.DecimalField:
    """A sum in soʻm."""
    return models.DecimalField(
        verbose_name, max_digits=14, decimal_places=2, validators=[POSITIVE], **options
    )


def any_money(verbose_name, **options) -> models.DecimalField:
    """A sum in soʻm that may be below zero or nothing."""
    return models.DecimalField(verbose_name, max_digits=14, decimal_places=2, **options)


def days(first: str = "valid_from", last: str = "valid_to") -> Func:
    """The days from ``first`` to ``last``, both included; an empty last day means for ever."""
    return Func(F(first), F(last), Value("[]"), function="daterange", output_field=DateRangeField())


def same(expression: F | Func) -> Func:
    """A range of one whole number, so that an exclusion constraint compares it without any extension."""
    return Func(
        expression, expression, Value("[]"), function="int8range", output_field=BigIntegerRangeField()
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
