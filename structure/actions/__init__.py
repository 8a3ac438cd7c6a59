"""What changes the structure and the rooms: one function a verb."""

from structure.actions.rooms import (
    book,
    cancel_booking,
    close_buildings,
    close_rooms,
    open_buildings,
    open_rooms,
    rebook,
    release_day,
)
from structure.actions.units import Basis, close, move, open_unit, rename, undo_last_change
from structure.actions.university import appoint, replace_account
from structure.registry import register_blocker, register_count, register_heads

__all__ = [
    "Basis", "appoint", "book", "cancel_booking", "close", "close_buildings", "close_rooms", "move",
    "open_buildings", "open_rooms", "open_unit", "rebook", "register_blocker", "register_count",
    "register_heads", "release_day", "rename", "replace_account", "undo_last_change",
]  # fmt: skip
