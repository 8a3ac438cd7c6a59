"""What the verbs of the journal refuse, in words for people."""

from __future__ import annotations


class AttendanceError(Exception):
    """The verb refuses; the message says why and what to do."""


class JournalClosed(AttendanceError):
    """The lesson's journal may not be written now."""
