"""What changes records: each verb checks the duty and the rules, in one transaction."""

from records.actions.accrediting import accredit, withdraw_accreditation
from records.actions.acts import confirm_act, propose_correction, propose_recognition, reject_act
from records.actions.base import RecordsError
from records.actions.feeding import feed
from records.actions.sessions import (
    approve_commission,
    cancel_session,
    close_session,
    end_commission,
    fill_session,
    judge_commission,
    judge_quorum,
    open_session,
    refresh_session,
    subjects_before,
)
from records.actions.topics import (
    assign_topic,
    cancel_topic_order,
    choose_topic,
    draw_up_topic_order,
    give_up_topic,
    open_to,
    release_topic,
    sign_topic_order,
    withdraw_topic,
)

__all__ = [
    "RecordsError",
    "accredit",
    "approve_commission",
    "assign_topic",
    "cancel_session",
    "cancel_topic_order",
    "choose_topic",
    "close_session",
    "confirm_act",
    "draw_up_topic_order",
    "end_commission",
    "feed",
    "fill_session",
    "give_up_topic",
    "judge_commission",
    "judge_quorum",
    "open_session",
    "open_to",
    "propose_correction",
    "propose_recognition",
    "refresh_session",
    "reject_act",
    "release_topic",
    "sign_topic_order",
    "subjects_before",
    "withdraw_accreditation",
    "withdraw_topic",
]
