"""Registers of lessons, bulk changes, days off and the figures of timetables."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum.models import Holiday, Lesson, Teaching, TeachingAudience
from curriculum.timetable import bulk, grid, queries
from curriculum.timetable.actions import TimetableError
from curriculum.timetable.forms import BulkForm, HolidayForm, TimetableRuleForm, VerbForm
from curriculum.timetable.models import TimetableBatch, TimetableRule
from curriculum.timetable.pages.grid import EDIT, VIEW, address, posted_day
from hemis.access.guard import get_in_scope, is_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.forms import number_of
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as add_to_menu
from hemis.pages.register import Register
from hemis.sheets.pages import way_to
from staff.models import Employee
from structure.models import Auditorium, Unit
from structure.rules import teaching_week
from students.models import Group

SHOWN = (
    "teaching__kafedra", "teaching__subject", "teacher__person", "assistant__person", "auditorium__building", "pair",
)  # fmt: skip
STATES = {Lesson.PLANNED: "green", Lesson.CANCELLED: "red"}


def _groups(access):
    return Group.objects.filter(
        pk__in=TeachingAudience.objects.filter(
            teaching__in=Teaching.objects.for_scope(access.scope(VIEW)).values("pk")
        ).values("group")
    )


def _kafedras(access):
    taught = Teaching.objects.for_scope(access.scope(VIEW))
    return Unit.objects.filter(pk__in=taught.order_by().values("kafedra"))


class Lessons(Register):
    app, name, title, title_one = (
        "curriculum",
        "lessons",
        gettext_lazy("List of lessons"),
        gettext_lazy("lesson"),
    )
    model, permission, menu = Lesson, "timetable", "curriculum"
    columns = [
        Column("day", link=True),
        Column("pair", value=lambda row: row.pair.number, sort="starts_at", numeric=True),
        Column("teaching__subject__name", gettext_lazy("Subject")),
        Column("teaching__training_type"),
        Column("groups", gettext_lazy("Groups"), value=lambda row: queries.audience_text(row.teaching)),
        Column("teacher", sort="teacher__person__sort_key"),
        Column("auditorium", sort="auditorium__number"),
        Column("state", badge=STATES),
        Column("reason", hidden=True),
        Column("teaching__kafedra", gettext_lazy("Kafedra"), sort="teaching__kafedra__name", hidden=True),
    ]
    filters = [
        RangeFilter("day", "date"),
        RelatedFilter("group", _groups, lookup="teaching__audience__group", label=gettext_lazy("Group")),
        RelatedFilter("kafedra", _kafedras, lookup="teaching__kafedra", label=gettext_lazy("Kafedra")),
        Filter("training_type", "teaching__training_type"),
        Filter("state"),
    ]
    search = ("teaching__subject__name", "auditorium__number")
    search_person = "teacher__person"
    ordering = ("-day", "starts_at")
    empty = gettext_lazy("Lessons are placed on the timetable of classes.")
    detail_template = "curriculum/timetable/lesson.html"
    header_actions = [
        MenuItem("curriculum", gettext_lazy("Import from Excel"), "timetable_import", EDIT),
        MenuItem("curriculum", gettext_lazy("Timetable of classes"), "timetable", VIEW),
    ]

    @classmethod
    def rows(cls, access, permission: str = ""):
        return queries.with_words(super().rows(access, permission)).select_related(*SHOWN).distinct()

    @classmethod
    def detail_context(cls, request: Request, obj: Lesson) -> dict[str, Any]:
        may = is_in_scope(obj, request.access, EDIT)
        group = next((one.group_id for one in obj.teaching.audience.all()), 0)
        found: dict[str, Any] = {
            "words": queries.lesson_words(obj),
            "week_url": address(grid.GROUP, group, obj.day),
            "may_change": may,
            "cancelled": obj.state == Lesson.CANCELLED,
        }
        return found | (_verbs(obj) if may else {})


def _verbs(lesson: Lesson) -> dict[str, Any]:
    """Forms of the verbs, with only what is free to choose."""
    wish = queries.wish_of(lesson.teaching, lesson)
    rooms = queries.free_rooms(wish, lesson.day, lesson.pair, list(grid.rooms_in()))
    busy = queries.busy([lesson.day], teachers=_colleagues(lesson))
    free = [
        pk
        for pk in _colleagues(lesson)
        if not busy.met(lesson.day, lesson.pair.starts, lesson.pair.ends, teachers=[pk])
    ]
    teachers = Employee.objects.filter(pk__in=free).select_related("person").order_by("person__sort_key")
    free_rooms = Auditorium.objects.filter(pk__in=[one.pk for one in rooms]).select_related("building")
    pairs = queries.pairs_of(lesson.teaching.academic_year_id)
    return {
        "move_form": VerbForm(
            verb="move", lesson=lesson, initial={"day": lesson.day, "pair": lesson.pair_id}
        ),
        "cancel_form": VerbForm(verb="cancel", lesson=lesson),
        "room_form": VerbForm(verb="room", lesson=lesson, free_rooms=free_rooms),
        "teacher_form": VerbForm(verb="substitute", lesson=lesson, teachers=teachers),
        "places": [
            one
            for one in queries.free_places(wish, lesson.day, pairs, lesson.auditorium)
            if (one.day, one.pair) != (lesson.day, lesson.pair)
        ],
        "swaps": _swaps(lesson),
    }


def _colleagues(lesson: Lesson) -> list[int]:
    """Teachers of the kafedra and of the subject: who may stand in."""
    rows = Teaching.objects.filter(
        Q(kafedra=lesson.teaching.kafedra_id) | Q(subject=lesson.teaching.subject_id), teacher__isnull=False
    )
    found = set(rows.order_by().values_list("teacher", flat=True).distinct())
    found |= set(
        Employee.objects.filter(
            positions__unit=lesson.teaching.kafedra_id, positions__valid_to=None
        ).values_list("pk", flat=True)
    )
    return sorted(found - {lesson.teacher_id})


def _swaps(lesson: Lesson) -> list[tuple[int, str]]:
    """Lessons of the same groups in the same week, with which this one may change places."""
    groups = [one.group_id for one in lesson.teaching.audience.all()]
    rows = Lesson.objects.planned().filter(day__in=teaching_week(lesson.day)).exclude(pk=lesson.pk)
    rows = rows.filter(teaching__audience__group__in=groups).distinct()
    return [
        (one.pk, f"{one.day:%d.%m} {one.pair.number} · {queries.lesson_words(one)}")
        for one in queries.with_words(rows.order_by("day", "starts_at", "pk"))
    ]


class Batches(Register):
    app, name, title, title_one = (
        "curriculum", "timetable_batches", gettext_lazy("Bulk changes of the timetable"), gettext_lazy("bulk change"),
    )  # fmt: skip
    model, permission, menu = TimetableBatch, "timetable", "curriculum"
    columns = [
        Column("created_at", link=True),
        Column("kind"),
        Column("group", sort="group__name"),
        Column("first_day"),
        Column("last_day"),
        Column("done", gettext_lazy("Lessons"), value=lambda row: row.done, numeric=True),
        Column("not_done", gettext_lazy("Not done"), value=lambda row: len(row.refused), numeric=True),
        Column("author", sort="author__person__sort_key"),
        Column("undone_at"),
    ]
    filters = [Filter("kind"), RangeFilter("first_day", "date")]
    search = ("group__name",)
    select_related = ("group", "author__person", "faculty")
    empty = gettext_lazy("Copied and emptied weeks are listed here; each can be undone.")
    detail_template = "curriculum/timetable/batch.html"

    @classmethod
    def detail_context(cls, request: Request, obj: TimetableBatch) -> dict[str, Any]:
        may = request.access.can(EDIT) and obj.undone_at is None
        back = address(grid.GROUP, obj.group_id, obj.first_day) if obj.group_id else ""
        return {"may_undo": may, "counts": obj.counts, "week_url": back, "report": obj.refused}


class Holidays(Register):
    app, name, title, title_one = "curriculum", "holidays", gettext_lazy("Days off"), gettext_lazy("day off")
    model, permission, menu = Holiday, "holiday", "curriculum"
    columns = [Column("day", link=True), Column("name"), Column("works_on")]
    filters = [RangeFilter("day", "date")]
    search = ("name",)
    form = HolidayForm
    empty = gettext_lazy("Days without lessons of the whole university, and days that are worked instead.")


class TimetableRules(Register):
    app, name, title, title_one = (
        "curriculum", "timetable_rules", gettext_lazy("Rules of timetables"), gettext_lazy("rule of timetables"),
    )  # fmt: skip
    model, permission, menu = TimetableRule, "timetable_rule", "curriculum"
    columns = [
        Column("code", link=True),
        Column("value", numeric=True),
        Column("valid_from"),
        Column("basis"),
    ]
    filters = [Filter("code")]
    search = ("basis",)
    form = TimetableRuleForm
    empty = gettext_lazy("Figures of timetables with the day they hold from.")


# --- bulk changes


import_lessons = way_to("curriculum.lessons", permission=EDIT)


@page(EDIT)
@require_POST
def copy(request: Request) -> HttpResponse:
    """Copy the week of a group to the weeks that follow."""
    day = posted_day(request.POST.get("day", ""))
    group = _group_of(request)
    if group is None:
        return redirect("timetable")
    form = BulkForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say until which day the week is copied."))
        return redirect(address(grid.GROUP, group.pk, day))
    try:
        batch = bulk.copy_week(
            group,
            access=request.access,
            day=day,
            until=form.cleaned_data["until"],
            step=form.cleaned_data["step"],
        )
    except TimetableError as error:
        messages.error(request, str(error))
        return redirect(address(grid.GROUP, group.pk, day))
    messages.success(request, _("%(count)d lessons are copied.") % {"count": len(batch.made)})
    return redirect(Batches.url_of(batch))


@page(EDIT)
@require_POST
def clear(request: Request) -> HttpResponse:
    """Empty the week of a group."""
    day = posted_day(request.POST.get("day", ""))
    group = _group_of(request)
    if group is None:
        return redirect("timetable")
    try:
        batch = bulk.clear_week(group, access=request.access, day=day)
    except TimetableError as error:
        messages.error(request, str(error))
        return redirect(address(grid.GROUP, group.pk, day))
    messages.success(request, _("%(count)d lessons are taken out.") % {"count": len(batch.removed)})
    return redirect(Batches.url_of(batch))


@page(EDIT)
@require_POST
def undo(request: Request, pk: int) -> HttpResponse:
    """Take a bulk change back."""
    batch = get_in_scope(TimetableBatch, request, EDIT, pk=pk)
    try:
        done = bulk.undo(batch, access=request.access)
    except TimetableError as error:
        messages.error(request, str(error))
    else:
        if done.refused:
            messages.warning(request, _("Undone, but for %(count)d lessons.") % {"count": len(done.refused)})
        else:
            messages.success(request, _("The change is undone."))
    return redirect(Batches.url_of(batch))


def _group_of(request: Request) -> Group | None:
    """The group that the form names; None where it names none. Out of scope looks absent."""
    key = number_of(request.POST.get("group", ""))
    if not key:
        messages.error(request, _("Choose at least one group."))
        return None
    return get_in_scope(Group, request, EDIT, pk=key)


@page(VIEW)
def days_off(request: Request) -> HttpResponse:
    """Lessons that stand on days off: moved or cancelled together."""
    may = request.access.can(EDIT)
    rows = bulk.lessons_on_days_off(request.access, EDIT if may else VIEW)
    lessons = list(queries.with_words(rows.order_by("day", "starts_at", "pk"))[:500])
    names = dict(Holiday.objects.filter(day__in={one.day for one in lessons}).values_list("day", "name"))
    context = {
        "title": _("Lessons on days off"),
        "rows": [(one, names.get(one.day, ""), queries.lesson_words(one)) for one in lessons],
        "may_edit": may,
        "to": request.POST.get("to", ""),
        "reason": request.POST.get("reason", ""),
    }
    if request.method == "POST" and may:
        try:
            batch = _freed(request, lessons)
        except TimetableError as error:
            return render(
                request, "curriculum/timetable/days_off.html", context | {"error": str(error)}, status=422
            )
        messages.success(request, _("%(count)d lessons are changed.") % {"count": len(batch.changed)})
        return redirect(Batches.url_of(batch))
    return render(request, "curriculum/timetable/days_off.html", context)


def _freed(request: Request, lessons: list[Lesson]) -> TimetableBatch:
    ticked = {int(one) for one in request.POST.getlist("pk") if one.isdecimal()}
    chosen = [one for one in lessons if one.pk in ticked]
    to = None
    if request.POST.get("do") == "move":
        try:
            to = datetime.date.fromisoformat(request.POST.get("to", ""))
        except ValueError as error:
            raise TimetableError(_("Say the day they are moved to.")) from error
    return bulk.free_day(chosen, access=request.access, to=to, reason=request.POST.get("reason", ""))


add_to_menu(MenuItem("curriculum", gettext_lazy("Lessons on days off"), "timetable_days_off", VIEW))
