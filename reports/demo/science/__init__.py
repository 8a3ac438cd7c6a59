"""Science of the demo: works, profiles and projects of its teachers."""

from __future__ import annotations

from random import Random

from reports.demo.science import profiles, projects, works
from staff.models import Position
from staff.models.posts import TEACHING
from structure.models import Unit

SEED = 840


def build() -> None:
    """Works first, for projects show some of them as results."""
    random = Random(SEED)  # noqa: S311
    held = teachers_of_kafedras()
    works.build(random, held)
    profiles.build(random, held)
    projects.build(random, held)


def teachers_of_kafedras() -> dict[int, int]:
    """Employee → kafedra of everybody who teaches."""
    posts = Position.objects.filter(category=TEACHING, unit__kind=Unit.KAFEDRA).order_by("employee", "pk")
    return {post.employee_id: post.unit_id for post in posts}
