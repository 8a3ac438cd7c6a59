"""The academic record, state attestation, accreditation, diplomas, certificates, employment (duties 1.3, 2.6 …)."""

from records.models.accreditation import Accreditation
from records.models.attestation import AttestationLine, AttestationSession, Commission, CommissionMember
from records.models.blanks import Blank, BlankAct, BlankMove, BlankRange
from records.models.certificates import Certificate
from records.models.diplomas import Diploma, HonoursRule, PrintProfile
from records.models.employment import Employment, SurveyLink
from records.models.record import RecordAct, RecordLine
from records.models.topics import AttestationRule, GraduationTopic, TopicOrder

__all__ = [
    "Accreditation",
    "AttestationLine",
    "AttestationRule",
    "AttestationSession",
    "Blank",
    "BlankAct",
    "BlankMove",
    "BlankRange",
    "Certificate",
    "Commission",
    "CommissionMember",
    "Diploma",
    "Employment",
    "GraduationTopic",
    "HonoursRule",
    "PrintProfile",
    "RecordAct",
    "RecordLine",
    "SurveyLink",
    "TopicOrder",
]
