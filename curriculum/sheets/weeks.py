"""Weeks of a curriculum from Excel (duty 2.3)."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curriculum import actions
from curriculum.models import Curriculum
from curriculum.sheets.columns import WholeWidget
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, Fault, Saved, Sheet, SheetColumn, sheet
from hemis.sheets.reading import SheetRefused


@sheet
class WeekSheet(Sheet):
    """What the weeks of a plan are for, as the plan's workbook has them. ``params``: ``plan``, its key.

    An approved plan's too: holidays are decreed late. Days and semesters only tell
    the weeks apart; they are not changed here.
    """

    code = "curriculum.weeks"
    title = gettext_lazy("Weeks of a curriculum from Excel")
    permission = "curriculum.edit"
    result_url_name = "curriculum_curricula_list"
    own_upload = "curriculum_curricula_list"
    asks_year = False
    pages = ("Haftalar", "Недели", "Weeks")

    def __init__(self, access, params):
        rows = Curriculum.objects.for_scope(access.scope(self.permission)).exclude(state=Curriculum.RETIRED)
        self.curriculum = rows.filter(pk=params.get("plan") or 0).first()
        self.weeks = {one.number: one for one in self.curriculum.weeks.all()} if self.curriculum else {}
        super().__init__(access, params)

    def check(self, table):
        """Only for a plan of the own faculty that is in use."""
        if self.curriculum is None:
            raise SheetRefused(_("The curriculum is not in your scope."))
        return super().check(table)

    def columns(self) -> dict[str, SheetColumn]:
        highest = max(self.weeks, default=1)
        return {
            "number": SheetColumn("Hafta", WholeWidget.of(1, highest, "bad_week"), missing="bad_week",
                                  aliases=("Неделя", "Week"), example="1"),
            "starts_on": SheetColumn("Boshlanishi", widgets.DateWidget(), aliases=("Begins",), required=False),
            "ends_on": SheetColumn("Tugashi", widgets.DateWidget(), aliases=("Ends",), required=False),
            "semester": SheetColumn("Semestr", widgets.TextWidget(2), aliases=("Semester",), required=False),
            "kind": widgets.coded_column("Hafta turi", "h_education_week_type", "week_kind", "Вид недели",
                                         "Kind of week", example="11"),
        }  # fmt: skip

    def check_columns(self, columns: dict[str, list[Any]], numbers: list[int]) -> list[Fault]:
        """Weeks that the plan does not have, that stand twice, or whose first day is another."""
        faults, seen = [], set()
        for at, number in enumerate(numbers):
            week = columns["number"][at]
            if isinstance(week, Bad):
                continue
            if week not in self.weeks:
                text = _("The plan has no such week.")
                faults.append(self.fault(number, "number", "bad_week", text, week))
            elif week in seen:
                text = _("The week stands twice.")
                faults.append(self.fault(number, "number", "repeated_week", text, week))
            elif self._other_day(week, columns["starts_on"][at]):
                text = _("The week begins on %(day)s.") % {"day": f"{self.weeks[week].starts_on:%d.%m.%Y}"}
                faults.append(self.fault(number, "starts_on", "other_days", text, columns["starts_on"][at]))
            seen.add(week)
        return faults

    def _other_day(self, week: int, told: Any) -> bool:
        return isinstance(told, datetime.date) and told != self.weeks[week].starts_on

    def _changed(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if self.weeks[row["number"]].kind != row["kind"]]

    def plan(self, rows: list[dict[str, Any]]) -> Saved:
        changed = len(self._changed(rows))
        return Saved(0, changed, len(rows) - changed)

    def save(self, rows: list[dict[str, Any]]) -> Saved:
        """Say what each changed week is for."""
        assert self.curriculum is not None  # checked before
        planned = self.plan(rows)
        for row in self._changed(rows):
            actions.set_weeks(
                self.curriculum, access=self.access, first=row["number"], last=row["number"], kind=row["kind"]
            )
        return planned
