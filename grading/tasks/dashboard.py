"""What waits on the home page: work to be marked for a teacher, the nearest deadlines for a student."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from grading.tasks import queries
from grading.tasks.models import Task
from hemis.access.scope import Access
from hemis.pages.home import Panel, Todo, register_panel, register_todo

SHOWN = 5


def _to_mark(access: Access) -> int:
    return queries.waiting(Task.objects.for_scope(access.scope("task.grade"))).count()


def nearest(access: Access) -> dict | None:
    """The tasks of a student that are due first: one query."""
    now = timezone.now()
    opened, _others = queries.due_first(queries.own_tasks(access.scope("own.task").person_id), now)
    if not opened:
        return None
    return {"rows": [{"row": one, "overdue": now > one.due} for one in opened[:SHOWN]], "count": len(opened)}


register_todo(
    Todo(
        gettext_lazy("pieces of work to be marked"),
        "task.grade",
        _to_mark,
        lambda: f"{reverse('grading_tasks_list')}?state=sent&sort=-waiting",
        "checklist",
    )
)
register_panel(
    Panel(
        "own_tasks",
        gettext_lazy("Due first"),
        "own.task",
        "tasks/_panel.html",
        nearest,
        lambda: reverse("my_tasks"),
    )
)
