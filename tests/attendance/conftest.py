"""What tests of the journal share."""

import pytest


@pytest.fixture
def plain_papers(monkeypatch):
    """Orders that make students issue a paper; these tests do not look at it, so it is not drawn."""
    monkeypatch.setattr(
        "hemis.documents.rendering.pdf_of", lambda html, token, style: f"%PDF {token}".encode()
    )
