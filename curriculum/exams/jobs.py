"""The timetable of controls in the background."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from curriculum.exams import actions
from curriculum.models import ExamDraft
from curriculum.solver.jobs import ComputeDraft
from hemis.jobs.kinds import job


@job(actions.JOB)
class ComputeExams(ComputeDraft):
    """Days, auditoriums and examiners for the controls of a session."""

    title = gettext_lazy("Computing a timetable of controls")
    permission = actions.PERMISSION
    model, step, back = ExamDraft, actions.step, "curriculum_exam_drafts_detail"
    so_far = gettext_lazy("%(placed)d of %(wanted)d controls, cost %(cost)d")
    placed = gettext_lazy("%(placed)d of %(wanted)d controls have a place.")
