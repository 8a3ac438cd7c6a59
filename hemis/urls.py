"""All addresses, composed (floor 6)."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

APPS = (
    ("", "hemis.pages.urls"),
    ("access/", "hemis.access.urls"),
    ("jobs/", "hemis.jobs.urls"),
    ("notices/", "hemis.notices.urls"),
    ("messages/", "hemis.mailbox.urls"),
    ("system/", "hemis.wording.urls"),
    ("help/", "hemis.help.urls"),
    ("sheets/", "hemis.sheets.urls"),
    ("nightly/", "hemis.nightly.urls"),
    ("", "hemis.documents.urls"),
    ("classifiers/", "hemis.classifiers.urls"),
    ("structure/", "structure.urls"),
    ("staff/", "staff.urls"),
    ("students/", "students.urls"),
    ("curriculum/", "curriculum.urls"),
    ("attendance/", "attendance.urls"),
    ("grading/", "grading.urls"),
    ("curriculum/", "curriculum.materials.urls"),
    ("grading/", "grading.tasks.urls"),
    ("movement/", "movement.urls"),
    ("movement/", "movement.applications.urls"),
    ("movement/", "movement.clearance.urls"),
    ("movement/", "movement.objections.urls"),
    ("", "movement.parents.urls"),
    ("finance/", "finance.urls"),
    ("doctorate/", "doctorate.urls"),
    ("records/", "records.urls"),
    ("records/", "records.blanks.urls"),
    ("records/", "records.diplomas.urls"),
    ("records/", "records.certificates.urls"),
    ("records/", "records.employment.urls"),
    ("", "records.employment.public"),
    ("", "records.diplomas.public"),
    ("statistics/", "reports.urls"),
    ("science/", "research.urls"),
    ("rating/", "research.rating.urls"),
)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("account/", include("allauth.urls")),
    *(path(prefix, include(module)) for prefix, module in APPS if find_spec(module)),
]

handler400 = "hemis.pages.errors.bad_request"
handler403 = "hemis.pages.errors.forbidden"
handler404 = "hemis.pages.errors.not_found"
handler500 = "hemis.pages.errors.server_error"
