"""What is done of statistics each night (issue 6)."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_lazy as _

from hemis.nightly import steps
from hemis.nightly.steps import Outcome, Step
from reports.statistics.sending import send_due_statistics


def statistics(day: datetime.date) -> Outcome:
    """Saved statistics whose day has come, each to the person who asked for it."""
    return Outcome({"sent": send_due_statistics(day)})


steps.register(Step("statistics", _("Statistics on a schedule"), _("%(sent)s statistics sent."), statistics))
