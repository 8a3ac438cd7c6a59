"""Automatic timetabling (duty 2.3): a week is computed, looked at, and only then becomes lessons."""
