"""The grade sheet of a usual group is one page of paper (duty 2.4)."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from grading.documents import GradeSheetPaper, printable, sheet_payload
from hemis.documents.rendering import html_of, pdf_of
from tests.grading import makers

pytestmark = pytest.mark.duty("2.4")
TOKEN = "x" * 22
NAME = "Abdurahmonova Muhabbatxon Sherzod qizi"
# One in five needs two lines.
LONG = "Abdurahmonqulova Muhabbatxon Abdulvohidjon qizi"


@pytest.mark.django_db
@pytest.mark.parametrize(("control", "count", "pages"), [("13", 30, 1), ("11", 30, 1), ("13", 60, 2)])
def test_thirty_students_fit_one_page(control, count, pages):
    study = makers.Study(students=1)
    sheet = study.open(control="11")
    payload = sheet_payload(printable().get(pk=sheet.pk))
    moment = f"12.11.2026 10:30, {NAME}"
    line = payload["rows"][0] | {
        "current": "21,3", "midterm": "18,7", "before": "40", "before_mark": "4", "points": "34,2",
        "points_mark": "3", "overall": "74,2",
    }  # fmt: skip
    payload |= {
        "has_parts": control == "13", "signed": moment, "checked": moment, "closed": moment,
        "teachers": {"lecture": NAME, "practice": f"{NAME}, {NAME}"}, "examiner": NAME, "total": count,
        "faculty": "Pedagogika, iqtisodiyot va axborot texnologiyalari fakulteti",
        "rows": [
            line | {"number": number + 1, "name": NAME if number % 5 else LONG} for number in range(count)
        ],
        "_site": "https://hemis.example.uz", "_number": "2026-00001", "_issued": "2026-11-12", "_style": 1,
    }  # fmt: skip
    content = pdf_of(html_of("grade_sheet", GradeSheetPaper.template_version, payload, TOKEN), TOKEN)
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == pages
    assert "Nazorat oluvchi" in reader.pages[-1].extract_text(), "the signatures stand below the last line"
