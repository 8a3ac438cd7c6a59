"""Sums in words in the four languages."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemis.documents import words
from hemis.documents.words import LIMIT, number_in_words, sum_in_words
from hemis.people.transliteration import to_latin

LANGUAGES = ("uz", "uz-cyrl", "ru", "en")
SUMS = st.integers(0, int(LIMIT) * 100).map(lambda tiyin: Decimal(tiyin) / 100)


@pytest.mark.parametrize(
    ("value", "uz", "cyrillic", "ru", "en"),
    [
        (0, "nol soʻm", "нол сўм", "ноль сумов", "zero soʻm"),
        (1, "bir soʻm", "бир сўм", "один сум", "one soʻm"),
        (2, "ikki soʻm", "икки сўм", "два сума", "two soʻm"),
        (11, "oʻn bir soʻm", "ўн бир сўм", "одиннадцать сумов", "eleven soʻm"),
        (
            114,
            "bir yuz oʻn toʻrt soʻm",
            "бир юз ўн тўрт сўм",
            "сто четырнадцать сумов",
            "one hundred fourteen soʻm",
        ),
        (1000, "bir ming soʻm", "бир минг сўм", "одна тысяча сумов", "one thousand soʻm"),
        (
            2_022_003,
            "ikki million yigirma ikki ming uch soʻm",
            "икки миллион йигирма икки минг уч сўм",
            "два миллиона двадцать две тысячи три сума",
            "two million twenty-two thousand three soʻm",
        ),
        (
            Decimal("9180000.21"),
            "toʻqqiz million bir yuz sakson ming soʻm yigirma bir tiyin",
            "тўққиз миллион бир юз саксон минг сўм йигирма бир тийин",
            "девять миллионов сто восемьдесят тысяч сумов двадцать один тийин",
            "nine million one hundred eighty thousand soʻm twenty-one tiyin",
        ),
        (
            10**15,
            "bir kvadrillion soʻm",
            "бир квадриллион сўм",
            "один квадриллион сумов",
            "one quadrillion soʻm",
        ),
    ],
)
def test_known_sums(value, uz, cyrillic, ru, en):
    assert [sum_in_words(value, language) for language in LANGUAGES] == [uz, cyrillic, ru, en]


@pytest.mark.parametrize("value", [-1, Decimal("0.001"), LIMIT + 1, Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_sum_is_refused(value):
    with pytest.raises(ValueError):
        sum_in_words(value, "uz")


def test_unknown_language_is_refused():
    with pytest.raises(ValueError):
        sum_in_words(1, "de")


VALUES = {
    "uz": {word: n for n, word in enumerate(words._UZ_ONES)}
    | {word: n * 10 for n, word in enumerate(words._UZ_TENS) if n},
    "ru": {word: n for n, word in enumerate(words._RU_ONES)}
    | {"одна": 1, "две": 2}
    | {word: n * 10 for n, word in enumerate(words._RU_TENS) if n > 1}
    | {word: n * 100 for n, word in enumerate(words._RU_HUNDREDS) if n},
    "en": {word: n for n, word in enumerate(words._EN_ONES)}
    | {word: n * 10 for n, word in enumerate(words._EN_TENS) if n > 1},
}
SCALES = {
    "uz": {word: n for n, word in enumerate(words._UZ_SCALES) if n},
    "ru": {form: n for n, forms in enumerate(words._RU_SCALES) if n for form in forms},
    "en": {word: n for n, word in enumerate(words._EN_SCALES) if n},
}


def read_back(text: str, language: str) -> int:
    """The number that the words say."""
    total = group = 0
    for word in text.replace("-", " ").split():
        if word in {"yuz", "hundred"}:
            group *= 100
        elif word in SCALES[language]:
            total += group * 1000 ** SCALES[language][word]
            group = 0
        else:
            group += VALUES[language][word]
    return total + group


@given(st.integers(0, int(LIMIT)))
def test_every_number_reads_back(value):
    for language in ("uz", "ru", "en"):
        assert read_back(number_in_words(value, language), language) == value


@given(SUMS)
def test_cyrillic_is_the_same_in_other_letters(value):
    assert to_latin(sum_in_words(value, "uz-cyrl")) == sum_in_words(value, "uz")


@given(st.integers(0, 999_999_999))
def test_russian_soum_agrees_with_its_number(value):
    last, tens = value % 10, value % 100
    expected = "сумов" if 11 <= tens <= 14 or last in {0, 5, 6, 7, 8, 9} else "сум" if last == 1 else "сума"
    assert sum_in_words(value, "ru").split()[-1] == expected
