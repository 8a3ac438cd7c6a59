"""The grid: a week by pairs, of a group, a teacher or a room; placing and moving by drag, keyboard or form."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum.models import ClassPair, Lesson, Teaching
from curriculum.timetable import actions, grid, queries, rules
from curriculum.timetable.forms import BulkForm, PlaceForm, VerbForm
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as add_to_menu
from structure.models import Auditorium, Unit
from structure.pages.rooms import day_of

VIEW, EDIT = "timetable.view", "timetable.edit"
WEEK = datetime.timedelta(days=7)
KINDS = {
    grid.GROUP: gettext_lazy("group"),
    grid.TEACHER: gettext_lazy("teacher"),
    grid.ROOM: gettext_lazy("room"),
}


def number_of(text: str) -> int:
    """A key as an address or a form sends it; zero when it is none."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004


def _choices(request: Request, kind: str, year: int) -> list[Any]:
    scope = request.access.scope(VIEW)
    if kind == grid.TEACHER:
        return list(grid.teachers_in(scope, year))
    return list(grid.rooms_in() if kind == grid.ROOM else grid.groups_in(scope, year))


def address(kind: str, key: int, day: datetime.date) -> str:
    """The grid of something in the week of a day."""
    return f"{reverse('timetable')}?{urlencode({'view': kind, 'id': str(key), 'day': day.isoformat()})}"


@page(VIEW)
def show(request: Request) -> HttpResponse:
    """A week of the timetable; who may edit places lessons on it."""
    day = day_of(request)
    year, _term = rules.half_year(day)
    kind = request.GET.get("view", grid.GROUP)
    kind = kind if kind in KINDS else grid.GROUP
    choices = _choices(request, kind, year)
    wanted = number_of(request.GET.get("id", ""))
    chosen = next((one for one in choices if one.pk == wanted), None)
    if wanted and chosen is None:
        raise Http404
    chosen = chosen or (choices[0] if choices else None)
    context: dict[str, Any] = {
        "title": _("Timetable of classes"),
        "kind": kind,
        "kinds": KINDS.items(),
        "choices": choices,
        "chosen": chosen,
        "day": day,
        "before": day - WEEK,
        "after": day + WEEK,
        "today": timezone.localdate(),
        "may_edit": request.access.can(EDIT),
    }
    if chosen is not None:
        context |= _week(request, kind, chosen, day)
    return render(request, "curriculum/timetable/grid.html", context)


def _week(request: Request, kind: str, chosen: Any, day: datetime.date) -> dict[str, Any]:
    """What is drawn for the chosen group, teacher or room."""
    access = request.access
    plans = grid.plan_of(chosen) if kind == grid.GROUP else []
    exams = access.scope("exam_timetable.view") if access.can("exam_timetable.view") else access.scope(VIEW)
    week = grid.week_of(kind, chosen.pk, day, scope=access.scope(VIEW), exam_scope=exams, plans=plans)
    found: dict[str, Any] = {"week": week, "days": week.days}
    if access.can(EDIT):
        found["left"] = grid.left_of(kind, chosen.pk, day, access.scope(EDIT))
        if kind == grid.GROUP:
            found["bulk_form"] = BulkForm(initial={"until": day + 4 * WEEK})
    return found


# --- placing


def _wants_part(request: Request) -> bool:
    return request.headers.get("X-Timetable") == "1"


def refuse(
    request: Request, error: actions.TimetableError, *, again: dict[str, Any], title: str
) -> HttpResponse:
    """Say who is busy with what and offer what is free; ``again`` is what the alternatives send besides."""
    context = {"title": title, "error": error, "again": again, "back": _back(request)}
    if _wants_part(request):  # The script tells it from success, which is 204 and empty.
        return render(request, "curriculum/timetable/_refused.html", context)
    return render(request, "curriculum/timetable/refused.html", context, status=409)


def _back(request: Request) -> str:
    url = request.POST.get("back") or request.GET.get("back") or ""
    safe = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()})
    return url if safe else reverse("timetable")


def done(request: Request, message: str, warnings: list[str]) -> HttpResponse:
    """Tell what was done; a script that asked reloads the page by itself."""
    messages.success(request, message)
    for text in warnings:
        messages.warning(request, text)
    return HttpResponse(status=204) if _wants_part(request) else redirect(_back(request))


@page(EDIT)
def place(request: Request) -> HttpResponse:
    """Place a lesson: by drag, by keyboard, or by this form."""
    scope = request.access.scope(EDIT)
    if request.method != "POST":
        return _place_form(request)
    form = PlaceForm(request.POST, teachings=Teaching.objects.for_scope(scope))
    if not form.is_valid():
        return _place_form(request, form)
    data = form.cleaned_data
    try:
        outcome = actions.place(
            data["teaching"], access=request.access, day=data["day"], pair=data["pair"],
            room=data["auditorium"], link=data["link"],
        )  # fmt: skip
    except actions.TimetableError as error:
        again = {"teaching": data["teaching"].pk, "link": data["link"], "action": reverse("timetable_place")}
        return refuse(request, error, again=again, title=_("The lesson cannot be there"))
    room = outcome.lesson.auditorium or "—"
    return done(request, _("The lesson is placed, room %(room)s.") % {"room": room}, outcome.warnings)


def _place_form(request: Request, form: PlaceForm | None = None) -> HttpResponse:
    """Choose the teaching for a cell: only those with hours left, and rooms that are free then."""
    source = request.POST or request.GET
    kind, key = source.get("view", grid.GROUP), number_of(source.get("id", ""))
    day = posted_day(source.get("day", ""))
    pair = ClassPair.objects.filter(pk=number_of(source.get("pair", ""))).first()
    left = grid.left_of(kind, key, day, request.access.scope(EDIT)) if key else []
    if form is None:
        initial = {"day": day, "pair": pair, "auditorium": key if kind == grid.ROOM else None}
        teachings = Teaching.objects.for_scope(request.access.scope(EDIT))
        form = PlaceForm(initial=initial, teachings=teachings, left=left, free=_free(day, pair))
    context = {
        "title": _("Place a lesson"),
        "form": form,
        "back": _back(request),
        "view": kind,
        "key": key,
        "nothing_left": bool(key) and not left and kind != grid.ROOM,
    }
    return render(request, "curriculum/timetable/place.html", context, status=422 if form.errors else 200)


def posted_day(text: str) -> datetime.date:
    """The day that an address or a form sends; today when it sends none."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()


def _free(day: datetime.date, pair: ClassPair | None) -> list[Auditorium] | None:
    if pair is None:
        return None
    taken = queries.busy([day], rooms=None)
    return [one for one in grid.rooms_in() if not taken.met(day, pair.starts, pair.ends, rooms=(one.pk,))]


# --- verbs of one lesson


def _verb(code: str, title: str | Any):
    """A verb of a lesson: permission and scope first, refusals explained with what is free."""

    @page(EDIT)
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        lesson = get_in_scope(Lesson, request, EDIT, pk=pk)
        form = VerbForm(request.POST, verb=code, lesson=lesson)
        if not form.is_valid():
            error = actions.TimetableError(" ".join(text for some in form.errors.values() for text in some))
            return refuse(request, error, again={}, title=str(title))
        try:
            message, warnings = VERBS[code](lesson, request, form.cleaned_data)
        except actions.TimetableError as error:
            again = {"action": request.path, "reason": form.cleaned_data.get("reason", "")}
            if code not in ("move", "room"):
                again = {"action": reverse("timetable_lesson_move", args=[pk])} if code == "restore" else {}
            return refuse(request, error, again=again, title=str(title))
        return done(request, message, warnings)

    return view


def _move(lesson: Lesson, request: Request, data: dict) -> tuple[str, list[str]]:
    outcome = actions.move(
        lesson, access=request.access, day=data["day"], pair=data["pair"], room=data["auditorium"],
        reason=data["reason"],
    )  # fmt: skip
    return _("The lesson is moved to %(day)s.") % {"day": f"{outcome.lesson.day:%d.%m.%Y}"}, outcome.warnings


def _swap(lesson: Lesson, request: Request, data: dict) -> tuple[str, list[str]]:
    other = get_in_scope(Lesson, request, EDIT, pk=data["other"])
    first, second = actions.swap(lesson, other, access=request.access)
    return _("The two lessons have changed places."), [*first.warnings, *second.warnings]


def _cancel(lesson: Lesson, request: Request, data: dict) -> tuple[str, list[str]]:
    actions.cancel(lesson, access=request.access, reason=data["reason"])
    return _("The lesson is cancelled."), []


def _restore(lesson: Lesson, request: Request, data: dict) -> tuple[str, list[str]]:
    outcome = actions.restore(lesson, access=request.access)
    return _("The lesson is held after all."), outcome.warnings


def _substitute(lesson: Lesson, request: Request, data: dict) -> tuple[str, list[str]]:
    outcome = actions.substitute(
        lesson, access=request.access, teacher=data["teacher"], reason=data["reason"]
    )
    return _("%(teacher)s gives the lesson.") % {
        "teacher": outcome.lesson.teacher.person.short_name
    }, outcome.warnings


def _room(lesson: Lesson, request: Request, data: dict) -> tuple[str, list[str]]:
    outcome = actions.change_room(lesson, access=request.access, room=data["auditorium"])
    return _("The lesson is held in room %(room)s.") % {"room": outcome.lesson.auditorium}, outcome.warnings


def _lock(lesson: Lesson, request: Request, data: dict) -> tuple[str, list[str]]:
    actions.set_locked(lesson, access=request.access, locked=not lesson.is_locked)
    return _("Automatic timetabling may move the lesson.") if lesson.is_locked else _(
        "The lesson is fixed."
    ), []


def _remove(lesson: Lesson, request: Request, data: dict) -> tuple[str, list[str]]:
    actions.remove(lesson, access=request.access)
    return _("The lesson is taken out of the timetable; its hours may be placed again."), []


VERBS = {
    "move": _move, "swap": _swap, "cancel": _cancel, "restore": _restore, "substitute": _substitute,
    "room": _room, "lock": _lock, "remove": _remove,
}  # fmt: skip

move = _verb("move", gettext_lazy("The lesson cannot be moved there"))
swap = _verb("swap", gettext_lazy("The lessons cannot change places"))
cancel = _verb("cancel", gettext_lazy("The lesson cannot be cancelled"))
restore = _verb("restore", gettext_lazy("The lesson cannot be held"))
substitute = _verb("substitute", gettext_lazy("The teacher cannot give the lesson"))
room = _verb("room", gettext_lazy("The room cannot be changed"))
lock = _verb("lock", gettext_lazy("The lesson cannot be fixed"))
remove = _verb("remove", gettext_lazy("The lesson cannot be taken out"))


# --- a faculty, or the teachers of a kafedra, at a glance


@page(VIEW)
def faculty(request: Request) -> HttpResponse:
    """All groups of a faculty, day by day: who is taught when."""
    day = day_of(request)
    year, _term = rules.half_year(day)
    scope = request.access.scope(VIEW)
    groups = grid.groups_in(scope, year)
    faculties = list(Unit.objects.filter(pk__in=groups.order_by().values("faculty")).order_by("name"))
    chosen = _of(faculties, request.GET.get("faculty", ""))
    entry = number_of(request.GET.get("entry", ""))
    entries = sorted(
        set(groups.filter(faculty=chosen).order_by().values_list("entry_year", flat=True)), reverse=True
    )
    entry = entry if entry in entries else (entries[0] if entries else 0)
    owners = list(groups.filter(faculty=chosen, entry_year=entry)) if chosen else []
    pairs = queries.pairs_of(year)
    days, rows = grid.overview(grid.GROUP, owners, day, pairs)
    context = {
        "title": _("Timetable of a faculty"), "kind": grid.GROUP, "units": faculties, "unit": chosen,
        "unit_name": "faculty", "unit_label": _("Faculty"), "entries": entries, "entry": entry, "rows": rows,
        "days": days, "pairs": pairs, "day": day, "before": day - WEEK, "after": day + WEEK,
    }  # fmt: skip
    return render(request, "curriculum/timetable/overview.html", context)


@page(VIEW)
def teachers(request: Request) -> HttpResponse:
    """Occupancy of the teachers of a kafedra: their pairs and the windows between them."""
    day = day_of(request)
    year, _term = rules.half_year(day)
    scope = request.access.scope(VIEW)
    taught = Teaching.objects.for_scope(scope).filter(academic_year=year)
    kafedras = list(Unit.objects.filter(pk__in=taught.order_by().values("kafedra")).order_by("name"))
    chosen = _of(kafedras, request.GET.get("kafedra", ""))
    owners = (
        list(grid.teachers_in(scope, year).filter(teachings__kafedra=chosen).distinct()) if chosen else []
    )
    pairs = queries.pairs_of(year)
    days, rows = grid.overview(grid.TEACHER, owners, day, pairs)
    context = {
        "title": _("Occupancy of teachers"), "kind": grid.TEACHER, "units": kafedras, "unit": chosen,
        "unit_name": "kafedra", "unit_label": _("Kafedra"), "rows": rows, "days": days, "pairs": pairs,
        "day": day, "before": day - WEEK, "after": day + WEEK,
    }  # fmt: skip
    return render(request, "curriculum/timetable/overview.html", context)


def _of(units: list[Unit], wanted: str) -> Unit | None:
    return next((one for one in units if str(one.pk) == wanted), units[0] if units else None)


add_to_menu(MenuItem("curriculum", gettext_lazy("Timetable of classes"), "timetable", VIEW))
add_to_menu(MenuItem("curriculum", gettext_lazy("Timetable of a faculty"), "timetable_faculty", VIEW))
add_to_menu(MenuItem("curriculum", gettext_lazy("Occupancy of teachers"), "timetable_teachers", VIEW))
