"""What `make bench` measures: each part is a function that measures, prints and says whether the goal is reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.management.base import OutputWrapper
from django.core.management.color import Style

QUERIES_GOAL, PAGE_GOAL = 12, 30  # queries and milliseconds of server time at the median


@dataclass
class Out:
    """Where the figures go."""

    stdout: OutputWrapper
    style: Style

    def head(self, text: str) -> None:
        """What is measured, with its size, its bare limit and its goal."""
        self.stdout.write(f"\n{text}", self.style.MIGRATE_HEADING)

    def line(self, text: str) -> None:
        self.stdout.write(text)

    def verdict(self, good: bool) -> None:
        self.stdout.write(
            "goal reached" if good else "goal missed", self.style.SUCCESS if good else self.style.WARNING
        )


@dataclass(frozen=True)
class Part:
    name: str
    show: Callable[..., None]
    # The sizes it takes, by option of the command: default and meaning.
    sizes: dict[str, tuple[int, str]]

    def measure(self, out: Out, options: dict[str, Any]) -> None:
        self.show(out, **{name: options[name] for name in self.sizes})


PARTS: dict[str, Part] = {}


def part(name: str, **sizes: tuple[int, str]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare a part; ``sizes`` are its options, each with its default and what it counts."""

    def declare(show: Callable[..., None]) -> Callable[..., None]:
        PARTS[name] = Part(name, show, sizes)
        return show

    return declare
