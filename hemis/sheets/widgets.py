"""Cells of common kinds: what is harmless is put right, what is wrong is named."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from import_export.widgets import Widget

from hemis.classifiers import queries as classifiers
from hemis.people import identifiers
from hemis.people.names import clean_name
from hemis.sheets.declaration import Bad

DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y.%m.%d", "%Y/%m/%d")


class CellWidget(Widget):
    """A cell; ``is_tidy`` says whether a value stood as it should."""

    def is_tidy(self, value: Any, clean: Any) -> bool:
        return str(value) == str(clean)


class TextWidget(CellWidget):
    """Plain text, spaces put right, shortened to the field."""

    def __init__(self, max_length: int = 255):
        super().__init__()
        self.max_length = max_length

    def clean(self, value, row=None, **kwargs) -> str:
        text = " ".join(str(value).split())
        if len(text) > self.max_length:
            raise Bad("too_long", _("Longer than %(length)d characters.") % {"length": self.max_length})
        return text


class NameWidget(CellWidget):
    """A part of a name in Uzbek Latin, whatever script, case and apostrophes it was typed in."""

    def clean(self, value, row=None, **kwargs) -> str:
        text = clean_name(str(value))
        if any(char.isdigit() for char in text) or not any(char.isalpha() for char in text):
            raise Bad("bad_name", _("A name has letters only."))
        if len(text) > 100:
            raise Bad("too_long", _("Longer than %(length)d characters.") % {"length": 100})
        return text

    def is_tidy(self, value, clean) -> bool:
        plain = str.maketrans("‘’'`ʼ", "ʻʻʻʻʻ")
        return str(value).translate(plain) == clean.translate(plain)


class PinflWidget(CellWidget):
    """Fourteen digits with a right control digit."""

    def clean(self, value, row=None, **kwargs) -> str:
        pinfl = identifiers.normalise_pinfl(value)
        if len(pinfl) != 14 or not pinfl.isascii() or not pinfl.isdigit():
            raise Bad("bad_pinfl", _("A PINFL has 14 digits."))
        if not identifiers.pinfl_is_valid(pinfl):
            hint = pinfl[:13] + identifiers.pinfl_check_digit(pinfl[:13])
            raise Bad("pinfl_check_digit", _("The control digit of the PINFL is wrong."), _("If the first 13 digits are right: %(pinfl)s") % {"pinfl": hint})
        return pinfl

    def is_tidy(self, value, clean) -> bool:
        return isinstance(value, str) and value == clean


class PassportWidget(CellWidget):
    def clean(self, value, row=None, **kwargs) -> str:
        passport = identifiers.normalise_passport(value)
        if passport is None:
            raise Bad("bad_passport", _("A passport has two Latin letters and seven digits."), "AB1234567")
        return passport


class PhoneWidget(CellWidget):
    def clean(self, value, row=None, **kwargs) -> str:
        phone = identifiers.normalise_phone(value)
        if phone is None:
            raise Bad("bad_phone", _("A phone has nine digits after +998."), "+998901234567")
        return phone


class DateWidget(CellWidget):
    """A date, typed as a date or as text; Excel's serial numbers too."""

    def clean(self, value, row=None, **kwargs) -> datetime.date:
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        if isinstance(value, int | float) and 10_000 < value < 60_000:
            return datetime.date(1899, 12, 30) + datetime.timedelta(days=int(value))
        text = str(value).strip().split(" ")[0]
        for style in DATE_FORMATS:
            try:
                return datetime.datetime.strptime(text, style).date()
            except ValueError:
                continue
        raise Bad("bad_date", _("This is not a date."), "21.05.2005")

    def is_tidy(self, value, clean) -> bool:
        return isinstance(value, datetime.date)


class CodedWidget(CellWidget):
    """An option of a national list by its name in any language, or by its code."""

    def __init__(self, list_code: str, *, fault: str, among: Callable[[str], bool] | None = None):
        super().__init__()
        self.list_code, self.fault, self.among = list_code, fault, among

    def clean(self, value, row=None, **kwargs) -> str:
        code = classifiers.code_for(self.list_code, str(value), among=self.among)
        if code is None:
            near = classifiers.closest(self.list_code, str(value), among=self.among)
            hint = _("Perhaps: %(name)s") % {"name": near} if near else ""
            raise Bad(self.fault, _("“%(value)s” is not in the list.") % {"value": value}, hint)
        return code

    def is_tidy(self, value, clean) -> bool:
        return True

    def names(self) -> list[str]:
        """The names to choose from, for the template's drop-down."""
        return [name for code, name in classifiers.choices(self.list_code) if not self.among or self.among(code)]


class DecimalWidget(CellWidget):
    """A number within bounds, one decimal place; a comma is as good as a point."""

    def __init__(self, *, low: Decimal, high: Decimal, fault: str):
        super().__init__()
        self.low, self.high, self.fault = low, high, fault

    def clean(self, value, row=None, **kwargs) -> Decimal:
        try:
            number = Decimal(str(value).strip().replace(",", ".")).quantize(Decimal("0.1"))
        except InvalidOperation as error:
            raise Bad(self.fault, _("This is not a number."), f"{self.low}–{self.high}") from error
        if not self.low <= number <= self.high:
            raise Bad(self.fault, _("The number is outside %(low)s–%(high)s.") % {"low": self.low, "high": self.high}, f"{self.low}–{self.high}")
        return number

    def is_tidy(self, value, clean) -> bool:
        return not isinstance(value, str)
