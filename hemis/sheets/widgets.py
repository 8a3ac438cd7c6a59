"""Cells of common kinds: what is harmless is put right, what is wrong is named."""

from __future__ import annotations

import datetime
import difflib
import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from hemis.classifiers import queries as classifiers
from hemis.people import identifiers
from hemis.people.names import clean_name, fold
from hemis.people.transliteration import APOSTROPHES, fix_apostrophes
from hemis.sheets.declaration import Bad, CellWidget, SheetColumn

DATE_STYLES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y.%m.%d", "%Y/%m/%d", "%d.%m.%y")
# Excel counts days from here; a number outside these years is no date of a living person.
EXCEL_ZERO = datetime.date(1899, 12, 30)
EARLIEST, LATEST = datetime.date(1900, 1, 1), datetime.date(2100, 1, 1)
_ONE_APOSTROPHE = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))
_WHOLE = re.compile(r"^(\d+)\.0+$")


def as_text(value: Any) -> str:
    """A cell as text: single spaces, whole numbers without ``.0``."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())


def what_was_untidy(value: Any, clean: str) -> str:
    """The kind of untidiness between a cell and what it became, in words."""
    if not isinstance(value, str):
        return _("text stored as a number")
    if value == clean:
        return ""
    if any("\u0400" <= char <= "\u04ff" for char in value):
        return _("Cyrillic letters")
    tidy = " ".join(value.split())
    if tidy != value:
        return _("spaces")
    plain, right = value.translate(_ONE_APOSTROPHE), clean.translate(_ONE_APOSTROPHE)
    if plain == right:
        return _("apostrophes")
    if plain.lower() == right.lower():
        return _("capital and small letters")
    return _("written differently")


class TextWidget(CellWidget):
    """Plain text, spaces and apostrophes put right, no longer than the field."""

    def __init__(self, max_length: int = 255):
        super().__init__()
        self.max_length = max_length

    def clean(self, value, row=None, **kwargs) -> str:
        text = fix_apostrophes(as_text(value))
        if len(text) > self.max_length:
            raise Bad("too_long", _("Longer than %(length)d characters.") % {"length": self.max_length})
        return text

    def untidy(self, value, clean) -> str:
        return what_was_untidy(value, clean)


class NameWidget(CellWidget):
    """A part of a name in Uzbek Latin, whatever script, case and apostrophes it was typed in."""

    def clean(self, value, row=None, **kwargs) -> str:
        text = clean_name(str(value))
        if any(char.isdigit() for char in text) or not any(char.isalpha() for char in text):
            raise Bad("bad_name", _("A name has letters only."))
        if len(text) > 100:
            raise Bad("too_long", _("Longer than %(length)d characters.") % {"length": 100})
        return text

    def untidy(self, value, clean) -> str:
        return what_was_untidy(value, clean)


class PinflWidget(CellWidget):
    """Fourteen digits with a right control digit."""

    def clean(self, value, row=None, **kwargs) -> str:
        pinfl = identifiers.normalise_pinfl(value)
        if identifiers.pinfl_is_valid(pinfl):
            if identifiers.pinfl_birth_date(pinfl) is None:
                raise Bad("bad_pinfl", _("The PINFL tells no birth date."))
            return pinfl
        if len(pinfl) != 14 or not pinfl.isascii() or not pinfl.isdigit():
            raise Bad("bad_pinfl", _("A PINFL has 14 digits."), self._about(value))
        right = pinfl[:13] + identifiers.pinfl_check_digit(pinfl[:13])
        hint = _("If the first 13 digits are right: %(pinfl)s") % {"pinfl": right}
        raise Bad("pinfl_check_digit", _("The control digit of the PINFL is wrong."), hint)

    @staticmethod
    def _about(value: Any) -> str:
        """Why it may be: a long number that a program has shortened."""
        if isinstance(value, str) and re.search(r"\d[eE]\+?\d", value):
            return _("The number was shortened on saving; format the column as text.")
        return ""

    def untidy(self, value, clean) -> str:
        return what_was_untidy(value, clean)


class PassportWidget(CellWidget):
    """An Uzbek passport; one of another country is let through and judged by the citizenship."""

    def clean(self, value, row=None, **kwargs) -> str:
        passport = identifiers.normalise_passport(value) or identifiers.normalise_foreign_passport(value)
        if passport is None:
            raise bad_passport()
        return passport

    def untidy(self, value, clean) -> str:
        return what_was_untidy(value, clean)


def bad_passport() -> Bad:
    """The fault of an Uzbek passport that is none."""
    example = _("For example: %(example)s") % {"example": "AB1234567"}
    return Bad("bad_passport", _("A passport has two Latin letters and seven digits."), example)


class PhoneWidget(CellWidget):
    def clean(self, value, row=None, **kwargs) -> str:
        phone = identifiers.normalise_phone(value)
        if phone is None:
            example = _("For example: %(example)s") % {"example": "+998901234567"}
            raise Bad("bad_phone", _("A phone has nine digits after +998."), example)
        return phone


class DateWidget(CellWidget):
    """A date, typed as a date or as text; Excel's serial numbers too."""

    def clean(self, value, row=None, **kwargs) -> datetime.date:
        date = self._date(value)
        if date is None or not EARLIEST <= date < LATEST:
            example = _("For example: %(example)s") % {"example": "21.05.2005"}
            raise Bad("bad_date", _("This is not a date."), example)
        return date

    @staticmethod
    def _date(value: Any) -> datetime.date | None:
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        if isinstance(value, int | float):
            return EXCEL_ZERO + datetime.timedelta(days=int(value)) if 0 < value < 80_000 else None
        text = str(value).strip()
        text = text.split("T")[0] if "T" in text else text.split(" ")[0]
        for style in DATE_STYLES:
            try:
                return datetime.datetime.strptime(text, style).date()  # noqa: DTZ007  a calendar date has no zone
            except ValueError:
                continue
        return None

    def untidy(self, value, clean) -> str:
        if isinstance(value, datetime.date):
            return ""
        return _("date written as text") if isinstance(value, str) else _("date stored as a number")

    def shown(self, clean) -> str:
        return clean.strftime("%d.%m.%Y")


class CodedWidget(CellWidget):
    """An option of a national list by its name in any language, or by its code."""

    def __init__(self, list_code: str, *, fault: str, among: Callable[[str], bool] | None = None):
        super().__init__()
        self.list_code, self.fault, self.among = list_code, fault, among

    def clean(self, value, row=None, **kwargs) -> str:
        text = as_text(value)
        code = classifiers.code_for(self.list_code, text, among=self.among)
        if code is None:
            near = classifiers.closest(self.list_code, text, among=self.among)
            raise Bad(self.fault, _("“%(value)s” is not in the list.") % {"value": text[:80]}, perhaps(near))
        return code

    def untidy(self, value, clean) -> str:
        """The list's name in any language is as it should be; a short or other form is said."""
        option = classifiers.options(self.list_code)[clean]
        known = (option.name_uz, option.name_ru, option.name_en, option.name_cyrl)
        if isinstance(value, str) and value.translate(_ONE_APOSTROPHE) in [
            name.translate(_ONE_APOSTROPHE) for name in known
        ]:
            return ""
        return _("short or other form of the name")

    def shown(self, clean) -> str:
        return classifiers.label(self.list_code, clean)

    def names(self) -> list[str]:
        """The names to choose from, for the template's drop-down."""
        return [
            name for code, name in classifiers.choices(self.list_code) if not self.among or self.among(code)
        ]


class KnownWidget(CellWidget):
    """A value among those that the database knows, however its case and spaces; the nearest is offered."""

    def __init__(self, known: Iterable[str], *, fault: str, message: str):
        super().__init__()
        self.known = {_key(text): text for text in known}
        self.fault, self.message = fault, message

    def clean(self, value, row=None, **kwargs) -> str:
        text = as_text(value)
        whole = _WHOLE.match(text)
        key = _key(whole[1] if whole else text)
        if key in self.known:
            return self.known[key]
        near = difflib.get_close_matches(key, self.known, n=1, cutoff=0.6) if len(key) < 100 else []
        raise Bad(
            self.fault, self.message % {"value": text[:80]}, perhaps(self.known[near[0]] if near else None)
        )

    def untidy(self, value, clean) -> str:
        return what_was_untidy(value, clean)


def _key(text: str) -> str:
    return fold(unicodedata.normalize("NFKC", text)).replace(" ", "")


def perhaps(name: str | None) -> str:
    """The hint that offers the nearest right value."""
    return _("Perhaps: %(name)s") % {"name": name} if name else ""


class DecimalWidget(CellWidget):
    """A number within bounds, one decimal place; a comma is as good as a point."""

    def __init__(self, *, low: Decimal, high: Decimal, fault: str):
        super().__init__()
        self.low, self.high, self.fault = low, high, fault

    def clean(self, value, row=None, **kwargs) -> Decimal:
        number = self._number(value)
        if number is None:
            raise Bad(self.fault, _("This is not a number."), self._bounds())
        if not self.low <= number <= self.high:
            text = _("The number is outside %(low)s–%(high)s.") % {"low": self.low, "high": self.high}
            raise Bad(self.fault, text, self._bounds())
        return number.quantize(Decimal("0.1"))

    @staticmethod
    def _number(value: Any) -> Decimal | None:
        if isinstance(value, float) and not math.isfinite(value):
            return None
        try:
            number = Decimal(str(value).strip().replace(",", "."))
        except InvalidOperation:
            return None
        return number if number.is_finite() and abs(number) < 10**9 else None

    def _bounds(self) -> str:
        return _("A number from %(low)s to %(high)s") % {"low": self.low, "high": self.high}

    def untidy(self, value, clean) -> str:
        if isinstance(value, str):
            return _("number written as text")
        return "" if abs(float(value) - float(clean)) < 1e-6 else _("rounded")


class WholeWidget(DecimalWidget):
    """A whole number within bounds."""

    def clean(self, value, row=None, **kwargs):
        number = super().clean(value, row, **kwargs)
        if number % 1 or Decimal(str(value).strip().replace(",", ".")) != number:
            raise Bad(self.fault, _("This is not a whole number."), self._bounds())
        return int(number)


def read_number(text: str) -> Decimal:
    """A number as people type it: spaces between thousands and a comma are taken as they are.

    Raises:
        ValueError: it is none.
    """
    try:
        value = Decimal(text.replace("\u00a0", "").replace(" ", "").replace(",", "."))
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not value.is_finite():
        raise ValueError(text)
    return value


class FigureWidget(CellWidget):
    """A positive number of so many decimal places; spaces between thousands and a comma are taken as they are."""

    def __init__(self, *, places: int = 2, high: Decimal = Decimal(10) ** 12):
        super().__init__()
        self.places, self.high = places, high

    def clean(self, value, row=None, **kwargs) -> Decimal:
        try:
            number = read_number(as_text(value))
        except ValueError as error:
            raise Bad("bad_number", _("This is not a number.")) from error
        if not 0 < number < self.high:
            raise Bad(
                "bad_number", _("The number is outside %(low)s–%(high)s.") % {"low": 0, "high": self.high}
            )
        if round(number, self.places) != number:
            raise Bad("bad_number", _("At most %(places)d decimal places.") % {"places": self.places})
        return number

    def untidy(self, value, clean) -> str:
        return ""


def coded_column(
    header: str,
    list_code: str,
    what: str,
    *aliases: str,
    among: Callable[[str], bool] | None = None,
    required: bool = True,
    example: str = "",
) -> SheetColumn:
    """A column of a national list; its fault is ``unknown_<what>``, its example an option's code."""
    fault = f"unknown_{what}"
    widget = CodedWidget(list_code, fault=fault, among=among)
    return SheetColumn(
        header,
        widget,
        aliases=aliases,
        required=required,
        missing=fault,
        choices=widget.names,
        example=classifiers.label(list_code, example) if example else "",
    )
