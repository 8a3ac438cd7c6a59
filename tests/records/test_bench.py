"""The bench issues the papers of graduates as the jobs do and keeps nothing."""

import pytest

from hemis.documents.models import Document
from records.bench import bench_papers
from records.models import Blank, Certificate, Diploma, RecordLine
from tests.records.graduates import kept_for_the_module, one_test

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def school(django_db_setup, django_db_blocker):
    with kept_for_the_module(django_db_blocker) as made:
        yield made


@pytest.fixture
def _django_db_helper(school):
    with one_test():
        yield


def test_the_bench_says_the_ratios_and_keeps_nothing(school):
    lines, papers = RecordLine.objects.count(), Document.objects.count()
    found = bench_papers(transcripts=2, papers=1)
    assert found["transcripts"]["count"] == 2 and found["diplomas"]["count"] == 2
    assert all(one["ratio"] > 0 for one in found.values())
    assert (RecordLine.objects.count(), Document.objects.count()) == (lines, papers)
    assert not Certificate.objects.exists() and not Diploma.objects.exists() and not Blank.objects.exists()
