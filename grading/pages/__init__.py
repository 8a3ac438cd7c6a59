"""Pages of sheets, results, debts, GPA, schedules and appeals."""

from grading.pages import appeals, cabinet, debts, filling, gpa, lists, schedules, sheets  # noqa: F401
