"""The week of a group, a teacher or a room, and the timetable of controls, on paper."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from curriculum.models import ControlEvent
from curriculum.timetable import grid
from hemis.documents.actions import issue
from hemis.documents.kinds import DocumentKind, register
from hemis.documents.models import Document
from hemis.people.models import Person, User
from structure.models import Unit, University

DATE = "%d.%m.%Y"


@register
class TimetableDocument(DocumentKind):
    """A week: pairs by days."""

    code = "timetable"
    template_version = 2
    title = _("Timetable of classes")
    permission = "timetable.view"
    own_permission = "own.timetable"

    @classmethod
    def public_fields(cls, payload):
        return [(str(_("Timetable of")), payload["owner"]), (str(_("Week")), payload["week"])]


@register
class ExamTimetableDocument(DocumentKind):
    """The timetable of controls of a faculty's half-year, as it was approved."""

    code = "exam_timetable"
    template_version = 2
    title = _("Timetable of controls")
    permission = "exam_timetable.view"

    @classmethod
    def public_fields(cls, payload):
        return [(str(_("Faculty")), payload["faculty"]), (str(_("Half-year")), payload["half_year"])]


def week_payload(owner: str, week: grid.Week) -> dict[str, Any]:
    """Everything the paper says, in Uzbek."""
    with override("uz"):
        return {
            "university": {"name": University.objects.get().name},
            "owner": owner,
            "week": f"{week.days[0].strftime(DATE)} – {week.days[-1].strftime(DATE)}",
            "days": [{"name": date_format(day, "l"), "day": day.strftime("%d.%m")} for day in week.days],
            "rows": [
                {
                    "pair": pair.number,
                    "hours": f"{pair.starts:%H:%M}–{pair.ends:%H:%M}",
                    "cells": [[_use(one) for one in cell.uses if not one.cancelled] for cell in cells],
                }
                for pair, cells in week.by_pair
                if any(cell.uses for cell in cells)
            ],
        }


def _use(one: grid.Shown) -> dict[str, Any]:
    return {"title": one.title, "training": one.training, "lines": list(one.lines)}


def issue_week(
    payload: dict[str, Any],
    *,
    series: str,
    by: User | None,
    faculty: Unit | None = None,
    owner: Person | None = None,
) -> Document:
    """The week as it stands now, or the paper that says the same already."""
    return _same(TimetableDocument, payload, series, owner) or issue(
        kind="timetable", payload=payload, title=f"{payload['owner']} · {payload['week']}", series=series,
        faculty=faculty, issued_by=by, owner=owner,
    )  # fmt: skip


def _same(
    kind: type[DocumentKind], payload: dict[str, Any], series: str, owner: Person | None = None
) -> Document | None:
    rows = Document.objects.filter(kind=kind.code, series=series, state=Document.ISSUED, owner=owner)
    for document in rows.order_by("-pk")[:1]:
        if {key: value for key, value in document.payload.items() if not key.startswith("_")} == payload:
            return document
    return None


def controls_payload(faculty: Unit, half_year: str, events: list[ControlEvent]) -> dict[str, Any]:
    """The list of controls, day by day."""
    with override("uz"):
        approved = [one.approved_at for one in events if one.approved_at]
        return {
            "university": {"name": University.objects.get().name},
            "faculty": faculty.name,
            "half_year": half_year,
            "approved": max(approved).strftime(DATE) if approved and len(approved) == len(events) else "",
            "rows": [
                {
                    "day": one.day.strftime(DATE),
                    "hours": f"{one.starts_at:%H:%M}–{one.ends_at:%H:%M}",
                    "subject": one.subject.name,
                    "control": one.get_control_display(),  # type: ignore[attr-defined]
                    "attempt": one.get_attempt_display(),  # type: ignore[attr-defined]
                    "groups": ", ".join(str(part) for part in one.audience.all()),
                    "room": str(one.auditorium or ""),
                    "examiner": ", ".join(
                        who.person.short_name for who in (one.examiner, one.second_examiner) if who
                    ),
                }
                for one in events
            ],
        }


def issue_controls(payload: dict[str, Any], *, faculty: Unit, by: User | None) -> Document:
    """The timetable of controls as it stands now, or the paper that says the same already."""
    series = f"exam-timetable-{faculty.pk}"
    return _same(ExamTimetableDocument, payload, series) or issue(
        kind="exam_timetable", payload=payload, title=f"{faculty.name} · {payload['half_year']}", series=series,
        faculty=faculty, issued_by=by,
    )  # fmt: skip
