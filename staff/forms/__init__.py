"""Forms of the staff."""
