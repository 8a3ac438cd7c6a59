"""Courses of relearning: what is taught for those who relearn alone, and in a summer semester (duties 2.3, 8.2)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import actions, documents
from curriculum import relearning_courses as room
from curriculum.models import Relearning, RelearningCourse, RelearningWindow, Subject, Teaching
from curriculum.pages.common import dressed, form_page
from curriculum.pages.reference import kafedras, years
from curriculum.pages.relearning import DETAIL, Relearnings, RelearningWindows
from hemis.access.guard import get_in_scope, is_in_scope, page
from hemis.base import Request
from hemis.classifiers.queries import label
from hemis.explain import decimal_text
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.register import BulkAction, Register, Tab
from hemis.pages.verbs import tell_refused, verb

COURSE = "curriculum_relearning_courses_detail"
COLOURS = {RelearningCourse.OPEN: "green", RelearningCourse.CANCELLED: "secondary"}


def _period(row: RelearningCourse) -> str:
    semester = row.line.semester
    return f"{semester.starts_on:%d.%m.%Y}–{semester.ends_on:%d.%m.%Y}"


def _windows(access) -> QuerySet:
    return RelearningWindow.objects.select_related("academic_year")


def _students(request: Request, row: RelearningCourse) -> dict[str, Any]:
    """Who attends the course, and what each had not passed."""
    may_see = request.access.can("relearning.view")
    return {"rows": room.students_of(row), "may_see": may_see}


def _teaching(request: Request, row: RelearningCourse) -> dict[str, Any]:
    """The hours by kind of training and who teaches them; the kafedra names the teachers."""
    rows = Teaching.objects.filter(audience__group=row.group_id).select_related("teacher__person")
    return {
        "teachings": rows.order_by("training_type", "pk"),
        "hours": room.hours_of(row),
        "controls": row.line.controls.order_by("control"),
        "may_see": request.access.can("teaching.view"),
    }


class RelearningCourses(Register):
    """What is opened for whom: small groups and individual plans."""

    app, name, title, title_one = (
        "curriculum", "relearning_courses", gettext_lazy("Courses of relearning"),
        gettext_lazy("course of relearning"),
    )  # fmt: skip
    model, permission, menu = RelearningCourse, "relearning_course", "curriculum"
    columns = [
        Column("line", gettext_lazy("Subject"), link=True, sort="line__subject__name",
               value=lambda row: row.line.subject.get_name_display()),
        Column("kind", badge={RelearningCourse.GROUP: "blue", RelearningCourse.INDIVIDUAL: "purple"}),
        Column("window", sort="window__opens_on"),
        Column("group", sort="group__name"),
        Column("line__credit", numeric=True),
        Column("count", gettext_lazy("Students"), sort="count", numeric=True),
        Column("line__kafedra", gettext_lazy("Kafedra"), sort="line__kafedra__name"),
        Column("only", gettext_lazy("For whom"), value=lambda row: row.only.student.person if row.only else "",
               sort="only__student__person__sort_key", hidden=True),
        Column("period", gettext_lazy("Studies last"), value=_period,
               sort="line__semester__starts_on", hidden=True),
        Column("state", badge=COLOURS),
    ]  # fmt: skip
    filters = [
        Filter("state"),
        Filter("kind"),
        RelatedFilter("window", _windows),
        RelatedFilter("year", years, lookup="window__academic_year", label=gettext_lazy("academic year")),
        RelatedFilter("kafedra", kafedras, lookup="line__kafedra", label=gettext_lazy("Kafedra")),
    ]
    search = ("line__subject__name", "line__subject__code", "group__name")
    select_related = (
        "window__academic_year", "line__subject", "line__kafedra", "line__semester", "group__faculty",
        "only__student__person", "opened_by__person",
    )  # fmt: skip
    fields = (
        "line", "kind", "only", "window", "period", "group", "line__credit", "count", "line__kafedra", "state",
        "reason", "opened_by", "opened_at",
    )  # fmt: skip
    tabs = [
        Tab("hours", gettext_lazy("Hours and teachers"), "curriculum/_course_hours.html", _teaching),
        Tab("students", gettext_lazy("Students"), "curriculum/_course_students.html", _students),
    ]
    detail_template = "curriculum/relearning_course.html"
    empty = gettext_lazy("A course is opened from a request for relearning that no running group serves.")

    @classmethod
    def base_queryset(cls) -> QuerySet:
        """With how many are registered."""
        counted = (
            Relearning.objects.filter(studied=OuterRef("line"), state=Relearning.ADMITTED)
            .order_by()
            .values("studied")
            .annotate(count=Count("pk"))
            .values("count")
        )
        return RelearningCourse.objects.annotate(count=Coalesce(Subquery(counted), 0))

    @classmethod
    def detail_context(cls, request, obj):
        may = request.access.can("relearning.edit") and is_in_scope(obj, request.access, "relearning.edit")
        return {"may_print": may, "may_cancel": may and obj.state == RelearningCourse.OPEN and not obj.count}


def _cancel(request: Request, row: RelearningCourse) -> str:
    room.cancel_course(row, access=request.access, reason=request.POST.get("reason", ""))
    return _("The course is cancelled.")


def _print(request: Request, row: RelearningCourse) -> HttpResponse:
    return redirect("document_pdf", pk=documents.issue_relearning_plan(row, by=request.user).pk)


paper = verb(RelearningCourse, "relearning.edit", _print, back=COURSE, errors=actions.CurriculumError)
cancel = verb(RelearningCourse, "relearning.edit", _cancel, back=COURSE, errors=actions.CurriculumError)


class CourseForm(forms.Form):
    """A small group or an individual plan, and the hours of each kind of training that are taught."""

    kind = forms.ChoiceField(label=gettext_lazy("kind"), choices=RelearningCourse.KINDS)

    def __init__(self, *args, line, **kwargs):
        super().__init__(*args, **kwargs)
        usual = room.usual_hours(line)
        self.kinds = sorted(set(room.taught_kinds()) & set(usual)) or room.taught_kinds()
        for kind in self.kinds:
            self.fields[f"hours_{kind}"] = forms.IntegerField(
                label=_("%(kind)s, hours") % {"kind": label("h_training_type", kind)},
                min_value=0, max_value=room.MOST_HOURS, required=False, initial=usual.get(kind, 0),
            )  # fmt: skip
        dressed(self)

    def taught(self) -> dict[str, int]:
        """Hours by kind of training."""
        return {kind: self.cleaned_data.get(f"hours_{kind}") or 0 for kind in self.kinds}


@page("relearning.edit")
def open_course(request: Request, pk: int) -> HttpResponse:
    """Open a course for a request."""
    row = get_in_scope(Relearning, request, "relearning.edit", pk=pk)
    row = Relearning.objects.select_related(
        "window", "student__person", "owed__subject", "owed__curriculum", "owed__semester"
    ).get(pk=row.pk)
    count = room.asked_for(row.window, row.owed.subject_id)
    enough = count >= row.window.minimum
    initial = {"kind": RelearningCourse.GROUP if enough and count > 1 else RelearningCourse.INDIVIDUAL}
    form = CourseForm(request.POST or None, line=row.owed, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = room.open_course(row, kind=data["kind"], taught=form.taught(), access=request.access)
        except actions.CurriculumError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("The course is open as %(group)s; the kafedra names the teacher. Register the student now.")
                % {"group": made.group},
            )
            return redirect(DETAIL, pk=pk)
    note = _(
        "%(subject)s, %(credit)s credits, %(hours)d hours in all; what is not taught is studied by oneself. "
        "Asked for in this half-year: %(count)d; a small group is opened for %(least)d."
    ) % {
        "subject": row.owed.subject.get_name_display(), "credit": decimal_text(row.owed.credit),
        "hours": int(row.owed.credit * row.owed.curriculum.hours_per_credit), "count": count,
        "least": row.window.minimum,
    }  # fmt: skip
    return form_page(
        request, form, title=_("Course of relearning: %(student)s") % {"student": row.student.person}, note=note,
        button=_("Open the course"), back=reverse(DETAIL, args=[pk]),
    )  # fmt: skip


def _to_courses(request: Request, rows: QuerySet) -> str:
    """Everybody ticked who waits goes to the small group of the subject."""
    outcome = room.admit_to_courses(rows, access=request.access)
    tell_refused(request, outcome.refused)
    return _("%(count)d students are registered with their courses.") % {"count": outcome.done}


Relearnings.add_action(
    BulkAction("courses", gettext_lazy("Register with the course"), "relearning.edit", _to_courses, "check")
)


# --- what waits, by subject


def _waiting(request: Request, window: RelearningWindow) -> dict[str, Any]:
    """Requests of the half-year that wait, by subject, against the fewest of a group."""
    rows = Relearning.objects.filter(window=window).for_scope(request.access.scope("relearning.view"))
    found = room.demand(rows)
    subjects = Subject.objects.in_bulk([one["owed__subject"] for one in found])
    return {
        "window": window,
        "rows": [
            {"subject": subjects[one["owed__subject"]], "count": one["count"], "first": one["first"],
             "enough": one["count"] >= window.minimum}
            for one in found
        ],
    }  # fmt: skip


RelearningWindows.add_tab(
    Tab(
        "waiting", gettext_lazy("Waiting by subject"), "curriculum/_relearning_waiting.html", _waiting,
        "relearning.view",
    )
)  # fmt: skip
