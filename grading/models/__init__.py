"""Grade sheets, results, debts, personal schedules, appeals and GPA (duties 2.4, 2.3, B7)."""

from grading.models.appeals import Appeal, AppealMember
from grading.models.reference import GradingRule
from grading.models.results import StudentGpa, SubjectResult
from grading.models.schedules import PersonalSchedule, ScheduleLine
from grading.models.sheets import GradeSheet, SheetCorrection, SheetLine
from grading.tasks import models as _tasks  # noqa: F401 - the room keeps its models itself; Django looks here

__all__ = [
    "Appeal",
    "AppealMember",
    "GradeSheet",
    "GradingRule",
    "PersonalSchedule",
    "ScheduleLine",
    "SheetCorrection",
    "SheetLine",
    "StudentGpa",
    "SubjectResult",
]
