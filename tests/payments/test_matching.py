"""Whose a receipt is: the rules alone."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.payments import rules
from finance.payments.rules import Known, Line, match
from hemis.people.names import search_text

ALI, VALI, GULNORA, NODIRA = 1, 2, 3, 4
PEOPLE = {
    ALI: "Yoʻldoshev Ali Baxtiyor oʻgʻli",
    VALI: "Toʻrayev Vali Komil oʻgʻli",
    GULNORA: "Karimova Gulnora Rustam qizi",
    NODIRA: "Karimova Nodira Rustam qizi",
}


def _names() -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for student, name in PEOPLE.items():
        for token in search_text(*name.split()).split():
            found.setdefault(token, set()).add(student)
    return found


KNOWN = Known(
    contracts={
        "3032600001": (11, ALI),
        "3032600002": (12, VALI),
        "NNN-12/26": (13, GULNORA),
        "OLD-0001": (19, VALI),
    },
    cancelled={19},
    pinfls={"50101070010011": ALI, "50101070010028": VALI},
    students={"303261100001": ALI},
    paid_next={ALI: 11, VALI: 12, GULNORA: 13},
    names=_names(),
)


@pytest.mark.parametrize(
    ("line", "contract", "by", "confidence", "doubt"),
    [
        (Line("Toʻlov shartnoma №3032600001 uchun"), 11, "contract", 98, ""),
        (Line("Shartnoma 3032600001, JSHSHIR 50101070010011"), 11, "contract", 100, ""),
        (Line("dog. nnn-12/26 za obucheniye"), 13, "contract", 98, ""),
        (Line("3032600001-sonli shartnoma boʻyicha"), 11, "contract", 98, ""),
        (Line("Kontrakt N3032600001/2026 uchun, nnn-12-sonli emas"), 11, "contract", 98, ""),
        (Line("shartnoma NNN-12/26-sonli, 15.09.2026"), 13, "contract", 98, ""),
        (Line("3032600001/3032600002 uchun"), 11, "contract", 60, "several"),
        (Line("hisob 30326000019999"), None, "", 0, "unknown"),
        (Line("3032600001 va 3032600002 uchun"), 11, "contract", 60, "several"),
        (Line("3032600001, 3032600002 JSHSHIR 50101070010028"), 12, "contract", 100, ""),
        (Line("3032600001 50101070010028"), 11, "contract", 60, "contradicts"),
        (Line("OLD-0001 boʻyicha"), 19, "contract", 60, "cancelled"),
        (Line("kontrakt toʻlovi", payer_tin="50101070010028"), 12, "pinfl", 95, ""),
        (Line("talaba 303261100001"), 11, "student", 95, ""),
        (Line("50101070010011 50101070010028"), None, "", 0, "several"),
        (Line("kontrakt", payer="ЙУЛДОШЕВ АЛИ БАХТИЁР УГЛИ"), 11, "name", 90, ""),
        (Line("Yuldashev Ali Baxtiyor o`g`li uchun kontrakt"), 11, "name", 90, ""),
        (Line("To'rayev Vali kontrakti"), 12, "name", 75, "two_words"),
        (Line("Karimova Gulnora Rustam qizi"), 13, "name", 90, ""),
        (Line("Karimova Rustam"), None, "name", 0, "several"),
        (Line("Karimova Nodira Rustam qizi"), None, "name", 90, "no_contract"),
        (Line("ijara haqi"), None, "", 0, "unknown"),
    ],
)
def test_whose_it_is(line, contract, by, confidence, doubt):
    assert match(line, KNOWN) == (contract, by, confidence, doubt)


@pytest.mark.parametrize("doubt", [code for code in rules.DOUBTS if code])
def test_what_is_doubtful_is_never_sure(doubt):
    assert not rules.Match(11, "contract", 100, doubt).is_sure
    assert rules.Match(11, "contract", 100, "").is_sure
    assert not rules.Match(11, "name", rules.AUTOMATIC - 1, "").is_sure


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=12))
def test_equal_receipts_of_a_file_are_told_apart_and_counted_alike_in_the_next(prints):
    keys = list(zip(prints, rules.occurrences(prints), strict=True))
    assert len(set(keys)) == len(keys)
    longer = [*prints, "a"]
    assert set(keys) < set(zip(longer, rules.occurrences(longer), strict=True))


def test_a_fingerprint_does_not_mind_spaces_and_capitals_but_every_fact():
    facts = ("2026-09-15", "17", "500000.00", "22618", "Karimov Akmal", "Kontrakt uchun")
    same = ("2026-09-15", "17", "500000.00", "22618", "KARIMOV  AKMAL", "kontrakt, uchun")
    assert rules.fingerprint(*facts) == rules.fingerprint(*same)
    for at in range(len(facts)):
        other = [*facts[:at], "9", *facts[at + 1 :]]
        assert rules.fingerprint(*other) != rules.fingerprint(*facts)


WORDS = ("ali", "vali", "karim", "olim", "nodir")


@given(
    names=st.dictionaries(st.sampled_from(WORDS), st.sets(st.integers(1, 6))),
    words=st.lists(st.frozensets(st.sampled_from(WORDS), min_size=1, max_size=2), unique=True, max_size=5),
)
def test_candidates_are_all_who_have_two_of_the_words(names, words):
    hits = {
        student: sum(any(student in names.get(token, ()) for token in word) for word in words)
        for student in range(1, 7)
    }
    found = rules.candidates(words, Known(names=names))
    assert found == {student: count for student, count in hits.items() if count > 1}
    assert list(found) == sorted(found, key=lambda one: (-found[one], one))
    best = max(found.values(), default=0)
    assert rules.nearest(words, Known(names=names)) == ([one for one in found if found[one] == best], best)


PIECES = st.sampled_from(
    [
        "3032600001",
        "12",
        "nnn-12/26",
        "sonli",
        "-",
        "/",
        ".",
        " ",
        "№",
        "ʻ",
        "’",
        "Ёж",
        "50101070010011",
        "_",
        "\u00a0",
        "I",
    ]
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_a_fingerprint_holds_the_words_and_figures_of_each_fact_and_nothing_else(facts):
    plain = ("".join(one for one in fact if one.isalnum() or one == "_").casefold() for fact in facts)
    expected = hashlib.sha256("|".join(plain).encode()).hexdigest()[:32]
    assert rules.fingerprint(*facts) == expected


@given(TEXTS)
def test_whatever_strokes_divide_may_be_the_number_of_a_contract_the_longest_first(text):
    for word, parts in Line(text).numbered:
        pieces = re.split(r"([/\-.])", word)
        spans = [
            "".join(pieces[at:end])
            for at in range(0, len(pieces), 2)
            for end in range(at + 1, len(pieces) + 1, 2)
        ] + re.findall(r"\d{8,}", word)
        assert set(parts) == {one for one in spans if len(one) >= rules.SHORTEST and re.search(r"\d", one)}
        assert [len(one) for one in parts] == sorted(map(len, parts), reverse=True)


@given(TEXTS, TEXTS)
def test_long_numbers_are_whole_ones_of_twelve_and_fourteen_figures(purpose, payer):
    runs = re.findall(r"\d+", f"{purpose} {payer}")
    assert Line(purpose, payer).long_numbers == [one for one in runs if len(one) in (12, 14)]
    assert Line(purpose, payer, "5" * 14).long_numbers[-1] == "5" * 14
