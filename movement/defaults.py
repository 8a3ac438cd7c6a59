"""What a new installation begins with: the figures of the law, and who usually agrees."""

from __future__ import annotations

from typing import Any

from movement.rulebook import CONFIRMED, SEED

# Kind of order → roles that agree, all at once: as most universities have it.
USUAL_STEPS: dict[str, tuple[str, ...]] = {
    "11": ("legal", "academic_affairs"),
    "12": ("legal", "academic_affairs"),
    "12:extend": ("legal", "academic_affairs"),
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
    made = len(model.objects.bulk_create(rows))
    # The migration that first writes them knows no such column yet; a later one marks them.
    if any(field.name == "is_confirmed" for field in model._meta.fields):
        confirm_rules(model)
    return made


def confirm_rules(model: Any) -> int:
    """Mark those figures of the beginning that were compared with their acts and stand as they were written."""
    sources = {source for code, _value, _since, source in SEED if code in CONFIRMED}
    return model.objects.filter(code__in=CONFIRMED, source__in=sources).update(is_confirmed=True)
