"""Models of this room, each beside what uses it."""

from reports.statistics.models import StatisticSchedule

__all__ = ["StatisticSchedule"]
