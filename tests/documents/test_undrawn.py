"""A document may be issued without being drawn: its PDF comes when first asked for, and then stands (law 8)."""

import hashlib

import pytest
from django.db import DatabaseError, transaction

from hemis.documents.actions import Paper, drawn_when_opened, issue_many, revoke
from hemis.documents.models import Document
from hemis.documents.rendering import made_anew, render
from hemis.documents.verification import IDENTICAL, check_file
from tests.documents.helpers import qr_texts
from tests.documents.sample import PAYLOAD

pytestmark = pytest.mark.django_db


def test_the_pdf_is_made_once_and_stands(sample, issued):
    with drawn_when_opened():
        paper = issued()
    assert paper.sha256 == "" and paper.engine == "" and paper.state == Document.ISSUED
    first = render(paper)
    again = Document.objects.get(pk=paper.pk)
    assert again.sha256 == hashlib.sha256(first).hexdigest() and again.engine
    assert render(again) == first == made_anew(again)
    assert qr_texts(first) == [paper.public_url] and check_file(first).outcome == IDENTICAL
    for changed in ({"sha256": ""}, {"sha256": "0" * 64}, {"payload": {}}, {"engine": "other"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Document.objects.filter(pk=paper.pk).update(**changed)


def test_who_comes_second_gets_what_the_first_has_made(sample, issued):
    with drawn_when_opened():
        paper = issued()
    stale = Document.objects.get(pk=paper.pk)
    assert render(paper) == render(stale) and stale.sha256 == paper.sha256


def test_its_content_is_frozen_before_it_is_drawn(sample, issued):
    with drawn_when_opened():
        paper = issued()
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=paper.pk).update(payload={"name": "Boshqa"})
    revoke(paper, reason="Xato", by=None)
    assert qr_texts(render(Document.objects.get(pk=paper.pk))) == [paper.public_url]


def test_many_are_issued_by_a_few_statements(sample, issued, django_assert_max_num_queries):
    papers = [Paper(PAYLOAD, "many", f"M-{n}") for n in range(20)]
    with django_assert_max_num_queries(4), drawn_when_opened():
        found = issue_many(sample.code, papers, issued_by=None)
    assert len({one.token for one in found}) == 20
    assert qr_texts(render(found[3])) == [found[3].public_url]


def test_many_are_drawn_at_once_unless_left_for_later(sample, issued, django_capture_on_commit_callbacks):
    assert issued().sha256
    with drawn_when_opened(later=False):
        assert issued().sha256
    with drawn_when_opened(), drawn_when_opened(later=False):
        assert not issued().sha256
    with django_capture_on_commit_callbacks(execute=True):
        (one,) = issue_many(sample.code, [Paper(PAYLOAD, "many", "M-1")], issued_by=None)
    assert hashlib.sha256(render(one)).hexdigest() == one.sha256 != ""
