"""Addresses of the timetable."""

from django.urls import path

from curriculum.timetable.pages import controls, grid, open, own, registers

urlpatterns = [
    path("my-timetable/", own.my_timetable, name="my_timetable"),
    path("my-timetable/pdf/", own.my_week_pdf, name="my_timetable_pdf"),
    path("own-timetable/", own.own_timetable, name="own_timetable"),
    path("timetable/pdf/", own.week_pdf, name="timetable_pdf"),
    path("timetable/calendar-link/", own.calendar_link, name="timetable_calendar_link"),
    path("calendar/<str:token>/hemis.ics", own.calendar, name="timetable_calendar"),
    path("timetable/", grid.show, name="timetable"),
    path("timetable/open/", open.show, name="timetable_open"),
    path("timetable/place/", grid.place, name="timetable_place"),
    path("timetable/import/", registers.import_lessons, name="timetable_import"),
    path("timetable/copy/", registers.copy, name="timetable_copy"),
    path("timetable/clear/", registers.clear, name="timetable_clear"),
    path("timetable/days-off/", registers.days_off, name="timetable_days_off"),
    path("timetable/faculty/", grid.faculty, name="timetable_faculty"),
    path("timetable/teachers/", grid.teachers, name="timetable_teachers"),
    path("lessons/<int:pk>/move/", grid.move, name="timetable_lesson_move"),
    path("lessons/<int:pk>/swap/", grid.swap, name="timetable_lesson_swap"),
    path("lessons/<int:pk>/cancel/", grid.cancel, name="timetable_lesson_cancel"),
    path("lessons/<int:pk>/restore/", grid.restore, name="timetable_lesson_restore"),
    path("lessons/<int:pk>/substitute/", grid.substitute, name="timetable_lesson_substitute"),
    path("lessons/<int:pk>/room/", grid.room, name="timetable_lesson_room"),
    path("lessons/<int:pk>/lock/", grid.lock, name="timetable_lesson_lock"),
    path("lessons/<int:pk>/remove/", grid.remove, name="timetable_lesson_remove"),
    path("controls/place/", controls.place, name="timetable_control_place"),
    path("controls/grid/", controls.show, name="timetable_controls"),
    path("controls/pdf/", controls.pdf, name="timetable_controls_pdf"),
    path("controls/<int:pk>/change/", controls.change, name="timetable_control_change"),
    path("controls/<int:pk>/cancel/", controls.cancel, name="timetable_control_cancel"),
    path("controls/<int:pk>/lock/", controls.lock, name="timetable_control_lock"),
    path("controls/<int:pk>/approve/", controls.approve, name="timetable_control_approve"),
    *controls.Controls.urls(),
    path("timetable-batches/<int:pk>/undo/", registers.undo, name="timetable_undo"),
    *registers.Lessons.urls(),
    *registers.Batches.urls(),
    *registers.Holidays.urls(),
    *registers.TimetableRules.urls(),
]
