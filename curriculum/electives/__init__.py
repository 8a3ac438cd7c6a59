"""Electives and teachers: the office opens a window, students choose, closing gives everybody a place."""
