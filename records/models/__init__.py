"""The academic record, state attestation, accreditation of graduates (duties 1.3, 2.6, 2.7, 8.3)."""

from records.models.accreditation import Accreditation
from records.models.attestation import (
    AttestationLine,
    AttestationRule,
    AttestationSession,
    Commission,
    CommissionMember,
    GraduationTopic,
    TopicOrder,
)
from records.models.record import RecordAct, RecordLine

__all__ = [
    "Accreditation",
    "AttestationLine",
    "AttestationRule",
    "AttestationSession",
    "Commission",
    "CommissionMember",
    "GraduationTopic",
    "RecordAct",
    "RecordLine",
    "TopicOrder",
]
