"""The rules in force on a day, read from their rows (law 7)."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.utils import timezone

from curriculum.models import GradeType, MarkingRule, MarkingSystem
from grading import rules
from grading.models import GradingRule


class Rulebook:
    """Figures and scales on one day; two queries for the figures, three for all scales, whatever is asked."""

    def __init__(self, day: datetime.date | None = None):
        self.day = day or timezone.localdate()
        self._figures: dict[str, GradingRule] | None = None
        self._scales: dict[int, rules.Scale] | None = None

    def number(self, code: str) -> Decimal:
        """The figure; 0 where there is none."""
        row = self._rows().get(code)
        return row.value if row else Decimal(0)

    def source(self, code: str) -> str:
        row = self._rows().get(code)
        return row.basis if row else ""

    def _rows(self) -> dict[str, GradingRule]:
        if self._figures is None:
            rows = GradingRule.objects.in_force(self.day)
            self._figures = {row.code: row for row in rows}
        return self._figures

    def limits(self) -> rules.Limits:
        """What admission and retakes are judged by."""
        return rules.Limits(
            hours_missed=self.number("admission.hours_missed"),
            contract=bool(self.number("admission.contract")),
            relearning=bool(self.number("admission.relearning")),
            retake_debts=int(self.number("retake.debts")),
            retake_allowed=bool(self.number("retake.allowed")),
            sources={code: row.basis for code, row in self._rows().items()},
        )

    def scale(self, system_id: int) -> rules.Scale:
        """The marking system on the day.

        Raises:
            KeyError: it has no rule or no grades that hold on the day.
        """
        if self._scales is None:
            self._scales = self._read_scales()
        return self._scales[system_id]

    def _read_scales(self) -> dict[int, rules.Scale]:
        systems = {one.pk: one for one in MarkingSystem.objects.all()}
        held = {row.system_id: row for row in MarkingRule.objects.in_force(self.day)}
        newest: dict[int, datetime.date] = {}
        borders: dict[int, list[rules.Border]] = {}
        for row in GradeType.objects.in_force(self.day).reverse():
            if newest.setdefault(row.system_id, row.valid_from) == row.valid_from:
                border = rules.Border(row.lowest, row.mark, row.letter, row.point, row.name)
                borders.setdefault(row.system_id, []).append(border)
        return {
            pk: rules.Scale(
                kind=system.scale,
                pass_percent=held[pk].pass_percent,
                borders=tuple(borders[pk]),
                basis=held[pk].basis,
                attempts=held[pk].attempts,
                gpa_threshold=held[pk].gpa_threshold,
                final_alone=bool(self.number(f"final.own_limit.{system.scale}")),
            )
            for pk, system in systems.items()
            if pk in held and pk in borders
        }
