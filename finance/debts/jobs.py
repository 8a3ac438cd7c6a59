"""Reminders in the background (duty 7.1)."""

from __future__ import annotations

import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.debts import actions
from finance.debts.models import DebtReminder
from finance.models import Contract
from hemis.access.scope import Access
from hemis.jobs.kinds import JobKind, job


@job("finance.remind_debts")
class RemindDebts(JobKind):
    """Tells the students of the chosen contracts; a unit is a contract. Run twice, it tells once."""

    title = gettext_lazy("Reminding of debts")
    chunk = 200
    permission = "debt.remind"

    def units(self, job):
        scope = Access.for_user(job.owner).scope(self.permission)
        rows = Contract.objects.for_scope(scope)
        if job.params.get("contracts"):
            rows = rows.filter(pk__in=job.params["contracts"])
        return actions.whom(rows.values_list("pk", flat=True), datetime.date.fromisoformat(job.params["day"]))

    def run(self, job, keys):
        actions.remind(keys, day=datetime.date.fromisoformat(job.params["day"]))

    def finish(self, job):
        told = DebtReminder.objects.filter(contract__in=job.units or [], day=job.params["day"]).count()
        job.message = _("%(count)d students are reminded.") % {"count": told}
        job.result_url = reverse("finance_debts_list")
