"""Addresses of subjects and curricula."""

from django.urls import path

from curriculum.pages import plan, reference
from curriculum.timetable import urls as timetable

urlpatterns = [
    *timetable.urlpatterns,
    *reference.SubjectGroups.urls(),
    *reference.Subjects.urls(),
    *reference.AcademicYears.urls(),
    *reference.MarkingSystems.urls(),
    *reference.MarkingRules.urls(),
    *reference.GradeTypes.urls(),
    *reference.RatingSheetKinds.urls(),
    *reference.ClassPairs.urls(),
    *reference.CurriculumNorms.urls(),
    *plan.Curricula.urls(),
    *plan.CurriculumSubjects.urls(),
    path("curricula/<int:pk>/copy/", plan.copy, name="curriculum_copy"),
    path("curricula/<int:pk>/approve/", plan.approve, name="curriculum_approve"),
    path("curricula/<int:pk>/retire/", plan.retire, name="curriculum_retire"),
    path("curricula/<int:pk>/weeks/", plan.set_weeks, name="curriculum_weeks"),
    path("curricula/<int:pk>/blocks/", plan.add_block, name="curriculum_add_block"),
    path("curricula/<int:pk>/pdf/", plan.print_plan, name="curriculum_pdf"),
    path("curricula/<int:pk>/subjects/new/", plan.add_subject, name="curriculum_add_subject"),
    path("plan-subjects/<int:pk>/remove/", plan.remove_subject, name="curriculum_remove_subject"),
    path("plan-subjects/<int:pk>/move/", plan.move_subject, name="curriculum_move_subject"),
    path("semesters/<int:pk>/dates/", plan.semester_dates, name="curriculum_semester_dates"),
]
