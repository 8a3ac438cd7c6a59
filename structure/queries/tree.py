"""The tree of units as it was on a day, from the periods."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

from hemis.access.scope import Scope
from hemis.people.names import fold
from structure import registry
from structure.models import Unit, UnitPeriod


@dataclass
class Node:
    """A unit on a day: its period, what is below it, its counts and heads."""

    period: UnitPeriod
    level: int = 0
    children: list[Node] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    heads: list[registry.Head] = field(default_factory=list)
    matched: bool = False

    @property
    def unit(self) -> Unit:
        return self.period.unit

    @property
    def size(self) -> int:
        """How many units are below this one, at all depths."""
        return len(self.children) + sum(one.size for one in self.children)

    @property
    def shown_counts(self) -> list[tuple[str, int]]:
        """Title and number of what there is any of, here and below."""
        return [
            (str(one.title), self.counts[one.code]) for one in registry.counters() if self.counts[one.code]
        ]


def tree(day: datetime.date, scope: Scope, text: str = "", kind: str = "") -> list[Node]:
    """Roots of the tree on ``day``; of a search, what matches with everything above and below it.

    Counts are those of the unit and all below it. Costs a fixed number of queries.
    """
    periods = list(
        UnitPeriod.objects.on(day)
        .for_scope(scope)
        .select_related("unit")
        .order_by("unit__position", "code", "pk")
    )
    ids = [one.unit_id for one in periods]
    counted = {one.code: one.count(ids, day) for one in registry.counters()}
    heads = registry.heads(ids, day)
    nodes = {
        one.unit_id: Node(
            one,
            counts={code: found.get(one.unit_id, 0) for code, found in counted.items()},
            heads=heads.get(one.unit_id, []),
        )
        for one in periods
    }
    roots: list[Node] = []
    for node in nodes.values():
        above = nodes.get(node.period.parent_id or 0)
        (above.children if above else roots).append(node)
    for root in roots:
        _add_up(root, 0)
    return _found(roots, text, kind) if text.strip() or kind else roots


def _add_up(node: Node, level: int) -> None:
    node.level = level
    for child in node.children:
        _add_up(child, level + 1)
        for code, number in child.counts.items():
            node.counts[code] += number


def _found(nodes: list[Node], text: str, kind: str) -> list[Node]:
    wanted = fold(text)
    kept = []
    for node in nodes:
        period = node.period
        words = fold(" ".join([period.code, period.name, period.name_ru, period.name_en]))
        node.matched = wanted in words and kind in ("", node.unit.kind)
        below = _found(node.children, text, kind)
        if below or node.matched:
            if below or kind:
                node.children = below
            kept.append(node)
    return kept


def flat(nodes: list[Node]) -> Iterator[Node]:
    """All nodes, each followed by what is below it."""
    for node in nodes:
        yield node
        yield from flat(node.children)
