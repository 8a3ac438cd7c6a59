"""Addresses of the structure and of the rooms."""

from structure.pages import (
    Auditoriums,
    BankAccounts,
    Bookings,
    Buildings,
    Divisions,
    EquipmentRegister,
    Faculties,
    Kafedras,
    Licences,
    Signatories,
    UniversityCard,
    occupancy,
    rooms,
    units,
    university,
)

REGISTERS = (
    UniversityCard, BankAccounts, Signatories, Licences, Faculties, Kafedras, Divisions, Buildings, Auditoriums,
    EquipmentRegister, Bookings,
)  # fmt: skip

urlpatterns = [
    *university.urlpatterns,
    *units.urlpatterns,
    *rooms.urlpatterns,
    *occupancy.urlpatterns,
    *(one for register in REGISTERS for one in register.urls()),
]
