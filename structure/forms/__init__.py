"""Forms of the structure and of the rooms."""

from structure.forms.rooms import (
    AuditoriumForm,
    BookingForm,
    BuildingForm,
    CancelBookingForm,
    EquipmentForm,
    FreeRoomsForm,
    ReleaseDayForm,
)
from structure.forms.units import CloseForm, DivisionForm, FacultyForm, KafedraForm, MoveForm, RenameForm
from structure.forms.university import BankAccountForm, LicenceForm, SignatoryForm, UniversityForm

__all__ = [
    "AuditoriumForm", "BankAccountForm", "BookingForm", "BuildingForm", "CancelBookingForm", "CloseForm",
    "DivisionForm", "EquipmentForm", "FacultyForm", "FreeRoomsForm", "KafedraForm", "LicenceForm", "MoveForm",
    "ReleaseDayForm", "RenameForm", "SignatoryForm", "UniversityForm",
]  # fmt: skip
