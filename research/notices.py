"""What is told of works and figures: to the head what waits, to who entered it what was decided (duty 8.4)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hemis.access.models import RoleAssignment
from hemis.notices.actions import notify
from hemis.notices.kinds import register
from hemis.people.models import User
from research.models import Approval, Work

register("work_submitted", _("A work waits for your approval: %(work)s (%(who)s)"), "microscope")
register("work_approved", _("Your work is approved: %(work)s"), "checklist")
register("work_returned", _("Your work came back to you: %(work)s — %(remark)s"), "alert-triangle")
register("figures_submitted", _("Figures of a profile wait for your approval: %(work)s"), "microscope")
register("figures_approved", _("The figures of your profile are approved: %(work)s"), "checklist")
register(
    "figures_returned", _("The figures of your profile came back to you: %(work)s — %(remark)s"), "alert-triangle"
)  # fmt: skip


def _address(entry: Approval) -> str:
    return reverse(entry.card, args=[entry.pk])


def tell_head(entry: Approval) -> None:
    """Who heads the kafedra that answers for it."""
    kafedra = entry.kafedra_id  # type: ignore[attr-defined]
    heads = RoleAssignment.objects.in_force().filter(role="head", unit=kafedra)
    people = User.objects.filter(is_active=True, pk__in=heads.values("user"))
    params = {"work": str(entry), "who": str(entry.owner)}
    notify(people, f"{entry.word}_{entry.state}", params, _address(entry))


def tell_authors(entry: Approval) -> None:
    """Who entered it, and all authors of the university."""
    persons = {entry.owner.person_id}
    if isinstance(entry, Work):
        persons |= set(entry.authors.values_list("employee__person", flat=True))
    people = User.objects.filter(is_active=True, person__in=persons - {None})
    params = {"work": str(entry), "remark": entry.remark}
    notify(people, f"{entry.word}_{entry.state}", params, _address(entry))
