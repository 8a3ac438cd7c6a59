"""The teacher's day, the list of lessons, and the journal of one lesson (duty 9.2)."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from attendance import actions, queries, roster
from attendance.models import Absence, CurrentMark
from curriculum.models import Lesson, TeachingAudience
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages import menu
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.register import BulkAction, Register
from structure.models import Unit

STANDINGS = {
    "held": gettext_lazy("held"),
    "missing": gettext_lazy("not recorded"),
    "coming": gettext_lazy("to come"),
    "cancelled": gettext_lazy("cancelled"),
}
STANDING_COLOURS = {"held": "green", "missing": "red", "coming": "secondary", "cancelled": "orange"}
SHOWN_MISSING = 20


# --- the day


@page("journal.edit")
def today(request: Request) -> HttpResponse:
    """Own lessons of a day, the present one first; below it what is not recorded yet."""
    now = timezone.localtime()
    try:
        day = datetime.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = now.date()
    rows = queries.with_card(queries.own_lessons(request.access))
    lessons = list(rows.filter(day=day).order_by("starts_at", "pk"))
    missing = list(
        queries.unrecorded(rows)
        .exclude(day=day)
        .filter(day__gte=now.date() - datetime.timedelta(days=60))
        .order_by("-day", "-starts_at")[: SHOWN_MISSING + 1]
    )
    groups = queries.groups_of({one.teaching_id for one in (*lessons, *missing)})
    one_day = datetime.timedelta(days=1)
    context = {
        "title": _("My lessons today") if day == now.date()
        else _("My lessons of %(day)s") % {"day": f"{day:%d.%m.%Y}"},
        "day": day, "is_today": day == now.date(), "before": day - one_day, "after": day + one_day,
        "lessons": [_row(one, groups, now) for one in lessons],
        "missing": [_row(one, groups, now) for one in missing[:SHOWN_MISSING]],
        "more_missing": len(missing) > SHOWN_MISSING,
        "list_url": reverse("attendance_lessons_list") + "?standing=missing&mine=1",
    }  # fmt: skip
    return render(request, "attendance/today.html", context)


def _row(lesson: Any, groups: dict[int, str], now: datetime.datetime) -> dict[str, Any]:
    begins = queries.begins(lesson)
    ends = timezone.make_aware(datetime.datetime.combine(lesson.day, lesson.ends_at))
    record = getattr(lesson, "record", None)
    if lesson.state == Lesson.CANCELLED:
        state = "cancelled"
    elif record:
        state = "held"
    elif begins <= now < ends:
        state = "now"
    else:
        state = "coming" if now < begins else "missing"
    return {
        "lesson": lesson, "groups": groups.get(lesson.teaching_id, ""), "state": state, "record": record,
        "is_open": queries.window_of(lesson, now).is_open,
        "url": reverse("attendance_lessons_detail", args=[lesson.pk]),
    }  # fmt: skip


# --- the list


class StandingFilter(Filter):
    """Held, not recorded, to come, cancelled."""

    def __init__(self) -> None:
        super().__init__(
            "standing",
            "standing",
            gettext_lazy("State"),
            lambda access: [(k, str(v)) for k, v in STANDINGS.items()],
        )


class HalfFilter(Filter):
    """A half-year; today's unless another is chosen."""

    def __init__(self) -> None:
        super().__init__("half", "half", gettext_lazy("Half-year"), queries.half_year_choices)

    def half(self, data) -> queries.HalfYear:
        return queries.half_year(data.get(self.name, ""))


class LessonHalfFilter(HalfFilter):
    def apply(self, rows, data):
        half = self.half(data)
        if not self.chosen(data) and (data.get("day_from") or data.get("day_to")):
            return rows
        return rows.filter(teaching__academic_year=half.year, teaching__term=half.term)


def _faculties(access):
    scope = access.scope("journal.view")
    found = Unit.objects.faculties()
    return found if scope.everything else found.filter(pk__in=scope.faculty_ids)


def _remind(request: Request, rows) -> str:
    told = actions.remind(rows, access=request.access)
    return _("Teachers reminded: %(count)d. Who was told today already is not told twice.") % {"count": told}


class Lessons(Register):
    app, name = "attendance", "lessons"
    title, title_one = gettext_lazy("Lessons held and not held"), gettext_lazy("lesson")
    model, permission, menu = Lesson, "journal", "lessons"
    columns = [
        Column("day", link=True),
        Column("starts_at", gettext_lazy("Begins")),
        Column("teaching__subject__name", gettext_lazy("Subject")),
        Column("teaching__training_type", gettext_lazy("Kind of training")),
        Column("groups", gettext_lazy("Groups"), sort=None, value=lambda row: ", ".join(
            str(one) for one in row.teaching.audience.all())),
        Column("teacher", sort="teacher__person__sort_key", value=lambda row: row.teacher.person.full_name),
        Column("standing", gettext_lazy("State"), sort="standing", value=lambda row: STANDINGS.get(row.standing, ""),
               badge=STANDING_COLOURS),
        Column("topic", gettext_lazy("Topic"), sort=None, value=lambda row: row.record.topic_name
               if getattr(row, "record", None) else ""),
        Column("record__recorded_at", gettext_lazy("Recorded at")),
        Column("teaching__kafedra__name", gettext_lazy("Kafedra"), hidden=True),
        Column("auditorium", sort="auditorium__name", hidden=True),
        Column("reason", hidden=True),
    ]  # fmt: skip
    filters = [
        LessonHalfFilter(),
        StandingFilter(),
        RangeFilter("day", "date"),
        Filter("training", lookup="teaching__training_type", label=gettext_lazy("Kind of training")),
        RelatedFilter("faculty", _faculties, lookup="teaching__audience__group__faculty",
                      label=gettext_lazy("Faculty")),
        RelatedFilter("kafedra", lambda access: Unit.objects.kafedras(), lookup="teaching__kafedra",
                      label=gettext_lazy("Kafedra")),
    ]  # fmt: skip
    search = ("teaching__subject__name", "teaching__audience__group__name")
    search_person = "teacher__person"
    select_related = (
        "teaching__subject", "teaching__kafedra", "teacher__person", "assistant__person", "auditorium__building",
        "pair", "record__topic", "record__recorded_by__person",
    )  # fmt: skip
    many_joins = True
    ordering = ("-day", "-starts_at")
    actions = [
        BulkAction("remind", gettext_lazy("Remind the teachers"), "attendance.edit", _remind, icon="bell"),
    ]
    empty = gettext_lazy("Lessons of the timetable stand here; the teacher records those that are given.")
    detail_template = "attendance/lesson.html"

    @classmethod
    def base_queryset(cls):
        rows = queries.with_record_flag(queries.with_window(Lesson.objects.all()))
        return rows.prefetch_related(
            Prefetch(
                "teaching__audience",
                TeachingAudience.objects.select_related("group", "subgroup__division__group"),
            )
        )

    @classmethod
    def filtered(cls, access, data):
        """The search and the faculty go through the groups of a stream: each lesson once."""
        rows = super().filtered(access, data)
        if not any(data.get(name) for name in ("standing", "day_from", "day_to", "q")):
            # What is still to come is asked for: the list is about what was and was not held.
            rows = rows.exclude(standing="coming")
        if data.get("mine"):
            rows = rows.filter(queries.given_by(access.scope("journal.view").person_id))
        return rows.distinct() if data.get("q") or data.get("faculty") else rows

    @classmethod
    def detail_context(cls, request, obj):
        return journal_of(request, obj)

    @classmethod
    def history_parts(cls, obj):
        record = getattr(obj, "record", None)
        if record is None:
            return []
        return [
            type(record).objects.filter(pk=record.pk),
            Absence.objects.filter(record=record),
            CurrentMark.objects.filter(record=record),
        ]


# --- the journal of a lesson


def journal_of(request: Request, lesson: Any) -> dict[str, Any]:
    """Students with what is recorded of them, topics with the next one chosen, and whether it may be written."""
    person = request.user.person_id
    mine = request.access.can("journal.edit") and person in {
        lesson.teacher.person_id, lesson.assistant.person_id if lesson.assistant else None
    }  # fmt: skip
    window = queries.window_of(lesson)
    record = getattr(lesson, "record", None)
    audience = list(lesson.teaching.audience.all())
    seats = roster.seats(lesson.teaching_id, lesson.day)
    absences = {one.student_id: one for one in record.absences.select_related("excuse")} if record else {}
    marks = dict(record.currentmarks.values_list("student", "value")) if record else {}
    topics = queries.topics_of(lesson.teaching)
    chosen = record.topic_id if record else None
    if record is None and (found := queries.next_topic(topics)):
        chosen = found.pk
    away = [one for one in absences.values() if one.kind != Absence.LATE]
    return {
        "lesson": lesson, "record": record, "window": window, "may_write": mine and window.is_open, "is_mine": mine,
        "audience": audience, "topics": topics, "chosen_topic": chosen,
        "topic_text": record.topic_text if record else "" if topics else _usual_topic(lesson),
        "hours": record.hours if record else 2, "several_groups": len({one.group_id for one in audience}) > 1,
        "students": [_student(seat, absences.get(seat.student_id), marks.get(seat.student_id)) for seat in seats],
        "present": len(seats) - len(away), "total": len(seats), "away": len(away),
        "may_unlock": request.access.can("attendance.edit") and not window.is_open and lesson.state == Lesson.PLANNED,
        "key": uuid.uuid4(),
    }  # fmt: skip


def _usual_topic(lesson: Lesson) -> str:
    """What stands in the journal of a subject that has no calendar plan: the number of the lesson."""
    number = (
        Lesson.objects.filter(teaching=lesson.teaching_id, state=Lesson.PLANNED, day__lt=lesson.day).count()
        + 1
    )
    return _("Lesson %(number)d") % {"number": number}


def _student(seat: roster.Seat, absence: Absence | None, mark: int | None) -> dict[str, Any]:
    presence = "present"
    if absence:
        presence = "late" if absence.kind == Absence.LATE else str(absence.hours)
    return {
        "seat": seat, "key": str(seat.student_id), "presence": presence, "mark": mark,
        "excused": bool(absence and absence.kind == Absence.EXCUSED),
    }  # fmt: skip


def _entries(data: dict[str, Any]) -> dict[int, actions.Entry]:
    """Entries of ``{"12": {"presence": "2", "mark": "86"}}``.

    Raises:
        AttendanceError: a mark that is no number.
    """
    found = {}
    for student, said in data.items():
        if not student.isdigit() or not isinstance(said, dict):
            raise actions.AttendanceError(_("The change cannot be read; load the page once more."))
        mark = said.get("mark")
        text = "" if mark is None else str(mark).strip()
        if text and not (text.isdecimal() and len(text) < 4):
            raise actions.AttendanceError(_("A mark is a whole number."))
        found[int(student)] = actions.Entry(
            presence=said.get("presence"),
            mark=int(text) if text else None,
            drop_mark="mark" in said and not text,
        )
    return found


def _number(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


@page("journal.edit")
@require_POST
def save(request: Request, pk: int) -> HttpResponse:
    """A change from the page's own script: answered in JSON, done once however often it is sent."""
    unread = JsonResponse({"error": _("The change cannot be read; load the page once more.")}, status=422)
    try:
        body = json.loads(request.body)
        key = uuid.UUID(str(body["key"]))
        entries = body.get("entries") or {}
    except (ValueError, KeyError, TypeError, AttributeError):
        get_object_or_404(queries.own_lessons(request.access), pk=pk)
        return unread
    try:
        saved = actions.save_lesson(
            pk, access=request.access, entries=_entries(entries), topic_id=_number(body.get("topic")),
            topic_text=str(body.get("topic_text") or "")[:500], hours=_number(body.get("hours")) or 2, key=key,
        )  # fmt: skip
    except actions.AttendanceError as error:
        return JsonResponse({"error": str(error)}, status=409)
    return JsonResponse({"saved": True, "again": saved.again, "at": f"{timezone.localtime():%H:%M:%S}"})


@page("journal.edit")
@require_POST
def submit(request: Request, pk: int) -> HttpResponse:
    """The whole page at once, as a browser without JavaScript sends it."""
    data = request.POST
    said: dict[str, dict[str, Any]] = {}
    for name, value in data.items():
        what, _dash, student = name.partition("-")
        if what in ("presence", "mark") and student.isdigit():
            said.setdefault(student, {})[what] = value
    back = redirect("attendance_lessons_detail", pk)
    try:
        key = uuid.UUID(data.get("key", ""))
    except ValueError:
        key = uuid.uuid4()
    try:
        actions.save_lesson(
            pk, access=request.access, entries=_entries(said), topic_id=_number(data.get("topic")),
            topic_text=data.get("topic_text", "")[:500], hours=_number(data.get("hours")) or 2, key=key,
        )  # fmt: skip
    except actions.AttendanceError as error:
        messages.error(request, str(error))
        return back
    messages.success(request, _("The lesson is recorded."))
    return back


@page("journal.edit")
@require_POST
def undo(request: Request, pk: int) -> HttpResponse:
    """Take the record back."""
    try:
        actions.undo_lesson(pk, access=request.access)
    except actions.AttendanceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The record is taken back; the history keeps it."))
    return redirect("attendance_lessons_detail", pk)


menu.register(menu.MenuItem("lessons", gettext_lazy("My lessons today"), "attendance_today", "journal.edit"))
