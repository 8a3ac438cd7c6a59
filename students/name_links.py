"""Whoever studies here is renamed by an order alone (duty 2.2), though the same person may be employed too."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hemis.people.keepers import register_name_keeper
from hemis.people.models import Person
from students.models import Placement
from students.queries import EXPELLED, GRADUATED


def _studies(person: Person) -> str | Promise:
    here = Placement.objects.filter(student__person=person, valid_to=None)
    if here.exclude(status__in=(EXPELLED, GRADUATED)).exists():
        return _("This person studies here: the name changes by an order “Change of name” alone.")
    return ""


register_name_keeper("students", _studies)
