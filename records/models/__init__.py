"""What records keep."""

from records.models.blanks import Blank, BlankAct, BlankMove, BlankRange
from records.models.certificates import Certificate
from records.models.diplomas import Diploma, HonoursRule, PrintProfile
from records.models.employment import Employment, SurveyLink

__all__ = [
    "Blank", "BlankAct", "BlankMove", "BlankRange", "Certificate", "Diploma", "Employment", "HonoursRule",
    "PrintProfile", "SurveyLink",
]  # fmt: skip
