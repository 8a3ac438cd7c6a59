"""Cells of sheets that name what the students' floor keeps."""

from __future__ import annotations

from django.utils.translation import gettext as _

from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, CellWidget
from students.models import AcademicYear


class AcademicYearWidget(CellWidget):
    """An academic year by the year it begins in: 2026 or 2026/2027."""

    def __init__(self) -> None:
        super().__init__()
        self.known = set(AcademicYear.objects.values_list("year", flat=True))

    def clean(self, value, row=None, **kwargs) -> int:
        text = widgets.as_text(value).split("/")[0].split("-")[0].strip()
        if not text.isdigit() or int(text) not in self.known:
            raise Bad("unknown_year", _("There is no academic year %(value)s.") % {"value": str(value)[:20]})
        return int(text)

    def untidy(self, value, clean) -> str:
        return ""
