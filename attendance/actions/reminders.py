"""Reminding teachers of lessons that are not recorded."""

from __future__ import annotations

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from attendance import queries
from curriculum.models import Lesson
from hemis.access.scope import Access
from hemis.notices.actions import notify
from hemis.notices.models import Notice
from hemis.people.models import User

CODE = "lessons_unrecorded"


def remind(rows: QuerySet[Lesson], *, access: Access | None = None) -> int:
    """Tell each teacher of the unrecorded lessons among ``rows``, once a day; how many were told.

    Raises:
        PermissionDenied: a person without the duty of watching attendance asks for it.
    """
    if access is not None:
        access.require("attendance.edit")
    missing = queries.unrecorded(rows).order_by()
    counts = dict(missing.values_list("teacher__person").annotate(n=Count("pk", distinct=True)))
    today = timezone.localdate()
    told = Notice.objects.filter(code=CODE, created_at__date=today).values("user")
    people = User.objects.filter(is_active=True, person__in=list(counts)).exclude(pk__in=told)
    by_count: dict[int, list[User]] = {}
    for user in people:
        by_count.setdefault(counts[user.person_id], []).append(user)
    return sum(
        notify(users, CODE, {"count": count}, reverse("attendance_today"))
        for count, users in by_count.items()
    )
