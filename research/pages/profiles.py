"""Registers of profiles in international systems and of their figures by date (duties B6.1, 8.4)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.base import Request
from hemis.pages.charts import Chart, Series
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter, RelatedFilter
from hemis.pages.register import Register, Tab
from hemis.pages.tabs import rows_tab
from research import queries
from research.forms import profiles as forms
from research.models import Profile, ProfileFigures
from research.pages.approval import COLOURS, Entered, approving, register_todos, returning, submitting
from structure.models import Unit
from students.models import AcademicYear

FIGURES = ("h_index", "documents", "citations")


def _kafedras(access):
    seen = Profile.objects.for_scope(access.scope("publication.view"))
    return Unit.objects.filter(pk__in=seen.values("kafedra"))


def _years(access):
    return AcademicYear.objects.all()


class Figures(Entered):
    model = ProfileFigures
    name, title, title_one = "figures", gettext_lazy("Figures of profiles"), gettext_lazy("figures of a day")
    menu_place = 60
    columns = [
        Column("day", link=True),
        Column("profile__employee", gettext_lazy("Teacher"), sort="profile__employee__person__sort_key"),
        Column(
            "system", gettext_lazy("System"), value=lambda row: row.profile.system, sort="profile__platform"
        ),
        *(Column(name, numeric=True) for name in FIGURES),
        Column("kafedra", sort="kafedra__name"),
        Column("academic_year"),
        Column("state", badge=COLOURS),
        Column("decided_at", hidden=True),
    ]
    filters = [
        Filter("state"),
        Filter("platform", lookup="profile__platform"),
        Filter("other_platform", lookup="profile__other_platform"),
        RelatedFilter("academic_year", _years),
        RangeFilter("day", "date"),
        RelatedFilter("kafedra", _kafedras),
    ]
    search = ("profile__identifier",)
    search_person = "profile__employee__person"
    select_related = ("profile__employee__person", "kafedra", "academic_year", "decided_by")
    form = forms.FiguresForm
    fields = (
        "profile", "day", "academic_year", *FIGURES, "kafedra", "state", "submitted_at", "decided_by", "decided_at",
        "remark",
    )  # fmt: skip
    verbs = ("research_figures_submit", "research_figures_approve", "research_figures_return")
    empty = gettext_lazy("Enter your profile first, then what it shows today.")


def _growth(request: Request, profile: Profile) -> dict:
    """The figures of a profile by date; lines because they are looked at, not added up."""
    rows = list(
        profile.figures.exclude(state=ProfileFigures.RETURNED).order_by("day").values("day", *FIGURES)
    )
    chart = Chart(
        title=_("Figures by date"),
        heading=_("as of"),
        rows=[f"{row['day']:%d.%m.%Y}" for row in rows],
        series=[
            Series(_("citations"), [row["citations"] for row in rows]),
            Series(_("documents"), [row["documents"] for row in rows]),
            Series(_("h-index"), [row["h_index"] for row in rows]),
        ],
        kind="line",
        stacked=False,
        totals=False,
    )
    return {"chart": chart}


class Profiles(Register):
    app, permission, menu, menu_place = "research", "publication", "science", 50
    model = Profile
    name, title = "profiles", gettext_lazy("Profiles in international systems")
    title_one = gettext_lazy("profile")
    columns = [
        Column("system", gettext_lazy("System"), value=lambda row: row.system, sort="platform", link=True),
        Column("employee", sort="employee__person__sort_key"),
        Column("kafedra", sort="kafedra__name"),
        Column("identifier"),
        Column("link", hidden=True),
        Column("last_day", gettext_lazy("As of")),
        Column("h_index", gettext_lazy("h-index"), numeric=True),
        Column("documents", gettext_lazy("Documents"), numeric=True),
        Column("citations", gettext_lazy("Citations"), numeric=True),
    ]
    filters = [Filter("platform"), Filter("other_platform"), RelatedFilter("kafedra", _kafedras)]
    search = ("identifier", "link")
    search_person = "employee__person"
    select_related = ("employee__person", "kafedra")
    form = forms.ProfileForm
    fields = ("system", "employee", "kafedra", "identifier", "link", "last_day", *FIGURES)
    tabs = [
        rows_tab("figures", gettext_lazy("Figures"), Figures, "profile"),
        Tab("growth", gettext_lazy("By date"), "research/_growth.html", _growth),
    ]
    detail_template = "research/profile.html"
    empty = gettext_lazy("Enter your profile in Scopus, Web of Science, Google Scholar and others.")

    @classmethod
    def base_queryset(cls):
        return queries.with_last_figures(Profile.objects.all())

    @classmethod
    def rows(cls, access, permission=""):
        """Only the teacher changes the profile."""
        rows = super().rows(access, permission)
        if permission != cls.edit_permission():
            return rows
        return rows.filter(employee__person=access.scope(permission).person_id)

    @classmethod
    def history_parts(cls, obj):
        return [obj.figures.all()]


submit = submitting(ProfileFigures)
approve = approving(ProfileFigures)
send_back = returning(ProfileFigures)
register_todos(
    Figures,
    to_approve=gettext_lazy("Figures of profiles to approve"),
    returned=gettext_lazy("Figures of profiles returned to you"),
)
