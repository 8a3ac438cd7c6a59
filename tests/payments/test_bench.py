"""The bench matches what it says, counts nothing twice and keeps nothing."""

from __future__ import annotations

import pytest

from finance.models import Contract
from finance.payments.bench import bench_payments
from finance.payments.models import Payment, StatementLine
from hemis.access.models import RoleAssignment

pytestmark = pytest.mark.django_db


def test_the_bench_matches_a_statement_and_keeps_nothing(world):
    before = Contract.objects.count()
    found = bench_payments(rows=20)
    # One of twenty names nobody.
    assert (found["rows"], found["waiting"], found["students"]) == (20, 1, before)
    # Twenty receipts with their postings, nineteen payments with theirs: what the bare limit copies.
    assert found["kept"] == 20 * 2 + 19 * 2
    assert found["text_ratio"] > 0 and found["ratio"] > 0 and found["debts_ratio"] > 0
    assert Contract.objects.count() == before
    assert not Payment.objects.exists() and not StatementLine.objects.exists()


def test_without_an_accountant_it_says_so(world):
    RoleAssignment.objects.filter(role="accounting").delete()
    with pytest.raises(ValueError, match="demo"):
        bench_payments(rows=1)
