"""Addresses of the staff."""

from django.urls import path

from staff.pages import overview, verbs
from staff.pages.employees import Absences, Awards, Degrees, Educations, Employees
from staff.pages.growth import (
    Competitions,
    DevelopmentDue,
    Developments,
    Entries,
    ForeignSpecialists,
    ForeignTrainings,
    TermsDue,
)
from staff.pages.plan import Establishment, PostRoles, StaffRules
from staff.pages.posts import OtherPosts, Teachers, Tutors

REGISTERS = (
    Employees, Teachers, OtherPosts, Tutors, Degrees, Educations, Awards, Absences, Developments, DevelopmentDue,
    Competitions, Entries, TermsDue, ForeignTrainings, ForeignSpecialists, Establishment, StaffRules, PostRoles,
)  # fmt: skip

urlpatterns = [
    *(pattern for register in REGISTERS for pattern in register.urls()),
    path("posts/<int:pk>/end/", verbs.end, name="staff_post_end"),
    path("posts/<int:pk>/move/", verbs.move, name="staff_post_move"),
    path("posts/<int:pk>/rate/", verbs.rate, name="staff_post_rate"),
    path("employees/<int:pk>/dismiss/", verbs.dismiss, name="staff_dismiss"),
    path("employees/<int:pk>/activation/", verbs.activation, name="staff_activation"),
    path("employees/<int:pk>/agree/", verbs.agree, name="staff_agree"),
    path("employees/<int:pk>/personal-card/", verbs.personal_card, name="staff_personal_card"),
    path("employees/<int:pk>/print-card/", verbs.print_card, name="staff_print_card"),
    path("employees/import/", verbs.import_employees, name="staff_import"),
    path("absences/many/", verbs.absences_many, name="staff_absences_many"),
    path("staffing/", overview.overview, name="staff_staffing"),
    path("staffing/export/", overview.overview_export, name="staff_staffing_export"),
    path("staffing/<int:pk>/", overview.unit_staff, name="staff_unit_staff"),
]
