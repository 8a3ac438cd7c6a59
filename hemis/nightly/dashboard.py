"""A panel of the administrator's home page: how the last night went (duty A)."""

from __future__ import annotations

import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.nightly.models import FAILED, NightRun
from hemis.pages.home import Panel, register_panel

# A night that is older than this has been missed.
LATE = datetime.timedelta(hours=26)


def last_night(access: Access) -> dict:
    """The latest run with its steps, and whether a night was missed. Two queries."""
    night = NightRun.objects.first()
    if night is None:
        return {"night": None, "late": True}
    return {
        "night": night,
        "late": timezone.now() - night.started_at > LATE,
        "steps": [one for one in night.steps.all() if one.findings or one.state == FAILED],
    }


register_panel(
    Panel(
        "nightly", gettext_lazy("Night's work"), "user.view", "nightly/_panel.html", last_night,
        lambda: reverse("nightly_runs_list"),
    )
)  # fmt: skip
