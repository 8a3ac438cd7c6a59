"""Prices, payment contracts with their changes, stipends (duty 7.1)."""

# The rooms keep their models themselves; Django looks here.
from finance.debts import models as _debts  # noqa: F401
from finance.ledger import models as _ledger  # noqa: F401
from finance.models.base import POSITIVE, DatedQuerySet, StudentRowQuerySet, days, money
from finance.models.changes import ChangeInstalment, ContractChange, ContractPartQuerySet, PlanLine
from finance.models.contracts import (
    PARTIES,
    THREE_SIDED,
    TWO_SIDED,
    Contract,
    ContractInstalment,
    ContractTerms,
    Parties,
    Terms,
)
from finance.models.invoices import Invoice
from finance.models.payers import PayerChange
from finance.models.payouts import Aid, AidFund, Payout, PayoutLine
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
    RelearningPrice,
    StipendAmount,
)
from finance.models.requests import ContractRequest
from finance.models.stipends import (
    PayoutAccount,
    StipendAppointment,
    StipendCondition,
    StipendLine,
    StipendList,
)
from finance.online import models as _online  # noqa: F401
from finance.payments import models as _payments  # noqa: F401

__all__ = [
    "PARTIES", "POSITIVE", "THREE_SIDED", "TWO_SIDED", "Aid", "AidFund", "BaseAmount", "BaseCoefficient",
    "Benefit", "CalculationSetting", "ChangeInstalment", "Contract", "ContractChange", "ContractInstalment",
    "ContractPartQuerySet", "ContractRequest", "ContractTerms", "ContractTypeCoefficient", "CurrencyRate",
    "DatedQuerySet", "DifferentiatedCoefficient", "ForeignPrice", "InstalmentRule", "Invoice", "MinimumWage",
    "Parties", "PayerChange", "Payout", "PayoutAccount", "PayoutLine", "PlanLine", "RefundRule",
    "RelearningPrice",
    "StipendAmount", "StipendAppointment", "StipendCondition", "StipendLine", "StipendList",
    "StudentRowQuerySet", "Terms", "days", "money",
]  # fmt: skip
