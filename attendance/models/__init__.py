"""What is kept of lessons given: the record, absences, current marks, excuses and the rules of all this."""

from attendance.models.excuses import Excuse
from attendance.models.letters import AttendanceLetter
from attendance.models.records import Absence, CurrentMark, LessonRecord, SavedChange
from attendance.models.rules import AttendanceLimit, JournalRule, Unlock

__all__ = [
    "Absence",
    "AttendanceLetter",
    "AttendanceLimit",
    "CurrentMark",
    "Excuse",
    "JournalRule",
    "LessonRecord",
    "SavedChange",
    "Unlock",
]
