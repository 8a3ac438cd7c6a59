"""Addresses of journals and attendance."""

from django.urls import path

from attendance.pages import cabinet, excuses, journals, lessons, reports, settings

urlpatterns = [
    path("today/", lessons.today, name="attendance_today"),
    *lessons.Lessons.urls(),
    path("lessons/<int:pk>/save/", lessons.save, name="attendance_save"),
    path("lessons/<int:pk>/submit/", lessons.submit, name="attendance_submit"),
    path("lessons/<int:pk>/undo/", lessons.undo, name="attendance_undo"),
    *journals.Journals.urls(),
    path("journals/<int:pk>/file/", journals.grid_file, name="attendance_grid_file"),
    path("overview/", reports.overview, name="attendance_overview"),
    *reports.StudentAttendance.urls(),
    path("students/<int:pk>/letters/", reports.letter, name="attendance_letter"),
    path("groups/<int:pk>/", reports.group, name="attendance_group"),
    path("missing/", reports.missing, name="attendance_missing"),
    path("missing/remind/", reports.remind, name="attendance_remind"),
    *excuses.Absences.urls(),
    *excuses.Excuses.urls(),
    path("excuse/", excuses.new, name="attendance_excuse_new"),
    path("excuses/<int:pk>/accept/", excuses.accept, name="attendance_excuse_accept"),
    path("excuses/<int:pk>/return/", excuses.give_back, name="attendance_excuse_return"),
    path("excuses/<int:pk>/withdraw/", excuses.withdraw, name="attendance_excuse_withdraw"),
    *excuses.Unlocks.urls(),
    path("unlock/", excuses.unlock, name="attendance_unlock"),
    *reports.Letters.urls(),
    *settings.Limits.urls(),
    *settings.JournalRules.urls(),
    path("mine/", cabinet.mine, name="my_attendance"),
    path("mine/excuse/", cabinet.ask, name="my_excuse_new"),
    path("mine/excuses/<int:pk>/scan/", cabinet.scan, name="my_excuse_scan"),
]
