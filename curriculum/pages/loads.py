"""Loads of teachers against the norm of their rates: list, Excel, print (duty 8.2), and the norms (B6)."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.formats.base_formats import XLSX
from tablib import Dataset

from curriculum import load
from curriculum.models import LoadNorm, Teaching, TeachingAudience, TrainingMode
from curriculum.pages.common import asked_half_year
from curriculum.teachings import giving
from hemis.access.guard import page
from hemis.access.scope import Scope
from hemis.base import Request
from hemis.pages.columns import Column
from hemis.pages.export import cell
from hemis.pages.filters import Filter
from hemis.pages.forms import RegisterForm
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as register_menu
from hemis.pages.register import Register
from staff.models import Employee
from structure.models import Unit
from students.models import AcademicYear

STATES = {
    "under": gettext_lazy("under the norm"),
    "within": gettext_lazy("within the norm"),
    "over": gettext_lazy("over the norm"),
    "none": gettext_lazy("no norm"),
}
COLOURS = {"under": "orange", "within": "green", "over": "red", "none": "secondary"}


# --- figures


class TrainingModeForm(RegisterForm):
    class Meta:
        model = TrainingMode
        fields = ["training_type", "mode", "largest", "valid_from", "basis"]


class TrainingModes(Register):
    """Before whom each kind of training is taught, from a day on."""

    app, name, title, title_one = (
        "curriculum", "training_modes", gettext_lazy("Ways of teaching"), gettext_lazy("way of teaching"),
    )  # fmt: skip
    model, permission, menu = TrainingMode, "teaching_norm", "curriculum"
    columns = [
        Column("training_type", link=True), Column("mode"), Column("largest", numeric=True), Column("valid_from"),
        Column("basis"),
    ]  # fmt: skip
    filters = [Filter("training_type"), Filter("mode")]
    form = TrainingModeForm


class LoadNormForm(RegisterForm):
    class Meta:
        model = LoadNorm
        fields = ["post", "low", "high", "valid_from", "basis"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["post"].help_text = _("Empty: any post that has no norm of its own.")

    def clean(self):
        data = super().clean() or {}
        if data.get("low") is not None and data.get("high") is not None and data["high"] < data["low"]:
            self.add_error("high", _("The most is below the least."))
        return data


class LoadNorms(Register):
    """Hours of a year that a full rate stands for, from a day on."""

    app, name, title, title_one = (
        "curriculum", "load_norms", gettext_lazy("Norms of the load"), gettext_lazy("norm of the load"),
    )  # fmt: skip
    model, permission, menu = LoadNorm, "teaching_norm", "curriculum"
    columns = [
        Column("post", link=True), Column("low", numeric=True), Column("high", numeric=True), Column("valid_from"),
        Column("basis"),
    ]  # fmt: skip
    filters = [Filter("post")]
    form = LoadNormForm


# --- who has how much


def _kafedras(scope: Scope) -> QuerySet[Unit]:
    """Kafedras whose loads the scope shows: the own, those of the faculty, or all."""
    found = Unit.objects.kafedras().filter(is_active=True)
    if scope.everything:
        return found
    return found.filter(pk__in=scope.kafedra_ids) | found.filter(parent__in=scope.faculty_ids)


def _asked_year(request: Request) -> int:
    return asked_half_year(request.GET)[0]


def _teachers(scope: Scope, kafedras: list[int], year: int) -> QuerySet[Employee]:
    found = giving.teachers_of(kafedras, year)
    if kafedras or scope.everything or scope.faculty_ids or scope.kafedra_ids:
        return found
    return (
        Employee.objects.filter(person=scope.person_id).select_related("person")
        if scope.person_id
        else found.none()
    )


def _rows(scope: Scope, kafedras: list[Unit], kafedra: str, year: int) -> list[dict[str, Any]]:
    """Teachers of the chosen kafedra (or of all in scope) with their loads; a constant number of queries."""
    chosen = [one.pk for one in kafedras if not kafedra or str(one.pk) == kafedra]
    teachers = list(_teachers(scope, chosen, year))
    loads = load.loads_of(teachers, year)
    hours: dict[tuple[int, str], int] = {}
    sums = Teaching.objects.filter(teacher__in=[one.pk for one in teachers], academic_year=year).order_by()
    for teacher, term, total in sums.values_list("teacher", "term").annotate(total=Sum("hours")):
        hours[teacher, term] = total
    return [
        {
            "teacher": one,
            "load": loads[one.pk],
            "autumn": hours.get((one.pk, "11"), 0),
            "spring": hours.get((one.pk, "12"), 0),
            "state": STATES[loads[one.pk].state],
            "colour": COLOURS[loads[one.pk].state],
        }
        for one in teachers
    ]


@page("teaching.view")
def loads(request: Request) -> HttpResponse:
    """Every teacher in scope with hours and norm, and the hours that nobody teaches yet."""
    scope = request.access.scope("teaching.view")
    year, kafedra, state = _asked_year(request), request.GET.get("kafedra", ""), request.GET.get("state", "")
    kafedras = list(_kafedras(scope).order_by("name"))
    rows = _rows(scope, kafedras, kafedra, year)
    if state in STATES:
        rows = [row for row in rows if row["load"].state == state]
    free = Teaching.objects.for_scope(scope).filter(academic_year=year, teacher=None)
    if kafedra.isdigit():
        free = free.filter(kafedra=kafedra)
    context = {
        "title": _("Load of teachers"),
        "rows": rows,
        "year": year,
        "years": AcademicYear.objects.order_by("-year"),
        "kafedras": kafedras,
        "kafedra": kafedra,
        "state": state,
        "states": STATES.items(),
        "total": sum(row["load"].hours for row in rows),
        "free": free.aggregate(hours=Sum("hours"))["hours"] or 0,
        "query": request.GET.urlencode(),
    }
    return render(request, "curriculum/loads.html", context)


@page("teaching.view")
def loads_file(request: Request) -> HttpResponse:
    """The list as Excel."""
    scope = request.access.scope("teaching.view")
    year = _asked_year(request)
    data = Dataset(
        headers=[
            str(one)
            for one in (
                _("Teacher"), _("Autumn, hours"), _("Spring, hours"), _("Year, hours"), _("Norm, at least"),
                _("Norm, at most"), _("Difference"), _("State"),
            )
        ]
    )  # fmt: skip
    for row in _rows(scope, list(_kafedras(scope)), request.GET.get("kafedra", ""), year):
        found = row["load"]
        data.append(
            [
                cell(value)
                for value in (
                    str(row["teacher"].person), row["autumn"], row["spring"], found.hours, found.low, found.high,
                    found.difference, str(row["state"]),
                )
            ]
        )  # fmt: skip
    made = XLSX()
    answer = HttpResponse(made.export_data(data), content_type=made.get_content_type())
    name = f"load-{year}-{timezone.localdate():%Y-%m-%d}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _teacher_in_scope(request: Request, pk: int, year: int) -> Employee:
    """A teacher of a kafedra in scope, one who teaches in scope, or oneself."""
    scope = request.access.scope("teaching.view")
    if scope.everything:
        return get_object_or_404(Employee.objects.select_related("person"), pk=pk)
    kafedras = list(_kafedras(scope).values_list("pk", flat=True))
    found = _teachers(scope, kafedras, year).filter(pk=pk).first() if kafedras else None
    found = found or Employee.objects.filter(pk=pk, person=scope.person_id).select_related("person").first()
    if found is None:
        raise Http404
    return found


@page("teaching.view")
def teacher_load(request: Request, pk: int) -> HttpResponse:
    """A teacher's load of a year on paper: every teaching, the sums, the norm, signatures."""
    year = _asked_year(request)
    teacher = _teacher_in_scope(request, pk, year)
    seats = TeachingAudience.objects.select_related("group", "subgroup__division__group")
    rows = list(
        Teaching.objects.filter(teacher=teacher, academic_year=year)
        .select_related("subject", "kafedra")
        .prefetch_related(Prefetch("audience", seats.order_by("group__name", "subgroup__name")))
        .order_by("term", "subject__name", "training_type", "pk")
    )
    found = load.loads_of([teacher], year)[teacher.pk]
    context = {
        "title": _("Teaching load: %(teacher)s, %(year)d/%(next)d")
        % {"teacher": teacher.person, "year": year, "next": year + 1},
        "teacher": teacher,
        "rows": rows,
        "load": found,
        "state": STATES[found.state],
        "colour": COLOURS[found.state],
        "year": year,
        "years": AcademicYear.objects.order_by("-year"),
        "today": timezone.localdate(),
    }
    return render(request, "curriculum/teacher_load.html", context)


register_menu(MenuItem("curriculum", gettext_lazy("Load of teachers"), "curriculum_loads", "teaching.view"))
