"""Registers of units, their verbs, and the tree on any day (duty 1.1)."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.formats.base_formats import XLSX
from tablib import Dataset

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.classifiers.queries import choices
from hemis.pages.columns import Column, display, field_label
from hemis.pages.export import cell
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as add_to_menu
from hemis.pages.register import Register, Tab
from structure import actions, queries, registry
from structure.forms import CloseForm, DivisionForm, FacultyForm, KafedraForm, MoveForm, RenameForm
from structure.models import Unit

CLOSING = ("closed_on", "closed_order_number", "closed_order_date", "closed_note", "successor")
UNIT_FIELDS = (
    "code", "name", "name_ru", "name_en", "kind", "parent", "position", "is_active", "opened_on", *CLOSING,
)  # fmt: skip


def faculties(access):
    """Faculties to choose from in filters: those of the scope."""
    return Unit.objects.faculties().for_scope(access.scope("structure.view"))


def _parents(access):
    """Units that others belong to."""
    found = Unit.objects.for_scope(access.scope("structure.view"))
    return found.filter(children__isnull=False).distinct()


def _periods(request: Request, unit: Unit) -> dict:
    """How the unit was called and where it belonged, newest first."""
    return {"periods": unit.periods.select_related("parent"), "unit": unit}


def _heads(request: Request, unit: Unit) -> dict:
    """Who heads the unit today, and what is below it."""
    today = timezone.localdate()
    return {
        "heads": registry.heads([unit.pk], today).get(unit.pk, []),
        "below": unit.children.filter(is_active=True),
        "counts": [(one.title, one.count([unit.pk], today).get(unit.pk, 0)) for one in registry.counters()],
    }


def _people(code: str) -> Callable[[Unit], int]:
    """How many there are of what a higher floor counts: employees, students."""
    return lambda unit: getattr(unit, "shown_counts", {}).get(code, 0)


HEAD = Column("head", gettext_lazy("Head"), value=lambda unit: getattr(unit, "shown_head", ""), sort=None)
EMPLOYEES = Column(
    "employees", gettext_lazy("Employees"), value=_people("employees"), sort=None, numeric=True
)
STUDENTS = Column("students", gettext_lazy("Students"), value=_people("students"), sort=None, numeric=True)


class _Units(Register):
    """What the three registers of units share."""

    ordering = ("code",)

    search = ("code", "name", "name_ru", "name_en")
    fields = UNIT_FIELDS
    tabs = [
        Tab("periods", gettext_lazy("Names and places"), "structure/_periods.html", _periods),
        Tab("people", gettext_lazy("Head and composition"), "structure/_composition.html", _heads),
    ]
    select_related = ("parent", "successor")
    detail_template = "structure/unit.html"
    header_actions = [
        MenuItem("structure", gettext_lazy("Tree of units"), "structure_tree", "structure.view")
    ]

    @classmethod
    def complete(cls, rows: list) -> None:
        """Heads and figures of today, from the floors that know them."""
        today, ids = timezone.localdate(), [one.pk for one in rows]
        heads = registry.heads(ids, today)
        # Who works in a kafedra works in its faculty too, as the tree counts.
        below = dict(Unit.objects.filter(parent__in=ids).values_list("pk", "parent"))
        counted = {
            one.code: one.count([*ids, *(set(below) - set(ids))], today) for one in registry.counters()
        }
        for one in rows:
            own = [one.pk, *(pk for pk, parent in below.items() if parent == one.pk)]
            one.shown_head = ", ".join(head.name for head in heads.get(one.pk, []))
            one.shown_counts = {
                code: sum(figures.get(pk, 0) for pk in own) for code, figures in counted.items()
            }

    @classmethod
    def card(cls, obj):
        """How it was closed is told of a closed unit only."""
        if obj.is_active:
            closing = {str(field_label(Unit, name)) for name in CLOSING}
            return [(label, text) for label, text in super().card(obj) if text or label not in closing]
        return super().card(obj)

    @classmethod
    def detail_context(cls, request: Request, obj: Unit) -> dict:
        may = request.access.can("structure.edit")
        return {
            "may_change": may and obj.is_active,
            "may_move": may and obj.is_active and obj.kind != Unit.FACULTY,
            "may_undo": may and (not obj.is_active or obj.periods.count() > 1),
        }


class Faculties(_Units):
    app, name = "structure", "faculties"
    model, permission, menu = Unit, "structure", "structure"
    menu_place = 12
    title, title_one = gettext_lazy("Faculties"), gettext_lazy("faculty")
    columns = [
        Column("code"),
        Column("name", link=True),
        HEAD,
        Column("kafedras", gettext_lazy("Kafedras"), numeric=True),
        EMPLOYEES,
        STUDENTS,
        Column("locality"),
        Column("name_ru", hidden=True),
        Column("position", hidden=True, numeric=True),
        Column("opened_on", hidden=True),
        Column("closed_on", hidden=True),
        Column("is_active"),
    ]
    filters = [Filter("locality"), BooleanFilter("is_active")]
    form = FacultyForm
    empty = gettext_lazy("Add the first faculty; its code looks like 303-101.")

    @classmethod
    def base_queryset(cls):
        kafedras = Count("children", filter=Q(children__kind=Unit.KAFEDRA, children__is_active=True))
        return Unit.objects.faculties().annotate(kafedras=kafedras)


class Kafedras(_Units):
    app, name = "structure", "kafedras"
    model, permission, menu = Unit, "structure", "structure"
    menu_place = 13
    title, title_one = gettext_lazy("Kafedras"), gettext_lazy("kafedra")
    columns = [
        Column("code"),
        Column("name", link=True),
        Column("parent", gettext_lazy("Faculty"), sort="parent__name"),
        HEAD,
        EMPLOYEES,
        Column("name_ru", hidden=True),
        Column("opened_on", hidden=True),
        Column("closed_on", hidden=True),
        Column("is_active"),
    ]
    filters = [
        RelatedFilter("parent", faculties, label=gettext_lazy("Faculty")),
        BooleanFilter("is_active"),
    ]
    form = KafedraForm
    empty = gettext_lazy("Add the first kafedra; its code begins with the faculty's.")

    @classmethod
    def base_queryset(cls):
        return Unit.objects.kafedras()


class Divisions(_Units):
    app, name = "structure", "divisions"
    model, permission, menu = Unit, "structure", "structure"
    menu_place = 14
    title, title_one = gettext_lazy("Divisions"), gettext_lazy("division")
    columns = [
        Column("code"),
        Column("name", link=True),
        Column("kind"),
        Column("parent", sort="parent__name"),
        HEAD,
        EMPLOYEES,
        Column("opened_on", hidden=True),
        Column("closed_on", hidden=True),
        Column("is_active"),
    ]
    filters = [Filter("kind"), RelatedFilter("parent", _parents), BooleanFilter("is_active")]
    form = DivisionForm
    empty = gettext_lazy("Add the first division; its code looks like 303-201.")

    @classmethod
    def base_queryset(cls):
        return Unit.objects.exclude(kind__in=[Unit.FACULTY, Unit.KAFEDRA])


UNIT_REGISTERS: tuple[type[Register], ...] = (Faculties, Kafedras, Divisions)


def add_unit_tab(tab: Tab) -> None:
    """Let an app of a higher floor show its rows on the card of every unit."""
    for register in UNIT_REGISTERS:
        register.add_tab(tab)


def register_of(unit: Unit) -> type[Register]:
    """The register in which a unit stands, by its kind."""
    return {Unit.FACULTY: Faculties, Unit.KAFEDRA: Kafedras}.get(unit.kind, Divisions)


def card_of(unit: Unit) -> str:
    return register_of(unit).url_of(unit)


# --- verbs


def _verb(form_class, title: str | Promise, button: str | Promise) -> Callable:
    """A small form of its own; what stands against it is said at its field."""

    @page("structure.edit")
    def view(request: Request, pk: int) -> HttpResponse:
        unit = get_in_scope(Unit, request, "structure.edit", pk=pk)
        form = form_class(request.POST or None, unit=unit, access=request.access)
        if request.method == "POST" and form.is_valid():
            try:
                messages.success(request, form.do())
                return redirect(card_of(unit))
            except ValidationError as error:
                form.refuse(error)
        context = {
            "title": f"{title}: {unit}", "form": form, "button": button, "back_url": card_of(unit), "unit": unit,
        }  # fmt: skip
        return render(request, "structure/verb.html", context, status=422 if form.errors else 200)

    return view


rename = _verb(RenameForm, gettext_lazy("Rename"), gettext_lazy("Rename"))
move = _verb(MoveForm, gettext_lazy("Move"), gettext_lazy("Move"))
close = _verb(CloseForm, gettext_lazy("Close"), gettext_lazy("Close the unit"))


@page("structure.edit")
def undo(request: Request, pk: int) -> HttpResponse:
    """Ask, then take the last change back."""
    unit = get_in_scope(Unit, request, "structure.edit", pk=pk)
    if request.method == "POST":
        try:
            actions.undo_last_change(unit, access=request.access)
            messages.success(request, _("The last change is taken back."))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect(card_of(unit))
    context = {
        "title": _("Take the last change back: %(unit)s") % {"unit": unit},
        "unit": unit,
        "periods": unit.periods.select_related("parent")[:2],
        "back_url": card_of(unit),
    }
    return render(request, "structure/undo.html", context)


# --- the tree


def _day(request: Request) -> datetime.date:
    try:
        return datetime.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return timezone.localdate()


def _tree(request: Request) -> tuple[datetime.date, list[queries.Node]]:
    day = _day(request)
    scope = request.access.scope("structure.view")
    return day, queries.tree(day, scope, request.GET.get("q", ""), request.GET.get("kind", ""))


@page("structure.view")
def tree(request: Request) -> HttpResponse:
    """All units as they were on a day; opens and folds without JavaScript."""
    day, roots = _tree(request)
    everything = list(queries.flat(roots))
    fold = request.GET.get("fold")
    query = request.GET.copy()
    query.pop("fold", None)
    context = {
        "title": _("Tree of units"),
        "roots": roots,
        "day": day,
        "today": timezone.localdate(),
        "is_past": day != timezone.localdate(),
        "total": len(everything),
        "open_to": 0 if fold == "all" else 9 if fold == "none" or request.GET.get("q") else 1,
        "query": query.urlencode(),
        "kinds": choices("h_structure_type"),
        "kind": request.GET.get("kind", ""),
        "totals": [(one.title, sum(root.counts[one.code] for root in roots)) for one in registry.counters()],
    }
    return render(request, "structure/tree.html", context)


@page("structure.view")
def tree_export(request: Request, kind: str) -> HttpResponse:
    """The tree on a day as a workbook: a row a unit, its level in the first column."""
    if kind != "xlsx":
        raise Http404(kind)
    day, roots = _tree(request)
    counters = registry.counters()
    headers = [
        _("Level"), _("Code"), _("Name"), _("Kind of unit"), _("Belongs to"), _("Head"), _("From"),
        *(str(one.title) for one in counters),
    ]  # fmt: skip
    data = Dataset(headers=headers)
    names = {node.unit.pk: node.period.name for node in queries.flat(roots)}
    for node in queries.flat(roots):
        period = node.period
        row = [
            node.level + 1, period.code, period.name, node.unit.get_kind_display(),
            names.get(period.parent_id or 0, ""), ", ".join(head.name for head in node.heads),
            display(period.valid_from), *(node.counts[one.code] for one in counters),
        ]  # fmt: skip
        data.append([cell(value) for value in row])
    made = XLSX()
    answer = HttpResponse(made.export_data(data), content_type=made.get_content_type())
    answer["Content-Disposition"] = f'attachment; filename="structure-{day:%Y-%m-%d}.xlsx"'
    return answer


@page("structure.view")
def unit_card(request: Request, pk: int) -> HttpResponse:
    """To the card of a unit, whichever register it stands in."""
    unit = get_in_scope(Unit, request, "structure.view", pk=pk)
    return redirect(card_of(unit))


add_to_menu(MenuItem("structure", gettext_lazy("Tree of units"), "structure_tree", "structure.view", 11))

urlpatterns = [
    path("tree/", tree, name="structure_tree"),
    path("tree/export/<str:kind>/", tree_export, name="structure_tree_export"),
    path("units/<int:pk>/", unit_card, name="structure_unit"),
    path("units/<int:pk>/rename/", rename, name="structure_rename"),
    path("units/<int:pk>/move/", move, name="structure_move"),
    path("units/<int:pk>/close/", close, name="structure_close"),
    path("units/<int:pk>/undo/", undo, name="structure_undo"),
]
