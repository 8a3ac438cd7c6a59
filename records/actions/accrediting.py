"""Accreditation of graduates: judged and accepted for whole groups, withdrawn with a reason (duty 2.7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access.scope import Access
from records import queries, rules
from records.actions.base import RecordsError, require, said, this_year
from records.models import Accreditation, RecordLine
from students.models import Student


@transaction.atomic
def accredit(students: Collection[int], *, access: Access, reason: str = "") -> Counter:
    """Accept all of these students who fulfil every condition; how many "accepted", "held" already, "refused".

    With a reason, those too who lack only what may be weighed. Everybody lies in the
    scope; a fixed number of statements.

    Raises:
        PermissionDenied: without the duty.
    """
    access.require("accreditation.check")
    rows = Student.objects.for_scope(access.scope("accreditation.check")).filter(pk__in=students)
    judged = queries.judge(rows.values_list("pk", flat=True))
    counts: Counter = Counter()
    chosen = []
    for one in judged:
        if one.accreditation:
            counts["held"] += 1
        elif one.verdict.may or (reason.strip() and one.verdict.with_reason):
            chosen.append(one)
        else:
            counts["refused"] += 1
    year = this_year()
    lines: dict[int, list[RecordLine]] = {}
    for line in RecordLine.objects.passed().filter(student__in=[one.student.pk for one in chosen]):
        lines.setdefault(line.student_id, []).append(line)
    Accreditation.objects.bulk_create(
        Accreditation(
            student=one.student, academic_year=year, steps=[step.as_json() for step in one.verdict.steps],
            reason="" if one.verdict.may else reason.strip()[:500],
            gpa=rules.gpa(lines.get(one.student.pk, [])).value,
            credits=rules.totals(lines.get(one.student.pk, [])).credits, accepted_by=access.user,
        )
        for one in chosen
    )  # fmt: skip
    counts["accepted"] = len(chosen)
    return counts


@transaction.atomic
def withdraw_accreditation(accreditation: Accreditation, *, reason: str, access: Access) -> Accreditation:
    """Take an acceptance back, with a reason.

    Raises:
        PermissionDenied: without the duty, or out of scope.
        RecordsError: it is withdrawn already, or there is no reason.
    """
    require(access, "accreditation.check", Accreditation.objects.all(), accreditation.pk)
    one = Accreditation.objects.select_for_update(of=("self",)).get(pk=accreditation.pk)
    if one.state != Accreditation.ACCEPTED:
        raise RecordsError(_("It is withdrawn already."))
    one.state, one.remark = Accreditation.WITHDRAWN, said(reason)
    one.withdrawn_by, one.withdrawn_at = access.user, timezone.now()
    one.save(update_fields=["state", "remark", "withdrawn_by", "withdrawn_at"])
    return one
