"""What changes sheets, results, schedules and appeals: one function a verb, one transaction."""

from grading.actions.appeals import decide_appeal, lodge_appeal, set_commission
from grading.actions.base import GradingError
from grading.actions.corrections import confirm_correction, propose_correction, reject_correction
from grading.actions.examiners import examiner_choices, name_examiners
from grading.actions.filling import Outcome, fill, prefill
from grading.actions.gpa import compute_gpa
from grading.actions.opening import open_sheets, propose_sheets, refresh_admission
from grading.actions.results import recompute
from grading.actions.schedules import (
    approve_schedule,
    cancel_schedule,
    draw_up_schedule,
    open_due_sheets,
    remove_from_schedule,
)
from grading.actions.states import cancel, check, close, close_many, send_back, sign, unlock

__all__ = [
    "GradingError",
    "Outcome",
    "approve_schedule",
    "cancel",
    "cancel_schedule",
    "check",
    "close",
    "close_many",
    "compute_gpa",
    "confirm_correction",
    "decide_appeal",
    "draw_up_schedule",
    "examiner_choices",
    "fill",
    "lodge_appeal",
    "name_examiners",
    "open_due_sheets",
    "open_sheets",
    "prefill",
    "propose_correction",
    "propose_sheets",
    "recompute",
    "refresh_admission",
    "reject_correction",
    "remove_from_schedule",
    "send_back",
    "set_commission",
    "sign",
    "unlock",
]
