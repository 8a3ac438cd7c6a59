"""How fast contracts are formed, against bare WeasyPrint on the same pages."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from finance import actions as finance
from finance.documents import payload_of, university_facts
from finance.models import Contract
from finance.queries import Selection
from hemis.access.scope import Access
from hemis.documents.bench import bench_documents
from hemis.people.models import User
from reports.demo import YEAR
from structure.models import Unit, University
from students.models import Student


def measure_contracts(count: int, *, workers: int) -> dict[str, Any]:
    """Issue ``count`` contracts of real students of the demo; nothing is kept.

    The figures are those of ``hemis.documents.bench.bench_documents``.
    """
    with transaction.atomic():
        payloads = _payloads(count)
        transaction.set_rollback(True)
    return bench_documents("contract", payloads, workers)


def _payloads(count: int) -> list[dict[str, Any]]:
    """What the contracts of the first fee-paying students without one say."""
    faculty = Unit.objects.get(code="303-101")
    waiting = Student.objects.filter(current__faculty=faculty, current__payment_form="12", contracts=None)
    chosen = tuple(waiting.order_by("number").values_list("pk", flat=True)[:count])
    numbered = finance.number_contracts(
        access=Access.for_user(User.objects.get(login="accounting")),
        chosen=Selection(year=YEAR, faculty=faculty.pk, students=chosen),
        on=timezone.localdate(),
    )
    facts = university_facts(University.objects.get())
    contracts = (
        Contract.objects.filter(pk__in=numbered.contracts)
        .select_related("student__person", "programme__speciality", "faculty", "group", "academic_year")
        .prefetch_related("instalments")
        .order_by("number")
    )
    return [payload_of(contract, facts, list(contract.instalments.all())) for contract in contracts]
