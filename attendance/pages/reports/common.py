"""What reports of attendance share: the half-year asked for, a table as a workbook."""

from __future__ import annotations

from django.http import HttpResponse
from openpyxl import Workbook

from attendance import queries
from attendance.pages.journals import XLSX
from hemis.base import Request

STUDYING = "11"


def half_of(request: Request) -> queries.HalfYear:
    return queries.half_year(request.GET.get("half", ""))


def workbook(head: list, lines: list[list], name: str) -> HttpResponse:
    """A table as an Excel file."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("HEMIS")
    sheet.append([str(one) for one in head])
    for line in lines:
        sheet.append(line)
    answer = HttpResponse(content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    book.save(answer)
    return answer
