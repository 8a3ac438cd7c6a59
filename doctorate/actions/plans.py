"""Planned attestations; approving and opening individual plans (duty 6.1)."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from doctorate import queries, rules
from doctorate.actions.base import STUDENTS, DoctorateError, refusals_in_words
from doctorate.models import Attestation, DoctoralRule, DoctoralStudent, IndividualPlan
from hemis.access.scope import Access
from staff.rules import add_months

# Without a term, attestations are planned so many months ahead.
AHEAD = 18


@transaction.atomic
def plan_attestations(students: QuerySet[DoctoralStudent]) -> int:
    """Plan the attestations that the rule asks for, up to the end of the term; how many were added.

    Those not held that the rule does not ask for (any more) are taken away; what was
    held stays. Nobody on leave or gone is asked for anything.
    """
    today = timezone.localdate()
    studying = list(students.filter(status=DoctoralStudent.STUDYING))
    leaves = queries.leaves_of([one.pk for one in studying])
    held: dict[int, list[Attestation]] = {}
    for row in Attestation.objects.filter(student__in=studying):
        held.setdefault(row.student_id, []).append(row)
    law = queries.figures(today)
    fresh: list[Attestation] = []
    idle: list[int] = []
    for one in studying:
        wanted = _days(one, leaves.get(one.pk, []), law, today)
        known = held.get(one.pk, [])
        # One that was held stands for the due day it was planned for.
        fresh += [
            Attestation(student=one, due_on=day) for day in wanted if day not in {a.due_on for a in known}
        ]
        idle += [a.pk for a in known if not a.result and a.due_on not in wanted]
    Attestation.objects.filter(pk__in=idle).delete()
    Attestation.objects.bulk_create(fresh)
    return len(fresh)


def _days(
    one: DoctoralStudent, leaves: list[rules.Leave], law: dict[str, rules.Figure], today: datetime.date
) -> list[datetime.date]:
    assert one.admitted_on is not None  # who studies was admitted
    kind = DoctoralRule.ATTESTATION_RESEARCHER if one.is_researcher else DoctoralRule.ATTESTATION
    until = one.term_to or add_months(today, AHEAD)
    return rules.attestation_days(one.admitted_on, until, law[kind].value, leaves)


def plan_for_all() -> int:
    """Each night: attestations for whoever studies without a term go on being planned."""
    return plan_attestations(DoctoralStudent.objects.all())


def _plan(plan: IndividualPlan, access: Access, state: str) -> IndividualPlan:
    access.require(STUDENTS)
    rows = IndividualPlan.objects.for_scope(access.scope(STUDENTS)).select_for_update(of=("self",))
    found = rows.filter(pk=plan.pk).first()
    if found is None:
        raise DoctorateError(_("The plan is not in your scope."))
    if found.state != state:
        raise DoctorateError(_("The plan is %(state)s by now.") % {"state": found.get_state_display()})
    return found


@transaction.atomic
def approve_plan(
    plan: IndividualPlan, *, access: Access, approved_on: datetime.date, protocol_number: str
) -> IndividualPlan:
    """Draft → approved: from now on its stages stand.

    Raises:
        DoctorateError: it has no stages, no protocol, or the day lies in the future.
    """
    plan = _plan(plan, access, IndividualPlan.DRAFT)
    if approved_on > timezone.localdate():
        raise DoctorateError(_("This day has not come yet."), "approved_on")
    if not protocol_number.strip():
        raise DoctorateError(_("Enter the protocol."), "protocol_number")
    plan.state, plan.approved_on, plan.protocol_number = IndividualPlan.APPROVED, approved_on, protocol_number
    with refusals_in_words():
        plan.save(update_fields=["state", "approved_on", "protocol_number"])
    return plan


@transaction.atomic
def reopen_plan(plan: IndividualPlan, *, access: Access, reason: str) -> IndividualPlan:
    """Approved → draft with a reason, which the history keeps.

    Raises:
        DoctorateError: no reason, or that of the last time.
    """
    plan = _plan(plan, access, IndividualPlan.APPROVED)
    if not reason.strip():
        raise DoctorateError(_("Give the reason."), "reason")
    plan.state, plan.reopened_why = IndividualPlan.DRAFT, reason.strip()[:255]
    with refusals_in_words():
        plan.save(update_fields=["state", "reopened_why"])
    return plan
