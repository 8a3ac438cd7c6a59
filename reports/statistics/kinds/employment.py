"""Graduates by what is known of their employment last (duty 4.1)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from hemis.access.scope import Scope
from hemis.classifiers.queries import label
from hemis.pages.columns import Column
from records.employment import queries
from records.models import Employment
from reports.statistics.declaration import NO_TIME, Asked, Dimension, Measure, Statistic, register
from reports.statistics.dimensions import YES_NO, coded, of_person, of_placement
from students.models import Student

PERMISSION = "employment.view"
FIELDS, INACTIVE = "h_graduate_fields_type", "h_graduate_inactive_type"
STATUS = {"status": "told_status"}


def graduates(scope: Scope, asked: Asked) -> QuerySet:
    """Graduates with the newest answer about each."""
    return queries.graduates(scope)


def _of(status: str) -> str:
    return f"count(*) FILTER (WHERE {{status}} = '{status}')"


PLACED = f"count(*) FILTER (WHERE {{status}} IN ('{Employment.WORKING}', '{Employment.STUDYING}'))"
EMPLOYMENT = register(
    Statistic(
        "employment",
        _("Employment of graduates"),
        PERMISSION,
        graduates,
        Student,
        NO_TIME,
        dimensions=(
            Dimension("graduated", _("Year of graduation"), "graduated", is_time=True),
            Dimension("told", _("Employment"), "told_status", choices=Employment.STATUSES),
            coded("sector", _("Sector of the economy"), "told_sector", FIELDS),
            coded("inactive", _("Why economically inactive"), "told_inactive", INACTIVE),
            Dimension("fitting", _("Matches the speciality"), "told_matches", choices=YES_NO),
            *of_placement("current__", PERMISSION),
            *of_person("person__")[:2],
        ),
        measures=(
            Measure("graduates", _("Graduates"), unit=_("people"), why=_("those whose study has ended by graduation")),
            Measure("working", _("Working"), _of(Employment.WORKING), STATUS, _("people"),
                    why=_("those of whom the newest answer says so")),
            Measure("studying", _("Studying on"), _of(Employment.STUDYING), STATUS, _("people"),
                    why=_("those of whom the newest answer says so")),
            Measure("inactive", _("Inactive"), _of(Employment.INACTIVE), STATUS, _("people"),
                    why=_("those of whom the newest answer says so")),
            Measure("seeking", _("Looking for work"), _of(Employment.SEEKING), STATUS, _("people"),
                    why=_("those of whom the newest answer says so")),
            Measure("unknown", _("Not known"), _of(""), STATUS, _("people"), why=_("those of whom there is no answer")),
            Measure("placed", _("Placed, %"),
                    f"round(100.0 * {PLACED} / nullif(count(*) FILTER (WHERE {{status}} <> ''), 0), 1)", STATUS,
                    why=_("working or studying on, of a hundred of whom something is known"), adds_up=False, digits=1),
            Measure("matching", _("In their speciality"), "count(*) FILTER (WHERE {matches})",
                    {"matches": "told_matches"}, _("people"), why=_("those whose work matches the speciality")),
        ),
        by=("faculty", "told"),
        columns=(
            Column("person", _("Graduate"), link=True),
            Column("current__programme__speciality", _("Speciality")),
            Column("graduated", _("Year of graduation"), value=lambda row: row.graduated),
            Column("told_status", _("Employment"),
                   value=lambda row: dict(Employment.STATUSES).get(row.told_status, "")),
            Column("told_employer", _("Place of work"), value=lambda row: row.told_employer),
            Column("told_sector", _("Sector of the economy"),
                   value=lambda row: label(FIELDS, row.told_sector) if row.told_sector else ""),
        ),
        help=_("Graduates as they left, with the newest answer about each; older answers do not count."),
        select_related=("person", "current__programme__speciality"),
        ordering=("person__sort_key", "pk"),
        link=lambda row: reverse("records_graduates_detail", args=[row.pk]),
        place=12,
    )
)  # fmt: skip
