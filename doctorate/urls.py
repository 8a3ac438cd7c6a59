"""Addresses of the doctorate."""

from django.urls import path

from doctorate.pages import overview, verbs
from doctorate.pages.defences import Defences, Opponents
from doctorate.pages.orders import Orders
from doctorate.pages.overview import Late
from doctorate.pages.plans import Attestations, Plans, Stages
from doctorate.pages.students import Loads, Researchers, Rules, Specialities, Students, Supervisions

REGISTERS = (
    Late, Students, Researchers, Orders, Plans, Stages, Attestations, Defences, Opponents, Supervisions, Loads,
    Specialities, Rules,
)  # fmt: skip

urlpatterns = [
    path("students/import/", verbs.import_students, name="doctorate_import"),
    path("colleagues/", verbs.colleagues, name="doctorate_colleagues"),
    path("overview/", overview.overview, name="doctorate_overview"),
    *(pattern for register in REGISTERS for pattern in register.urls()),
    path("orders/<int:pk>/submit/", verbs.submit, name="doctorate_order_submit"),
    path("orders/<int:pk>/sign/", verbs.sign, name="doctorate_order_sign"),
    path("orders/<int:pk>/return/", verbs.send_back, name="doctorate_order_return"),
    path("orders/<int:pk>/cancel/", verbs.cancel, name="doctorate_order_cancel"),
    path("orders/<int:pk>/scan/", verbs.scan, name="doctorate_order_scan"),
    path("plans/<int:pk>/approve/", verbs.approve_plan, name="doctorate_plan_approve"),
    path("plans/<int:pk>/reopen/", verbs.reopen_plan, name="doctorate_plan_reopen"),
    path("defences/<int:pk>/approve/", verbs.approve_defence, name="doctorate_defence_approve"),
]
