"""Approved works of teachers on any day; a work of several of the university is counted once (duties 2.8, 3.6, 8.4)."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Access, Scope
from hemis.pages.columns import Column
from reports.statistics.declaration import DAY, Asked, Dimension, Joined, Measure, Statistic, register
from reports.statistics.dimensions import academic_year, coded, faculty, kafedra, of_person
from reports.statistics.kinds.staff import highest
from research.models import Work, WorkAuthor
from research.queries.kinds import kind_name
from structure.models import Unit

PERMISSION = "publication.view"
WORK = {"work": "work"}
# An international database: any of the national list but “other” (10).
IN_DATABASE = "{database} NOT IN ('', '10')"


def authors(scope: Scope, asked: Asked) -> QuerySet:
    """Authors of the university in works that were approved by the end of the day and stand so now."""
    ends = datetime.datetime.combine(asked.day, datetime.time.max, timezone.get_current_timezone())
    rows = WorkAuthor.objects.for_scope(scope).filter(employee__isnull=False)
    return rows.filter(work__state=Work.APPROVED, work__decided_at__lte=ends)


def kafedras(access: Access) -> QuerySet:
    """Kafedras that the scope sees."""
    return Unit.objects.kafedras().for_scope(access.scope(PERMISSION))


def kind_of(asked: Asked) -> Concat:
    """The kind in the national list of its sort; of three codes one is filled."""
    return Concat(
        "work__sort", Value(":"), "work__scientific_kind", "work__methodical_kind", "work__property_kind",
        output_field=TextField(),
    )  # fmt: skip


def kind_names(keys: Collection[str]) -> dict[str, str]:
    return {key: kind_name(key) or key for key in keys}


def same_year(keys: Collection[str]) -> dict[str, str]:
    return {key: key for key in keys}


# What the authors of a work have agreed on, all of them together: those from outside have shares too.
SHARES = Joined(
    "LEFT JOIN (SELECT work_id, coalesce(sum(share), 0) AS agreed, count(*) FILTER (WHERE share IS NULL) AS unnamed"
    " FROM research_workauthor GROUP BY work_id) w ON w.work_id = {work}",
    inputs=WORK,
)
PUBLICATIONS = register(
    Statistic(
        "publications",
        _("Publications"),
        PERMISSION,
        authors,
        WorkAuthor,
        DAY,
        dimensions=(
            Dimension("sort", _("Sort of work"), "work__sort", choices=Work.SORTS),
            Dimension("kind", _("Kind"), kind_of, names=kind_names),
            Dimension("issued", _("Year of issue"), "work__issue_year", names=same_year, is_time=True),
            academic_year("year", _("Academic year"), "work__academic_year"),
            coded("database", _("International database"), "work__database", "h_publication_database"),
            coded("language", _("Language"), "work__language", "h_language"),
            coded("locality", _("Local or foreign"), "work__locality", "h_locality"),
            coded("country", _("Country"), "work__country", "h_country", is_wide=True),
            faculty("kafedra__parent", PERMISSION),
            kafedra("kafedra", kafedras),
            coded("degree", _("Academic degree"), highest("degree"), "h_academic_degree"),
            coded("rank", _("Academic rank"), highest("rank"), "h_academic_rank"),
            *of_person("employee__person__")[:1],
        ),
        measures=(
            Measure(
                "works", _("Works"), "count(DISTINCT {work})", WORK, _("works"),
                why=_("approved works, each once however many of the university wrote it; one of two kafedras counts "
                      "in both, and once in the total"),
                adds_up=False,
            ),
            Measure(
                "shares", _("By shares"),
                "coalesce(round(sum(coalesce({share}, (100 - w.agreed) / nullif(w.unnamed, 0)) / 100), 2), 0)",
                {"share": "share"}, _("works"),
                why=_("sum of the authors’ shares: as agreed, or an equal part of what is left; those from outside "
                      "keep theirs"),
                digits=2,
            ),
            Measure("authors", _("Authors"), "count(DISTINCT {employee})", {"employee": "employee"}, _("people"),
                    why=_("employees who wrote them, each once"), adds_up=False),
            Measure("indexed", _("In databases"), f"count(DISTINCT {{work}}) FILTER (WHERE {IN_DATABASE})",
                    WORK | {"database": "work__database"}, _("works"),
                    why=_("of the works, those in an international database"), adds_up=False),
            Measure("indexed_share", _("In databases, %"),
                    f"round(100.0 * count(DISTINCT {{work}}) FILTER (WHERE {IN_DATABASE})"
                    " / nullif(count(DISTINCT {work}), 0), 1)",
                    WORK | {"database": "work__database"},
                    why=_("works in an international database of a hundred"), adds_up=False, digits=1),
            Measure("with_doi", _("With a DOI"), "count(DISTINCT {work}) FILTER (WHERE {doi} <> '')",
                    WORK | {"doi": "work__doi"}, _("works"), why=_("of the works, those with a DOI"), adds_up=False),
            Measure("each", _("Works an author"),
                    "round(1.0 * count(DISTINCT {work}) / nullif(count(DISTINCT {employee}), 0), 2)",
                    WORK | {"employee": "employee"}, why=_("works divided by their authors of the university"),
                    adds_up=False, digits=2),
        ),
        by=("kind", "issued"),
        columns=(
            Column("work__title", _("Work"), link=True),
            Column("kind", _("Kind"), value=lambda row: row.work.kind),
            Column("work__issue_year", _("Year of issue")),
            Column("employee__person", _("Author")),
            Column("kafedra", _("Kafedra")),
            Column("share", _("Share, %")),
            Column("work__source_name", _("Journal or publisher"), hidden=True),
            Column("work__database", _("International database"), hidden=True),
            Column("work__doi", "DOI", hidden=True),
        ),
        help=_("Approved works by what was approved on the day; a line of the list is one author of a work."),
        joined=SHARES,
        select_related=("work", "employee__person", "kafedra"),
        ordering=("-work__issue_year", "work__title", "place", "pk"),
        link=lambda row: reverse(f"research_{row.work.sort}_detail", args=[row.work_id]),
        place=13,
    )
)  # fmt: skip
