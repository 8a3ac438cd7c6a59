"""The university, its units, its buildings and rooms."""

from structure.models.rooms import Auditorium, Building, Equipment, RoomBooking, RoomSlot
from structure.models.units import Unit, UnitPeriod, UnitQuerySet
from structure.models.university import BankAccount, Licence, Signatory, University

__all__ = [
    "Auditorium", "BankAccount", "Building", "Equipment", "Licence", "RoomBooking", "RoomSlot", "Signatory",
    "Unit", "UnitPeriod", "UnitQuerySet", "University",
]  # fmt: skip
