"""The pages of every statistic: the cut with its chart, the rows behind a figure, print, Excel, saved views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemis.access.guard import page
from hemis.access.scope import Access
from hemis.base import Request
from hemis.pages import export, menu
from hemis.pages.columns import Column
from hemis.pages.filters import FIRST_OPTIONS, FOUND_OPTIONS
from hemis.pages.models import SavedView
from hemis.pages.register import REGISTERS
from reports.rows import page_of
from reports.statistics import asking, cube, sheets
from reports.statistics.asking import Question, narrowed_words
from reports.statistics.declaration import (
    DAY,
    NOTHING,
    PERIOD,
    YEAR,
    YEAR_AND_DAY,
    Dimension,
    Statistic,
)
from reports.statistics.drawing import chart_of, figure_text

PRINT_LIMIT = 2000


def question_of(statistic: Statistic, request: Request) -> tuple[Question, list]:
    """What the address asks, and the academic years to choose from; one query where years matter."""
    known = asking.years() if statistic.time in (YEAR, YEAR_AND_DAY) else []
    return asking.ask(statistic, request.GET, known), known


def table_of(question: Question, access: Access) -> cube.Table:
    """The cut within the scope of the statistic's permission."""
    return cube.read(
        question.statistic, scope=access.scope(question.statistic.permission), asked=question.asked,
        rows=question.rows, cols=question.cols, measures=question.measures, chosen=question.chosen,
    )  # fmt: skip


# --- filters


def _filter(dimension: Dimension, access: Access, chosen: list[str]) -> dict[str, Any]:
    """What components/filter.html draws; at most one query, two where few of many rows are chosen."""
    options, searched = dimension.options(), False
    if dimension.offered:
        rows = dimension.offered(access)
        options = [(str(row.pk), str(row)) for row in rows[: FIRST_OPTIONS + 1]]
        searched = len(options) > FIRST_OPTIONS
    known = {value for value, _text in options}
    missing = [value for value in chosen if value not in known and value != NOTHING]
    options += list(dimension.words(missing, access).items()) if missing else []
    options += [(NOTHING, _("not entered"))] if NOTHING in chosen else []
    return {
        "name": dimension.code, "label": dimension.title, "widget": "choice", "options": options,
        "searched": searched, "chosen": chosen,
    }  # fmt: skip


def filters_of(question: Question, access: Access) -> list[dict[str, Any]]:
    """The filters in the order of the dimensions; those without anything to offer only where chosen."""
    return [
        _filter(one, access, list(question.chosen.get(one.code, ()))) for one in question.statistic.dimensions
    ]


# --- the cut as the template shows it


def _figures(question: Question, figures: tuple | None, url: str) -> list[dict[str, str]]:
    return [
        {"text": figure_text(value, measure), "url": url if value else ""}
        for value, measure in zip(figures or (None,) * len(question.measures), question.measures, strict=True)
    ]


def _listed(question: Question, **narrow: str) -> str:
    address = reverse(question.statistic.url_name("list"))
    return f"{address}?{question.address(**narrow)}"


def body_of(question: Question, table: cube.Table) -> list[dict[str, Any]]:
    """Lines with cells, totals and the addresses of the rows behind them."""
    lines = []
    for key, label in table.rows:
        own = {question.rows: key}
        cells = []
        for col, _label in table.cols:
            url = _listed(question, **own, **{question.cols: col})
            cells += _figures(question, table.cells.get((key, col)), url)
        total = _figures(question, table.row_totals.get(key), _listed(question, **own))
        lines.append({"label": label, "cells": cells, "total": total})
    return lines


def foot_of(question: Question, table: cube.Table) -> dict[str, Any]:
    """The last line."""
    cells = []
    for col, _label in table.cols:
        cells += _figures(question, table.col_totals.get(col), _listed(question, **{question.cols: col}))
    return {"cells": cells, "total": _figures(question, table.total, _listed(question))}


def heads_of(question: Question, table: cube.Table) -> list[str]:
    """What stands above the figures: the columns and the total, or the measures."""
    if question.cols:
        return [*(label for _key, label in table.cols), _("Total")]
    return [str(one.title) for one in question.measures]


def shown(question: Question, table: cube.Table, access: Access) -> dict[str, Any]:
    """What page and print share."""
    column = question.statistic.dimension(question.cols)
    row = question.statistic.dimension(question.rows)
    return {
        "statistic": question.statistic,
        "register": question.statistic,
        "question": question,
        "table": table,
        "row_title": row.title if row else "",
        "col_title": column.title if column else "",
        "heads": heads_of(question, table),
        "body": body_of(question, table),
        "foot": foot_of(question, table),
        "query": question.address(),
        "narrowed": narrowed_words(question, access),
    }


def page_view(statistic: Statistic):
    """The cut: table and chart; every figure leads to the rows behind it."""

    @page(statistic.permission)
    def view(request: Request) -> HttpResponse:
        question, known = question_of(statistic, request)
        table = table_of(question, request.access)
        if request.GET.get("file") == "xlsx":
            return sheets.response(question, table, request.access)
        context = shown(question, table, request.access) | {
            "title": statistic.title,
            "chart": chart_of(question, table, _listed),
            "filters": filters_of(question, request.access),
            "filtered": not question.is_usual,
            "years": known,
            "asks_day": statistic.time in (DAY, YEAR_AND_DAY),
            "asks_year": statistic.time in (YEAR, YEAR_AND_DAY),
            "asks_period": statistic.time == PERIOD,
            "moving": question.moving(),
            "saved_views": list(SavedView.objects.filter(user=request.user, register=statistic.key())),
            "list_url": _listed(question),
        }
        return render(request, "reports/statistic.html", context)

    return view


def print_view(statistic: Statistic):
    """The cut on paper."""

    @page(statistic.permission)
    def view(request: Request) -> HttpResponse:
        question, _known = question_of(statistic, request)
        table = table_of(question, request.access)
        context = shown(question, table, request.access) | {"title": statistic.title}
        return render(request, "reports/statistic_print.html", context)

    return view


def columns_of(statistic: Statistic) -> list[Column]:
    """The columns of the list behind the figures."""
    return [column.bind(statistic.model) for column in statistic.columns if not column.hidden]


def list_view(statistic: Statistic):
    """The rows behind a figure, with the same filters; paged, and as a workbook."""

    @page(statistic.permission)
    def view(request: Request) -> HttpResponse:
        question, _known = question_of(statistic, request)
        scope = request.access.scope(statistic.permission)
        rows = cube.rows_of(statistic, scope=scope, asked=question.asked, chosen=question.chosen)
        rows = rows.select_related(*statistic.select_related).order_by(*statistic.ordering)
        columns = columns_of(statistic)
        if request.GET.get("file") == "xlsx":
            data = export.dataset(columns, rows, statistic.complete)
            return export.attachment(f"{statistic.key()}-list", data, "xlsx")
        totals = cube.read(statistic, scope=scope, asked=question.asked, chosen=question.chosen)
        context = page_of(statistic, request, rows, columns) | {
            "title": statistic.title,
            "statistic": statistic,
            "question": question,
            "totals": [
                (measure.title, figure_text(value, measure))
                for measure, value in zip(statistic.measures, totals.total, strict=True)
            ],
            "narrowed": narrowed_words(question, request.access),
            "query": question.address(),
            "back_url": f"{reverse(statistic.url_name('page'))}?{question.address()}",
        }
        return render(request, "reports/statistic_list.html", context)

    return view


def options_view(statistic: Statistic):
    """Autocomplete of a filter that offers more rows than a page holds."""

    @page(statistic.permission)
    def view(request: Request) -> HttpResponse:
        dimension = statistic.dimension(request.GET.get("filter", ""))
        if dimension is None or dimension.offered is None:
            return JsonResponse({"results": []})
        rows: Any = dimension.offered(request.access)
        register = next((one for one in REGISTERS.values() if one.model is rows.model), None)
        if register is not None:
            rows = register.searched(rows, request.GET.get("q", "")).order_by(*register.order(""))
        found = [{"value": str(row.pk), "text": str(row)} for row in rows[:FOUND_OPTIONS]]
        return JsonResponse({"results": found})

    return view


def views_view(statistic: Statistic):
    """Keep a cut under a name, or forget one."""

    @page(statistic.permission)
    @require_POST
    def view(request: Request) -> HttpResponse:
        query, name = request.POST.get("query", ""), request.POST.get("save_view", "").strip()
        mine = SavedView.objects.filter(user=request.user, register=statistic.key())
        if name:
            mine.update_or_create(
                user=request.user, register=statistic.key(), name=name[:64], defaults={"query": query}
            )
            messages.success(request, _("The view is saved."))
        elif request.POST.get("delete_view", "").isdigit():
            mine.filter(pk=request.POST["delete_view"]).delete()
            messages.success(request, _("Deleted."))
        return redirect(f"{reverse(statistic.url_name('page'))}?{query}")

    return view


VIEWS: dict[str, tuple[str, Callable]] = {
    "page": ("", page_view),
    "list": ("list/", list_view),
    "print": ("print/", print_view),
    "options": ("options/", options_view),
    "views": ("views/", views_view),
}


def urls(statistic: Statistic) -> list[URLPattern]:
    """The addresses of a statistic; it takes its place in the menu."""
    menu.register(
        menu.MenuItem(
            "statistics", statistic.title, statistic.url_name("page"), statistic.permission, statistic.place
        )
    )
    base = f"{statistic.code.replace('_', '-')}/"
    return [
        path(base + where, make(statistic), name=statistic.url_name(name))
        for name, (where, make) in VIEWS.items()
    ]
