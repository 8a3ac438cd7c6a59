"""How long lists are gone through without needless work."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def uncollected(work: Callable[P, R]) -> Callable[P, R]:
    """Run ``work`` without the search for cycles of references.

    Rows and cells refer to nothing that refers back to them, yet a million new cells
    would make Python look through all of them again and again: a fifth of the time
    of a long list. What is no longer referred to is given back at once all the same.
    """

    @functools.wraps(work)
    def quietly(*args: P.args, **kwargs: P.kwargs) -> R:
        was_on = gc.isenabled()
        gc.disable()
        try:
            return work(*args, **kwargs)
        finally:
            if was_on:
                gc.enable()

    return quietly
