"""Teachings: formed from the plans, given to teachers, split, merged (duties 2.3, B6, 8.2)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from curriculum import actions, load, teacher_choice
from curriculum.models import Subject, Teaching, TeachingAudience, TrainingMode
from curriculum.pages.common import HalfYearForm, asked_half_year, dressed, form_page, keep_chosen, to_tab
from curriculum.pages.reference import kafedras, years
from curriculum.teachings import forming, giving, shaping
from curriculum.timetable import queries, sitting
from hemis.access.guard import page
from hemis.base import Request, name_of
from hemis.classifiers import queries as classifiers
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import BulkAction, Register, Tab
from staff.models import Employee
from structure.models import Unit
from students.models import Division

CHOSEN = "curriculum.chosen_teachings"


def _kafedras(request: Request) -> list[int] | None:
    """Kafedras whose teachings the user gives to teachers; None: of the whole university."""
    scope = request.access.scope("teaching.assign")
    return None if scope.everything else sorted(scope.kafedra_ids)


def _distribute(request: Request, rows) -> str:
    count = giving.distribute(rows, access=request.access)
    return _("%(count)d teachings have a teacher now.") % {"count": count}


def _merge(request: Request, rows) -> str | None:
    try:
        found = shaping.merge(rows, access=request.access)
    except actions.CurriculumError as error:
        messages.error(request, str(error))
        return None
    return _("One stream is made: %(teaching)s.") % {"teaching": found}


def _teaching_tab(request: Request, teaching: Teaching) -> dict[str, Any]:
    """The audience, with what may be done with it."""
    seats = list(
        teaching.audience.select_related(
            "group", "subgroup__division__group", "curriculum_subject__curriculum"
        )
    )
    whole = len(seats) == 1 and seats[0].subgroup_id is None
    divisions = Division.objects.filter(group=seats[0].group_id) if whole else Division.objects.none()
    may = request.access.can("teaching.assign") and (
        giving.assignable(
            Teaching.objects.filter(pk=teaching.pk), request.access.scope("teaching.assign")
        ).exists()
    )
    return {
        "seats": seats,
        "is_elective": any(one.curriculum_subject.elective_group for one in seats),
        "divisions": divisions,
        "may_assign": may,
        "most": teaching.hours - 1,
    }


def _students_tab(request: Request, teaching: Teaching) -> dict[str, Any]:
    """Everybody who sits in the teaching by their registrations, and who chose it while a window is open."""
    return {"sitters": sitting.roll(teaching), "chosen": list(teacher_choice.chose(teaching))}


class Teachings(Register):
    """Who teaches what to whom: the load is their sum."""

    app, name, title, title_one = (
        "curriculum", "teachings", gettext_lazy("Teaching load: classes"), gettext_lazy("teaching"),
    )  # fmt: skip
    model, permission, menu = Teaching, "teaching", "curriculum"
    columns = [
        Column("subject", sort="subject__name", link=True),
        Column("training_type"),
        Column("audience", gettext_lazy("Groups"), value=queries.audience_text),
        Column("hours", numeric=True),
        Column("teacher", sort="teacher__person__sort_key"),
        Column("assistant", sort="assistant__person__sort_key", hidden=True),
        Column("kafedra", sort="kafedra__name", hidden=True),
        Column("academic_year"),
        Column("term"),
        Column("note", hidden=True),
    ]
    filters = [
        RelatedFilter("year", years, lookup="academic_year", label=gettext_lazy("academic year")),
        Filter("term"),
        RelatedFilter("kafedra", kafedras),
        Filter("training_type"),
        BooleanFilter("no_teacher", lookup="teacher__isnull", label=gettext_lazy("Without a teacher")),
    ]
    search = ("subject__name", "subject__code", "audience__group__name", "teacher__person__last_name")
    ordering = ("-academic_year_id", "term", "subject__name", "training_type")
    select_related = ("subject", "kafedra", "academic_year", "teacher__person", "assistant__person")
    fields = (
        "subject", "training_type", "academic_year", "term", "kafedra", "hours", "teacher", "assistant", "note",
    )  # fmt: skip
    tabs = [
        Tab("audience", gettext_lazy("Groups"), "curriculum/_teaching.html", _teaching_tab),
        Tab("students", gettext_lazy("Students"), "curriculum/_teaching_students.html", _students_tab),
    ]
    actions = [
        BulkAction("assign", gettext_lazy("Give to a teacher"), "teaching.assign",
                   keep_chosen(CHOSEN, "curriculum_assign"), "user-check"),
        BulkAction("distribute", gettext_lazy("Spread over the teachers evenly"), "teaching.assign", _distribute),
        BulkAction("merge", gettext_lazy("Merge into one stream"), "teaching.assign", _merge, "users"),
    ]  # fmt: skip
    header_actions = [
        MenuItem("curriculum", gettext_lazy("Form teachings"), "curriculum_form_teachings", "teaching.form"),
        MenuItem("curriculum", gettext_lazy("Load of teachers"), "curriculum_loads", "teaching.view"),
    ]
    empty = gettext_lazy("Teachings are formed from the approved curricula of a half-year.")

    @classmethod
    def base_queryset(cls):
        seats = TeachingAudience.objects.select_related("group", "subgroup", "curriculum_subject")
        return Teaching.objects.prefetch_related(
            Prefetch("audience", seats.order_by("group__name", "subgroup__name"))
        )

    @classmethod
    def filtered(cls, access, data):
        """Searching by group finds a stream once."""
        found = super().filtered(access, data)
        if not data.get("q"):
            return found
        once = cls.rows(access).filter(pk__in=found.order_by().values("pk"))
        return once.order_by(*cls.order(data.get("sort", "")))

    @classmethod
    def summary(cls, rows):
        total = Teaching.objects.filter(pk__in=rows.order_by().values("pk")).aggregate(hours=Sum("hours"))
        return [(gettext_lazy("hours"), total["hours"] or 0)]


# --- forming


@page("teaching.form")
def form_teachings(request: Request) -> HttpResponse:
    """Choose the half-year, look at what would be added, confirm."""
    data = request.POST if request.method == "POST" else request.GET
    year, term = asked_half_year(data)
    day = timezone.localdate()
    if request.method == "POST":
        made = forming.form(access=request.access, year=year, term=term, day=day)
        if made.new:
            messages.success(request, _("%(count)d teachings are formed.") % {"count": made.new})
        if made.joined:
            messages.success(
                request, _("%(count)d groups joined teachings of electives.") % {"count": made.joined}
            )
        if not made.new and not made.joined:
            messages.info(request, _("Nothing was missing."))
        return redirect(f"{reverse('curriculum_teachings_list')}?year={year}&term={term}")
    proposal = forming.preview(access=request.access, year=year, term=term, day=day)
    context = {
        "title": _("Form teachings"),
        "form": HalfYearForm(initial={"year": year, "term": term}),
        "proposal": proposal,
        "modes": _modes_shown(day),
        "by_kafedra": _by_kafedra(proposal),
        "joining": _joining_shown(proposal),
        "gaps": _gaps_shown(proposal),
        "year": year,
        "term": term,
    }
    return render(request, "curriculum/form_teachings.html", context)


def _modes_shown(day) -> list[tuple[str, str, int]]:
    newest: dict[str, Any] = {}
    for row in TrainingMode.objects.in_force(day):
        newest[row.training_type] = row
    return [
        (row.get_training_type_display(), row.get_mode_display(), row.largest)  # type: ignore[attr-defined]
        for _kind, row in sorted(newest.items())
    ]


def _by_kafedra(proposal: forming.Proposal) -> list[dict[str, Any]]:
    """New teachings and hours of each kafedra by kind of training."""
    names = dict(
        Unit.objects.filter(pk__in={one.kafedra for one in proposal.new}).values_list("pk", name_of(""))
    )
    kinds = dict(classifiers.choices("h_training_type"))
    found: dict[tuple[str, str], list[int]] = {}
    for one in proposal.new:
        line = found.setdefault(
            (names[one.kafedra], kinds.get(one.training_type, one.training_type)), [0, 0, 0]
        )
        line[0] += 1
        line[1] += one.hours
        line[2] = max(line[2], one.students)
    return [
        {"kafedra": kafedra, "kind": kind, "count": line[0], "hours": line[1], "largest": line[2]}
        for (kafedra, kind), line in sorted(found.items())
    ]


def _joining_shown(proposal: forming.Proposal) -> list[dict[str, Any]]:
    """Groups that would join a teaching of an elective, with how many chose it."""
    rows = Teaching.objects.select_related("subject", "teacher__person").in_bulk(
        {teaching for _one, teaching in proposal.joining}
    )
    return [{"demand": one, "teaching": rows[teaching]} for one, teaching in proposal.joining]


def _gaps_shown(proposal: forming.Proposal) -> list[dict[str, Any]]:
    names = dict(
        Subject.objects.filter(pk__in={one.subject for one in proposal.gaps}).values_list("pk", name_of(""))
    )
    kinds = dict(classifiers.choices("h_training_type"))
    return [
        {"gap": one, "subject": names[one.subject], "kind": kinds.get(one.training_type, one.training_type)}
        for one in proposal.gaps[:200]
    ]


# --- who teaches


class AssignForm(forms.Form):
    """A teacher of the kafedra, and one beside."""

    teacher = forms.ModelChoiceField(
        label=gettext_lazy("teacher"), queryset=Employee.objects.none(), required=False,
        help_text=gettext_lazy("Empty: the teachings are taken back."),
    )  # fmt: skip
    assistant = forms.ModelChoiceField(
        label=gettext_lazy("second teacher"), queryset=Employee.objects.none(), required=False
    )

    def __init__(self, *args, teachers, loads, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("teacher", "assistant"):
            field: Any = self.fields[name]
            field.queryset = teachers
            field.label_from_instance = lambda one: _told(one, loads.get(one.pk))
        dressed(self)


def _told(teacher: Employee, found) -> str:
    if found is None:
        return str(teacher.person)
    return f"{teacher.person} · {found.hours} / {found.high}"


def _assign_page(request: Request, rows, back: str, title: str) -> HttpResponse:
    mine = giving.assignable(rows, request.access.scope("teaching.assign"))
    found = list(mine.order_by().values_list("kafedra", "academic_year").distinct())
    if len(found) != 1:
        messages.error(request, _("Choose teachings of one kafedra and one academic year."))
        return redirect("curriculum_teachings_list")
    teachers = giving.teachers_of(*found[0])
    form = AssignForm(
        request.POST or None, teachers=teachers, loads=load.loads_of(teachers, found[0][1]),
        initial=mine.values("teacher", "assistant").first(),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            count = giving.assign(mine, access=request.access, **form.cleaned_data)
        except actions.CurriculumError as error:
            form.add_error("teacher", str(error))
        else:
            messages.success(request, _("%(count)d teachings are given.") % {"count": count})
            return redirect(back)
    names = ", ".join(str(one) for one in mine.select_related("subject")[:10])
    note = _("Teachings: %(count)d (%(names)s). Beside each name: hours of the year / the most of the norm.")
    return form_page(
        request,
        form,
        title=title,
        note=note % {"count": mine.count(), "names": names},
        button=_("Give"),
        back=back,
    )


@page("teaching.assign")
def assign(request: Request) -> HttpResponse:
    """Give the chosen teachings to a teacher."""
    rows = Teaching.objects.filter(pk__in=request.session.get(CHOSEN, []))
    return _assign_page(request, rows, reverse("curriculum_teachings_list"), _("Give to a teacher"))


def _mine(request: Request, pk: int) -> Teaching:
    """A teaching of the kafedras in scope; a teacher's own is seen, not given away."""
    request.access.require("teaching.assign")
    rows = giving.assignable(
        Teachings.rows(request.access, "teaching.assign"), request.access.scope("teaching.assign")
    )
    return get_object_or_404(rows, pk=pk)


@page("teaching.assign")
def assign_one(request: Request, pk: int) -> HttpResponse:
    """Give one teaching to a teacher."""
    one = _mine(request, pk)
    return _assign_page(request, Teaching.objects.filter(pk=pk), Teachings.url_of(one), str(one))


def _verb(do):
    """A button of the teaching's card."""

    @page("teaching.assign")
    @require_POST
    def view(request: Request, pk: int) -> HttpResponse:
        teaching = _mine(request, pk)
        try:
            messages.success(request, do(request, teaching))
        except actions.CurriculumError as error:
            messages.error(request, str(error))
        return to_tab("curriculum_teachings_detail", pk, "audience")

    return view


def _split(request: Request, teaching: Teaching) -> str:
    asked = request.POST.get("hours", "")
    shaping.split_hours(
        teaching,
        access=request.access,
        hours=int(asked) if asked.isdigit() and len(asked) < 6 else 0,  # noqa: PLR2004
    )
    return _("The hours are split; give the new teaching to another teacher.")


def _part(request: Request, teaching: Teaching) -> str:
    groups = [int(value) for value in request.POST.getlist("group") if value.isdigit()]
    shaping.part(teaching, access=request.access, groups=groups)
    return _("The chosen groups have a teaching of their own.")


def _part_by_subgroups(request: Request, teaching: Teaching) -> str:
    asked = request.POST.get("division", "")
    made = shaping.part_by_subgroups(
        teaching, access=request.access, division=int(asked) if asked.isdigit() else 0
    )
    return _("%(count)d teachings, one for each subgroup.") % {"count": len(made)}


split = _verb(_split)
part = _verb(_part)
part_by_subgroups = _verb(_part_by_subgroups)
