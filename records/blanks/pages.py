"""Blanks, acts on them and their balance (duties 1.3, 2.7)."""

from __future__ import annotations

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

from attendance.pages.journals import XLSX
from grading.pages.choices import faculties
from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.classifiers.queries import label
from hemis.pages.columns import Column, begin_large
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from hemis.pages.register import BulkAction, Register, Tab
from hemis.sheets.writing import book
from records.blanks import actions, documents, queries
from records.blanks.actions import EDIT
from records.blanks.forms import MoveForm, PeriodForm, ReceiptForm
from records.models import Blank, BlankAct, BlankMove
from records.models.blanks import ACADEMIC, BLANK_KINDS, CATEGORIES

STATE_COLOURS = {
    Blank.STOCK: "blue", Blank.ASSIGNED: "yellow", Blank.PRINTED: "orange", Blank.HANDED: "green",
    Blank.SPOILED: "red", Blank.DESTROYED: "secondary", Blank.LOST: "red", Blank.RETURNED: "secondary",
}  # fmt: skip
MOST_TICKED = 200


def holder_name(row: Any) -> str:
    return row.holder.name if row.holder else _("store of the university")


def _moves(request: Request, blank: Blank) -> dict[str, Any]:
    rows = blank.moves.select_related(
        "act", "diploma__student__person", "certificate__document", "holder", "by__person"
    )
    return {"moves": rows}


def _act_on(request: Request, rows: QuerySet) -> HttpResponse | None:
    """To the form of an act, with the ticked blanks filled in."""
    found = list(rows.order_by("kind", "series", "number")[: MOST_TICKED + 1])
    if len({one.kind for one in found}) != 1 or len(found) > MOST_TICKED:
        messages.error(request, _("Tick blanks of one kind, at most %(count)d.") % {"count": MOST_TICKED})
        return None
    numbers = ", ".join(
        run[0].code if len(run) == 1 else f"{run[0].code}-{run[-1].number}"
        for run in documents.in_runs(found)
    )
    request.session["blanks"] = {"blank_kind": found[0].kind, "numbers": numbers}
    return redirect("records_blank_act")


class Blanks(Register):
    app, name, title, title_one = "records", "blanks", gettext_lazy("Blanks"), gettext_lazy("blank")
    model, permission, menu = Blank, "blank", "record"
    columns = [
        Column("code", link=True, sort="code"),
        Column("kind"),
        Column("education_type"),
        Column("category"),
        Column("state", badge=STATE_COLOURS),
        Column("holder", value=holder_name, sort="holder__name"),
        Column("paper", gettext_lazy("Paper"), value=lambda row: _paper(row), sort=None),
        Column("range__act__date", gettext_lazy("Received on"), hidden=True),
    ]
    filters = [
        Filter("kind"),
        Filter("state"),
        Filter("category"),
        Filter("education_type"),
        RelatedFilter("holder", faculties("blank.view")),
        RangeFilter("number"),
    ]
    search = ("code",)
    select_related = (
        "holder", "range__act", "diploma__student__person", "supplement_of__student__person",
        "certificate__student__person",
    )  # fmt: skip
    fields = ("code", "kind", "education_type", "category", "state", "holder", "paper", "range__act__date")
    tabs = [Tab("moves", gettext_lazy("Moves"), "records/_moves.html", _moves)]
    actions = [BulkAction("act", gettext_lazy("Draw up an act"), EDIT, _act_on, icon="file-text")]
    header_actions = [
        MenuItem("record", gettext_lazy("Receive blanks"), "records_blank_receive", EDIT),
        MenuItem("record", gettext_lazy("Draw up an act"), "records_blank_act", EDIT),
        MenuItem("record", gettext_lazy("Balance of blanks"), "records_blank_balance", "blank.view"),
    ]
    empty = gettext_lazy("Blanks come by an act of receipt.")

    @classmethod
    def history_parts(cls, obj):
        return []

    @classmethod
    def summary(cls, rows):
        from django.db.models import Count

        counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
        return [
            (str(title).capitalize(), counts[state]) for state, title in Blank.STATES if counts.get(state)
        ]


def _paper(row: Blank) -> str:
    for name in ("diploma", "supplement_of", "certificate"):
        paper = getattr(row, name, None)
        if paper is not None:
            return paper.student.person.full_name
    return ""


def _blanks_of(request: Request, act: BlankAct) -> dict[str, Any]:
    rows = Blank.objects.filter(moves__act=act).order_by("kind", "series", "number")
    return {"runs": [(run[0], run[-1], len(run)) for run in documents.in_runs(list(rows))]}


class BlankActs(Register):
    app, name = "records", "blank_acts"
    title, title_one = gettext_lazy("Acts on blanks"), gettext_lazy("act on blanks")
    model, permission, menu = BlankAct, "blank", "record"
    columns = [
        Column("number", gettext_lazy("Number"), value=lambda row: row.number, sort="serial", link=True),
        Column("date"),
        Column("kind"),
        Column("count", gettext_lazy("Blanks"), value=lambda row: row.count, sort="count", numeric=True),
        Column("holder", value=holder_name, sort="holder__name"),
        Column("basis"),
        Column("reason", hidden=True),
        Column("created_by", sort=None),
    ]
    filters = [
        Filter("kind"),
        RelatedFilter("holder", faculties("blank.view")),
        RangeFilter("date", "date"),
    ]
    search = ("basis", "reason")
    select_related = ("holder", "giver", "created_by__person")
    fields = (
        "number", "kind", "date", "count", "giver", "holder", "basis", "reason", "commission", "created_at",
        "created_by",
    )  # fmt: skip
    tabs = [Tab("blanks", gettext_lazy("Blanks"), "records/_runs.html", _blanks_of)]
    header_actions = Blanks.header_actions
    detail_template = "records/blank_act.html"
    empty = Blanks.empty

    @classmethod
    def base_queryset(cls):
        from django.db.models import Count, IntegerField, OuterRef, Subquery
        from django.db.models.functions import Coalesce

        moves = BlankMove.objects.filter(act=OuterRef("pk")).order_by().values("act")
        counted = Subquery(moves.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        return BlankAct.objects.annotate(count=Coalesce(counted, 0))

    @classmethod
    def card(cls, obj):
        """Who gave the blanks is said only where they changed hands; members of the commission one after another."""
        giver = begin_large(str(BlankAct._meta.get_field("giver").verbose_name))  # type: ignore[union-attr]
        return [
            (name, text.replace("\n", "; ") if isinstance(text, str) else text)
            for name, text in super().card(obj)
            if obj.kind == BlankAct.GIVEN or str(name) != str(giver)
        ]


def _form_page(request: Request, form: Any, title: str, note: str) -> HttpResponse:
    context = {
        "title": title, "form": form, "button": _("Draw up the act"), "note": note,
        "back": reverse("records_blanks_list"),
    }  # fmt: skip
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "records/form.html", context, status=status)


def _drawn_up(request: Request, form: Any, verb: Any) -> HttpResponse | None:
    """To the card of the act, or None with the error at the form."""
    try:
        act = verb()
    except actions.BlankError as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, _("Act № %(number)s is drawn up.") % {"number": act.number})
    return redirect("records_blank_acts_detail", pk=act.pk)


@page("blank.edit")
def receive(request: Request) -> HttpResponse:
    """Blanks that came, by an act of receipt."""
    form = ReceiptForm(request.POST or None, access=request.access)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = _drawn_up(request, form, lambda: actions.receive(
            access=request.access, date=data["date"], holder=data["holder"], basis=data["basis"], lines=form.lines(),
        ))  # fmt: skip
        if done:
            return done
    note = _("Every number becomes a blank in store; an act is never changed afterwards.")
    return _form_page(request, form, _("Receive blanks"), note)


@page("blank.edit")
def draw_up(request: Request) -> HttpResponse:
    """Given on, spoiled, destroyed, lost, found, sent back."""
    ticked = request.session.pop("blanks", {}) if request.method == "GET" else {}
    form = MoveForm(request.POST or None, access=request.access, initial=ticked)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = _drawn_up(request, form, lambda: actions.draw_up(
            access=request.access, kind=data["act"], date=data["date"], blanks=data["blanks"], basis=data["basis"],
            reason=data["reason"], commission=data["commission"], holder=data["holder"],
        ))  # fmt: skip
        if done:
            return done
    note = _("A spoiled or lost blank is taken from its diploma, which is then printed onto another.")
    return _form_page(request, form, _("Draw up an act"), note)


@page("blank.view")
@require_POST
def act_paper(request: Request, pk: int) -> HttpResponse:
    """The act on paper."""
    act = get_in_scope(BlankAct, request, "blank.view", pk=pk)
    return redirect("document_pdf", pk=documents.act_document(act, by=request.user).pk)


HEADS = (
    ("opening", gettext_lazy("Were")), ("received", gettext_lazy("Received")),
    ("given_in", gettext_lazy("From other holders")), ("given_out", gettext_lazy("To other holders")),
    ("handed", gettext_lazy("Handed over")), ("destroyed", gettext_lazy("Destroyed")),
    ("lost", gettext_lazy("Lost")), ("returned", gettext_lazy("Sent back")),
    ("closing", gettext_lazy("Are")),
)  # fmt: skip


@page("blank.view")
def balance(request: Request) -> HttpResponse:
    """What was, came, went and is, of every sort of blanks; what is lies in the states beside it."""
    form = PeriodForm(request.GET, access=request.access)
    lines: list[queries.Line] = []
    if form.is_valid():
        data = form.cleaned_data
        lines = queries.balance(
            request.access.scope("blank.view"), start=data["start"], end=data["end"],
            holders={data["holder"].pk} if data["holder"] else None,
        )  # fmt: skip
    names = {**dict(BLANK_KINDS), **dict(CATEGORIES)}
    held = [(state, title) for state, title in Blank.STATES if state in Blank.HELD]
    table: list[dict[str, Any]] = [
        {
            "kind": names[one.kind],
            "type": "" if one.kind == ACADEMIC else label("h_education_type", one.education_type),
            "category": names[one.category], "figures": [getattr(one, name) for name, _title in HEADS],
            "states": [one.states.get(state, 0) for state, _title in held], "agrees": one.agrees,
        }
        for one in lines
    ]  # fmt: skip
    heads = [str(title) for _name, title in HEADS]
    states = [str(title).capitalize() for _state, title in held]
    if request.GET.get("as") == "xlsx":
        first = [_("Kind of blank"), _("Education type"), _("Category")]
        rows = [
            [str(one["kind"]), str(one["type"]), str(one["category"]), *one["figures"], *one["states"]]
            for one in table
        ]
        answer = HttpResponse(book([(_("Balance"), [*first, *heads, *states], rows)]), content_type=XLSX)
        answer["Content-Disposition"] = f'attachment; filename="blanks-{timezone.localdate():%Y-%m-%d}.xlsx"'
        return answer
    context = {
        "title": _("Balance of blanks"), "form": form, "table": table, "heads": heads, "states": states,
        "list_url": reverse("records_blanks_list"),
        "sums": [sum(column) for column in zip(*(one["figures"] + one["states"] for one in table), strict=True)],
    }  # fmt: skip
    return render(request, "records/balance.html", context, status=422 if form.errors else 200)


register_menu(MenuItem("record", gettext_lazy("Balance of blanks"), "records_blank_balance", "blank.view"))
