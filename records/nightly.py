"""What is done of graduates each night (order duty 4.1)."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_lazy as _

from hemis.nightly import steps
from hemis.nightly.steps import Outcome, Step
from records.employment.actions import remind


def surveys(day: datetime.date) -> Outcome:
    """Whoever graduated 1, 3, 6 or 12 months ago gets the link of a survey."""
    return Outcome({"asked": remind(day)})


steps.register(Step("surveys", _("Surveys of graduates"), _("%(asked)s graduates asked."), surveys))
