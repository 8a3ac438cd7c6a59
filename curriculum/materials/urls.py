"""Addresses of learning materials."""

from django.urls import path

from curriculum.materials.pages import cabinet, calendar, questions, resources, topics

urlpatterns = [
    path("questions/import/", questions.take_in, name="curriculum_questions_import"),
    path("questions/<int:pk>/picture/", questions.picture, name="curriculum_questions_picture"),
    path("questions/sample/", questions.sample, name="curriculum_questions_sample"),
    path("questions/subjects/", questions.subject_options, name="curriculum_questions_subjects"),
    *topics.Topics.urls(),
    *calendar.CalendarPlans.urls(),
    *resources.Resources.urls(),
    *questions.Questions.urls(),
    path("topics/<int:pk>/add/", topics.add, name="curriculum_topics_add"),
    path("topics/<int:pk>/build/", topics.build, name="curriculum_topics_build"),
    path("topics/<int:pk>/copy/", topics.copy, name="curriculum_topics_copy"),
    path("topics/<int:pk>/move/", topics.move, name="curriculum_topics_move"),
    path("topics/<int:pk>/remove/", topics.remove, name="curriculum_topics_remove"),
    path("topics/<int:pk>/save/", topics.save, name="curriculum_topics_save"),
    path("topics/<int:pk>/topic/", topics.edit, name="curriculum_topics_topic"),
    path("topics/<int:pk>/excel/", topics.excel, name="curriculum_topics_excel"),
    path("topics/<int:pk>/upload/", topics.upload, name="curriculum_topics_upload"),
    path("materials/completeness/", topics.completeness, name="curriculum_completeness"),
    path("calendar-plans/<int:pk>/pdf/", calendar.pdf, name="curriculum_calendar_pdf"),
    path("resources/<int:pk>/download/", resources.download, name="curriculum_resources_download"),
    path("resources/<int:pk>/remove-file/", resources.remove_file, name="curriculum_resources_remove_file"),
    path("my-subjects/", cabinet.my_subjects, name="my_subjects"),
    path("my-subjects/<int:pk>/", cabinet.my_subject, name="my_subject"),
    path("my-materials/<int:pk>/", cabinet.my_file, name="my_material"),
]
