"""The worlds that several files of these tests stand on."""

from __future__ import annotations

from tests.curriculum.laboratories import Laboratories
from tests.sharing import shared


@shared
def shut() -> Laboratories:
    """No choice is open yet."""
    return Laboratories(opened=False)


@shared
def made(shut) -> Laboratories:
    """The choice of teachers is open."""
    shut.open()
    return shut
