"""The timetable of controls: list, grid, the form of several groups, approval and paper (duties 2.3, B6, B7)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum.models import ControlAudience, ControlEvent, Subject
from curriculum.timetable import controls, documents, queries, rules
from curriculum.timetable.actions import TimetableError
from curriculum.timetable.forms import ControlForm
from curriculum.timetable.pages.grid import WEEK, refuse
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages import home
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RangeFilter, RelatedFilter
from hemis.pages.forms import number_of
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as add_to_menu
from hemis.pages.register import BulkAction, Register
from structure.models import Unit
from structure.pages.rooms import day_of
from structure.rules import teaching_week
from students.models import Group

VIEW, EDIT, APPROVE = "exam_timetable.view", "exam_timetable.edit", "exam_timetable.approve"
STATES = {ControlEvent.PLANNED: "green", ControlEvent.CANCELLED: "red"}
SHOWN = ("subject", "kafedra", "examiner__person", "second_examiner__person", "auditorium__building", "pair")


def _groups(access):
    seen = ControlEvent.objects.for_scope(access.scope(VIEW))
    return Group.objects.filter(
        pk__in=ControlAudience.objects.filter(event__in=seen.values("pk")).values("group")
    )


def _kafedras(access):
    seen = ControlEvent.objects.for_scope(access.scope(VIEW))
    return Unit.objects.filter(pk__in=seen.order_by().values("kafedra"))


def _approve(request: Request, rows: QuerySet) -> str:
    count = controls.approve(
        ControlEvent.objects.filter(pk__in=rows.order_by().values("pk")), access=request.access
    )
    return _("%(count)d controls are approved.") % {"count": count}


def _approved_on(row: ControlEvent) -> str:
    return f"{timezone.localtime(row.approved_at):%d.%m.%Y}" if row.approved_at else _("waits")


class Controls(Register):
    app, name, title, title_one = (
        "curriculum", "controls", gettext_lazy("Timetable of controls"), gettext_lazy("control"),
    )  # fmt: skip
    model, permission, menu = ControlEvent, "exam_timetable", "curriculum"
    columns = [
        Column("day", link=True),
        Column("pair", value=lambda row: row.pair.number, sort="starts_at", numeric=True),
        Column("subject", sort="subject__name"),
        Column(
            "control",
            value=lambda row: f"{row.get_control_display()} · {row.get_attempt_display()}",
            sort="control",
        ),
        Column("attempt", hidden=True),
        Column(
            "groups",
            gettext_lazy("Groups"),
            value=lambda row: ", ".join(str(one) for one in row.audience.all()),
        ),
        Column("examiner", sort="examiner__person__sort_key"),
        Column("auditorium", sort="auditorium__number"),
        Column("approved_at", gettext_lazy("Approved"), value=_approved_on, sort="approved_at"),
        Column("state", badge=STATES),
        Column("second_examiner", sort="second_examiner__person__sort_key", hidden=True),
        Column("kafedra", sort="kafedra__name", hidden=True),
        Column("note", hidden=True),
        Column("is_locked", hidden=True),
        Column("reason", hidden=True),
    ]
    filters = [
        RangeFilter("day", "date"),
        RelatedFilter("group", _groups, lookup="audience__group", label=gettext_lazy("Group")),
        RelatedFilter("kafedra", _kafedras),
        Filter("control"),
        Filter("attempt"),
        BooleanFilter("waits", lookup="approved_at__isnull", label=gettext_lazy("Waits for approval")),
        Filter("state"),
    ]
    search = ("subject__name", "auditorium__number", "audience__group__name")
    search_person = "examiner__person"
    ordering = ("-day", "starts_at")
    empty = gettext_lazy("Place controls of several groups at once with the button above.")
    detail_template = "curriculum/timetable/control.html"
    header_actions = [
        MenuItem("curriculum", gettext_lazy("Place a control"), "timetable_control_place", EDIT),
        MenuItem("curriculum", gettext_lazy("Grid of controls"), "timetable_controls", VIEW),
    ]
    actions = [BulkAction("approve", gettext_lazy("Approve"), APPROVE, _approve)]

    @classmethod
    def rows(cls, access, permission: str = ""):
        return queries.events_with_words(super().rows(access, permission)).select_related(*SHOWN).distinct()

    @classmethod
    def detail_context(cls, request: Request, obj: ControlEvent) -> dict[str, Any]:
        may = request.access.can(EDIT) and (
            obj.state == ControlEvent.PLANNED
            and ControlEvent.objects.for_scope(request.access.scope(EDIT)).filter(pk=obj.pk).exists()
        )
        approves = (
            request.access.can(APPROVE) and obj.approved_at is None and obj.state == ControlEvent.PLANNED
        )
        return {"may_change": may, "may_approve": approves, "approved": obj.approved_at}


@page(EDIT)
def place(request: Request) -> HttpResponse:
    """A control of several groups at once."""
    scope = request.access.scope(EDIT)
    year, _term = rules.half_year(timezone.localdate())
    form = ControlForm(
        request.POST or None, scope=scope, year=year, initial={"control": "13", "attempt": "11"}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        subject: Subject = data["subject"]
        try:
            event = controls.place(
                access=request.access, subject=subject.pk, control=data["control"], attempt=data["attempt"],
                groups=list(data["groups"]), day=data["day"], pair=data["pair"], examiner=data["examiner"],
                second_examiner=data["second_examiner"], room=data["auditorium"], note=data["note"],
            )  # fmt: skip
        except TimetableError as error:
            return _form(request, form, _("Place a control"), error)
        messages.success(request, _("The control is placed; academic affairs approve it."))
        return redirect(Controls.url_of(event))
    return _form(request, form, _("Place a control"))


@page(EDIT)
def change(request: Request, pk: int) -> HttpResponse:
    """Another time, room or examiner."""
    event = get_in_scope(ControlEvent, request, EDIT, pk=pk)
    initial = {
        "day": event.day, "pair": event.pair_id, "examiner": event.examiner_id, "note": event.note,
        "second_examiner": event.second_examiner_id, "auditorium": event.auditorium_id,
    }  # fmt: skip
    form = ControlForm(
        request.POST or None, scope=request.access.scope(EDIT), year=event.pair.academic_year_id, event=event,
        initial=initial,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            controls.change(
                event, access=request.access, day=data["day"], pair=data["pair"], examiner=data["examiner"],
                second_examiner=data["second_examiner"], room=data["auditorium"], note=data["note"],
            )  # fmt: skip
        except TimetableError as error:
            return _form(request, form, str(event), error)
        messages.success(request, _("The control is changed."))
        return redirect(Controls.url_of(event))
    return _form(request, form, str(event))


def _form(
    request: Request, form: ControlForm, title: str, error: TimetableError | None = None
) -> HttpResponse:
    """The form with what was typed, and above it who is busy and what is free."""
    bad = bool(form.errors) or error is not None
    context = {"title": title, "form": form, "error": error, "back": reverse("curriculum_controls_list")}
    return render(request, "curriculum/timetable/control_form.html", context, status=422 if bad else 200)


@page(EDIT)
@require_POST
def cancel(request: Request, pk: int) -> HttpResponse:
    """The control is not held."""
    event = get_in_scope(ControlEvent, request, EDIT, pk=pk)
    try:
        controls.cancel(event, access=request.access, reason=request.POST.get("reason", ""))
    except TimetableError as error:
        return refuse(request, error, again={}, title=_("The control cannot be cancelled"))
    messages.success(request, _("The control is cancelled."))
    return redirect(Controls.url_of(event))


@page(EDIT)
@require_POST
def lock(request: Request, pk: int) -> HttpResponse:
    """Fix the control where it is, or let automatic timetabling move it again."""
    event = get_in_scope(ControlEvent, request, EDIT, pk=pk)
    try:
        controls.set_locked(event, access=request.access, locked=bool(request.POST.get("locked")))
    except TimetableError as error:
        messages.error(request, str(error))
    return redirect(Controls.url_of(event))


@page(APPROVE)
@require_POST
def approve(request: Request, pk: int) -> HttpResponse:
    """Approve one control from its card."""
    event = get_in_scope(ControlEvent, request, APPROVE, pk=pk)
    controls.approve(ControlEvent.objects.filter(pk=event.pk), access=request.access)
    messages.success(request, _("The control is approved."))
    return redirect(Controls.url_of(event))


# --- the grid and the paper


def _choice(request: Request) -> tuple[list[Unit], Unit | None]:
    groups = _groups(request.access)
    faculties = list(Unit.objects.filter(pk__in=groups.order_by().values("faculty")).order_by("name"))
    wanted = number_of(request.GET.get("faculty", "") or request.POST.get("faculty", ""))
    return faculties, next(
        (one for one in faculties if one.pk == wanted), faculties[0] if faculties else None
    )


def _events(request: Request, faculty: Unit | None) -> QuerySet[ControlEvent]:
    rows = ControlEvent.objects.for_scope(request.access.scope(VIEW)).planned()
    return rows.filter(audience__group__faculty=faculty).distinct()


def _first_day(request: Request, faculty: Unit | None) -> datetime.date:
    """The day asked for; else that of the next control, so that the page opens where there is something."""
    if request.GET.get("day"):
        return day_of(request)
    today = timezone.localdate()
    rows = _events(request, faculty)
    coming = rows.filter(day__gte=today).order_by("day").values_list("day", flat=True).first()
    return coming or rows.order_by("-day").values_list("day", flat=True).first() or today


@page(VIEW)
def show(request: Request) -> HttpResponse:
    """Groups of a faculty by days: the controls of two weeks."""
    faculties, faculty = _choice(request)
    day = _first_day(request, faculty)
    days = [*teaching_week(day), *teaching_week(day + WEEK)]
    events = list(
        queries.events_with_words(_events(request, faculty).filter(day__in=days).order_by("starts_at"))
    )
    cells: dict[tuple[int, datetime.date], list[ControlEvent]] = defaultdict(list)
    names: dict[int, Group] = {}
    for event in events:
        for part in event.audience.all():
            if faculty and part.group.faculty_id == faculty.pk:
                names[part.group_id] = part.group
                cells[part.group_id, event.day].append(event)
    rows = [
        (group, [cells.get((group.pk, one), []) for one in days])
        for group in sorted(names.values(), key=lambda one: one.name)
    ]
    context = {
        "title": _("Grid of controls"), "faculties": faculties, "faculty": faculty, "days": days, "rows": rows,
        "day": day, "before": day - 2 * WEEK, "after": day + 2 * WEEK, "may_edit": request.access.can(EDIT),
    }  # fmt: skip
    return render(request, "curriculum/timetable/controls.html", context)


@page(VIEW)
@require_POST
def pdf(request: Request) -> HttpResponse:
    """The timetable of controls of a faculty's half-year as a document."""
    _faculties, faculty = _choice(request)
    if faculty is None:
        messages.error(request, _("There are no controls to print."))
        return redirect("timetable_controls")
    day = (
        datetime.date.fromisoformat(request.POST["day"]) if request.POST.get("day") else timezone.localdate()
    )
    year, term = rules.half_year(day)
    first, last = rules.half_year_days(year, term)
    rows = _events(request, faculty).filter(day__range=(first, last)).order_by("day", "starts_at", "pk")
    words = f"{year}/{year + 1}-oʻquv yili, {'kuzgi' if term == '11' else 'bahorgi'} semestr"
    payload = documents.controls_payload(faculty, words, list(queries.events_with_words(rows)))
    return redirect("document_pdf", pk=documents.issue_controls(payload, faculty=faculty, by=request.user).pk)


def _waiting(access) -> int:
    rows = ControlEvent.objects.for_scope(access.scope(APPROVE)).planned()
    return rows.filter(approved_at=None, day__gte=timezone.localdate()).count()


home.register_todo(
    home.Todo(
        gettext_lazy("Controls to approve"),
        APPROVE,
        _waiting,
        lambda: reverse("curriculum_controls_list") + "?waits=1&state=planned",
        "calendar-time",
    )
)
add_to_menu(MenuItem("curriculum", gettext_lazy("Grid of controls"), "timetable_controls", VIEW))
