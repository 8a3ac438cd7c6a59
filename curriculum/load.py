"""Loads of teachers in an academic year against the norm of their rates (duty 8.2): what pages read."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q, Sum

from curriculum import teaching_rules as rules
from curriculum.models import LoadNorm, Teaching
from curriculum.teachings.giving import year_days
from hemis.classifiers import queries as classifiers
from staff.models import Employee, Position


def norms_on(day: datetime.date) -> dict[str, LoadNorm]:
    """The norm of each post on ``day``; the empty post is any other."""
    return {row.post: row for row in LoadNorm.objects.in_force(day)}


def loads_of(teachers: Iterable[Employee], year: int) -> dict[int, rules.Load]:
    """The load of each teacher in the year: three queries, whatever their number.

    A post counts with its rate when it is held on some day of the year; a post
    that ended hands over to the one that follows it, so each counts only when it
    is the newest of its kafedra.
    """
    keys = [one.pk for one in teachers]
    first, last = year_days(year)
    shares: dict[int, list[rules.Share]] = defaultdict(list)
    rows = Teaching.objects.filter(teacher__in=keys, academic_year=year).order_by()
    for teacher, term, kind, hours in rows.values_list("teacher", "term", "training_type").annotate(
        total=Sum("hours")
    ):
        shares[teacher].append(rules.Share(term, kind, hours))
    norms = norms_on(first)
    posts: dict[int, dict[tuple[int, str], rules.PostShare]] = defaultdict(dict)
    held = Position.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=first), employee__in=keys, category="12", valid_from__lte=last
    )
    for post in held.order_by("valid_from", "pk"):
        norm = norms.get(post.post) or norms.get("")
        if norm is not None:
            posts[post.employee_id][post.unit_id, post.employment] = rules.PostShare(
                post.get_post_display(),
                post.rate,
                norm.low,
                norm.high,
                norm.basis,  # type: ignore[attr-defined]
            )
    names = dict(classifiers.choices("h_training_type"))
    return {key: rules.load(shares[key], posts[key].values(), names) for key in keys}
