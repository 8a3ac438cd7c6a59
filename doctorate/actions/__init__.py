"""Verbs of the doctorate."""

from doctorate.actions.base import DoctorateError
from doctorate.actions.defences import approve_defence
from doctorate.actions.orders import (
    create_cancelling_order,
    create_order,
    delete_draft,
    execute_due,
    send_back,
    set_scan,
    sign,
    submit,
)
from doctorate.actions.plans import approve_plan, plan_attestations, plan_for_all, reopen_plan

__all__ = [
    "DoctorateError", "approve_defence", "approve_plan", "create_cancelling_order", "create_order",
    "delete_draft", "execute_due", "plan_attestations", "plan_for_all", "reopen_plan", "send_back", "set_scan",
    "sign", "submit",
]  # fmt: skip
