"""Subjects, marking systems, class pairs and curricula (duties 2.3, 3.2, 3.3)."""

from curriculum.models.plan import (
    Curriculum,
    CurriculumBlock,
    CurriculumNorm,
    CurriculumSemester,
    CurriculumSubject,
    CurriculumWeek,
    GroupCurriculum,
    SubjectControl,
    SubjectHours,
)
from curriculum.models.reference import (
    ClassPair,
    GradeType,
    MarkingRule,
    MarkingSystem,
    RatingSheetKind,
    Subject,
    SubjectGroup,
)

__all__ = [
    "ClassPair",
    "Curriculum",
    "CurriculumBlock",
    "CurriculumNorm",
    "CurriculumSemester",
    "CurriculumSubject",
    "CurriculumWeek",
    "GradeType",
    "GroupCurriculum",
    "MarkingRule",
    "MarkingSystem",
    "RatingSheetKind",
    "Subject",
    "SubjectControl",
    "SubjectGroup",
    "SubjectHours",
]
