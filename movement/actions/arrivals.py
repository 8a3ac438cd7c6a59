"""Arrivals from other universities: a person, a candidacy and the academic certificate (duty 3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from hemis.people.models import Person
from hemis.people.names import clean_name
from movement import rules
from movement.actions.base import OrderError
from movement.models import Arrival
from students.models import Candidate

PERSONAL = (
    "last_name",
    "first_name",
    "middle_name",
    "passport",
    "birth_date",
    "gender",
    "citizenship",
    "phone",
)
NAMES = frozenset({"last_name", "first_name", "middle_name"})


@transaction.atomic
def register_arrival(*, access: Access, facts: Mapping[str, Any]) -> Arrival:
    """Keep somebody who comes with an academic certificate; the transfer order names the arrival later.

    A person who is known by PINFL stays as known. ``facts`` are the cleaned answers
    of ``ArrivalForm``.

    Raises:
        PermissionDenied: without the duty.
        OrderError: not academic affairs, or the person is a candidate of that year already.
    """
    access.require("order.create")
    if not access.scope("order.create").everything:
        raise OrderError(_("Orders of this kind are started by academic affairs."))
    person = Person.objects.filter(pinfl=facts["pinfl"]).first() if facts["pinfl"] else None
    if person is None:
        if Person.objects.filter(passport=facts["passport"], country=facts["country"]).exists():
            raise OrderError(_("The passport is known as that of another person."))
        person = Person(
            pinfl=facts["pinfl"] or None, country=facts["country"],
            **{name: clean_name(facts[name]) if name in NAMES else facts[name] for name in PERSONAL},
        )  # fmt: skip
        person.save()
    group = facts["group"]
    if Candidate.objects.filter(person=person, entry_year=group.entry_year).exists():
        raise OrderError(_("The person is a candidate or a student of that entry year already."))
    candidate = Candidate.objects.create(
        person=person, entry_year=group.entry_year, programme=facts["programme"], group=group,
        course=rules.course_of(facts["semester"]), language=facts["language"], payment_form=facts["payment_form"],
        score=facts["score"],
    )  # fmt: skip
    return Arrival.objects.create(
        candidate=candidate, university=facts["university"], country=facts["country"],
        is_accredited=facts["is_accredited"], certificate_number=facts["certificate_number"],
        certificate_date=facts["certificate_date"], semester=facts["semester"],
    )  # fmt: skip
