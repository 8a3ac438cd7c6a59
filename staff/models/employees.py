"""Employees and the posts they hold."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from hemis.base import BaseModel, ScopedQuerySet
from hemis.classifiers.fields import ClassifierField
from hemis.people.models import Person
from structure.models import Unit


class EmployeeQuerySet(ScopedQuerySet):
    def for_scope(self, scope):
        """A faculty or kafedra sees those who hold a post in it; everyone sees oneself."""
        if scope.everything:
            return self
        here = Position.objects.filter(
            models.Q(unit__in=scope.unit_ids) | models.Q(unit__parent__in=scope.faculty_ids)
        )
        return self.filter(
            models.Exists(here.filter(employee=models.OuterRef("pk"))) | models.Q(person=scope.person_id)
        )


class Employee(BaseModel):
    """A person's role of working here."""

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, related_name="employee", verbose_name=_("person")
    )
    number = models.CharField(_("employee number"), max_length=20, unique=True)
    academic_degree = ClassifierField("h_academic_degree", verbose_name=_("academic degree"), default="10")
    academic_rank = ClassifierField("h_academic_rank", verbose_name=_("academic rank"), default="10")
    status = ClassifierField("h_teacher_status", verbose_name=_("status"), default="11")

    objects = EmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
        ordering = ["person__sort_key"]

    def __str__(self) -> str:
        return self.person.full_name


class Position(BaseModel):
    """A post held in a unit from a date to a date."""

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="positions", verbose_name=_("employee")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="positions", verbose_name=_("unit"))
    post = ClassifierField("h_teacher_position_type", verbose_name=_("post"))
    category = ClassifierField("h_employee_type", verbose_name=_("category"))
    employment = ClassifierField("h_employment_form", verbose_name=_("form of employment"), default="11")
    rate = models.DecimalField(_("rate"), max_digits=3, decimal_places=2, default=Decimal("1.00"))
    order_number = models.CharField(_("order number"), max_length=32, blank=True)
    order_date = models.DateField(_("order date"), null=True, blank=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="position_period",
            )
        ]

    def __str__(self) -> str:
        return f"{self.employee} · {self.get_post_display()}"
