"""Who has classes when: the map of teachers over the days and pairs of a period (duties 2.3, 2.4)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from curriculum.models import Lesson, Subject
from hemis.access.scope import Access, Scope
from hemis.pages.columns import Column
from reports.statistics.declaration import PERIOD, Asked, Dimension, Measure, Statistic, register
from reports.statistics.dimensions import coded, faculty, kafedra, month, names_of
from reports.statistics.kinds.attendance import NAME, PAIRS, WEEKDAYS, kafedras
from staff.models import Employee
from structure.models import Building

PERMISSION = "timetable.view"


def planned(scope: Scope, asked: Asked) -> QuerySet:
    """Lessons of the timetable in the period that are not cancelled, given or to come."""
    rows = Lesson.objects.for_scope(scope).filter(state=Lesson.PLANNED)
    return rows.filter(day__range=(asked.since, asked.until))


def teachers(access: Access) -> QuerySet:
    """Teachers of lessons in the scope."""
    lessons = Lesson.objects.for_scope(access.scope(PERMISSION)).order_by().values("teacher")
    return Employee.objects.filter(pk__in=lessons).select_related("person").order_by("person__sort_key")


TIMETABLE = register(
    Statistic(
        "timetable",
        _("Lessons in the timetable"),
        PERMISSION,
        planned,
        Lesson,
        PERIOD,
        dimensions=(
            Dimension(
                "teacher", _("Teacher"), "teacher", names=names_of(Employee, *NAME), offered=teachers, is_wide=True
            ),
            kafedra("teaching__kafedra", kafedras(PERMISSION)),
            faculty("teaching__kafedra__parent", PERMISSION),
            Dimension("weekday", _("Day of the week"), "day__iso_week_day", choices=WEEKDAYS),
            Dimension("pair", _("Pair"), "pair__number", choices=PAIRS),
            Dimension("building", _("Building"), "auditorium__building", names=names_of(Building, "name")),
            Dimension("subject", _("Subject"), "teaching__subject", names=names_of(Subject, "name"), is_wide=True),
            coded("training", _("Kind of training"), "teaching__training_type", "h_training_type"),
            month("month", _("Month"), "day"),
        ),
        measures=(
            Measure("lessons", _("Lessons"), why=_("lessons of the timetable that are not cancelled")),
            Measure(
                "teachers", _("Teachers"), "count(DISTINCT {teacher})", {"teacher": "teacher"}, _("people"),
                why=_("teachers who have such lessons"), adds_up=False,
            ),
            Measure(
                "days", _("Days"), "count(DISTINCT {day})", {"day": "day"}, why=_("days with such lessons"),
                adds_up=False,
            ),
            Measure(
                "mean", _("Lessons a teacher"),
                "round(count(*)::numeric / nullif(count(DISTINCT {teacher}), 0), 1)", {"teacher": "teacher"},
                why=_("lessons divided by these teachers"), adds_up=False, digits=1,
            ),
        ),
        by=("teacher", "weekday"),
        columns=(
            Column("day"),
            Column("pair__number", _("Pair")),
            Column("teacher", _("Teacher")),
            Column("teaching__subject"),
            Column("teaching__training_type"),
            Column("auditorium"),
        ),
        help=_("Choose the days of a week to see who is busy when; lessons to come count too."),
        select_related=("teaching__subject", "teacher__person", "auditorium__building", "pair"),
        ordering=("day", "starts_at", "pk"),
        place=11,
    )
)  # fmt: skip
