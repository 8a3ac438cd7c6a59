"""What the rooms of money share: the error in words, choices in scope, the year in use."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.pages.filters import RelatedFilter
from students.models import AcademicYear, Group, Programme
from students.pages.choices import faculties as faculties_of

STUDYING, FEE_PAYING = "11", "12"
ON_LEAVE = "13"  # `h_student_status`


class FinanceError(Exception):
    """Why the verb cannot be done now, in words for the user."""


def refuse_balance(contract) -> None:
    """A balance of an earlier year has no paper: only its reversal and payments touch it.

    Raises:
        FinanceError: ``contract`` is one.
    """
    if contract.brought_forward:
        raise FinanceError(_("This is a balance of an earlier year: it is only paid or reversed."))


def years(access: Access):
    """Academic years to choose from."""
    return AcademicYear.objects.all()


# Faculties whose contracts one sees.
faculties = faculties_of("contract.view")


def year_filter(lookup: str = "academic_year") -> RelatedFilter:
    """The filter by academic year."""
    return RelatedFilter("year", years, lookup=lookup, label=gettext_lazy("academic year"))


def programmes(access: Access):
    """Programmes of the faculties whose contracts one sees."""
    return Programme.objects.for_scope(access.scope("contract.view")).select_related("speciality")


def groups(access: Access):
    """Active groups of the faculties whose contracts one sees."""
    return Group.objects.for_scope(access.scope("contract.view")).filter(is_active=True)


def current_year() -> int | None:
    """The current academic year, else the latest one."""
    return AcademicYear.objects.order_by("-is_current", "-year").values_list("year", flat=True).first()


def date_input() -> forms.DateInput:
    """A date as browsers type it."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
