"""The journal as a grid: students by lessons of a teaching, with progress against the plan (duties 9.2, 2.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from openpyxl import Workbook

from attendance import queries, roster
from attendance.models import Absence, CurrentMark
from attendance.pages.lessons import HalfFilter, _faculties
from curriculum.models import Lesson, Teaching, TeachingAudience
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.export import cell
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.register import Register
from structure.models import Unit

AUDIENCE = Prefetch("audience", TeachingAudience.objects.select_related("group", "subgroup__division__group"))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TeachingHalfFilter(HalfFilter):
    def apply(self, rows, data):
        return rows.filter(**self.half(data).lookup)


def _percent(part: int, whole: int) -> str:
    return f"{Decimal(part * 100) / whole:.0f} %" if whole else ""


class Journals(Register):
    app, name = "attendance", "journals"
    title, title_one = gettext_lazy("Journals"), gettext_lazy("journal")
    model, permission, menu = Teaching, "journal", "lessons"
    columns = [
        Column("subject__name", gettext_lazy("Subject"), link=True),
        Column("training_type"),
        Column("groups", gettext_lazy("Groups"), sort=None,
               value=lambda row: ", ".join(str(one) for one in row.audience.all())),
        Column("teacher", sort="teacher__person__sort_key",
               value=lambda row: row.teacher.person.full_name if row.teacher else ""),
        Column("kafedra__name", gettext_lazy("Kafedra"), hidden=True),
        Column("hours", gettext_lazy("Hours of the plan"), numeric=True),
        Column("given_hours", gettext_lazy("Hours taught"), sort="given_hours", numeric=True),
        Column("share", gettext_lazy("Taught, %"), sort=None, value=lambda row: _percent(row.given_hours, row.hours),
               numeric=True),
        Column("missing", gettext_lazy("Not recorded"), sort=None,
               value=lambda row: max(row.past_lessons - row.given_lessons, 0), numeric=True),
        Column("covered", gettext_lazy("Topics covered"), sort="covered",
               value=lambda row: f"{row.covered} / {row.topic_count}" if row.topic_count else "", numeric=True),
    ]  # fmt: skip
    filters = [
        TeachingHalfFilter(),
        Filter("training_type"),
        RelatedFilter(
            "faculty", _faculties, lookup="audience__group__faculty", label=gettext_lazy("Faculty")
        ),
        RelatedFilter("kafedra", lambda access: Unit.objects.kafedras(), label=gettext_lazy("Kafedra")),
    ]
    search = ("subject__name", "audience__group__name")
    search_person = "teacher__person"
    select_related = ("subject", "kafedra", "teacher__person", "assistant__person", "academic_year")
    ordering = ("subject__name", "training_type")
    empty = gettext_lazy(
        "Journals follow from the teachings of the half-year: they are formed from the curricula."
    )
    detail_template = "attendance/journal.html"

    @classmethod
    def base_queryset(cls):
        rows = Teaching.objects.prefetch_related(AUDIENCE)
        return queries.with_progress(rows)

    @classmethod
    def filtered(cls, access, data):
        """The search and the faculty go through the groups of a stream: each teaching once."""
        rows = super().filtered(access, data)
        return rows.distinct() if data.get("q") or data.get("faculty") else rows

    @classmethod
    def detail_context(cls, request, obj):
        return grid_of(request, obj)


def grid_of(request: Request, teaching: Any) -> dict[str, Any]:
    """Rows of students, columns of lessons, a cell for each that the student was to be at: seven queries."""
    rows = Lesson.objects.filter(teaching=teaching, state=Lesson.PLANNED)
    lessons = list(
        queries.with_window(rows)
        .select_related("record__topic", "teacher__person", "assistant__person", "pair")
        .order_by("day", "starts_at", "pk")
    )
    seats = roster.seats(teaching.pk)
    absences, marks = _cells(teaching)
    may_edit, person, now = request.access.can("journal.edit"), request.user.person_id, timezone.now()
    columns = [_column(one, may_edit, person, now) for one in lessons]
    by_student: dict[int, list[roster.Seat]] = {}
    for seat in seats:
        by_student.setdefault(seat.student_id, []).append(seat)
    several = len({seat.group_id for seat in seats}) > 1
    table = [_line(found, columns, absences, marks) for found in by_student.values()]
    topics = queries.topics_of(teaching)
    return {
        "teaching": teaching, "columns": columns, "rows": table, "several_groups": several,
        "may_write": any(one["may_write"] for one in columns), "topics": topics,
        "given_percent": min(100, round(teaching.given_hours * 100 / teaching.hours)) if teaching.hours else 0,
        "missing": max(teaching.past_lessons - teaching.given_lessons, 0),
        "highest": max((seat.highest for seat in seats), default=100),
    }  # fmt: skip


def _cells(teaching: Teaching) -> tuple[dict, dict]:
    absences = {
        (one.record_id, one.student_id): one
        for one in Absence.objects.filter(record__lesson__teaching=teaching).only(
            "record_id", "student_id", "kind", "hours"
        )
    }
    marks = {
        (record, student): value
        for record, student, value in CurrentMark.objects.filter(
            record__lesson__teaching=teaching
        ).values_list("record", "student", "value")
    }
    return absences, marks


def _column(lesson: Any, may_edit: bool, person: int | None, now: Any) -> dict[str, Any]:
    record = getattr(lesson, "record", None)
    mine = person in {lesson.teacher.person_id, lesson.assistant.person_id if lesson.assistant else None}
    window = queries.window_of(lesson, now)
    return {
        "lesson": lesson, "record": record, "may_write": bool(may_edit and mine and window.is_open and record),
        "is_past": queries.begins(lesson) <= now,
    }  # fmt: skip


def _line(found: list[roster.Seat], columns: list[dict], absences: dict, marks: dict) -> dict[str, Any]:
    cells, without, with_reason, points = [], 0, 0, []
    for column in columns:
        record, lesson = column["record"], column["lesson"]
        key = (record.pk, found[0].student_id) if record else None
        absence, mark = absences.get(key), marks.get(key)
        belongs = bool(absence or mark is not None or any(seat.on(lesson.day) for seat in found))
        presence = "" if absence is None else "late" if absence.kind == Absence.LATE else str(absence.hours)
        if absence and absence.kind == Absence.UNEXCUSED:
            without += absence.hours
        elif absence and absence.kind == Absence.EXCUSED:
            with_reason += absence.hours
        if mark is not None:
            points.append(mark)
        cells.append(
            {
                "column": column, "belongs": belongs, "presence": presence, "mark": mark,
                "excused": bool(absence and absence.kind == Absence.EXCUSED),
            }
        )  # fmt: skip
    average = (Decimal(sum(points)) / len(points)).quantize(Decimal("0.1")) if points else None
    return {
        "seat": found[-1],
        "cells": cells,
        "without": without,
        "with_reason": with_reason,
        "average": average,
    }


def sign_of(one: dict[str, Any]) -> str:
    """A cell in one or two letters: s with reason, sz without, k late; then the mark."""
    sign = ""
    if one["presence"] == "late":
        sign = "k"
    elif one["presence"]:
        sign = f"{'s' if one['excused'] else 'sz'}{one['presence']}"
    return " ".join(filter(None, (sign, "" if one["mark"] is None else str(one["mark"]))))


@page("journal.view")
def grid_file(request: Request, pk: int) -> HttpResponse:
    """The whole grid as a workbook."""
    get_in_scope(Teaching, request, "journal.view", pk=pk)
    teaching = Journals.rows(request.access).get(pk=pk)
    grid = grid_of(request, teaching)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Journal")
    columns = grid["columns"]
    sheet.append(
        [str(teaching.subject), "", *(f"{one['lesson'].day:%d.%m.%Y}" for one in columns), "sz", "s", "Ø"]
    )
    for row in grid["rows"]:
        seat = row["seat"]
        line = [cell(seat.name), seat.group, *(sign_of(one) for one in row["cells"])]
        sheet.append([*line, row["without"], row["with_reason"], row["average"]])
    answer = HttpResponse(content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="journal-{pk}.xlsx"'
    book.save(answer)
    return answer
