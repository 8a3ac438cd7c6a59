"""Models of this room, each beside what uses it."""

from reports.statistics.models import StatisticSchedule
from reports.statistics.rooms import RoomPair

__all__ = ["RoomPair", "StatisticSchedule"]
