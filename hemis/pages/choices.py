"""What a select that is searched by typing is told: keys and names, nothing else."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import JsonResponse

from hemis.base import Request
from hemis.people import names

FOUND = 20


def found(rows: QuerySet) -> JsonResponse:
    """The first of ``rows``, each by its key and its name."""
    return JsonResponse({"results": [{"value": str(row.pk), "text": str(row)} for row in rows[:FOUND]]})


def people(request: Request, rows: QuerySet) -> JsonResponse:
    """Those of ``rows``, each of a person, whose name is typed (``q``), by name."""
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(person__search=names.search_query(text))
    return found(rows.select_related("person").order_by("person__sort_key", "pk"))
