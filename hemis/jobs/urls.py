"""Addresses of jobs."""

from django.urls import path

from hemis.jobs import pages

urlpatterns = [
    path("", pages.my_jobs, name="my_jobs"),
    path("bell/", pages.bell, name="job_bell"),
    path("<int:pk>/", pages.job_page, name="job"),
    path("<int:pk>/cancel/", pages.cancel, name="job_cancel"),
    path("<int:pk>/retry/", pages.retry, name="job_retry"),
    path("<int:pk>/failures/", pages.failures, name="job_failures"),
    path("<int:pk>/result/", pages.result, name="job_result"),
]
