"""Sums in words, as contracts write them, in the four languages of the pages.

Uzbek writes ``bir`` before hundred and thousand too (``bir yuz``, ``bir ming``),
as payment papers do, so that nothing can be written before it. Russian agrees in
gender (``одна тысяча``, ``два сума``) and case (``пять сумов``).
"""

from __future__ import annotations

from decimal import Decimal

from hemis.people.transliteration import to_cyrillic

LIMIT = Decimal(10) ** 15

_UZ_ONES = ["nol", "bir", "ikki", "uch", "toʻrt", "besh", "olti", "yetti", "sakkiz", "toʻqqiz"]
_UZ_TENS = ["", "oʻn", "yigirma", "oʻttiz", "qirq", "ellik", "oltmish", "yetmish", "sakson", "toʻqson"]
_UZ_SCALES = ["", "ming", "million", "milliard", "trillion", "kvadrillion"]

_RU_ONES = [
    "ноль",
    "один",
    "два",
    "три",
    "четыре",
    "пять",
    "шесть",
    "семь",
    "восемь",
    "девять",
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
]
_RU_FEMININE = {1: "одна", 2: "две"}
_RU_TENS = [
    "",
    "",
    "двадцать",
    "тридцать",
    "сорок",
    "пятьдесят",
    "шестьдесят",
    "семьдесят",
    "восемьдесят",
    "девяносто",
]
_RU_HUNDREDS = [
    "",
    "сто",
    "двести",
    "триста",
    "четыреста",
    "пятьсот",
    "шестьсот",
    "семьсот",
    "восемьсот",
    "девятьсот",
]
_RU_SCALES = [
    ("", "", ""),
    ("тысяча", "тысячи", "тысяч"),
    ("миллион", "миллиона", "миллионов"),
    ("миллиард", "миллиарда", "миллиардов"),
    ("триллион", "триллиона", "триллионов"),
    ("квадриллион", "квадриллиона", "квадриллионов"),
]

_EN_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_EN_SCALES = ["", "thousand", "million", "billion", "trillion", "quadrillion"]


def sum_in_words(value: Decimal | int, language: str) -> str:
    """A sum of soʻm in words: ``bir million ikki yuz ming soʻm``; tiyin follow when there are any.

    ``language`` is ``uz``, ``uz-cyrl``, ``ru`` or ``en``; ``value`` lies between 0 and 10^15 soʻm.

    Raises:
        ValueError: outside these bounds, finer than a tiyin, or an unknown language.
    """
    amount = Decimal(value)
    if not amount.is_finite() or not 0 <= amount <= LIMIT or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"Not a sum of soʻm: {value}")
    whole, tiyin = divmod(int(amount * 100), 100)
    if language == "uz-cyrl":
        return str(to_cyrillic(_in_uzbek(whole, tiyin)))
    try:
        write = {"uz": _in_uzbek, "ru": _in_russian, "en": _in_english}[language]
    except KeyError:
        raise ValueError(f"No sums in words in {language}.") from None
    return write(whole, tiyin)


def number_in_words(value: int, language: str) -> str:
    """A whole number from 0 to 10^15 in words (masculine in Russian).

    Raises:
        ValueError: outside these bounds or an unknown language.
    """
    if not 0 <= value <= LIMIT:
        raise ValueError(f"Out of bounds: {value}")
    if language == "uz-cyrl":
        return str(to_cyrillic(_uzbek(value)))
    try:
        return {"uz": _uzbek, "ru": _russian, "en": _english}[language](value)
    except KeyError:
        raise ValueError(f"No numbers in words in {language}.") from None


def _threes(value: int) -> list[tuple[int, int]]:
    """Groups of three figures with their scale, the largest first; empty groups are left out."""
    groups = []
    scale = 0
    while value:
        value, group = divmod(value, 1000)
        if group:
            groups.append((group, scale))
        scale += 1
    return groups[::-1]


def _in_uzbek(whole: int, tiyin: int) -> str:
    return f"{_uzbek(whole)} soʻm" + (f" {_uzbek(tiyin)} tiyin" if tiyin else "")


def _uzbek(value: int) -> str:
    words: list[str] = []
    for group, scale in _threes(value):
        hundreds, rest = divmod(group, 100)
        tens, ones = divmod(rest, 10)
        words += [_UZ_ONES[hundreds], "yuz"] if hundreds else []
        words += [_UZ_TENS[tens], _UZ_ONES[ones] if ones else "", _UZ_SCALES[scale]]
    return " ".join(filter(None, words)) or _UZ_ONES[0]


def _in_russian(whole: int, tiyin: int) -> str:
    text = f"{_russian(whole)} {_russian_form(whole, ('сум', 'сума', 'сумов'))}"
    if tiyin:
        text += f" {_russian(tiyin)} {_russian_form(tiyin, ('тийин', 'тийина', 'тийинов'))}"
    return text


def _russian(value: int) -> str:
    words: list[str] = []
    for group, scale in _threes(value):
        words += _russian_group(group, feminine=scale == 1)
        words.append(_russian_form(group, _RU_SCALES[scale]))
    return " ".join(filter(None, words)) or _RU_ONES[0]


def _russian_group(group: int, *, feminine: bool) -> list[str]:
    hundreds, rest = divmod(group, 100)
    tens, ones = divmod(rest, 10) if rest >= 20 else (0, rest)
    last = _RU_FEMININE.get(ones, _RU_ONES[ones]) if feminine else _RU_ONES[ones]
    return [_RU_HUNDREDS[hundreds], _RU_TENS[tens], last if ones else ""]


def _russian_form(value: int, forms: tuple[str, str, str]) -> str:
    """One, two to four, five and more."""
    if 11 <= value % 100 <= 14:
        return forms[2]
    return forms[{1: 0, 2: 1, 3: 1, 4: 1}.get(value % 10, 2)]


def _in_english(whole: int, tiyin: int) -> str:
    return f"{_english(whole)} soʻm" + (f" {_english(tiyin)} tiyin" if tiyin else "")


def _english(value: int) -> str:
    words: list[str] = []
    for group, scale in _threes(value):
        hundreds, rest = divmod(group, 100)
        words += [_EN_ONES[hundreds], "hundred"] if hundreds else []
        words += [_english_below_hundred(rest), _EN_SCALES[scale]]
    return " ".join(filter(None, words)) or _EN_ONES[0]


def _english_below_hundred(value: int) -> str:
    if value < 20:
        return _EN_ONES[value] if value else ""
    tens, ones = divmod(value, 10)
    return _EN_TENS[tens] + (f"-{_EN_ONES[ones]}" if ones else "")
