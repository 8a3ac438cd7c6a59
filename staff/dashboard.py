"""A panel of the home page: employees by academic degree and rank."""

from __future__ import annotations

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from hemis.access.scope import Access
from hemis.classifiers import queries as classifiers
from hemis.pages.charts import Chart, Series
from hemis.pages.home import Panel, register_panel
from staff.models import Employee


def by_degree(access: Access) -> dict | None:
    """Employees of the scope by degree and rank: one query."""
    rows = (
        Employee.objects.for_scope(access.scope("employee.view"))
        .order_by()
        .values_list("academic_degree", "academic_rank")
        .annotate(people=Count("pk"))
    )
    counted = {(degree, rank): people for degree, rank, people in rows}
    if not counted:
        return None
    degrees = sorted({degree for degree, _rank in counted})
    ranks = sorted({rank for _degree, rank in counted})
    chart = Chart(
        title=gettext("Employees by academic degree and rank"),
        heading=gettext("Academic degree"),
        rows=[classifiers.label("h_academic_degree", degree) for degree in degrees],
        series=[
            Series(
                classifiers.label("h_academic_rank", rank), [counted.get((one, rank), 0) for one in degrees]
            )
            for rank in ranks
        ],
        unit=gettext("people"),
    )
    return {"chart": chart}


register_panel(
    Panel(
        "degrees",
        gettext_lazy("Employees by academic degree and rank"),
        "employee.view",
        "components/panel_chart.html",
        by_degree,
        lambda: reverse("staff_employees_list"),
    )
)
