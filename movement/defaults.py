"""What a new installation begins with: the figures of the law, and who usually agrees."""

from __future__ import annotations

from typing import Any

from movement.rulebook import SEED

# Kind of order → roles that agree, all at once: as most universities have it.
USUAL_STEPS: dict[str, tuple[str, ...]] = {
    "11": ("legal", "academic_affairs"),
    "12": ("legal", "academic_affairs"),
    "13": ("academic_affairs",),
    "14": ("academic_affairs",),
    "15": ("legal", "academic_affairs"),
    "15:return": ("legal", "academic_affairs"),
    "16:programme": ("legal", "academic_affairs"),
    "16:faculty": ("legal", "academic_affairs"),
    "16:in": ("legal", "academic_affairs"),
    "16:out": ("legal", "academic_affairs"),
    "17": ("academic_affairs", "hr"),
    ":name": ("legal", "hr"),
}


def seed_rules(model: Any) -> int:
    """Write the figures of the law where there are none at all; how many."""
    if model.objects.exists():
        return 0
    rows = [
        model(code=code, value=value, valid_from=since, source=source) for code, value, since, source in SEED
    ]
    return len(model.objects.bulk_create(rows))
