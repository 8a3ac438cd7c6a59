"""Attendance of students, groups, subjects and faculties against the limits; letters (duties 2.4, B7, T)."""

from attendance.pages.reports.common import half_of
from attendance.pages.reports.figures import overview
from attendance.pages.reports.groups import group
from attendance.pages.reports.letters import Letters, letter
from attendance.pages.reports.students import StudentAttendance, attendance_of
from attendance.pages.reports.unrecorded import missing, remind

__all__ = [
    "Letters", "StudentAttendance", "attendance_of", "group", "half_of", "letter", "missing", "overview", "remind",
]  # fmt: skip
