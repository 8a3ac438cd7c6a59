"""Who may be given a diploma: the accredited graduates and nobody else (duty 2.7)."""

from __future__ import annotations

from collections.abc import Callable, Collection

# Who answers: the room of accreditation. As long as nobody does, nobody is accredited.
_sources: list[Callable[[Collection[int]], Collection[int]]] = []


def register_source(source: Callable[[Collection[int]], Collection[int]]) -> None:
    """Let the room of accreditation say who of these students is accredited."""
    if source not in _sources:
        _sources.append(source)


def accredited(student_ids: Collection[int]) -> set[int]:
    """Those of these students whose accreditation is in force."""
    return {key for source in _sources for key in source(student_ids)}
