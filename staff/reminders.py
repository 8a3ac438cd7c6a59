"""Telling teachers that professional development or a competition is due (duties 2.5, 3.4, 8.1)."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.notices.actions import notify
from hemis.notices.kinds import register
from hemis.notices.models import Notice
from staff import queries, rules
from staff.models import Employee

# Nobody is told of the same term more often.
EVERY = datetime.timedelta(days=30)
PRESSING = (rules.NEVER, rules.OVERDUE, rules.SOON)

register(
    "development_due",
    _("Your professional development is due: %(day)s. Agree a training with your kafedra."),
    "school",
)
register("term_ends", _("The term of your election: %(day)s. A competition for your post is due."), "users")


@transaction.atomic
def remind(day: datetime.date) -> int:
    """Tell every teacher whose training or election is due or comes near; how many were told.

    Twice on a day, or within a month, is once: what was told stands in the notices.
    """
    return _tell("development_due", queries.with_development(day)) + _tell(
        "term_ends", queries.with_term(day)
    )


def _tell(code: str, rows: QuerySet[Employee]) -> int:
    told = set(
        Notice.objects.filter(code=code, created_at__gt=timezone.now() - EVERY).values_list(
            "user", "params__day"
        )
    )
    pressing = rows.filter(state__in=PRESSING, person__user__is_active=True).select_related("person__user")
    count = 0
    for one in pressing:
        text = f"{one.due_on:%d.%m.%Y}"  # type: ignore[attr-defined]
        if (one.person.user.pk, text) not in told:
            count += notify([one.person.user], code, {"day": text})
    return count
