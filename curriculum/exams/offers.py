"""What rooms of higher floors know and sessions ask for: who sits a further sheet, which controls stay."""

from __future__ import annotations

from collections.abc import Callable, Collection

# (lines of plans, attempt) → (line, student) that sit this sheet.
Sitters = Callable[[Collection[int], str], set[tuple[int, int]]]
# Keys of controls → those of them that something refers to already.
Kept = Callable[[Collection[int]], set[int]]
_sitters: list[Sitters] = []
_kept: list[Kept] = []


def register_sitters(provider: Sitters) -> None:
    """Let the room of results say who has to sit a further sheet.

    Raises:
        ValueError: somebody else answers already.
    """
    if _sitters and provider not in _sitters:
        raise ValueError("Two say who sits a further sheet.")
    if not _sitters:
        _sitters.append(provider)


def sitters(lines: Collection[int], attempt: str) -> set[tuple[int, int]]:
    """Who has to sit the further sheet of these subjects; nobody where nobody knows."""
    return _sitters[0](lines, attempt) if _sitters else set()


def register_kept(provider: Kept) -> None:
    """Let a room name the controls that may not give way because something of its own refers to them."""
    if provider not in _kept:
        _kept.append(provider)


def kept(events: Collection[int]) -> set[int]:
    """Controls that something refers to already."""
    return {one for provider in _kept for one in provider(events)}
