"""Ready dimensions: of a person, of a placement, bands of ages, months; and names by key."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db.models import Case, CharField, F, Func, IntegerField, Model, TextField, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.statistics.declaration import Asked, Dimension, Path, Text
from structure.models import Unit
from students.models import Group, Speciality
from students.pages.choices import faculties, groups_of, specialities

# Digits of a number that no key has.
TOO_LONG = 19
YES_NO = (("true", _("yes")), ("false", _("no")))


def names_of(model: type[Model], *fields: str) -> Callable[[Collection[str]], dict[str, str]]:
    """Names of rows by key: one query."""

    def find(keys: Collection[str]) -> dict[str, str]:
        wanted = [key for key in keys if key.isdecimal() and len(key) < TOO_LONG]
        rows = model._default_manager.filter(pk__in=wanted).values_list("pk", *fields)
        return {str(pk): " ".join(filter(None, map(str, parts))) for pk, *parts in rows}

    return find


def birth_before(day: datetime.date, years: int) -> datetime.date:
    """Whoever was born on this day or before is at least ``years`` old on ``day``."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def age_bands(code: str, title: Text, path: str, edges: Sequence[int]) -> Dimension:
    """Ages in full years on the day, in bands that begin at ``edges``: up to the first, …, from the last."""
    keys = [
        f"0-{edges[0] - 1}",
        *(f"{a}-{b - 1}" for a, b in zip(edges, edges[1:], strict=False)),
        f"{edges[-1]}-",
    ]
    words: list[Text] = [f"< {edges[0]}"]
    words += [str(a) if b == a + 1 else f"{a}–{b - 1}" for a, b in zip(edges, edges[1:], strict=False)]
    words.append(f"{edges[-1]} +")

    def banded(asked: Asked) -> Case:
        whens = [
            When(**{f"{path}__gt": birth_before(asked.day, edge)}, then=Value(key))
            for edge, key in zip(edges, keys, strict=False)
        ]
        return Case(
            When(**{f"{path}__isnull": True}, then=Value("")),
            *whens,
            default=Value(keys[-1]),
            output_field=CharField(),
        )

    return Dimension(code, title, banded, choices=tuple(zip(keys, words, strict=True)))


def age(path: str) -> Callable[[Asked], Any]:
    """Age in full years on the day, as a figure."""
    return lambda asked: Func(
        Value(asked.day),
        F(path),
        template="date_part('year', age(%(expressions)s))::int",
        output_field=IntegerField(),
    )


SIGNED_IN = (
    ("day", _("today or yesterday")), ("week", _("within a week")), ("month", _("within a month")),
    ("older", _("longer ago")), ("never", _("never")),
)  # fmt: skip


def sign_in(path: str) -> Dimension:
    """When somebody last signed in, seen from the day; ``path`` leads to the person."""

    def banded(asked: Asked) -> Case:
        end = datetime.datetime.combine(asked.day, datetime.time.max, timezone.get_current_timezone())
        last = f"{path}user__last_login"
        whens = [
            When(**{f"{last}__gte": end - datetime.timedelta(days=days)}, then=Value(code))
            for code, days in (("day", 2), ("week", 8), ("month", 31))
        ]
        never = When(**{f"{last}__isnull": True}, then=Value("never"))
        return Case(never, *whens, default=Value("older"), output_field=CharField())

    return Dimension("sign_in", _("Signed in last"), banded, choices=SIGNED_IN)


def month(code: str, title: Text, path: str) -> Dimension:
    """The calendar month of a date."""
    return Dimension(
        code,
        title,
        lambda asked: Func(F(path), Value("YYYY-MM"), function="to_char", output_field=TextField()),
        names=lambda keys: {key: f"{key[5:]}.{key[:4]}" for key in keys},
        is_time=True,
    )


def academic_year(code: str, title: Text, path: str) -> Dimension:
    """An academic year by its first calendar year."""
    return Dimension(
        code, title, path, names=lambda keys: {key: f"{key}/{int(key) + 1}" for key in keys if key.isdecimal()},
        is_time=True,
    )  # fmt: skip


def faculty(path: Path, permission: str) -> Dimension:
    return Dimension(
        "faculty", _("Faculty"), path, names=names_of(Unit, "name"), offered=faculties(permission)
    )


def kafedra(path: Path, offered: Callable | None = None) -> Dimension:
    return Dimension("kafedra", _("Kafedra"), path, names=names_of(Unit, "name"), offered=offered)


def speciality(path: Path, permission: str) -> Dimension:
    return Dimension(
        "speciality", _("Speciality"), path, names=names_of(Speciality, "code", "name"),
        offered=specialities(permission), is_wide=True,
    )  # fmt: skip


def group(path: Path, permission: str) -> Dimension:
    return Dimension(
        "group", _("Group"), path, names=names_of(Group, "name"), offered=groups_of(permission), is_wide=True
    )


def coded(code: str, title: Text, path: Path, list_code: str, **more: Any) -> Dimension:
    """A dimension of a national list."""
    return Dimension(code, title, path, list_code=list_code, **more)


def of_person(path: str) -> tuple[Dimension, ...]:
    """What is known of a human being, found at ``path`` (``student__person__``)."""
    return (
        coded("gender", _("Gender"), f"{path}gender", "h_gender"),
        coded("citizenship", _("Citizenship"), f"{path}citizenship", "h_citizenship_type"),
        coded("country", _("Country"), f"{path}country", "h_country", is_wide=True),
        coded("nationality", _("Nationality"), f"{path}nationality", "h_nationality", is_wide=True),
        coded("region", _("Region"), f"{path}region", "h_soato", among=lambda code: len(code) == 4),
        coded(
            "district",
            _("District"),
            f"{path}district",
            "h_soato",
            is_wide=True,
            among=lambda code: len(code) > 4,
        ),
    )


def of_placement(path: str, permission: str) -> tuple[Dimension, ...]:
    """How somebody studies, found at ``path``: the placement itself (empty), or ``student__current__``."""
    return (
        faculty(f"{path}faculty", permission),
        speciality(f"{path}programme__speciality", permission),
        coded(
            "type", _("Education type"), f"{path}programme__speciality__education_type", "h_education_type"
        ),
        coded("course", _("Course"), f"{path}course", "h_course"),
        coded("form", _("Education form"), f"{path}education_form", "h_education_form"),
        coded("language", _("Language"), f"{path}language", "h_language"),
        coded("payment", _("Payment form"), f"{path}payment_form", "h_payment_form"),
        group(f"{path}group", permission),
    )
