"""The stopwatch of the benches."""

from __future__ import annotations

import time
from collections.abc import Callable


def seconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes by the clock of the wall."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
