"""Data of the doctorate."""

from doctorate.models.defences import Defence, Opponent
from doctorate.models.law import DoctoralRule
from doctorate.models.orders import DoctoralOrder, DoctoralOrderLine
from doctorate.models.plans import Attestation, IndividualPlan, PlanStage
from doctorate.models.specialities import DoctoralSpeciality
from doctorate.models.students import DoctoralPeriod, DoctoralStudent, Supervision

__all__ = [
    "Attestation", "Defence", "DoctoralOrder", "DoctoralOrderLine", "DoctoralPeriod", "DoctoralRule",
    "DoctoralSpeciality", "DoctoralStudent", "IndividualPlan", "Opponent", "PlanStage", "Supervision",
]  # fmt: skip
