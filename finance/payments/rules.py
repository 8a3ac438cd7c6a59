"""Whose payment a receipt is: pure rules, each answer with its confidence and its reason.

In order: the contract number in the text, the PINFL of a student, the number of a
student, the name. What is surer than ``AUTOMATIC`` is counted at once, all else
waits for a person; what looks as if it were counted already always waits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations, takewhile
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from hemis.people.names import search_text
from hemis.people.transliteration import OKINA

AUTOMATIC = 90
BY_CONTRACT, BY_PINFL, BY_STUDENT, BY_NAME = "contract", "pinfl", "student", "name"
CONFIDENCE = {BY_CONTRACT: 98, BY_PINFL: 95, BY_STUDENT: 95, BY_NAME: 90}
CONFIRMED, CONTRADICTED, BY_TWO_WORDS = 100, 60, 75
UNKNOWN, SEVERAL, CONTRADICTS, TWO_WORDS = "unknown", "several", "contradicts", "two_words"
NO_CONTRACT, CANCELLED, AGAIN = "no_contract", "cancelled", "again"
DOUBTS = {
    "": _("matched"),
    UNKNOWN: _("nothing in it names a student"),
    SEVERAL: _("names several students or contracts"),
    CONTRADICTS: _("the contract is of one student, the PINFL of another"),
    TWO_WORDS: _("only surname and first name agree"),
    NO_CONTRACT: _("the student has no contract in force"),
    CANCELLED: _("the contract is cancelled"),
    AGAIN: _("perhaps counted already: same day, sum and number or contract"),
}
FULL_NAME = 3
# Letters and digits with the strokes that contract numbers may have.
_NUMBER = re.compile(r"[0-9A-Za-zА-Яа-яЁё](?:[0-9A-Za-zА-Яа-яЁё]|[/\-.](?=[0-9A-Za-zА-Яа-яЁё])){3,63}")
_STROKES = re.compile(r"([/\-.])")
_LONG_NUMBER = re.compile(r"\d{8,}")
SHORTEST = 4
_FIGURE = re.compile(r"\d")
_DIGITS = re.compile(r"\d{12,}")
# How many figures a student number and a PINFL have.
_LENGTHS = (12, 14)
_WORD = re.compile(r"[^\W\d_][^\W\d_ʻʼ'`‘’]*(?:[ʻʼ'`‘’][^\W\d_ʻʼ'`‘’]*)*")
# All that a fingerprint leaves out of its facts, which a zero character keeps apart: what is plain ASCII goes by
# the byte, which is far quicker than a search, and is most of it.
_BETWEEN = "\0"
_SPACES = re.compile(rf"[^\w{_BETWEEN}]+")
_OKINA = OKINA.encode()
_PLAIN_SPACES = bytes(at for at in range(1, 128) if not (chr(at).isalnum() or chr(at) == "_"))
# Parts of patronymics say nothing of whose they are.
_PARTICLES = frozenset(search_text("oʻgʻli qizi ogli ugli kizi").split())


class Line:
    """What a receipt says; each thing is looked for once.

    ``numbered`` are the words of the purpose with figures, in capitals, each with all that may be
    the number of a contract in it: people write "3032600064-sonli" and "№3032600064/2-toʻlov", and
    a number may itself have strokes. ``long_numbers`` are PINFLs (14 digits) and student numbers (12 digits).
    """

    __slots__ = ("_name_words", "long_numbers", "numbered", "payer", "payer_tin", "purpose")

    def __init__(self, purpose: str, payer: str = "", payer_tin: str = "") -> None:
        self.purpose, self.payer, self.payer_tin = purpose, payer, payer_tin
        words = _NUMBER.findall(purpose.upper()) if _FIGURE.search(purpose) else ()
        self.numbered = [
            (word, _parts(word)) for word in words if not word.isalpha() and _FIGURE.search(word)
        ]
        self.long_numbers = [one for one in _DIGITS.findall(self.text) if len(one) in _LENGTHS]
        if len(payer_tin) == _LENGTHS[1]:
            self.long_numbers.append(payer_tin)
        self._name_words: list[frozenset[str]] | None = None

    def __repr__(self) -> str:
        return f"Line({self.purpose!r}, {self.payer!r}, {self.payer_tin!r})"

    @property
    def text(self) -> str:
        return f"{self.purpose} {self.payer}"

    @property
    def name_words(self) -> list[frozenset[str]]:
        """For each word the search words it may be found by: as spelt and as heard."""
        if self._name_words is None:
            self._name_words = [one for one in dict.fromkeys(map(_heard, _WORD.findall(self.text))) if one]
        return self._name_words


@dataclass
class Known:
    """What the house knows of all that the receipts name."""

    # Number → (contract, student); what is cancelled stands in ``cancelled``.
    contracts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    cancelled: Collection[int] = ()
    pinfls: Mapping[str, int] = field(default_factory=dict)
    students: Mapping[str, int] = field(default_factory=dict)
    # Student → the contract that is paid next.
    paid_next: Mapping[int, int] = field(default_factory=dict)
    # Search word → students whose names have it.
    names: Mapping[str, Set[int]] = field(default_factory=dict)
    # Words → who is nearest: the same are asked for when it is read what they pay, and when receipts are matched.
    found: dict[tuple[frozenset[str], ...], tuple[list[int], int]] = field(default_factory=dict, init=False)
    # Word in its spellings → whose it is: thousands of receipts say the same first names.
    having: dict[frozenset[str], Set[int]] = field(default_factory=dict, init=False)


class Match(NamedTuple):
    """The contract that a receipt is for, how it was found, and why it waits, if it does."""

    contract: int | None = None
    by: str = ""
    confidence: int = 0
    doubt: str = UNKNOWN

    @property
    def is_sure(self) -> bool:
        return self.contract is not None and not self.doubt and self.confidence >= AUTOMATIC


def _parts(word: str) -> list[str]:
    """A word in capitals and what its strokes and letters divide it into, the longest first; only what has figures."""
    if word.isdecimal():
        return [word]
    # "3032600064-SONLI", as most say it.
    number, _stroke, ending = word.partition("-")
    if number.isdecimal() and ending.isalpha():
        return [word, number] if len(number) >= SHORTEST else [word]
    found = _STROKES.split(word)
    # Numbers and strokes alternate: a part begins and ends with a number.
    spans = [
        "".join(found[at:end]) for at in range(0, len(found), 2) for end in range(at + 1, len(found) + 1, 2)
    ]
    spans += _LONG_NUMBER.findall(word)
    made = [one for one in dict.fromkeys(spans) if len(one) >= SHORTEST and _FIGURE.search(one)]
    return sorted(made, key=len, reverse=True)


def _named_contracts(line: Line, known: Known) -> list[tuple[int, int]]:
    """Contracts that a purpose names; a number inside a longer one that is known does not count."""
    found: dict[tuple[int, int], None] = {}
    for word, parts in line.numbered:
        rest = word
        for one in parts:
            if one in known.contracts and one in rest:
                found[known.contracts[one]] = None
                rest = rest.replace(one, " ")
    return list(found)


def numbers_say(line: Line, known: Known) -> bool:
    """Whether a number in it is a known one: its words are not asked for a name then."""
    for _word, parts in line.numbered:
        for one in parts:
            if one in known.contracts:
                return True
    return any(one in known.students or one in known.pinfls for one in line.long_numbers)


@lru_cache(maxsize=20_000)
def _heard(word: str) -> frozenset[str]:
    """Search words that a word may be found by; receipts say the same words over and over."""
    return frozenset(search_text(word).split()) - _PARTICLES


def match(line: Line, known: Known) -> Match:
    """Whose receipt it is."""
    named = {
        student: BY_PINFL if number in known.pinfls else BY_STUDENT
        for number in line.long_numbers
        if (student := known.pinfls.get(number) or known.students.get(number))
    }
    contracts = _named_contracts(line, known)
    if contracts:
        return _by_contract(contracts, named, known)
    if named:
        return _by_student(named, known)
    return _by_name(line.name_words, known)


def _by_contract(found: Sequence[tuple[int, int]], named: Collection[int], known: Known) -> Match:
    agreeing = [one for one in found if one[1] in named]
    if len(found) > 1:
        if len(agreeing) != 1:
            return Match(found[0][0], BY_CONTRACT, CONTRADICTED, SEVERAL)
        found = agreeing
    contract, student = found[0]
    if contract in known.cancelled:
        return Match(contract, BY_CONTRACT, CONTRADICTED, CANCELLED)
    if named and student not in named:
        return Match(contract, BY_CONTRACT, CONTRADICTED, CONTRADICTS)
    return Match(contract, BY_CONTRACT, CONFIRMED if agreeing else CONFIDENCE[BY_CONTRACT], "")


def _by_student(named: Mapping[int, str], known: Known) -> Match:
    if len(named) > 1:
        return Match(None, "", 0, SEVERAL)
    student, by = next(iter(named.items()))
    contract = known.paid_next.get(student)
    if contract is None:
        return Match(None, by, CONFIDENCE[by], NO_CONTRACT)
    return Match(contract, by, CONFIDENCE[by], "")


def _whose(word: frozenset[str], known: Known) -> Set[int]:
    """Students whose names have a word in any of its spellings."""
    found = known.having.get(word)
    if found is None:
        groups = [known.names[token] for token in word if token in known.names]
        found = known.having[word] = groups[0] if len(groups) == 1 else set().union(*groups)
    return found


def candidates(words: Sequence[frozenset[str]], known: Known) -> dict[int, int]:
    """Students by how many words of the text are of their names, at least two; the best first."""
    sets = _sets(words, known)
    # Sets are met pair by pair: of the thousands who share a first name only those with a second word are looked at.
    twice = {student for one, other in combinations(sets, 2) for student in one & other}
    found = [(sum(student in group for group in sets), student) for student in twice]
    return {student: count for count, student in sorted(found, key=lambda one: (-one[0], one[1]))}


def _sets(words: Sequence[frozenset[str]], known: Known) -> list[Set[int]]:
    return [group for word in words if (group := _whose(word, known))]


def nearest(words: Sequence[frozenset[str]], known: Known) -> tuple[list[int], int]:
    """The candidates of whose names the text has the most words, and how many these are."""
    key = tuple(words)
    if key not in known.found:
        known.found[key] = _nearest(words, known)
    return known.found[key]


def _nearest(words: Sequence[frozenset[str]], known: Known) -> tuple[list[int], int]:
    sets = sorted(_sets(words, known), key=len)
    # Most receipts say the whole name: the few who share the rarest word are looked for among the others.
    whole = set(sets[0]).intersection(*sets[1:]) if len(sets) > 1 else set()
    if whole:
        return sorted(whole), len(sets)
    found = candidates(words, known)
    best = next(iter(found.values()), 0)
    return list(takewhile(lambda student: found[student] == best, found)), best


def _by_name(words: Sequence[frozenset[str]], known: Known) -> Match:
    winners, count = nearest(words, known)
    if not winners:
        return Match()
    if len(winners) > 1:
        return Match(None, BY_NAME, 0, SEVERAL)
    contract = known.paid_next.get(winners[0])
    if contract is None:
        return Match(None, BY_NAME, CONFIDENCE[BY_NAME], NO_CONTRACT)
    if count < FULL_NAME:
        return Match(contract, BY_NAME, BY_TWO_WORDS, TWO_WORDS)
    return Match(contract, BY_NAME, CONFIDENCE[BY_NAME], "")


def plain_number(number: str) -> str:
    """A document's number as it is compared: banks pad it with zeros."""
    return number.strip().lstrip("0")


def fingerprint(*parts: str) -> str:
    """What tells one receipt from all others, however its spaces and capitals were written."""
    plain = _BETWEEN.join(parts).encode().translate(None, _PLAIN_SPACES)
    if plain.replace(_OKINA, b"").isascii():
        facts = plain.lower()
    else:
        facts = _SPACES.sub("", plain.decode()).casefold().encode()
    return hashlib.sha256(facts.replace(_BETWEEN.encode(), b"|")).hexdigest()[:32]


def occurrences(fingerprints: Sequence[str]) -> list[int]:
    """How often each has stood before in the same file: two equal receipts of a day are two."""
    seen: dict[str, int] = {}
    made = []
    for one in fingerprints:
        made.append(seen.get(one, 0))
        seen[one] = made[-1] + 1
    return made
