"""What is done of registrations each night (order duty 2.3)."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_lazy as _

from curriculum.registrations import register_running
from hemis.nightly import steps
from hemis.nightly.steps import Outcome, Step


def registrations(day: datetime.date) -> Outcome:
    """Whoever studies and is not registered yet, for every half-year that runs or is near."""
    return Outcome({"registered": register_running(day)})


steps.register(
    Step(
        "registrations",
        _("Registrations for compulsory subjects"),
        _("%(registered)s registrations added."),
        registrations,
    )
)
