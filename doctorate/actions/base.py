"""What the verbs of the doctorate share."""

from __future__ import annotations

from contextlib import AbstractContextManager

from django.utils.translation import gettext_lazy as _

from hemis.refusals import refusals_told

STUDENTS, ORDERS, SIGNATURE = "doctoral_student.edit", "doctoral_order.edit", "doctoral_order.sign"
# What the database says, in words.
REFUSALS = {
    "doctoral_term_limit": _("The term is longer than the law lets it be."),
    "doctoral_period_follows": _("The order comes into force after the latest change."),
    "doctoral_period_way": _("The status does not fit this kind of order."),
    "doctoral_student_closed": _("The card is closed and does not change."),
    "doctoral_plan_stages": _("A plan is approved with its stages."),
    "doctoral_plan_reason": _("Give another reason than the last time."),
    "defence_diploma_once": _("Another defence has this diploma number."),
    "defence_register_number": _("A register number has digits, spaces and slashes only."),
    "doctoral_order_number": _("Another order of this year has this number."),
}


class DoctorateError(Exception):
    """Why the verb cannot be done now, in words for the user, and at which field."""

    def __init__(self, message: str, field: str = ""):
        self.field = field
        super().__init__(str(message))


def refusals_in_words() -> AbstractContextManager[None]:
    """What the database refuses, told to the user: a DoctorateError instead of the database's own error."""
    return refusals_told(REFUSALS, lambda words: DoctorateError(str(words)))
