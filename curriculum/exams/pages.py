"""Pages of the automatic timetable of controls (duty 2.3, B7)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum.exams import actions, forms, queries, rules
from curriculum.models import ExamDraft, ExamPlace, Subject
from curriculum.pages.reference import years
from curriculum.solver import drafts
from curriculum.solver.pages import COLOURS, Drafts
from curriculum.timetable import rules as week
from hemis.access.guard import page
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.forms import number_of
from hemis.pages.menu import MenuItem
from hemis.pages.register import Tab
from hemis.pages.verbs import verb
from students.models import AcademicYear, Group

IN_THE_WAY = {
    rules.AUDIENCE: gettext_lazy("the group is busy"),
    rules.DENSE: gettext_lazy("another control of the group is too near"),
    rules.EXAMINER: gettext_lazy("no examiner is free"),
    rules.ROOM: gettext_lazy("no auditorium that is large enough is free"),
}
WHY = {
    rules.NO_DAY: gettext_lazy(
        "On none of these days do the plans of its groups allow such a control, or there is no sheet before it."
    ),
    rules.NO_EXAMINER: gettext_lazy("Nobody of the kafedra may hold it: all have taught it to these groups."),
    rules.NO_SUCH_ROOM: gettext_lazy("No auditorium of these kinds seats so many."),
}
FIGURES = [
    ("placed", gettext_lazy("controls placed")),
    ("wanted", gettext_lazy("controls wanted")),
    ("sittings", gettext_lazy("students, counted at each control")),
    ("tight", gettext_lazy("controls of a group as near as may be")),
    ("no_access", gettext_lazy("controls in an auditorium with steps that somebody cannot climb")),
    ("wishes_broken", gettext_lazy("wishes of examiners not met")),
    ("buildings", gettext_lazy("buildings besides the first of a day")),
    ("late_pairs", gettext_lazy("late pairs")),
    ("big_late", gettext_lazy("lateness of large controls, in tenths of the session")),
    ("examiner_most", gettext_lazy("most controls of one examiner")),
    ("cost", gettext_lazy("cost of all together")),
]


def _session(request: Request, draft: ExamDraft) -> dict[str, Any]:
    """The draft day by day: all of it, or of a group, an auditorium, an examiner."""
    rows = list(queries.shown(draft))
    choices: dict[str, dict[int, str]] = {"group": {}, "room": {}, "examiner": {}}
    for row in rows:
        choices["group"] |= {part.group_id: str(part.group) for part in row.parts.all()}
        choices["room"][row.auditorium_id] = str(row.auditorium)
        for who in filter(None, (row.examiner, row.second_examiner)):
            choices["examiner"][who.pk] = who.person.short_name
    asked = {name: number_of(request.GET.get(name, "")) for name in choices}
    labels = {"group": _("Group"), "room": _("Auditorium"), "examiner": _("Examiner")}
    return {
        "choices": [
            {
                "name": name, "label": labels[name], "asked": asked[name],
                "options": sorted(some.items(), key=lambda one: one[1]),
            }
            for name, some in choices.items()
        ],
        "rows": [row for row in rows if _is_asked(row, asked)],
    }  # fmt: skip


def _is_asked(row: ExamPlace, asked: dict[str, int]) -> bool:
    of_row: dict[str, set[int | None]] = {
        "group": {part.group_id for part in row.parts.all()},
        "room": {row.auditorium_id},
        "examiner": {row.examiner_id, row.second_examiner_id},
    }
    return all(not wanted or wanted in of_row[name] for name, wanted in asked.items())


def _unplaced(request: Request, draft: ExamDraft) -> dict[str, Any]:
    subjects = Subject.objects.in_bulk({row["subject"] for row in draft.unplaced})
    groups = Group.objects.in_bulk({group for row in draft.unplaced for group in row["groups"]})
    return {
        "rows": [
            {
                "subject": subjects[row["subject"]], "people": row["people"], "why": why(row),
                "groups": ", ".join(str(groups[one]) for one in row["groups"] if one in groups),
            }
            for row in draft.unplaced
            if row["subject"] in subjects
        ]
    }  # fmt: skip


def why(row: dict[str, Any]) -> str:
    """The reason of a control without a place, in words."""
    if row["reason"] in WHY:
        return str(WHY[row["reason"]])
    parts = [f"{IN_THE_WAY[what]} — {count}" for what, count in row["by"].items() if what in IN_THE_WAY]
    if free := row["slots"] - sum(row["by"].values()):
        parts.append(_("free by itself, but the search ended before — %(count)d") % {"count": free})
    return _("Of %(slots)d pairs of the session: %(parts)s.") % {
        "slots": row["slots"],
        "parts": "; ".join(parts),
    }


class ExamDrafts(Drafts):
    figures = FIGURES
    app, name, title, title_one = (
        "curriculum",
        "exam_drafts",
        gettext_lazy("Automatic timetable of controls"),
        gettext_lazy("computed timetable of controls"),
    )
    model, permission, menu = ExamDraft, "exam_timetable", "curriculum"
    columns = [
        Column("faculty", link=True, sort="faculty__name"),
        Column("academic_year"),
        Column("term"),
        Column("control"),
        Column("attempt", hidden=True),
        Column("first_day"),
        Column("last_day"),
        Column("state", badge=COLOURS),
        Column("made_at"),
        Column("made_by", hidden=True),
    ]
    filters = [
        RelatedFilter("year", years, lookup="academic_year", label=gettext_lazy("academic year")),
        Filter("term"),
        Filter("control"),
        Filter("state"),
    ]
    search = ("faculty__name",)
    select_related = ("faculty", "academic_year", "made_by", "job")
    fields = (
        "faculty", "academic_year", "term", "control", "attempt", "first_day", "last_day", "together", "replaces",
        "rounds", "state", "made_by", "made_at",
    )  # fmt: skip
    tabs = [
        Tab("session", gettext_lazy("Session"), "curriculum/exams/_session.html", _session),
        Tab("unplaced", gettext_lazy("Not placed"), "curriculum/exams/_unplaced.html", _unplaced),
    ]
    detail_template = "curriculum/exams/draft.html"
    header_actions = [
        MenuItem("", gettext_lazy("Compute a session"), "curriculum_exam_compute", actions.PERMISSION)
    ]
    empty = gettext_lazy(
        "The solver finds days, auditoriums and examiners for the controls of a session; you look at it and accept it."
    )

    @classmethod
    def detail_context(cls, request, obj):
        drafts.settle(obj)
        may = obj.state == ExamDraft.READY and request.access.can(actions.PERMISSION)
        return {
            "may_accept": may and bool(obj.account.get("placed")),
            "may_drop": may,
            "computing": obj.state == ExamDraft.COMPUTING,
            "account": cls.account(obj),
        }


@page(actions.PERMISSION)
def compute(request: Request) -> HttpResponse:
    """Ask the solver for a session."""
    year, term = week.half_year(timezone.localdate())
    initial: dict[str, Any] = {"academic_year": AcademicYear.objects.filter(year=year).first(), "term": term}
    faculties = request.access.scope(actions.PERMISSION).faculty_ids
    if len(faculties) == 1 and (days := queries.weeks_of_attestation(next(iter(faculties)), year, term)):
        initial |= {"first_day": days[0], "last_day": days[1]}
    form = forms.ExamDraftForm(request.POST or None, access=request.access, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            draft = drafts.begin(form.save(commit=False), actions.WORK, access=request.access)
        except drafts.SolverError as error:
            form.add_error(None, str(error))
        else:
            return redirect("job", pk=draft.job_id)
    back = reverse("curriculum_exam_drafts_list")
    context = {
        "form": form,
        "register": ExamDrafts,
        "title": _("Compute a session"),
        "object": True,
        "back_url": back,
        "list_url": back,
    }
    return render(request, "curriculum/exams/compute.html", context, status=422 if form.errors else 200)


def _accept(request: Request, draft: ExamDraft) -> str:
    found = actions.accept(draft, access=request.access)
    for one in found.refused[:20]:
        messages.warning(request, _("Taken meanwhile, left out: %(control)s") % {"control": one})
    return _("Controls put into the timetable: %(count)d; academic affairs approve them.") % {
        "count": found.made
    }


def _go_on(request: Request, draft: ExamDraft) -> HttpResponse:
    return redirect("job", pk=drafts.go_on(draft, actions.WORK, access=request.access).job_id)


def _drop(request: Request, draft: ExamDraft) -> str:
    actions.drop(draft, access=request.access)
    return _("The computed timetable is put aside.")


def _button(do):
    return verb(
        ExamDraft, actions.PERMISSION, do, back="curriculum_exam_drafts_detail", errors=drafts.SolverError
    )


accept = _button(_accept)
go_on = _button(_go_on)
drop = _button(_drop)
