"""The automatic timetable of controls (duty 2.3, B7; reg. 3069)."""
