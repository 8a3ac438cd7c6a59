"""Employees, the posts they hold, and what happens in a working life."""

from staff.models.employees import Award, Degree, Education, Employee
from staff.models.growth import (
    Competition,
    CompetitionEntry,
    Development,
    ForeignSpecialist,
    ForeignTraining,
)
from staff.models.plan import EstablishmentPost, StaffRule
from staff.models.posts import Absence, Position, PostAssignment, PostRole

__all__ = [
    "Absence", "Award", "Competition", "CompetitionEntry", "Degree", "Development", "Education", "Employee",
    "EstablishmentPost", "ForeignSpecialist", "ForeignTraining", "Position", "PostAssignment", "PostRole",
    "StaffRule",
]  # fmt: skip
