"""What changes orders: one function a verb, one transaction each (duties 2.2, 3.5, clause B8)."""

from movement.actions.answers import check_again, enter_figure, give_reason, take_in
from movement.actions.arrivals import register_arrival
from movement.actions.base import OrderError, failures
from movement.actions.cancelling import create_cancelling_order
from movement.actions.drafts import (
    add_people,
    begin_order,
    create_admission_order,
    create_order,
    delete_draft,
    follow_date,
    remove_lines,
)
from movement.actions.execution import DueRun, execute, execute_due_orders
from movement.actions.flow import agree, asked_now, close, return_with_remarks, sign, submit
from movement.actions.papers import add_file, remove_file
from movement.actions.steps import add_usual_steps

__all__ = [
    "DueRun", "OrderError", "add_file", "add_people", "add_usual_steps", "agree", "asked_now",
    "begin_order", "check_again", "close", "create_admission_order", "create_cancelling_order",
    "create_order", "delete_draft", "enter_figure", "execute", "execute_due_orders", "failures",
    "follow_date", "give_reason", "register_arrival", "remove_file", "remove_lines", "return_with_remarks",
    "sign", "submit", "take_in",
]  # fmt: skip
