"""The approval of a defence by the OAK: the last status, and the degree on the employee's card (duty 6.1)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from doctorate import queries, rules
from doctorate.actions.base import STUDENTS, DoctorateError, refusals_in_words
from doctorate.models import Defence, DoctoralPeriod, DoctoralStudent, Supervision
from hemis.access.scope import Access
from staff.models import Degree, Employee

APPROVAL = (
    "approved_on", "approval_number", "diploma_number", "diploma_date", "diploma_by", "register_number",
    "approval_scan",
)  # fmt: skip


@transaction.atomic
def approve_defence(defence: Defence, *, access: Access, facts: dict[str, Any]) -> Defence:
    """Record the decision of the OAK on a passed defence; nothing of it changes from now on.

    In order: supervisions end; the approval is written; a period makes the status
    “defended”; whoever works here gets the degree with its diploma on the card.

    Raises:
        PermissionDenied: without the duty.
        DoctorateError: not passed, approved already, before the defence or in the future, or an order is on its way.
    """
    access.require(STUDENTS)
    rows = Defence.objects.for_scope(access.scope(STUDENTS)).select_for_update(of=("self",))
    found = rows.select_related("student__speciality").filter(pk=defence.pk).first()
    if found is None or found.result != Defence.PASSED:
        raise DoctorateError(_("Only a passed defence is approved."))
    if found.approved_on:
        raise DoctorateError(_("This defence is approved already."))
    day = facts["approved_on"]
    if not found.defence_date <= day <= timezone.localdate():
        raise DoctorateError(_("The approval follows the defence and lies not in the future."), "approved_on")
    student = found.student
    if student.status not in (DoctoralStudent.STUDYING, DoctoralStudent.COMPLETED):
        raise DoctorateError(_("Who studies or has completed defends."))
    if other := queries.order_on_the_way(student):
        raise DoctorateError(_("Another order is on its way: %(order)s") % {"order": other})
    with refusals_in_words():
        going = Supervision.objects.filter(student=student, valid_to=None)
        going.filter(valid_from__gt=day - rules.ONE_DAY).delete()
        going.update(valid_to=day - rules.ONE_DAY)
        student.attestations.filter(result="").delete()
        for name in APPROVAL:
            setattr(found, name, facts.get(name) or ("" if name != "diploma_date" else None))
        found.save(update_fields=list(APPROVAL))
        DoctoralPeriod.objects.create(
            student=student,
            defence=found,
            status=DoctoralStudent.DEFENDED,
            term_to=student.term_to,
            valid_from=day,
        )
    _give_degree(found)
    return found


def _give_degree(defence: Defence) -> None:
    """The degree of whoever is an employee; a diploma that HR has entered already stays as it is."""
    employee = Employee.objects.filter(person=defence.student.person_id).first()
    if (
        employee is None
        or Degree.objects.filter(kind=Degree.DEGREE, diploma_number=defence.diploma_number).exists()
    ):
        return
    Degree.objects.create(
        employee=employee,
        kind=Degree.DEGREE,
        degree="11" if defence.student.level == "phd" else "12",
        diploma_number=defence.diploma_number,
        diploma_date=defence.diploma_date,
        council=defence.council[:255],
        council_number=defence.approval_number[:40],
        council_date=defence.approved_on,
        science_branch=defence.student.speciality.code,
        speciality=defence.student.speciality.name[:255],
    )
