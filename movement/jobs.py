"""Signing and executing long orders in the background; each is one unit, so all or nothing."""

from __future__ import annotations

import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job
from movement import actions
from movement.models import Order

LONG = 100


class _OneOrder(JobKind):
    chunk = 1

    def units(self, job):
        return [job.params["order"]]

    def _order(self, key) -> Order:
        return Order.objects.get(pk=key)

    def finish(self, job):
        job.message = _("Done.")
        job.result_url = reverse("movement_orders_detail", args=[job.params["order"]])


@job("movement.sign")
class Sign(_OneOrder):
    title = gettext_lazy("Signing an order")
    permission = "order.sign"

    def run(self, job, keys):
        try:
            date = datetime.date.fromisoformat(job.params["date"])
            actions.sign(self._order(keys[0]), access=Access.for_user(job.owner), date=date)
        except actions.OrderError as error:
            raise JobError(str(error)) from error


@job("movement.execute")
class Execute(_OneOrder):
    title = gettext_lazy("Executing an order")
    permission = "order.execute"

    def run(self, job, keys):
        try:
            actions.execute(self._order(keys[0]), access=Access.for_user(job.owner))
        except actions.OrderError as error:
            raise JobError(str(error)) from error
