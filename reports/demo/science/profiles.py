"""Profiles of the demo's teachers in international systems, with figures of two dates."""

from __future__ import annotations

import datetime
from random import Random

from reports.demo import YEAR
from reports.demo.science.deciding import decide
from research.models import Profile, ProfileFigures

SCOPUS, SCHOLAR, OTHER = "11", "13", "10"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
DAYS = ((datetime.date(YEAR, 1, 15), YEAR - 1), (datetime.date(YEAR, 9, 15), YEAR))


def build(random: Random, held: dict[int, int]) -> None:
    """Every other teacher has a profile in Google Scholar, every third in Scopus, every sixth in Web of Science."""
    made = []
    for number, (employee, kafedra) in enumerate(held.items()):
        if number % 2 == 0:
            code = "".join(random.choices(LETTERS, k=12))
            made.append(_profile(employee, kafedra, SCHOLAR, code, "scholar.google.com/citations?user="))
        if number % 3 == 0:
            code = str(57_000_000_000 + number)
            made.append(
                _profile(employee, kafedra, SCOPUS, code, "www.scopus.com/authid/detail.uri?authorId=")
            )
        if number % 6 == 0:
            code = f"AAA-{1000 + number}-{YEAR - 3}"
            made.append(_profile(employee, kafedra, OTHER, code, "www.webofscience.com/wos/author/record/"))
    profiles = Profile.objects.bulk_create(made)
    figures = ProfileFigures.objects.bulk_create(_figures(random, profiles))
    decide(ProfileFigures, [(one.pk, one.kafedra_id) for one in figures])


def _profile(employee: int, kafedra: int, platform: str, code: str, address: str) -> Profile:
    return Profile(
        employee_id=employee, kafedra_id=kafedra, platform=platform,
        other_platform=Profile.WOS if platform == OTHER else "", identifier=code, link=f"https://{address}{code}",
    )  # fmt: skip


def _figures(random: Random, profiles: list[Profile]) -> list[ProfileFigures]:
    """Two dates of each profile; nothing grows smaller."""
    made = []
    for profile in profiles:
        h_index, more = random.randint(0, 7), random.randint(0, 9)
        for step, (day, year) in enumerate(DAYS):
            made.append(
                ProfileFigures(
                    profile=profile, kafedra_id=profile.kafedra_id, day=day, academic_year_id=year,
                    h_index=h_index + step, documents=h_index + more + 2 * step,
                    citations=(h_index + step) ** 2 + more + 5 * step,
                )
            )  # fmt: skip
    return made
