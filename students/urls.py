"""Addresses of the student base."""

from django.urls import path

from students import pages
from students.pages import Candidates, Groups, Programmes, Specialities, Students

urlpatterns = [
    path("import-admission/", pages.import_admission, name="import_admission"),
    path("me/", pages.my_card, name="my_card"),
    *Specialities.urls(),
    *Programmes.urls(),
    *Groups.urls(),
    *Candidates.urls(),
    *Students.urls(),
]
