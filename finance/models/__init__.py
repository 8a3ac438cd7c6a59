"""Prices and payment contracts (duty 7.1)."""

# The rooms keep their models themselves; Django looks here.
from finance.debts import models as _debts  # noqa: F401
from finance.ledger import models as _ledger  # noqa: F401
from finance.models.base import POSITIVE, DatedQuerySet, StudentRowQuerySet, money
from finance.models.contracts import (
    PARTIES,
    THREE_SIDED,
    TWO_SIDED,
    Contract,
    ContractInstalment,
    ContractTerms,
    Terms,
)
from finance.models.prices import (
    BaseCoefficient,
    CalculationSetting,
    ContractTypeCoefficient,
    DifferentiatedCoefficient,
    InstalmentRule,
    MinimumWage,
    StipendAmount,
)
from finance.online import models as _online  # noqa: F401
from finance.payments import models as _payments  # noqa: F401

__all__ = [
    "PARTIES", "POSITIVE", "THREE_SIDED", "TWO_SIDED", "BaseCoefficient", "CalculationSetting", "Contract",
    "ContractInstalment", "ContractTerms", "ContractTypeCoefficient", "DatedQuerySet",
    "DifferentiatedCoefficient", "InstalmentRule", "MinimumWage", "StipendAmount", "StudentRowQuerySet",
    "Terms", "money",
]  # fmt: skip
