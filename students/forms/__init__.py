"""Forms of the student base."""

from students.forms.activities import AchievementForm, ExchangeForm, OlympiadForm, SportForm
from students.forms.card import StudentForm
from students.forms.study import (
    GroupForm,
    ProgrammeForm,
    QualificationForm,
    QuotaForm,
    SpecialityForm,
    TutorGroupForm,
)

__all__ = [
    "AchievementForm",
    "ExchangeForm",
    "GroupForm",
    "OlympiadForm",
    "ProgrammeForm",
    "QualificationForm",
    "QuotaForm",
    "SpecialityForm",
    "SportForm",
    "StudentForm",
    "TutorGroupForm",
]
