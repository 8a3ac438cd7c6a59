"""Cells and columns that the sheets of subjects and curricula share."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from hemis.people.names import fold
from hemis.sheets import widgets
from hemis.sheets.declaration import Bad, CellWidget, SheetColumn
from structure.models import Unit

YES, NO = "ha", "yoʻq"


class YesNoWidget(CellWidget):
    """Yes or no in the three languages."""

    YES = frozenset({"ha", "да", "yes", "1", "+", "true"})
    NO = frozenset({"yoq", "нет", "no", "0", "-", "false"})

    def clean(self, value, row=None, **kwargs) -> bool:
        text = fold(widgets.as_text(value)).replace("'", "").strip() or "-"
        if text in self.YES:
            return True
        if text in self.NO or fold(NO) == text:
            return False
        raise Bad("bad_yes_no", _("Write yes or no."), f"{YES} / {NO}")

    def untidy(self, value, clean) -> str:
        return ""

    def shown(self, clean) -> str:
        return YES if clean else NO


class WholeWidget(widgets.DecimalWidget):
    """A whole number within bounds."""

    def clean(self, value, row=None, **kwargs) -> int:  # type: ignore[override]
        number = super().clean(value)
        if number != int(number):
            raise Bad(self.fault, _("Write a whole number."), self._bounds())
        return int(number)

    @classmethod
    def of(cls, low: int, high: int, fault: str) -> WholeWidget:
        return cls(low=Decimal(low), high=Decimal(high), fault=fault)


def kafedras() -> dict[str, Unit]:
    return {one.code: one for one in Unit.objects.kafedras().filter(is_active=True)}


def known_column(
    header: str, codes: list[str], what: str, message: str, *aliases: str, required=True
) -> SheetColumn:
    fault = f"unknown_{what}"
    return SheetColumn(
        header, widgets.KnownWidget(codes, fault=fault, message=message), aliases=aliases, required=required,
        missing=fault, choices=lambda: codes, example=codes[0] if codes else "",
    )  # fmt: skip
