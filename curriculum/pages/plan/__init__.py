"""Curricula and their subjects (duties 2.3, 8.2, B6)."""

from curriculum.pages.plan import groups  # noqa: F401
from curriculum.pages.plan.common import faculties
from curriculum.pages.plan.kafedra import KafedraSubjects, responsible
from curriculum.pages.plan.registers import Curricula, CurriculumSubjects
from curriculum.pages.plan.verbs import (
    add_block,
    add_subject,
    approve,
    copy,
    import_plan,
    import_weeks,
    move_subject,
    plan_file,
    print_plan,
    remove_subject,
    retire,
    semester_dates,
    set_weeks,
)

__all__ = [
    "Curricula", "CurriculumSubjects", "KafedraSubjects", "add_block", "add_subject", "approve", "copy", "faculties",
    "import_plan", "import_weeks", "move_subject", "plan_file", "print_plan", "remove_subject", "responsible", "retire",
    "semester_dates", "set_weeks",
]  # fmt: skip
