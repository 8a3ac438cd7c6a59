"""What is done of doctoral students each night (order duty 6.1)."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_lazy as _

from doctorate import actions, notices, queries, rules
from hemis.nightly import steps
from hemis.nightly.steps import Outcome, Step

MONDAY = 0


def orders(day: datetime.date) -> Outcome:
    """Signed orders whose day has come, then the attestations that follow from them."""
    return Outcome({"executed": actions.execute_due(day), "planned": actions.plan_for_all()})


def reminders(day: datetime.date) -> Outcome:
    """Stages and attestations due in two weeks; on Mondays the office hears how many are late."""
    told = notices.remind(day)
    if day.weekday() == MONDAY:
        late = queries.with_lateness().filter(state=rules.LATE).count()
        told += notices.tell_of_the_late(late, day)
    return Outcome({"told": told})


steps.register(
    Step(
        "doctoral_orders",
        _("Orders on doctoral students"),
        _("%(executed)s orders executed, %(planned)s attestations planned."),
        orders,
        steps.FIRST,
    )
)
steps.register(
    Step("doctoral_terms", _("Terms of doctoral students"), _("%(told)s reminders sent."), reminders)
)
