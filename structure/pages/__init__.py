"""Registers and pages of the structure (duty 1.1) and of the rooms (duty 3.1)."""

# The order of the imports is the order of the menu.
# isort: off
from structure.pages.university import BankAccounts, Licences, Signatories, UniversityCard
from structure.pages.units import UNIT_REGISTERS, Divisions, Faculties, Kafedras, add_unit_tab, faculties
from structure.pages.rooms import Auditoriums, Bookings, Buildings, EquipmentRegister
from structure.pages import occupancy

# isort: on

__all__ = [
    "UNIT_REGISTERS", "Auditoriums", "BankAccounts", "Bookings", "Buildings", "Divisions",
    "EquipmentRegister", "Faculties", "Kafedras", "Licences", "Signatories", "UniversityCard", "add_unit_tab",
    "faculties", "occupancy",
]  # fmt: skip
