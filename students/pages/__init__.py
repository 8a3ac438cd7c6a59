"""Pages of the student base."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from hemis.access.guard import page
from hemis.base import Request
from hemis.classifiers import queries as classifiers
from hemis.sheets.pages import way_to
from students import queries
from students.pages.registers import (
    Candidates,
    Groups,
    Programmes,
    Qualifications,
    Quotas,
    Specialities,
    TutorGroups,
)

from students.pages.students import STATUS_COLOURS, Students, StudentStates, my_card  # isort: skip
from students.pages.activities import (  # isort: skip
    Achievements,
    Exchanges,
    Olympiads,
    PassportCorrections,
    Sport,
)
from students.pages.contingent import Contingent, contingent_file, pivot  # isort: skip

__all__ = [
    "STATUS_COLOURS",
    "Achievements",
    "Candidates",
    "Contingent",
    "Exchanges",
    "Groups",
    "Olympiads",
    "PassportCorrections",
    "Programmes",
    "Qualifications",
    "Quotas",
    "Specialities",
    "Sport",
    "StudentStates",
    "Students",
    "TutorGroups",
    "contingent_file",
    "my_card",
    "pivot",
]


import_admission = way_to("students.admission", permission="candidate.import")
import_quotas = way_to("students.quotas", permission="quota.edit")
import_groups = way_to("students.groups", permission="group.edit")
import_cards = way_to("students.cards", permission="student.edit")


@page("quota.view")
def outside_quotas(request: Request) -> HttpResponse:
    """Admitted people for whom no quota is entered, by speciality, form, payment form and language."""
    rows = list(queries.outside_quotas(request.access.scope("quota.view")))
    for one in rows:
        one["form"] = classifiers.label("h_education_form", one["programme__education_form"])
        one["payment"] = classifiers.label("h_payment_form", one["payment_form"])
        one["language_name"] = classifiers.label("h_language", one["language"])
    context = {
        "title": _("Admitted outside any quota"),
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "total": sum(one["people"] for one in rows),
    }
    return render(request, "students/outside_quotas.html", context)
