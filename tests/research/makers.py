"""Makers of projects and profiles for the tests of this app."""

from __future__ import annotations

import datetime

from research.models import Profile, ProfileFigures, Project, ProjectExecutor, ProjectStage
from structure.models import Unit
from tests import factories

STARTS, ENDS = datetime.date(2025, 2, 1), datetime.date(2027, 12, 31)


def project(unit: Unit, number: str = "FZ-1", **fields) -> Project:
    defaults = {
        "name": f"Loyiha {number}", "kind": "13", "locality": "11", "customer": "Agentlik", "contract_number": "7",
        "contract_date": STARTS, "starts": STARTS, "ends": ENDS,
    }  # fmt: skip
    return Project.objects.create(unit=unit, number=number, **(defaults | fields))


def executor(of: Project, who=None, **fields) -> ProjectExecutor:
    defaults = {"kind": "11", "employee": who} if who else {"kind": "10", "outsider": "J. Smith"}
    return ProjectExecutor.objects.create(project=of, **(defaults | {"valid_from": STARTS} | fields))


def stage(of: Project, number: int = 1, **fields) -> ProjectStage:
    defaults = {"name": f"Bosqich {number}", "starts": STARTS, "ends": datetime.date(2025, 12, 31)}
    return ProjectStage.objects.create(project=of, number=number, **(defaults | fields))


def profile(who, unit: Unit, **fields) -> Profile:
    defaults = {"platform": "11", "identifier": f"57{who.pk:08d}", "link": "https://www.scopus.com"}
    return Profile.objects.create(employee=who, kafedra=unit, **(defaults | fields))


def figures(of: Profile, day: datetime.date = datetime.date(2026, 9, 15), **fields) -> ProfileFigures:
    defaults = {"academic_year": factories.make_year(2026), "h_index": 3, "documents": 10, "citations": 40}
    return ProfileFigures.objects.create(profile=of, kafedra=of.kafedra, day=day, **(defaults | fields))
