"""The bench measures what the job does and keeps nothing."""

import pytest

from finance.bench import bench_contracts
from finance.models import Contract
from hemis.documents.models import Document

pytestmark = pytest.mark.django_db(transaction=False)


def test_the_bench_forms_contracts_and_keeps_none(prices, students):
    found = bench_contracts(count=2, workers=1)
    assert found["documents"] == 2 and 0 < found["planning"] < found["forming"] and found["ratio"] > 0
    assert not Contract.objects.exists() and not Document.objects.filter(kind="contract").exists()


def test_without_prices_it_says_so(prices, students):
    from finance.models import BaseCoefficient

    BaseCoefficient.objects.all().delete()
    with pytest.raises(ValueError, match="priced"):
        bench_contracts(count=2)
