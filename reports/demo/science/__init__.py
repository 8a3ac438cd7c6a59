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
    posts = Position.objects.filter(category=TEACHING, unit__kind=Unit.KAFEDRA).order_by("employee", "pk")
    held = {post.employee_id: post.unit_id for post in posts}
    works.build(random, held)
    profiles.build(random, held)
    projects.build(random, held)
