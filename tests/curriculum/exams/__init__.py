"""The automatic timetable of controls."""
