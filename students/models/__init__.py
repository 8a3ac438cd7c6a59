"""Specialities, groups, candidates, students, their placements and all that their card holds."""

from students.models.activity import Achievement, Exchange, Olympiad, SportRecord
from students.models.base import FacultyQuerySet
from students.models.card import (
    Contact,
    Education,
    MilitaryRecord,
    PassportCorrection,
    Scan,
    SocialFact,
)
from students.models.groups import Division, Group, Subgroup, SubgroupMember, TutorGroup
from students.models.programmes import AcademicYear, AdmissionQuota, Programme, Qualification, Speciality
from students.models.studies import Candidate, Placement, Student

__all__ = [
    "AcademicYear",
    "Achievement",
    "AdmissionQuota",
    "Candidate",
    "Contact",
    "Division",
    "Education",
    "Exchange",
    "FacultyQuerySet",
    "Group",
    "MilitaryRecord",
    "Olympiad",
    "PassportCorrection",
    "Placement",
    "Programme",
    "Qualification",
    "Scan",
    "SocialFact",
    "SportRecord",
    "Speciality",
    "Student",
    "Subgroup",
    "SubgroupMember",
    "TutorGroup",
]
