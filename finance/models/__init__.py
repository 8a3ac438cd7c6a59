"""Prices, payment contracts with their changes, stipends (duty 7.1)."""

from finance.models.base import POSITIVE, DatedQuerySet, StudentRowQuerySet, days, money
from finance.models.changes import ChangeInstalment, ContractChange, ContractPartQuerySet, PlanLine
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
    BaseAmount,
    BaseCoefficient,
    Benefit,
    CalculationSetting,
    ContractTypeCoefficient,
    CurrencyRate,
    DifferentiatedCoefficient,
    ForeignPrice,
    InstalmentRule,
    MinimumWage,
    RefundRule,
    StipendAmount,
)
from finance.models.stipends import (
    PayoutAccount,
    StipendAppointment,
    StipendCondition,
    StipendLine,
    StipendList,
)

__all__ = [
    "PARTIES", "POSITIVE", "THREE_SIDED", "TWO_SIDED", "BaseAmount", "BaseCoefficient", "Benefit",
    "CalculationSetting", "ChangeInstalment", "Contract", "ContractChange", "ContractInstalment",
    "ContractPartQuerySet", "ContractTerms", "ContractTypeCoefficient", "CurrencyRate", "DatedQuerySet",
    "DifferentiatedCoefficient", "ForeignPrice", "InstalmentRule", "MinimumWage", "PayoutAccount", "PlanLine",
    "RefundRule", "StipendAmount", "StipendAppointment", "StipendCondition", "StipendLine", "StipendList",
    "StudentRowQuerySet", "Terms", "days", "money",
]  # fmt: skip
