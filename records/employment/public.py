"""The address of a survey: short, since people type it."""

from django.urls import path

from records.employment import pages

urlpatterns = [path("g/<str:token>/", pages.survey, name="graduate_survey")]
