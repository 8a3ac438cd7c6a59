"""Addresses of the student base."""

from django.urls import path

from students import pages
from students.pages import activities, card, groups, links, own, quality, students

REGISTERS = (
    pages.Specialities,
    pages.Programmes,
    pages.Qualifications,
    pages.Quotas,
    pages.Groups,
    pages.TutorGroups,
    pages.Candidates,
    pages.Students,
    pages.StudentStates,
    pages.Achievements,
    pages.Olympiads,
    pages.Sport,
    pages.Exchanges,
    pages.PassportCorrections,
    pages.Contingent,
)

urlpatterns = [
    path("import-admission/", pages.import_admission, name="import_admission"),
    path("import-quotas/", pages.import_quotas, name="students_quota_import"),
    path("import-groups/", pages.import_groups, name="students_group_import"),
    path("import-cards/", pages.import_cards, name="students_card_import"),
    path("quotas-outside/", pages.outside_quotas, name="students_quota_outside"),
    path("me/", pages.my_card, name="my_card"),
    path("me/photo/", card.my_photo, name="my_photo"),
    path("me/phones/", own.phones, name="my_phones"),
    path("me/living/", own.living, name="my_living"),
    path("me/contacts/new/", own.new_contact, name="my_contact_new"),
    path("me/contacts/<int:pk>/", own.contact, name="my_contact"),
    path("me/contacts/<int:pk>/take-back/", own.take_back, name="my_contact_take_back"),
    path("contingent-cut/", pages.pivot, name="students_pivot"),
    path("contingent-file/<str:kind>/", pages.contingent_file, name="students_contingent_file"),
    path("quality/", quality.overview, name="students_quality"),
    path("quality/<str:code>/", quality.by_rule, name="students_quality_rule"),
    path("quality/<str:code>/<int:pk>/", quality.mend, name="students_mend"),
    path("groups/<int:pk>/roll/", groups.roll_sheet, name="students_roll"),
    path("groups/<int:pk>/divide/", groups.divide, name="students_divide"),
    path("divisions/<int:pk>/", groups.division, name="students_division"),
    path("divisions/<int:pk>/subgroup/", groups.add_subgroup, name="students_add_subgroup"),
    path("subgroups/<int:pk>/remove/", groups.remove_subgroup, name="students_remove_subgroup"),
    path("assign-tutor/", groups.assign_tutor, name="students_assign_tutor"),
    path("assign-subgroup/", groups.assign_subgroup, name="students_assign_subgroup"),
    path("students/<int:pk>/photo/", card.photo, name="student_photo"),
    path("students/<int:pk>/photo/edit/", card.edit_photo, name="student_photo_edit"),
    path("students/<int:pk>/student-card/", students.print_card, name="student_print_card"),
    path("students/<int:pk>/link/", links.link_of_one, name="student_link"),
    path("students/<int:pk>/passport/", card.correct_passport, name="student_correct_passport"),
    path("corrections/<int:pk>/scan/", card.correction_scan, name="student_correction_scan"),
    path("achievements/<int:pk>/scan/", activities.achievement_scan, name="students_achievements_scan"),
    path("olympiads/<int:pk>/scan/", activities.olympiad_scan, name="students_olympiads_scan"),
    path("sport/<int:pk>/scan/", activities.sport_scan, name="students_sport_scan"),
    path("exchanges/<int:pk>/scan/", activities.exchange_scan, name="students_exchanges_scan"),
    *card.urls(),
    *(address for register in REGISTERS for address in register.urls()),
]
