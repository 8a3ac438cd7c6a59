"""What is checked of grade sheets each night (order clause B7)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.nightly import checks
from hemis.nightly.checks import Check

checks.register(
    Check(
        "sheet_numbers",
        _("Numbers of grade sheets have a gap."),
        sql="""
        SELECT n.year::text FROM documents_numberseries n
          LEFT JOIN (SELECT academic_year_id AS year, count(*) AS given, max(serial) AS top
                       FROM grading_gradesheet GROUP BY 1) g ON g.year = n.year
         WHERE n.series = 'grade_sheet' AND (coalesce(g.given, 0), coalesce(g.top, 0)) <> (n.last, n.last) ORDER BY 1
        """,
    )
)
checks.register(
    Check(
        "closed_sheets",
        _("A closed grade sheet has a student without a mark or a reason."),
        sql="""
        SELECT DISTINCT s.academic_year_id || '-' || lpad(s.serial::text, 5, '0') FROM grading_gradesheet s
          JOIN grading_sheetline l ON l.sheet_id = s.id
         WHERE s.state = 'closed' AND l.status = '' ORDER BY 1
        """,
    )
)
