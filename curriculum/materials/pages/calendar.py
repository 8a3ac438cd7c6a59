"""Calendar plans: topics over the lessons of the timetable, taught or not (duties 8.2, 9.1, 2.3)."""

from __future__ import annotations

from django.db.models import Count, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum.materials import queries, rules
from curriculum.materials.documents import issue_calendar_plan
from curriculum.models import Lesson, Teaching, Topic
from curriculum.pages.reference import kafedras, years
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.register import Register, Tab

STATES = {
    "taught": (gettext_lazy("taught"), "green"),
    "part": (gettext_lazy("partly"), "orange"),
    "planned": (gettext_lazy("not yet"), "secondary"),
    "unknown": (gettext_lazy("planned"), "secondary"),
    "no_lesson": (gettext_lazy("no lesson in the timetable"), "red"),
}


def plan_context(request: Request, teaching: Teaching) -> dict:
    """The rows with their states, and the subject whose topics they are."""
    line, rows = queries.calendar_of(teaching)
    shown = [{"row": one, "state": STATES[one.state]} for one in rows]
    return {
        "line": line,
        "rows": shown,
        "topic_hours": sum(one.topic.hours for one in rows if one.topic),
        "lesson_hours": _lessons(rows) * rules.HOURS_A_LESSON,
        "without_topic": sum(one.topic is None for one in rows),
        "without_lesson": sum(one.state == "no_lesson" for one in rows),
    }


def _lessons(rows: list[rules.CalendarRow]) -> int:
    return len({lesson.key for one in rows for lesson in one.lessons})


class CalendarPlans(Register):
    """Teachings with the plan of their lessons."""

    app, name, title, title_one = (
        "curriculum",
        "calendar_plans",
        gettext_lazy("Calendar plans"),
        gettext_lazy("calendar plan"),
    )
    model, permission, menu = Teaching, "calendar_plan", "subjects"
    columns = [
        Column("subject__name", gettext_lazy("Subject"), link=True),
        Column("training_type"),
        Column("groups", gettext_lazy("Groups")),
        Column("teacher", sort="teacher__person__sort_key"),
        Column("kafedra", sort="kafedra__name", hidden=True),
        Column("academic_year", hidden=True),
        Column("term", hidden=True),
        Column("hours", numeric=True),
        Column("topic_count", gettext_lazy("Topics"), numeric=True),
        Column("lesson_count", gettext_lazy("Lessons"), numeric=True),
    ]
    filters = [
        RelatedFilter("academic_year", years),
        Filter("term"),
        RelatedFilter("kafedra", kafedras),
        Filter("training_type"),
    ]
    search = ("subject__name", "subject__code")
    search_person = "teacher__person"
    select_related = ("subject", "teacher__person", "kafedra", "academic_year")
    ordering = ("-academic_year", "term", "subject__name", "training_type", "pk")
    fields = ("subject", "training_type", "academic_year", "term", "kafedra", "teacher", "assistant", "hours")
    tabs = [Tab("plan", gettext_lazy("Calendar plan"), "materials/_calendar.html", plan_context)]
    detail_template = "materials/calendar.html"
    empty = gettext_lazy("A calendar plan comes into being with the teaching of a subject and its topics.")

    @classmethod
    def base_queryset(cls):
        topics = Topic.objects.filter(
            curriculum_subject__audiences__teaching=OuterRef("pk"), training_type=OuterRef("training_type")
        )
        lessons = Lesson.objects.planned().filter(teaching=OuterRef("pk"))
        return Teaching.objects.annotate(
            groups=queries.groups_text(),
            topic_count=_most(topics),
            lesson_count=_count(lessons, "teaching"),
        )


def _count(rows, by: str):
    found = rows.order_by().values(by).annotate(_count=Count("pk")).values("_count")
    return Coalesce(Subquery(found, output_field=IntegerField()), Value(0))


def _most(topics):
    """Topics of the line of a stream that has most of them."""
    found = topics.order_by().values("curriculum_subject").annotate(_count=Count("pk", distinct=True))
    return Coalesce(
        Subquery(found.order_by("-_count").values("_count")[:1], output_field=IntegerField()), Value(0)
    )


@page("calendar_plan.view")
@require_POST
def pdf(request: Request, pk: int) -> HttpResponse:
    """The plan on paper, with the header of the university."""
    teaching = get_in_scope(Teaching, request, "calendar_plan.view", pk=pk)
    return redirect("document_pdf", pk=issue_calendar_plan(teaching, by=request.user).pk)
