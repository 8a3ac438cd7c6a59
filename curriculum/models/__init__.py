"""Subjects, marking systems, curricula, who is taught what, and the timetable (duties 2.3, 3.2, 3.3, 8.2)."""

from curriculum.materials import models as _materials  # noqa: F401 - the room keeps its models; Django looks here
from curriculum.models.electives import ElectiveCampaign, ElectiveChoice, ElectiveOffer
from curriculum.models.exams import ExamDraft, ExamPart, ExamPlace
from curriculum.models.load import LoadNorm, TrainingMode
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
from curriculum.models.relearning import Relearning, RelearningCourse, RelearningWindow
from curriculum.models.solver import DraftPlace, TeacherHours, TimetableDraft
from curriculum.models.study import Registration, RegistrationSeat, Teaching, TeachingAudience, Topic
from curriculum.models.timetable import (
    AudienceSlot,
    ControlAudience,
    ControlEvent,
    Holiday,
    Lesson,
    TeacherSlot,
)
from curriculum.timetable import models as _timetable  # noqa: F401 - its models live beside its pages

__all__ = [
    "AudienceSlot",
    "ClassPair",
    "ControlAudience",
    "ControlEvent",
    "Curriculum",
    "CurriculumBlock",
    "CurriculumNorm",
    "CurriculumSemester",
    "CurriculumSubject",
    "CurriculumWeek",
    "DraftPlace",
    "ElectiveCampaign",
    "ElectiveChoice",
    "ElectiveOffer",
    "ExamDraft",
    "ExamPart",
    "ExamPlace",
    "GradeType",
    "GroupCurriculum",
    "Holiday",
    "Lesson",
    "LoadNorm",
    "MarkingRule",
    "MarkingSystem",
    "RatingSheetKind",
    "Registration",
    "RegistrationSeat",
    "Relearning",
    "RelearningCourse",
    "RelearningWindow",
    "Subject",
    "SubjectControl",
    "SubjectGroup",
    "SubjectHours",
    "TeacherHours",
    "TeacherSlot",
    "Teaching",
    "TeachingAudience",
    "TimetableDraft",
    "Topic",
    "TrainingMode",
]
