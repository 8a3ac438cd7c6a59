"""Whoever is moved by the office is told where and why, and so are the teachers whom it concerns."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy

from hemis.notices import kinds as notices
from hemis.notices.actions import notify
from hemis.people.models import User
from students.models import Student

notices.register(
    "seat_moved", gettext_lazy("%(subject)s: you attend with %(group)s now (%(reason)s)"), "users"
)
notices.register(
    "seat_came", gettext_lazy("%(subject)s, %(group)s: come to you: %(people)s (%(reason)s)"), "users"
)
notices.register("seat_left", gettext_lazy("%(subject)s: leave you: %(people)s (%(reason)s)"), "users")
NAMED = 5


def moved(
    students: Sequence[Student], *, subject: str, group: str, reason: str, came: Collection[int],
    left: Collection[int],
) -> None:  # fmt: skip
    """Tell the students, the teachers of the teachings they came to and of those they left.

    Teachers who have them as before are not told.
    """
    names = ", ".join(str(one.person) for one in students[:NAMED])
    facts = {
        "subject": subject,
        "group": group,
        "reason": reason,
        "people": names + (f" … ({len(students)})" if len(students) > NAMED else ""),
    }
    people = User.objects.filter(is_active=True, person__in=[one.person_id for one in students])
    notify(people, "seat_moved", facts, reverse("my_timetable"))
    before, after = _teachers(left), _teachers(came)
    for code, whom in (("seat_came", after - before), ("seat_left", before - after)):
        users = User.objects.filter(is_active=True, pk__in=whom)
        notify(users, code, facts, reverse("own_timetable"))


def _teachers(teachings: Collection[int]) -> set[int]:
    """Accounts of the first and second teachers."""
    taught = Q(person__employee__teachings__in=list(teachings)) | Q(
        person__employee__assisted_teachings__in=list(teachings)
    )
    return set(User.objects.filter(taught).values_list("pk", flat=True))
