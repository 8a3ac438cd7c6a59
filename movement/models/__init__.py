"""Orders: the only way a student's status, group or course changes (order clause B8)."""

from movement.models.checks import Arrival, LineFact, OrderFile, Override, SetAside
from movement.models.orders import Order, OrderLine
from movement.models.settings import AgreementStep, MovementRule, OrderAgreement

__all__ = [
    "AgreementStep", "Arrival", "LineFact", "MovementRule", "Order", "OrderAgreement", "OrderFile", "OrderLine",
    "Override", "SetAside",
]  # fmt: skip
