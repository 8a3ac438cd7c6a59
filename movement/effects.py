"""What an order changes beside placements: a register of effects, run inside its execution.

An effect gets the order while it is being carried out, in the same transaction: if
it fails, nothing of the order is done. A cancelling order runs the undoing half.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from curriculum.registrations import follow_placements
from finance.contracts.actions import end_contracts, resume_contracts
from finance.contracts.changes import Moved, propose_changes, withdraw_changes
from finance.stipends.actions import end_stipends, resume_stipends
from hemis.classifiers.queries import is_known
from movement import rules
from movement.models import Order
from movement.stipends import NO_STUDY, losing


@dataclass(frozen=True)
class Effect:
    """``apply(order)`` when it is carried out; ``undo(order)`` when ``order`` cancels another."""

    apply: Callable[[Order], object]
    undo: Callable[[Order], object]


_effects: list[Effect] = []


def register_effect(effect: Effect) -> None:
    """Let a package take part in carrying orders out."""
    if effect not in _effects:
        _effects.append(effect)


def run_effects(order: Order) -> None:
    """All effects of an order that is being carried out, in the order of their registration."""
    for effect in _effects:
        (effect.undo if order.cancels_id else effect.apply)(order)


def end_study_contracts(order: Order) -> int:
    """Who stops studying or goes on on a grant: the contract ends (or rests) on the day of the order.

    Accounting reckons from it.
    """
    stops = models.Q(status__in=NO_STUDY)
    to_grant = models.Q(status=rules.STUDYING, payment_form=rules.GRANT, closes__payment_form=rules.CONTRACT)
    leaving = order.lines.filter(stops | to_grant, closes__status=rules.STUDYING)
    students = list(leaving.values_list("student", flat=True))
    return end_contracts(students, order=order.pk, on=order.effective_date) if students else 0


def resume_study_contracts(order: Order) -> int:
    """The cancelled order ended nothing."""
    return resume_contracts(order=order.cancels_id) if order.cancels_id else 0


def cancel_admission_contracts(order: Order) -> int:
    """An admission that is cancelled leaves no study to pay for."""
    gone = order.lines.filter(status="", closes__isnull=False).exclude(student=None)
    students = list(gone.values_list(F("student"), flat=True))
    return end_contracts(students, order=order.pk, on=order.effective_date) if students else 0


def change_contracts(order: Order) -> int:
    """What the moves of an order change of contracts: proposed to accounting."""
    lines = order.lines.exclude(student=None).exclude(closes=None)
    # Rules of refund are kept by the national grounds; for one of our own accounting decides by hand.
    moved = [
        Moved(student, closed, reason if is_known("h_expel_reason", reason) else "")
        for student, closed, reason in lines.values_list("student", "closes", "reason")
    ]
    return propose_changes(moved, order=order.pk, on=order.effective_date) if moved else 0


def withdraw_contract_changes(order: Order) -> int:
    """The cancelled order changed nothing; who by it has no study left owes what was studied."""
    with override("uz"):
        reason = _("Cancelled by order № %(number)s.") % {"number": order.number}
    count = withdraw_changes(order=order.cancels_id or 0, reason=reason, by=order.signed_by)
    gone = order.lines.filter(status="", closes__isnull=False).exclude(student=None)
    moved = [Moved(student, closed) for student, closed in gone.values_list("student", "closes")]
    return count + (propose_changes(moved, order=order.pk, on=order.effective_date) if moved else 0)


def end_study_stipends(order: Order) -> int:
    """Who stops studying gets no stipend from the day of the order on."""
    students = list(losing(order).values_list("student", flat=True))
    return end_stipends(students, order=order.pk, on=order.effective_date) if students else 0


def resume_study_stipends(order: Order) -> int:
    """The cancelled order ended nothing."""
    return resume_stipends(order=order.cancels_id) if order.cancels_id else 0


def follow_registrations(order: Order) -> int:
    """Subjects of the students whom the order moves: those of the new plan, and no longer those of the old one."""
    moved = order.lines.filter(models.Q(closes__isnull=False) | ~models.Q(status="")).exclude(student=None)
    students = list(moved.values_list("student", flat=True))
    if not students:
        return 0
    told = follow_placements(students, day=max(order.effective_date, timezone.localdate()))
    return sum(told.values())


register_effect(Effect(end_study_contracts, resume_study_contracts))
register_effect(Effect(lambda order: None, cancel_admission_contracts))
register_effect(Effect(follow_registrations, follow_registrations))
register_effect(Effect(change_contracts, withdraw_contract_changes))
register_effect(Effect(end_study_stipends, resume_study_stipends))
