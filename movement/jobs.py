"""Long orders in the background: forming a mass order in parts, signing and executing as one unit."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.scope import Access
from hemis.jobs.actions import JobError
from hemis.jobs.kinds import JobKind, job
from movement import actions
from movement.kinds import kind_of
from movement.models import Order
from structure.models import Unit
from students.models import Group, Programme, Student

LONG = 100
# People put on a mass order at once: a step of its progress.
PART = 500
MODELS = {"group": Group, "programme": Programme}
DATES = frozenset({"ends_on", "applied_on", "paid_on", "stipend_until"})


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


def choices_as_json(choices: dict) -> dict:
    """Answers as a job keeps them."""
    plain: dict[str, Any] = {}
    for name, value in choices.items():
        if isinstance(value, Group | Programme):
            plain[name] = value.pk
        elif isinstance(value, datetime.date):
            plain[name] = value.isoformat()
        elif name == "figures":
            plain[name] = {
                number: {code: str(figure) for code, figure in figures.items()}
                for number, figures in value.items()
            }
        else:
            plain[name] = value
    return plain


def choices_from_json(plain: dict) -> dict:
    """And back."""
    choices = dict(plain)
    for name, model in MODELS.items():
        if choices.get(name):
            choices[name] = model.objects.get(pk=choices[name])
    for name in DATES & set(choices):
        choices[name] = datetime.date.fromisoformat(choices[name]) if choices[name] else None
    if "figures" in choices:
        choices["figures"] = {
            number: {code: Decimal(figure) for code, figure in figures.items()}
            for number, figures in choices["figures"].items()
        }
    return choices


@job("movement.form")
class Form(JobKind):
    """A mass order: the draft first, then its people in parts; who does not pass is set aside."""

    title = gettext_lazy("Forming an order")
    permission = "order.create"
    chunk = 1

    def units(self, job):
        """The draft is made with the plan, so that it is made once."""
        params = job.params
        order = self._begin(job)
        job.params = params | {"order": order.pk}
        job.save(update_fields=["params"])
        keys = params["students"]
        return [keys[at : at + PART] for at in range(0, len(keys), PART)]

    def _begin(self, job) -> Order:
        params = job.params
        try:
            return actions.begin_order(
                kind=params["kind"], access=Access.for_user(job.owner),
                faculty=Unit.objects.get(pk=params["faculty"]), title=params["title"], basis=params["basis"],
                effective_date=datetime.date.fromisoformat(params["effective_date"]),
                choices=choices_from_json(params["choices"]),
            )  # fmt: skip
        except actions.OrderError as error:
            raise JobError(str(error)) from error

    def run(self, job, keys):
        order = Order.objects.get(pk=job.params["order"])
        access = Access.for_user(job.owner)
        people = Student.objects.for_scope(job.frozen_scope).filter(pk__in=keys[0])
        choices = choices_from_json(job.params["choices"])
        try:
            with transaction.atomic():
                actions.add_people(order, access=access, people=people, choices=choices)
        except actions.OrderError as error:
            raise JobError(str(error)) from error

    def label(self, job, key):
        return _("%(count)d people") % {"count": len(key)}

    def finish(self, job):
        order = Order.objects.get(pk=job.params["order"])
        listed, aside = order.lines.count(), order.aside.count()
        job.message = _("%(listed)d people stand on the list, %(aside)d are set aside.") % {
            "listed": listed, "aside": aside,
        }  # fmt: skip
        tab = "aside" if aside and kind_of(order).sets_aside else "lines"
        job.result_url = reverse("movement_orders_detail", args=[order.pk]) + f"?tab={tab}"
