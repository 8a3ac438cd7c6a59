"""Panels of the home page: works by state, and projects that run (duties 5.1, 8.4)."""

from __future__ import annotations

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from hemis.access.scope import Access
from hemis.classifiers import queries as classifiers
from hemis.pages.charts import Chart, Series
from hemis.pages.home import Panel, register_panel
from research.models import Project, ProjectSum, Work
from students.queries import current_year


def works(access: Access) -> dict | None:
    """Works of the academic year in the scope by sort and state, each counted once however many wrote it."""
    year = current_year()
    rows = Work.objects.for_scope(access.scope("publication.view")).filter(academic_year=year).order_by()
    counted = {
        (sort, state): n for sort, state, n in rows.values_list("sort", "state").annotate(n=Count("pk"))
    }
    if not counted:
        return None
    chart = Chart(
        title=gettext("Works of teachers, %(year)s") % {"year": f"{year}/{year + 1}"},
        heading=gettext("State"),
        rows=[title for _state, title in Work.STATES],
        series=[
            Series(
                title,
                [counted.get((sort, state), 0) for state, _title in Work.STATES],
                [f"{reverse(f'research_{sort}_list')}?academic_year={year}&state={state}" for state, _ in Work.STATES],
            )
            for sort, title in Work.SORTS
        ],
        unit=gettext("works"),
    )  # fmt: skip
    return {"chart": chart}


def projects(access: Access) -> dict | None:
    """How many projects run in the scope, by kind, and what this calendar year brings in each currency."""
    rows = Project.objects.for_scope(access.scope("project.view")).filter(state=Project.RUNNING).order_by()
    kinds = rows.values_list("kind").annotate(n=Count("pk")).order_by("kind")
    year, address = timezone.localdate().year, reverse("research_projects_list")
    sums = ProjectSum.objects.filter(year=year, project__in=rows).order_by("currency")
    lines = [
        (classifiers.label("h_project_type", kind), n, f"{address}?state=running&kind={kind}")
        for kind, n in kinds
    ]
    money = [
        (classifiers.label("h_project_currency", currency), total)
        for currency, total in sums.values_list("currency").annotate(total=Sum("amount"))
    ]
    return {"lines": lines, "money": money, "year": year} if lines else None


register_panel(
    Panel(
        "works", gettext_lazy("Works of teachers"), "publication.view", "components/panel_chart.html", works,
        lambda: reverse("research_scientific_list"),
    )
)  # fmt: skip
register_panel(
    Panel(
        "projects", gettext_lazy("Research projects that run"), "project.view", "research/_projects_panel.html",
        projects, lambda: reverse("research_projects_list"),
    )
)  # fmt: skip
