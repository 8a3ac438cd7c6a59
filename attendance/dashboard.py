"""What waits: lessons to record, papers to decide on, students over the limits."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy

from attendance import queries
from attendance.models import Excuse
from hemis.access.scope import Access
from hemis.pages.home import Todo, register_todo


def _unrecorded(access: Access) -> int:
    return queries.unrecorded(queries.own_lessons(access)).count()


def _asked(access: Access) -> int:
    return Excuse.objects.for_scope(access.scope("attendance.edit")).filter(state=Excuse.ASKED).count()


register_todo(
    Todo(
        gettext_lazy("Lessons to record"),
        "journal.edit",
        _unrecorded,
        lambda: reverse("attendance_today"),
        "chalkboard",
    )
)
register_todo(
    Todo(
        gettext_lazy("Excuses that students ask for"), "attendance.edit", _asked,
        lambda: reverse("attendance_excuses_list", query={"state": Excuse.ASKED}), "file-text",
    )
)  # fmt: skip
