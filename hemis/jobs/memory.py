"""What long work asks of Python's memory."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_resting = 0


@contextmanager
def collector_rests() -> Iterator[None]:
    """Builds many objects that all stay: the search for cycles, which would walk them over and over, waits.

    Objects without cycles are freed as always. Only for work whose size has a limit (a
    sheet), never around rendering, which leaves cycles behind. The search belongs to
    the process, so it begins again when the last of its threads is done.
    """
    global _resting  # noqa: PLW0603 - one collector a process
    with _lock:
        # Whoever switched it off before us switches it on again.
        ours = _resting or gc.isenabled()
        if ours:
            _resting += 1
            gc.disable()
    try:
        yield
    finally:
        if ours:
            with _lock:
                _resting -= 1
                if not _resting:
                    gc.enable()
