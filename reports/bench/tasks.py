"""A task given to everybody of a teaching, and the points that tasks bring to a control."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from grading.tasks import actions, queries
from grading.tasks.models import Task, TaskStudent
from hemis.access.scope import Access
from hemis.people.models import User
from hemis.stopwatch import seconds
from reports.bench.parts import PAGE_GOAL, Out, part

ROUNDS = 20
GIVE = """
INSERT INTO grading_taskstudent
    (task_id, student_id, curriculum_subject_id, group_id, state, is_excluded, excluded_why, version)
SELECT %s, student_id, curriculum_subject_id, group_id, 'given', false, '', 1
  FROM grading_taskstudent WHERE task_id = %s
"""
POINTS = """
SELECT s.student_id, coalesce(sum(s.points), 0), sum(t.max_points)
  FROM grading_taskstudent s JOIN grading_task t ON t.id = s.task_id
 WHERE s.curriculum_subject_id = %s AND t.control = %s AND NOT s.is_excluded GROUP BY s.student_id
"""


class _Rollback(Exception):
    """Undoes what was done for the measurement."""


def measure_tasks() -> dict[str, Any]:
    """Seconds of giving a task (bare: one INSERT … SELECT) and of reading points (bare: one GROUP BY).

    Nothing is kept.

    Raises:
        ValueError: the database has no tasks (load the demo first).
    """
    model = (
        Task.objects.filter(state=Task.SENT, kind=Task.WORK)
        .annotate(size=Count("students"))
        .order_by("-size")
        .first()
    )
    if model is None:
        raise ValueError("No tasks.")
    measured: dict[str, Any] = {"students": model.students.count()}
    try:
        with transaction.atomic():
            measured["bare"] = _undone(lambda: _execute(GIVE, _draft(model).pk, model.pk))
            user = User.objects.get(person=model.teaching.teacher.person_id)
            draft, access = _draft(model), Access.for_user(user)
            measured["giving"] = seconds(lambda: actions.send(draft, access=access))
            line = TaskStudent.objects.filter(task=model).values_list("curriculum_subject", flat=True)[0]
            measured["reading"] = _by_round(lambda: queries.task_points(line, model.control))
            measured["bare_reading"] = _by_round(lambda: _execute(POINTS, line, model.control))
            raise _Rollback
    except _Rollback:
        pass
    measured["ratio"] = measured["giving"] / measured["bare"]
    measured["reading_ratio"] = measured["reading"] / measured["bare_reading"]
    return measured


def _draft(model: Task) -> Task:
    return Task.objects.create(
        teaching=model.teaching, name="Bench", text="Bench", control=model.control, max_points=Decimal("0.5"),
        deadline=model.deadline, created_by=model.created_by,
    )  # fmt: skip


def _execute(sql: str, *values: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def _undone(do: Any) -> float:
    taken = 0.0
    try:
        with transaction.atomic():
            taken = seconds(do)
            raise _Rollback
    except _Rollback:
        return taken


def _by_round(do: Callable[[], object]) -> float:
    """Seconds of one of many rounds, after one that does not count."""
    do()
    return seconds(lambda: [do() for _round in range(ROUNDS)]) / ROUNDS


@part("tasks")
def tasks(out: Out) -> None:
    found = measure_tasks()
    out.head(f"A task given to {found['students']} students, and its points (bare: one statement each)")
    out.line(
        f"given, checked and told {found['giving'] * 1000:.0f} ms, bare {found['bare'] * 1000:.0f} ms, "
        f"ratio {found['ratio']:.2f}; points {found['reading'] * 1000:.2f} ms, "
        f"bare {found['bare_reading'] * 1000:.2f} ms, ratio {found['reading_ratio']:.2f}"
    )
    out.verdict(found["reading"] * 1000 <= PAGE_GOAL and found["giving"] < 1)
