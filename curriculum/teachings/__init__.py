"""Teachings of a half-year: formed from the curricula, given to teachers, split and merged."""
