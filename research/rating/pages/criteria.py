"""Criteria of the rating, their editions and their approval (duties 3.6, B6.8)."""

from __future__ import annotations

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.explain import decimal_text
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.home import Todo, register_todo
from hemis.pages.register import Register
from hemis.pages.tabs import rows_tab
from hemis.pages.verbs import verb
from research.rating import actions, forms
from research.rating.models import CriteriaSet, Criterion
from research.rating.sources import SOURCES
from students.models import AcademicYear

COLOURS = {CriteriaSet.DRAFT: "secondary", CriteriaSet.APPROVED: "green", CriteriaSet.LOCKED: "blue"}


def years(access):
    """Academic years, newest first."""
    return AcademicYear.objects.order_by("-year")


def source_of(row: Criterion) -> str:
    """Where the criterion takes its figures from, and what it asks of them."""
    source = SOURCES.get(row.source)
    if source is None:
        return row.source
    asked = [str(source.title)]
    if row.kind and source.kinds:
        asked.append(classifiers.label(source.kinds, row.kind))
    if row.in_database is not None:
        asked.append(
            _("in an international database") if row.in_database else _("in no international database")
        )
    if row.has_certificate is not None:
        asked.append(_("with a certificate") if row.has_certificate else _("without a certificate"))
    return " · ".join(asked)


class Criteria(Register):
    app, name = "research", "criteria"
    title, title_one = gettext_lazy("Criteria"), gettext_lazy("criterion")
    model, permission = Criterion, "rating_criteria"
    columns = [
        Column("position", numeric=True),
        Column("title", link=True),
        Column("source", gettext_lazy("What is counted"), value=source_of, sort="source"),
        Column("unit"),
        Column("weight", value=lambda row: decimal_text(row.weight), sort="weight", numeric=True),
        Column("cap", value=lambda row: decimal_text(row.cap), sort="cap", numeric=True),
        Column("shared"),
        Column("code", hidden=True),
        Column("criteria", sort="criteria__academic_year_id", hidden=True),
    ]
    filters = [
        RelatedFilter("year", years, lookup="criteria__academic_year", label=gettext_lazy("Academic year"))
    ]
    search = ("title", "code")
    select_related = ("criteria__academic_year",)
    form = forms.CriterionForm
    fields = ("criteria", "position", "code", "title", "source", "unit", "weight", "cap", "shared")

    @classmethod
    def rows(cls, access, permission=""):
        """Only lines of drafts change."""
        rows = super().rows(access, permission)
        if permission != cls.edit_permission():
            return rows
        return rows.filter(criteria__state=CriteriaSet.DRAFT)


class CriteriaSets(Register):
    app, name = "research", "criteria_sets"
    title, title_one = gettext_lazy("Criteria of the rating"), gettext_lazy("edition of the criteria")
    model, permission, menu, menu_place = CriteriaSet, "rating_criteria", "rating", 10
    columns = [
        Column("academic_year", sort="academic_year_id", link=True),
        Column("edition", numeric=True),
        Column("basis"),
        Column("line_count", gettext_lazy("Criteria"), numeric=True),
        Column("state", badge=COLOURS),
        Column("approved_by", sort="approved_by__person__sort_key"),
        Column("approved_at"),
        Column("appeal_days", hidden=True, numeric=True),
    ]
    filters = [RelatedFilter("academic_year", years), Filter("state")]
    search = ("basis", "note")
    select_related = ("academic_year", "created_by__person", "approved_by__person")
    form = forms.CriteriaSetForm
    fields = (
        "academic_year", "edition", "basis", "note", "appeal_days", "state", "created_by", "approved_by", "approved_at",
    )  # fmt: skip
    tabs = [rows_tab("lines", gettext_lazy("Criteria"), Criteria, "criteria")]
    detail_template = "rating/criteria.html"
    empty = gettext_lazy(
        "Begin the criteria of a year; the ministry's template can be taken with one button."
    )

    @classmethod
    def base_queryset(cls):
        return CriteriaSet.objects.annotate(line_count=Count("lines"))

    @classmethod
    def rows(cls, access, permission=""):
        """Only drafts change."""
        rows = super().rows(access, permission)
        return rows.filter(state=CriteriaSet.DRAFT) if permission == cls.edit_permission() else rows

    @classmethod
    def history_parts(cls, obj):
        return [obj.lines.all()]

    @classmethod
    def detail_context(cls, request, obj):
        """Which buttons stand there."""
        is_draft = obj.state == CriteriaSet.DRAFT
        return {
            "may_fill": is_draft and request.access.can("rating_criteria.edit"),
            "may_approve": is_draft and request.access.can("rating_criteria.approve") and obj.line_count,
        }


def _approve(request: Request, criteria: CriteriaSet) -> str:
    actions.approve_criteria(criteria, access=request.access)
    return _("The criteria are approved. From now on they do not change.")


def _take_template(request: Request, criteria: CriteriaSet) -> str:
    added = actions.take_template(criteria, access=request.access)
    return _("Lines of the ministry's template added: %(count)s") % {"count": added}


BACK = "research_criteria_sets_detail"
approve = verb(CriteriaSet, "rating_criteria.approve", _approve, back=BACK, errors=actions.RatingError)
take_template = verb(
    CriteriaSet, "rating_criteria.edit", _take_template, back=BACK, errors=actions.RatingError
)


def _waiting(access) -> int:
    """Drafts with lines that somebody else has formed."""
    drafts = CriteriaSet.objects.filter(state=CriteriaSet.DRAFT, lines__isnull=False)
    return drafts.exclude(created_by=access.user).distinct().count()


register_todo(
    Todo(
        gettext_lazy("Criteria of the rating to approve"), "rating_criteria.approve", _waiting,
        lambda: f"{reverse('research_criteria_sets_list')}?state={CriteriaSet.DRAFT}", "trophy",
    )
)  # fmt: skip
