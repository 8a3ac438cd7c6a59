"""A document may be issued without being drawn: its PDF comes when first asked for, and then stands (law 8)."""

import hashlib

import pytest
from django.db import DatabaseError, transaction

from hemis.documents.actions import drawn_when_opened, revoke
from hemis.documents.models import Document
from hemis.documents.rendering import made_anew, render
from hemis.documents.verification import IDENTICAL, check_file
from tests.documents.helpers import qr_texts

pytestmark = pytest.mark.django_db


def test_the_pdf_is_made_once_and_stands(sample, issued):
    paper = issued(draw=False)
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
    paper = issued(draw=False)
    stale = Document.objects.get(pk=paper.pk)
    assert render(paper) == render(stale) and stale.sha256 == paper.sha256


def test_its_content_is_frozen_before_it_is_drawn(sample, issued):
    paper = issued(draw=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=paper.pk).update(payload={"name": "Boshqa"})
    revoke(paper, reason="Xato", by=None)
    assert qr_texts(render(Document.objects.get(pk=paper.pk))) == [paper.public_url]


def test_years_of_papers_are_issued_undrawn(sample, issued):
    with drawn_when_opened():
        paper = issued()
    assert paper.sha256 == "" and issued().sha256
    assert qr_texts(render(paper)) == [paper.public_url]
