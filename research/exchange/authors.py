"""Who of the university an author of a bibliography is: by ORCID, or by surname and given names, and how surely."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hemis.people.names import fold, sound
from research.models import Profile
from research.rules import is_orcid
from staff.models import Employee

CERTAIN, LIKELY, SEVERAL, OUTSIDE = "certain", "likely", "several", "outside"
WORDS: dict[str, str | Promise] = {
    CERTAIN: _("certain"),
    LIKELY: _("likely: surname and initials"),
    SEVERAL: _("several are called so: left as written"),
    OUTSIDE: _("from outside"),
}
_ORCID = re.compile(r"\s*[(\[]?\b(\d{4}-\d{4}-\d{4}-\d{3}[\dX])\b[)\]]?", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """A name as it was written: surnames that it may have, given names or initials, an ORCID."""

    text: str
    # Each with the given names that it leaves.
    readings: tuple[tuple[str, tuple[str, ...]], ...]
    orcid: str = ""


@dataclass(frozen=True)
class Match:
    """Who it is (an employee or nobody of the university), and how surely."""

    named: Named
    employee: int | None
    confidence: str


@dataclass(frozen=True)
class Known:
    """An employee as names are compared."""

    pk: int
    surnames: frozenset[str]
    firsts: tuple[str, ...]
    middle: str


def read_name(text: str) -> Named:
    """``Karimov, Anvar B.``, ``A. B. Karimov``, ``Karimov A.B.`` or ``Anvar Karimov``, with an ORCID behind or not."""
    orcid = ""
    if (found := _ORCID.search(text)) and is_orcid(found[1].upper()):
        orcid, text = found[1].upper(), (text[: found.start()] + text[found.end() :]).strip(" ,;")
    if "," in text:
        surname, given = text.split(",", 1)
        return Named(text, ((surname.strip(), _given(given)),), orcid)
    words = text.split()
    short = [_is_initials(word) for word in words]
    if len(words) < 2 or all(short):
        return Named(text, ((text, ()),), orcid)
    if any(short):
        surname = " ".join(word for word, is_short in zip(words, short, strict=True) if not is_short)
        initials = " ".join(word for word, is_short in zip(words, short, strict=True) if is_short)
        return Named(text, ((surname, _given(initials)),), orcid)
    first, last = (words[0], tuple(words[1:])), (words[-1], tuple(words[:-1]))
    return Named(text, (first, last), orcid)


def _is_initials(word: str) -> bool:
    """``A.``, ``A.B.``, ``Sh.`` or a single letter."""
    return len(word) == 1 or word.endswith(".") and len(word.rstrip(".").split(".")[-1]) <= 2 or (
        "." in word and all(len(part) <= 2 for part in word.split(".")))  # fmt: skip


def _given(text: str) -> tuple[str, ...]:
    """Given names or initials, one by one: ``A.B.`` is two."""
    return tuple(part for part in re.split(r"[\s.]+|(?<=\w)-(?=\w)", text.strip()) if part)


class Colleagues:
    """The employees of the university, found by name; two queries."""

    def __init__(self, me: int | None = None):
        self.me = me
        self.by_surname: dict[str, list[Known]] = defaultdict(list)
        self.by_orcid = dict(
            Profile.objects.filter(other_platform=Profile.ORCID).values_list("identifier", "employee_id")
        )
        rows = Employee.objects.values_list(
            "pk", "person__last_name", "person__passport_last_name", "person__first_name",
            "person__passport_first_name", "person__middle_name",
        ).order_by("pk")  # fmt: skip
        for pk, last, passport_last, first, passport_first, middle in rows:
            surnames = frozenset(sound(name) for name in (last, passport_last) if name)
            firsts = tuple(dict.fromkeys(filter(None, (first, passport_first))))
            one = Known(pk, surnames, firsts, middle)
            for key in surnames:
                self.by_surname[key].append(one)

    def find(self, text: str) -> Match:
        """Who it is; of several who are called so it is nobody, unless one of them is who enters the work."""
        named = read_name(text)
        if named.orcid and (employee := self.by_orcid.get(named.orcid)):
            return Match(named, employee, CERTAIN)
        found: dict[int, bool] = {}
        for surname, given in named.readings:
            for one in self.by_surname.get(sound(surname), ()):
                agrees = _agrees(given, one)
                if agrees is not None:
                    found[one.pk] = found.get(one.pk, False) or agrees
        whole = [pk for pk, is_whole in found.items() if is_whole]
        if len(whole) == 1:
            return Match(named, whole[0], CERTAIN)
        if len(found) == 1:
            return Match(named, next(iter(found)), LIKELY)
        if self.me in found:
            return Match(named, self.me, LIKELY)
        return Match(named, None, SEVERAL if found else OUTSIDE)


def _agrees(given: tuple[str, ...], one: Known) -> bool | None:
    """True: the first name is the same; False: only initials are known and agree; None: another person."""
    if not given:
        return None
    is_whole = False
    if len(given[0]) > 2:
        is_whole = any(sound(first) == sound(given[0]) for first in one.firsts)
        if not is_whole:
            return None
    elif not any(_begins(first, given[0]) for first in one.firsts):
        return None
    if len(given) > 1 and one.middle:
        second = given[1]
        same = sound(one.middle) == sound(second) if len(second) > 2 else _begins(one.middle, second)
        if not same and not fold(one.middle).startswith(fold(second)[:3]):
            return None
    return is_whole


def _begins(name: str, initial: str) -> bool:
    """Whether a name begins so, spelt the one way or the other."""
    return fold(name).startswith(fold(initial)) or sound(name).startswith(sound(initial))
