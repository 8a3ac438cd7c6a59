"""What is done of employees each night: accounts of those who left, terms that come near (duties 1.2, 8.1)."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext_lazy as _

from hemis.nightly import steps
from hemis.nightly.steps import Outcome, Step
from staff.accounts import close_accounts
from staff.documents import revoke_cards
from staff.reminders import remind


def accounts(day: datetime.date) -> Outcome:
    """Whoever has left and holds no role any more has no open account either."""
    return Outcome({"closed": close_accounts(day)})


def cards(day: datetime.date) -> Outcome:
    """The card of whoever holds no post any more is void, and its public page says so."""
    return Outcome({"revoked": revoke_cards(day)})


def terms(day: datetime.date) -> Outcome:
    """Teachers hear of a training or an election that is due, each at most once a month."""
    return Outcome({"told": remind(day)})


steps.register(
    Step(
        "accounts",
        _("Accounts of those who left"),
        _("%(closed)s accounts closed."),
        accounts,
        steps.FIRST,
    )
)
steps.register(
    Step("staff_cards", _("Cards of those who left"), _("%(revoked)s cards revoked."), cards, steps.FIRST)
)
steps.register(Step("staff_terms", _("Terms of teachers"), _("%(told)s reminders sent."), terms))
