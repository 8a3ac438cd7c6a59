"""The contingent on any day: a cut along two dimensions, the people behind every figure, and the ministry's files."""

from __future__ import annotations

import datetime
import io
from typing import Any

import xlsxwriter
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hemis.access.guard import page
from hemis.access.scope import Access
from hemis.base import Request
from hemis.jobs.actions import start
from hemis.pages import export, menu
from hemis.pages.columns import Column
from hemis.pages.filters import DayFilter, Filter, RangeFilter, RelatedFilter
from hemis.pages.menu import MenuItem
from hemis.pages.register import Register
from students import contingent
from students.contingent import DIMENSIONS
from students.models import Placement
from students.pages.choices import faculties, groups_of, specialities
from students.pages.groups import asked_day

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Longer files are made by the worker.
AT_ONCE = 2000
STUDYING = "11"


class OnDay(DayFilter):
    """On which day; today when none is given."""

    def __init__(self) -> None:
        super().__init__("on", lambda rows, day: rows.on(day), label=_("On the day"))  # type: ignore[attr-defined]

    def day(self, data: QueryDict) -> datetime.date:
        return super().day(data) or timezone.localdate()

    def context(self, access, data):
        return super().context(access, data) | {"start": self.day(data).isoformat()}


# The ministry's columns of the contingent list (people.md 4.10).
MINISTRY = (
    "student__number", "student__person", "student__person__passport", "student__person__pinfl",
    "student__person__citizenship", "student__person__country", "student__person__nationality",
    "student__person__region", "student__person__district", "student__person__gender",
    "student__person__birth_date", "course", "faculty", "group", "academic_year", "semester",
    "programme__speciality", "programme__speciality__education_type", "education_form", "payment_form",
    "student__social_category", "student__student_type", "order__number", "order__date",
)  # fmt: skip
ADDRESSES = (
    "student__number", "student__person", "student__person__passport", "student__person__birth_date",
    "student__person__phone", "programme__speciality__education_type", "education_form",
    "programme__speciality__code", "programme__speciality__name", "course", "group", "student__person__region",
    "student__person__district", "student__person__address", "student__current_region",
    "student__current_district", "student__current_address", "student__accommodation", "faculty",
)  # fmt: skip
# In a file a column stands alone: "number" and "code" say whose they are.
LABELS = {
    "student__person": _("Full name"),
    "programme__speciality__code": _("Speciality code"),
    "programme__speciality__name": _("Speciality name"),
    "order__number": _("Order number"),
    "order__date": _("Order date"),
}
LISTS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "ministry": (_("Contingent in the ministry's columns"), MINISTRY),
    "addresses": (_("Study and address data"), ADDRESSES),
}


class Contingent(Register):
    """Who studied, where and how, on a day: the placements in force then."""

    app, name, title, title_one = "students", "contingent", _("Contingent: list"), _("placement")
    model, permission, menu = Placement, "student", "students"
    menu_place = 12
    columns = [
        Column("student__number"),
        Column("student__person", _("Student"), link=True, sort="student__person__sort_key"),
        Column("student__person__pinfl", hidden=True),
        Column("student__person__passport", hidden=True),
        Column("student__person__citizenship", hidden=True),
        Column("student__person__nationality", hidden=True),
        Column("student__person__region", hidden=True),
        Column("student__person__gender", hidden=True),
        Column("student__person__birth_date", hidden=True),
        Column("faculty", sort="faculty__name", hidden=True),
        Column("programme__speciality", sort="programme__speciality__code"),
        Column("programme__speciality__education_type", hidden=True),
        Column("group", sort="group__name"),
        Column("course"),
        Column("semester", hidden=True),
        Column("education_form"),
        Column("language", hidden=True),
        Column("payment_form"),
        Column("status"),
        Column("valid_from", _("Since"), hidden=True),
        Column("order__number", _("Order"), hidden=True),
    ]
    filters = [
        OnDay(),
        RelatedFilter("faculty", faculties("student.view")),
        RelatedFilter("speciality", specialities("student.view"), lookup="programme__speciality"),
        RelatedFilter("group", groups_of("student.view")),
        Filter("course"),
        Filter("form", "education_form"),
        Filter("type", "programme__speciality__education_type"),
        Filter("language"),
        Filter("payment", "payment_form"),
        Filter("gender", "student__person__gender"),
        Filter("status"),
        Filter("citizenship", "student__person__citizenship"),
        Filter("region", "student__person__region"),
        Filter("social", "student__social_category"),
        Filter("kind", "student__student_type"),
        Filter("accommodation", "student__accommodation"),
        RangeFilter("entry_year", lookup="student__entry_year"),
    ]
    search = ("student__number",)
    search_person = "student__person"
    select_related = (
        "student__person", "faculty", "group", "programme__speciality", "order", "academic_year",
    )  # fmt: skip
    ordering = ("student__person__sort_key",)
    header_actions = [
        MenuItem("students", _("Cut along two dimensions"), "students_pivot", "student.view"),
    ]
    empty = _("Nobody studied on this day.")

    @classmethod
    def url_of(cls, obj):
        """The row leads to the student."""
        return reverse("students_students_detail", args=[obj.student_id])


def cut_of(data: QueryDict, access: Access) -> dict[str, Any]:
    """What the address asks for: the day, the two dimensions, the cut itself."""
    rows = data.get("rows") if data.get("rows") in DIMENSIONS else "course"
    cols = data.get("cols") if data.get("cols") in DIMENSIONS else "payment"
    chosen = {name: data.getlist(name) for name in DIMENSIONS if data.get(name)}
    if "status" not in data:
        chosen["status"] = [STUDYING]
    day = OnDay().day(data)
    scope = access.scope("student.view")
    found = contingent.pivot(day=day, scope=scope, rows=str(rows), cols=str(cols), chosen=chosen)
    return {"day": day, "rows": rows, "cols": cols, "chosen": chosen, "pivot": found}


@page("student.view")
def pivot(request: Request) -> HttpResponse:
    """The contingent on a day, along two dimensions; every figure leads to its people."""
    cut = cut_of(request.GET, request.access)
    if request.GET.get("file") == "xlsx":
        return _pivot_file(cut)
    base = QueryDict(mutable=True)
    base["on"] = cut["day"].isoformat()
    for name, values in cut["chosen"].items():
        base.setlist(name, values)
    dimensions = [(code, one.title) for code, one in DIMENSIONS.items()]
    query = request.GET.copy()
    query.pop("file", None)
    filters = [
        one.context(request.access, request.GET)
        for one in Contingent.filters
        if one.widget == "choice" and one.name in DIMENSIONS
    ]
    for one in filters:
        if one["name"] == "status":
            one["chosen"] = cut["chosen"].get("status", [])
    context = {
        "title": gettext("Contingent"),
        **cut,
        "row_title": DIMENSIONS[cut["rows"]].title,
        "col_title": DIMENSIONS[cut["cols"]].title,
        "table": _linked(cut, base),
        "foot": cut["pivot"].foot(),
        "dimensions": dimensions,
        "filters": filters,
        "query": query.urlencode(),
        "list_url": f"{reverse(Contingent.url_name('list'))}?{base.urlencode()}",
        "lists": [(code, title) for code, (title, _names) in LISTS.items()],
        "base": base.urlencode(),
    }
    return render(request, "students/pivot.html", context)


def _linked(cut: dict[str, Any], base: QueryDict) -> list[dict[str, Any]]:
    """The table with the address of the people behind every cell; a blank value has no filter, so no link."""
    address = reverse(Contingent.url_name("list"))
    table = cut["pivot"].table()
    for line in table:
        for cell in line["cells"]:
            cell["url"] = _people(address, base, cut, line["key"], cell["key"]) if cell["count"] else ""
        line["url"] = _people(address, base, cut, line["key"], None)
    return table


def _people(address: str, base: QueryDict, cut: dict[str, Any], row: str, col: str | None) -> str:
    if not row or col == "":
        return ""
    data = base.copy()
    for name, value in ((cut["rows"], row), (cut["cols"], col)):
        if value is None:
            continue
        if name == "entry_year":
            data["entry_year_from"] = data["entry_year_to"] = value
        else:
            data[name] = value
    return f"{address}?{data.urlencode()}"


def _pivot_file(cut: dict[str, Any]) -> HttpResponse:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    found = cut["pivot"]
    sheet.write(0, 0, f"{gettext('Contingent')} · {cut['day']:%d.%m.%Y}", bold)
    corner = f"{DIMENSIONS[cut['rows']].title} / {DIMENSIONS[cut['cols']].title}"
    sheet.write_row(2, 0, [corner, *(label for _key, label in found.cols), gettext("Total")], bold)
    for at, line in enumerate(found.table(), start=3):
        sheet.write_row(at, 0, [line["label"], *(cell["count"] for cell in line["cells"]), line["total"]])
    last = 3 + len(found.rows)
    sheet.write_row(last, 0, [gettext("Total"), *(one["count"] for one in found.foot()), found.total], bold)
    sheet.set_column(0, 0, 40)
    book.close()
    return _file(out.getvalue(), f"contingent-{cut['day']:%Y-%m-%d}.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def workbook_of(kind: str, rows: QuerySet) -> bytes:
    """One of the lists as a workbook: dates stay dates, codes stay text.

    Raises:
        KeyError: no such list.
    """
    title, names = LISTS[kind]
    columns = [Column(name, LABELS.get(name, "")).bind(Placement) for name in names]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False})
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    dates = book.add_format({"num_format": "dd.mm.yyyy"})
    sheet.write_row(0, 0, [str(column.label) for column in columns], bold)
    for at, row in enumerate(rows.iterator(chunk_size=2000), start=1):
        for place, column in enumerate(columns):
            value = column.raw(row)
            if isinstance(value, datetime.date):
                sheet.write_datetime(at, place, datetime.datetime(value.year, value.month, value.day), dates)  # noqa: DTZ001
            else:
                sheet.write(at, place, export.cell(value))
    sheet.set_column(0, len(columns) - 1, 18)
    book.close()
    return out.getvalue()


@page("student.view")
def contingent_file(request: Request, kind: str) -> HttpResponse:
    """The list in the ministry's columns, or the address list; a long one is made by the worker."""
    if kind not in LISTS:
        return redirect(Contingent.url_name("list"))
    rows = Contingent.filtered(request.access, request.GET)
    if rows.count() <= AT_ONCE:
        return _file(workbook_of(kind, rows), f"{kind}-{asked_day(request):%Y-%m-%d}.xlsx")
    job = start(
        "students.contingent",
        user=request.user,
        params={"kind": kind, "query": request.GET.urlencode()},
        title=str(LISTS[kind][0]),
        access=request.access,
    )
    return redirect("job", pk=job.pk)


menu.register(MenuItem("students", _("Contingent"), "students_pivot", "student.view", 11))
