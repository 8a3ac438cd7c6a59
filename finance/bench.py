"""How fast contracts are formed, against bare WeasyPrint on the same HTML."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction
from django.utils import timezone

from finance.common import STUDYING
from finance.contracts import actions
from finance.contracts.documents import payload_of, university_facts
from finance.contracts.jobs import FormContracts
from finance.contracts.queries import Selection, fee_paying, without_contract
from finance.models import Contract
from hemis.access.models import RoleAssignment
from hemis.access.scope import Access, Scope
from hemis.documents.bench import bench_documents
from structure.models import Unit, University
from students.models import AcademicYear


class _Rollback(Exception):
    """Undoes what was formed for the measurement."""


def _selection(year: int, count: int) -> Selection | None:
    """Students of the faculty with the most fee-payers who have no contract yet."""
    everything = Scope(everything=True)
    best: tuple[int, ...] = ()
    faculty = 0
    for unit in Unit.objects.faculties():
        rows = without_contract(fee_paying(everything, Selection(year=year, faculty=unit.pk)), year)
        found = tuple(rows.order_by("pk").values_list("pk", flat=True)[:count])
        if len(found) > len(best):
            best, faculty = found, unit.pk
    return Selection(year=year, faculty=faculty, students=best) if best else None


def bench_contracts(count: int = 500, workers: int = 2) -> dict[str, Any]:
    """Form up to ``count`` contracts as the job does, in one process; nothing is kept.

    All figures but ratios are seconds. ``planning`` is pricing and numbering all of
    them, ``forming`` adds QR code, PDF, document and state of each; the rest is
    :func:`hemis.documents.bench.bench_documents` on the same contents.

    Raises:
        ValueError: the database has no priced fee-paying students (load the demo first).
    """
    accountant = RoleAssignment.objects.filter(role="accounting").select_related("user").first()
    year = AcademicYear.objects.get(is_current=True).pk
    measured: dict[str, Any] = {}
    payloads: list[dict[str, Any]] = []
    try:
        with transaction.atomic():
            Contract.objects.filter(academic_year=year, state=Contract.DRAFT).update(
                state=Contract.CANCELLED, cancel_reason="bench", cancelled_at=timezone.now()
            )
            chosen = _selection(year, count)
            if accountant is None or chosen is None:
                raise ValueError(f"No student of status {STUDYING} pays a fee and has no contract.")
            started = time.perf_counter()
            found = actions.number_contracts(
                access=Access.for_user(accountant.user), chosen=chosen, on=timezone.localdate()
            )
            measured["planning"] = time.perf_counter() - started
            if not found.contracts:
                raise ValueError("No contract can be priced: enter the prices of the year.")
            for start in range(0, len(found.contracts), FormContracts.chunk):
                actions.issue_documents(
                    found.contracts[start : start + FormContracts.chunk], by=accountant.user
                )
            measured["forming"] = time.perf_counter() - started
            payloads = _payloads(found.contracts)
            raise _Rollback
    except _Rollback:
        pass
    return measured | bench_documents("contract", payloads, workers)


def _payloads(keys: list[int]) -> list[dict[str, Any]]:
    rows = Contract.objects.filter(pk__in=keys).select_related(
        "student__person", "programme__speciality", "faculty", "group", "academic_year"
    )
    university = university_facts(University.objects.get())
    return [
        payload_of(one, university, list(one.instalments.all()))
        for one in rows.prefetch_related("instalments")
    ]
