"""The administrator's panel of the home page: accounts, and whether long work goes on (duty A)."""

from __future__ import annotations

import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.jobs.actions import worker_is_alive
from hemis.jobs.models import Job
from hemis.pages.home import Panel, register_panel
from hemis.people.models import User

DAYS = 7


def running(access: Access) -> dict:
    """Accounts in use, never opened and closed; jobs that wait, run and failed this week. Two queries."""
    since = timezone.now() - datetime.timedelta(days=DAYS)
    accounts = User.objects.aggregate(
        used=Count("pk", filter=Q(is_active=True, last_login__isnull=False)),
        never=Count("pk", filter=Q(is_active=True, last_login=None)),
        closed=Count("pk", filter=Q(is_active=False)),
    )
    jobs = Job.objects.aggregate(
        going=Count("pk", filter=Q(state__in=Job.UNFINISHED)),
        failed=Count("pk", filter=Q(state=Job.FAILED, created_at__gte=since)),
    )
    return {"accounts": accounts, "jobs": jobs, "worker": worker_is_alive(), "days": DAYS}


register_panel(
    Panel(
        "system", gettext_lazy("Accounts and long work"), "user.manage", "pages/_system_panel.html", running,
        lambda: reverse("who_may_do_what"),
    )
)  # fmt: skip
