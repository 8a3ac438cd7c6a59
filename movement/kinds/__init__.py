"""Kinds of orders (`h_decree_type`): who may start one, whom it may name, what is checked, what it does."""

from movement.kinds.admission import Admission, TransferFromUniversity
from movement.kinds.base import (
    KINDS,
    TARGET,
    OrderKind,
    Paper,
    add_check,
    extra_checks,
    has_extra_checks,
    kind_by_slug,
    kind_of,
    kind_title,
    register,
)
from movement.kinds.courses import NextSemester, Promotion, Retention
from movement.kinds.leaving import (
    AcademicLeave,
    Expulsion,
    Graduation,
    LeaveExtension,
    Reinstatement,
    ReturnFromLeave,
    TransferToUniversity,
)
from movement.kinds.names import ChangeOfName
from movement.kinds.stipends import Stipends
from movement.kinds.transfers import TransferToFaculty, TransferToGroup, TransferToProgramme

__all__ = [
    "KINDS", "TARGET", "AcademicLeave", "Admission", "ChangeOfName", "Expulsion", "Graduation", "LeaveExtension",
    "NextSemester", "OrderKind", "Paper", "Promotion", "Reinstatement", "Retention", "ReturnFromLeave",
    "Stipends", "TransferFromUniversity",
    "TransferToFaculty", "TransferToGroup", "TransferToProgramme", "TransferToUniversity", "add_check",
    "extra_checks", "has_extra_checks", "kind_by_slug", "kind_of", "kind_title", "register",
]  # fmt: skip
