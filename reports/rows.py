"""The rows behind a figure: a page of them, each a line of cells with a way to its card."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

from hemis.access.guard import open_address
from hemis.base import Request
from hemis.pages.columns import Column
from reports.completeness.declaration import Gap
from reports.statistics.declaration import Statistic

PAGE_SIZE = 50


def page_of(
    figure: Gap | Statistic, request: Request, rows: QuerySet, columns: list[Column]
) -> dict[str, Any]:
    """What ``reports/_rows.html`` shows of ``rows``: the page that the address asks for."""
    paginator: Paginator = Paginator(rows, PAGE_SIZE)
    shown = paginator.get_page(request.GET.get("page"))
    shown.object_list = list(shown.object_list)
    figure.complete(shown.object_list)
    return {
        "columns": columns,
        "page": shown,
        "paginator": paginator,
        "lines": [
            {
                "url": open_address(request.access, figure.link(row) if figure.link else ""),
                "cells": [(column, column.text(row)) for column in columns],
            }
            for row in shown.object_list
        ],
    }
