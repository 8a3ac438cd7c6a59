"""Registers of research projects and what belongs to them (duty 5.1)."""

from __future__ import annotations

from django.db.models import Sum
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.pages.columns import Column, display
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.home import Todo, register_todo
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register, Tab
from hemis.pages.tabs import rows_tab
from hemis.sheets.pages import way_to
from research.forms import projects as forms
from research.models import (
    Project,
    ProjectExecutor,
    ProjectReport,
    ProjectResult,
    ProjectStage,
    ProjectSum,
)
from research.queries import projects as queries
from structure.models import Unit

STATES = {Project.RUNNING: "blue", Project.FINISHED: "green", Project.STOPPED: "orange"}
STANDINGS = {
    queries.ACCEPTED: gettext_lazy("accepted"),
    queries.REPORTED: gettext_lazy("reported"),
    queries.LATE: gettext_lazy("late"),
    queries.GOING: gettext_lazy("going on"),
    queries.AHEAD: gettext_lazy("not begun"),
}


def _units(access):
    seen = Project.objects.for_scope(access.scope("project.view"))
    return Unit.objects.filter(pk__in=seen.values("unit"))


def _unit(lookup: str) -> RelatedFilter:
    return RelatedFilter("unit", _units, lookup=lookup, label=gettext_lazy("Unit"))


def _from_excel(name: str) -> MenuItem:
    return MenuItem("science", gettext_lazy("From Excel"), f"research_{name}_import", "project.edit")


imports = [
    path(
        f"{name}/import/",
        way_to(f"research.{name}", permission="project.edit"),
        name=f"research_{name}_import",
    )
    for name in ("projects", "sums", "executors")
]


def _standings(access) -> list[tuple[str, str]]:
    return [(code, str(title)) for code, title in STANDINGS.items()]


class _OfProject(Register):
    app, permission = "research", "project"
    search: tuple[str, ...] = ("project__number", "project__name")


class Sums(_OfProject):
    model, name = ProjectSum, "project_sums"
    title, title_one = gettext_lazy("Sums of projects by year"), gettext_lazy("sum of a year")
    menu, menu_place = "science", 12
    columns = [
        Column("year", link=True, numeric=True),
        Column("project", sort="project__number"),
        Column("source"),
        Column("amount", numeric=True),
        Column("currency"),
        Column("members", numeric=True),
        Column("project__unit", sort="project__unit__name", hidden=True),
    ]
    filters = [RangeFilter("year"), Filter("source"), Filter("currency"), _unit("project__unit")]
    select_related = ("project__unit",)
    form = forms.SumForm
    fields = ("project", "year", "source", "amount", "currency", "members")
    header_actions = [_from_excel("sums")]
    empty = gettext_lazy("Enter what each source pays for a project in a year.")

    @classmethod
    def summary(cls, rows):
        """The sum of every currency: they are never added up."""
        found = rows.order_by("currency").values_list("currency").annotate(total=Sum("amount"))
        return [(classifiers.label("h_project_currency", code), display(total)) for code, total in found]


class Executors(_OfProject):
    model, name = ProjectExecutor, "project_executors"
    title, title_one = gettext_lazy("Executors of projects"), gettext_lazy("executor")
    menu, menu_place = "science", 11
    columns = [
        Column("name", gettext_lazy("Executor"), value=lambda row: row.name, link=True, sort=None),
        Column("project", sort="project__number"),
        Column("role", badge={ProjectExecutor.LEADER: "blue"}),
        Column("kind"),
        Column("valid_from"),
        Column("valid_to"),
        Column("project__unit", sort="project__unit__name", hidden=True),
    ]
    filters = [Filter("role"), Filter("kind"), RangeFilter("valid_from", "date"), _unit("project__unit")]
    search = (*_OfProject.search, "outsider", "employee__person__last_name", "student__person__last_name")
    select_related = ("project__unit", "employee__person", "student__person")
    form = forms.ExecutorForm
    fields = ("project", "kind", "role", "employee", "student", "outsider", "valid_from", "valid_to")
    header_actions = [_from_excel("executors")]
    empty = gettext_lazy("Name who works in the projects, and who leads them.")


class Reports(_OfProject):
    model, name = ProjectReport, "project_reports"
    title, title_one = gettext_lazy("Reports on projects"), gettext_lazy("report")
    columns = [
        Column("title", link=True),
        Column("project", sort="project__number"),
        Column("kind"),
        Column("stage", sort="stage__number"),
        Column("day"),
        Column("accepted_on"),
    ]
    filters = [Filter("kind"), RangeFilter("day", "date"), _unit("project__unit")]
    search = (*_OfProject.search, "title")
    select_related = ("project", "stage")
    form = forms.ReportForm
    files = ("scan",)
    empty = gettext_lazy("Add the reports with their files.")


class Stages(_OfProject):
    model, name = ProjectStage, "project_stages"
    title, title_one = gettext_lazy("Stages of projects"), gettext_lazy("stage")
    columns = [
        Column("name", link=True),
        Column("number", numeric=True),
        Column("project", sort="project__number"),
        Column("starts"),
        Column("ends"),
        Column(
            "standing", gettext_lazy("Standing"), value=lambda row: STANDINGS[row.standing], sort="standing",
            badge={queries.ACCEPTED: "green", queries.REPORTED: "blue", queries.LATE: "red"},
        ),
        Column("expected", hidden=True),
    ]  # fmt: skip
    filters = [
        Filter("standing", label=gettext_lazy("Standing"), choices=_standings),
        Filter("state", lookup="project__state", label=gettext_lazy("State of the project")),
        RangeFilter("ends", "date"),
        _unit("project__unit"),
    ]
    search = (*_OfProject.search, "name")
    select_related = ("project",)
    form = forms.StageForm
    fields = ("project", "number", "name", "starts", "ends", "standing", "expected")
    tabs = [rows_tab("reports", gettext_lazy("Reports"), Reports, "stage")]
    empty = gettext_lazy("Enter the stages of the calendar plan.")

    @classmethod
    def base_queryset(cls):
        return queries.with_standing(ProjectStage.objects.all())


class Results(_OfProject):
    model, name = ProjectResult, "project_results"
    title, title_one = gettext_lazy("Results of projects"), gettext_lazy("result")
    columns = [
        Column("what", gettext_lazy("What came out"), value=str, link=True, sort=None),
        Column("project", sort="project__number"),
        Column("kind"),
        Column("day"),
    ]
    filters = [Filter("kind"), RangeFilter("day", "date"), _unit("project__unit")]
    search = (*_OfProject.search, "name", "work__title")
    select_related = ("project", "work")
    form = forms.ResultForm
    fields = ("project", "kind", "work", "name", "day")
    files = ("scan",)
    empty = gettext_lazy("Add publications, implementations and products that came out of projects.")


def _money(request: Request, project: Project) -> dict:
    """Sums of a project: a line for each year and source, a column for each currency."""
    rows = queries.money_of(Project.objects.filter(pk=project.pk))
    currencies = sorted({currency for _year, _source, currency, _total in rows})
    table: dict[tuple[int, str], dict] = {}
    for year, source, currency, total in rows:
        table.setdefault((year, source), {})[currency] = total
    titles = dict(ProjectSum.SOURCES)
    return {
        "currencies": [classifiers.label("h_project_currency", code) for code in currencies],
        "lines": [
            (year, titles[source], [found.get(code) for code in currencies])
            for (year, source), found in table.items()
        ],
        "totals": [sum(found.get(code, 0) for found in table.values()) for code in currencies],
        "add_url": f"{reverse('research_project_sums_new')}?project={project.pk}"
        if request.access.can("project.edit")
        else "",
        "sums_url": f"{reverse('research_project_sums_list')}?q={project.number}",
    }


class Projects(Register):
    app, permission, menu, menu_place = "research", "project", "science", 10
    model, name = Project, "projects"
    title, title_one = gettext_lazy("Research projects"), gettext_lazy("research project")
    columns = [
        Column("number", link=True),
        Column("name"),
        Column("unit", sort="unit__name"),
        Column("kind", hidden=True),
        Column("leader", gettext_lazy("Leader")),
        Column("customer", hidden=True),
        Column("starts", hidden=True),
        Column("ends"),
        Column("total", gettext_lazy("Sum"), numeric=True),
        Column("currency"),
        Column("executors_now", gettext_lazy("Executors now"), numeric=True, hidden=True),
        Column("locality", hidden=True),
        Column("contract_number", hidden=True),
        Column("contract_date", hidden=True),
        Column("state", badge=STATES),
        Column("closed_on", hidden=True),
    ]
    filters = [
        Filter("state"),
        Filter("kind"),
        Filter("locality"),
        Filter("currency"),
        RelatedFilter("unit", _units),
        RangeFilter("starts", "date"),
        RangeFilter("ends", "date"),
    ]
    search = ("number", "name", "customer", "contract_number", "executors__employee__person__last_name")
    select_related = ("unit",)
    form = forms.ProjectForm
    fields = (
        "number", "name", "unit", "kind", "locality", "leader", "customer", "contract_number", "contract_date",
        "currency", "total", "starts", "ends", "state", "closed_on", "purpose", "outcome",
    )  # fmt: skip
    tabs = [
        Tab("money", gettext_lazy("Sums"), "research/_money.html", _money),
        rows_tab("executors", gettext_lazy("Executors"), Executors, "project"),
        rows_tab("stages", gettext_lazy("Stages"), Stages, "project"),
        rows_tab("reports", gettext_lazy("Reports"), Reports, "project"),
        rows_tab("results", gettext_lazy("Results"), Results, "project"),
    ]
    header_actions = [
        _from_excel("projects"),
        MenuItem("science", gettext_lazy("Stages"), "research_project_stages_list", "project.view"),
        MenuItem("science", gettext_lazy("Reports"), "research_project_reports_list", "project.view"),
        MenuItem("science", gettext_lazy("Results"), "research_project_results_list", "project.view"),
    ]
    empty = gettext_lazy("Enter the projects that are carried out by contract or grant.")

    @classmethod
    def base_queryset(cls):
        return queries.for_list(Project.objects.all())

    @classmethod
    def searched(cls, rows, text):
        """A project once, however many executors match."""
        found = super().searched(rows, text)
        return found.distinct() if text.strip() else found

    @classmethod
    def summary(cls, rows):
        """How many, and their sums by currency."""
        found = ProjectSum.objects.filter(project__in=rows.order_by().values("pk")).order_by("currency")
        totals = found.values_list("currency").annotate(total=Sum("amount"))
        return [(classifiers.label("h_project_currency", code), display(total)) for code, total in totals]

    @classmethod
    def history_parts(cls, obj):
        return [
            obj.sums.all(), obj.executors.all(), obj.stages.all(), obj.reports.all(), obj.results.all(),
        ]  # fmt: skip


def _address(register: type[Register], query: str):
    return lambda: f"{reverse(register.url_name('list'))}?{query}"


register_todo(
    Todo(
        gettext_lazy("Stages of projects that ended without a report"), "project.edit",
        lambda access: queries.late_stages(access.scope("project.edit")).order_by().count(),
        _address(Stages, "standing=late&state=running"), "clock",
    )
)  # fmt: skip
register_todo(
    Todo(
        gettext_lazy("Projects past their last day that are not closed"), "project.edit",
        lambda access: queries.overdue(Project.objects.for_scope(access.scope("project.edit"))).order_by().count(),
        lambda: reverse("research_projects_list") + f"?state=running&ends_to={timezone.localdate():%Y-%m-%d}", "clock",
    )
)  # fmt: skip
