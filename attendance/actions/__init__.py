"""What changes the journal: records, excuses, letters, unlocks and reminders."""

from attendance.actions.base import AttendanceError, JournalClosed
from attendance.actions.excuses import accept, ask, excuse, give_back, withdraw
from attendance.actions.journal import Entry, Saved, save_lesson, undo_lesson
from attendance.actions.letters import issue_letter, issue_letters, letters_due
from attendance.actions.reminders import remind
from attendance.actions.unlocks import unlock

__all__ = [
    "AttendanceError", "Entry", "JournalClosed", "Saved", "accept", "ask", "excuse", "give_back", "issue_letter",
    "issue_letters", "letters_due", "remind", "save_lesson", "undo_lesson", "unlock", "withdraw",
]  # fmt: skip
