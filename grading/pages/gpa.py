"""GPA: computed for everybody at once, with the steps of each; places; who may be promoted (duty 2.4)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading import queries
from grading.models import StudentGpa
from grading.pages.choices import faculties, groups, years
from hemis.access.guard import page
from hemis.base import Request
from hemis.jobs.actions import start
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register, Tab
from structure.models import Unit


def _steps(request: Request, row: StudentGpa) -> dict:
    return {"explained": queries.gpa_steps(row.student_id, row.academic_year_id)}


class WholeStudyFilter(BooleanFilter):
    """Of one year, or of the whole study."""

    def apply(self, rows, data):
        values = {value == "1" for value in self.chosen(data)}
        return rows.filter(academic_year__isnull=values.pop()) if len(values) == 1 else rows


class Gpas(Register):
    app, name, title, title_one = "grading", "gpas", gettext_lazy("GPA"), gettext_lazy("GPA")
    model, permission, menu = StudentGpa, "gpa", "performance"
    columns = [
        Column("student", link=True, sort="student__person__sort_key"),
        Column("student__current__group", sort="student__current__group__name"),
        Column("student__current__course"),
        Column("academic_year", value=lambda row: row.academic_year or _("whole study"), sort="academic_year"),
        Column("gpa", numeric=True),
        Column("credits", numeric=True),
        Column("debts", numeric=True),
        Column("missing", numeric=True, hidden=True),
        Column("threshold", numeric=True, hidden=True),
        Column("rank_in_group", numeric=True),
        Column("rank_in_programme", numeric=True, hidden=True),
        Column("may_be_promoted"),
        Column("computed_at", hidden=True),
    ]  # fmt: skip
    filters = [
        RelatedFilter("academic_year", years),
        WholeStudyFilter("whole", lookup="academic_year", label=gettext_lazy("Whole study")),
        RelatedFilter("faculty", faculties("gpa.view"), lookup="student__current__faculty"),
        RelatedFilter("group", groups("gpa.view"), lookup="student__current__group"),
        Filter("course", "student__current__course"),
        BooleanFilter("may_be_promoted"),
        RangeFilter("gpa"),
    ]
    search = ("student__number",)
    search_person = "student__person"
    select_related = ("student__person", "student__current__group", "academic_year")
    fields = (
        "student", "student__current__group", "student__current__course", "academic_year", "gpa", "credits",
        "weighted", "subjects", "debts", "missing", "threshold", "may_be_promoted", "rank_in_group",
        "rank_in_programme", "computed_at",
    )  # fmt: skip
    tabs = [Tab("steps", gettext_lazy("How it was found"), "grading/_steps.html", _steps)]
    header_actions = [
        MenuItem("performance", gettext_lazy("Compute the GPA"), "grading_gpa_compute", "gpa.compute")
    ]
    detail_template = "grading/gpa.html"
    empty = gettext_lazy("Compute the GPA when the sheets of the half-year are closed.")

    @classmethod
    def summary(cls, rows):
        """How many may be promoted and how many not."""
        from django.db.models import Avg, Count, Q

        found = rows.order_by().aggregate(
            people=Count("pk"), good=Count("pk", filter=Q(may_be_promoted=True)), mean=Avg("gpa")
        )
        mean = formats.number_format(found["mean"], 2) if found["mean"] is not None else "—"
        return [
            (gettext_lazy("Students"), found["people"]),
            (gettext_lazy("May be promoted"), found["good"]),
            (gettext_lazy("May not"), found["people"] - found["good"]),
            (gettext_lazy("Mean GPA"), mean),
        ]


def _faculties(request: Request):
    scope = request.access.scope("gpa.compute")
    rows = Unit.objects.faculties()
    return rows if scope.everything else rows.filter(pk__in=scope.faculty_ids)


@page("gpa.compute")
def compute(request: Request) -> HttpResponse:
    """For which faculties, and then the job: one statement for the university, or for each faculty."""
    rows = _faculties(request)
    if request.method != "POST":
        last = (
            StudentGpa.objects.for_scope(request.access.scope("gpa.compute")).order_by("-computed_at").first()
        )
        context = {"title": _("Compute the GPA"), "faculties": rows, "last": last}
        return render(request, "grading/compute_gpa.html", context)
    whole = request.access.scope("gpa.compute").everything
    params = {"faculties": None if whole else list(rows.values_list("pk", flat=True))}
    job = start(
        "grading.gpa", user=request.user, params=params, title=_("GPA of the students"), access=request.access
    )
    return redirect("job", pk=job.pk)
