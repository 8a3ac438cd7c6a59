"""Addresses of tasks and tests."""

from django.urls import path

from grading.tasks import cabinet, pages, test_pages

urlpatterns = [
    *pages.Tasks.urls(),
    path("tasks/<int:pk>/send/", pages.send, name="grading_tasks_send"),
    path("tasks/<int:pk>/close/", pages.close, name="grading_tasks_close"),
    path("tasks/<int:pk>/extend/", pages.extend, name="grading_tasks_extend"),
    path("tasks/<int:pk>/exclude/", pages.exclude, name="grading_tasks_exclude"),
    path("tasks/<int:pk>/remove-file/", pages.remove_file, name="grading_tasks_remove_file"),
    path("tasks/<int:pk>/student/", pages.student, name="grading_tasks_student"),
    path("tasks/<int:pk>/mark/", pages.mark, name="grading_tasks_mark"),
    path("tasks/<int:pk>/open-file/", pages.task_file, name="grading_tasks_open_file"),
    path("tasks/<int:pk>/archive/", pages.archive, name="grading_tasks_archive"),
    path("tasks/<int:pk>/excel/", pages.excel, name="grading_tasks_excel"),
    path("tasks/<int:pk>/settings/", test_pages.settings, name="grading_tasks_settings"),
    path("tasks/<int:pk>/quotas/", test_pages.quotas, name="grading_tasks_quotas"),
    path("tasks/<int:pk>/pick/", test_pages.pick, name="grading_tasks_pick"),
    path("tasks/<int:pk>/window/", test_pages.window, name="grading_tasks_window"),
    path("tasks/<int:pk>/essay/", test_pages.essay, name="grading_tasks_essay"),
    path("tasks/<int:pk>/picture/", test_pages.picture, name="grading_tasks_picture"),
    path("tasks/<int:pk>/sheet/", test_pages.sheet, name="grading_tasks_sheet"),
    path("my-tasks/", cabinet.my_tasks, name="my_tasks"),
    path("my-tasks/<int:pk>/", cabinet.my_task, name="my_task"),
    path("my-tasks/<int:pk>/file/", cabinet.my_task_file, name="my_task_file"),
    path("my-tasks/<int:pk>/begin/", cabinet.begin, name="my_test_begin"),
    path("my-tests/<int:pk>/", cabinet.my_attempt, name="my_test"),
    path("my-tests/<int:pk>/picture/", cabinet.picture, name="my_test_picture"),
    path("my-tests/<int:pk>/answer/", cabinet.answer, name="my_test_answer"),
    path("my-tests/<int:pk>/finish/", cabinet.finish, name="my_test_finish"),
]
