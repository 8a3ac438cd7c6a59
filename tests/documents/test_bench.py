"""The bench runs and leaves nothing behind."""

import pytest

from hemis.documents.bench import bench_documents
from hemis.documents.models import Document, NumberSeries
from tests.documents.sample import PAYLOAD


@pytest.mark.django_db
def test_bench_says_the_ratio_and_keeps_nothing():
    result = bench_documents("sample", [PAYLOAD] * 3, workers=2)
    assert result["documents"] == 3
    assert result["ratio"] > 0 and result["scaling"] > 0 and result["cpu_growth"] > 0
    assert not Document.objects.exists() and not NumberSeries.objects.exists()
