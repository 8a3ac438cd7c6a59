"""Forming contracts in the background (duty 7.1)."""

from __future__ import annotations

import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.contracts import actions
from finance.contracts.queries import Offer, Selection
from finance.models import Contract
from hemis.access.scope import Access
from hemis.documents.actions import drawn_when_opened
from hemis.jobs.kinds import JobKind, job
from hemis.jobs.models import JobFailure


@job("finance.form_contracts")
class FormContracts(JobKind):
    """Contracts of the chosen students.

    Planning prices and numbers all of them in one transaction; a unit is one PDF.
    A killed worker goes on with the first contract that has no PDF.
    """

    title = gettext_lazy("Forming contracts")
    chunk = 10
    permission = "contract.create"

    def units(self, job):
        params = job.params
        found = actions.number_contracts(
            access=Access.for_user(job.owner),
            chosen=Selection.from_json(params["chosen"]),
            on=datetime.date.fromisoformat(params["date"]),
            offer=Offer(**params["offer"]),
        )
        JobFailure.objects.bulk_create(
            [
                JobFailure(
                    job=job,
                    key=f"student-{one.student.pk}",
                    label=str(one.student)[:255],
                    message=" ".join(one.reasons),
                )
                for one in found.refused
            ]
        )
        return found.contracts

    def run(self, job, keys):
        job.note(_("Making the PDFs"))
        with drawn_when_opened(job.params.get("draw_later", False)):
            actions.issue_documents(keys, by=job.owner)

    def finish(self, job):
        made = Contract.objects.filter(pk__in=job.units or []).exclude(state=Contract.DRAFT).count()
        aside = job.failures.count()
        job.message = _("%(made)d contracts are formed, %(aside)d students set aside.") % {
            "made": made,
            "aside": aside,
        }
        chosen = job.params["chosen"]
        asked = {name: chosen[name] for name in ("year", "faculty") if chosen[name]}
        job.result_url = f"{reverse('finance_contracts_list')}?{urlencode(asked)}"
