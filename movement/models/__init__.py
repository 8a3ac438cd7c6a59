"""Orders: the only way a student's status, group or course changes (order clause B8)."""

from movement.applications import models as _applications  # noqa: F401 - the rooms of the app keep
from movement.clearance import models as _clearance  # noqa: F401 - their models themselves; Django
from movement.models.checks import Arrival, LineFact, OrderFile, Override, SetAside
from movement.models.orders import Order, OrderLine
from movement.models.settings import AgreementStep, MovementRule, OrderAgreement
from movement.objections import models as _objections  # noqa: F401 - looks for
from movement.parents import models as _parents  # noqa: F401 - them here

__all__ = [
    "AgreementStep", "Arrival", "LineFact", "MovementRule", "Order", "OrderAgreement", "OrderFile", "OrderLine",
    "Override", "SetAside",
]  # fmt: skip
