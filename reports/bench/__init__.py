"""Measurements for `make bench`, each against a bare limit taken in the same run.

A new part is a function with ``@part`` in a module of this package, named here.
"""

from reports.bench import (
    attendance,
    exams,
    grading,
    money,
    pages,
    papers,
    people,
    rating,
    statistics,
    study,
    tasks,
    timetable,
)

__all__ = [
    "attendance",
    "exams",
    "grading",
    "money",
    "pages",
    "papers",
    "people",
    "rating",
    "statistics",
    "study",
    "tasks",
    "timetable",
]
