"""What is told of works: to the head what waits, to who entered it what was decided (duty 8.4)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.access.models import RoleAssignment
from hemis.notices.actions import notify
from hemis.notices.kinds import register
from hemis.people.models import User
from research.models import Work

register("work_submitted", _("A work waits for your approval: %(work)s (%(who)s)"), "microscope")
register("work_approved", _("Your work is approved: %(work)s"), "checklist")
register("work_returned", _("Your work came back to you: %(work)s — %(remark)s"), "alert-triangle")


def tell_head(work: Work, url: str) -> None:
    """Who heads the kafedra of the work."""
    heads = RoleAssignment.objects.in_force().filter(role="head", unit=work.kafedra_id)
    people = User.objects.filter(is_active=True, pk__in=heads.values("user"))
    notify(people, "work_submitted", {"work": work.title, "who": str(work.entered_by)}, url)


def tell_authors(work: Work, url: str) -> None:
    """All authors of the university, and who entered the work."""
    persons = {work.entered_by.person_id, *work.authors.values_list("employee__person", flat=True)}
    people = User.objects.filter(is_active=True, person__in=persons - {None})
    notify(people, f"work_{work.state}", {"work": work.title, "remark": work.remark}, url)
