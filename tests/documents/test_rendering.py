"""The same snapshot gives the same bytes, in PDF/A with its fonts and its code inside."""

import hashlib
import io
import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.utils import translation
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from hemis.documents import rendering
from hemis.documents.models import Document
from hemis.documents.rendering import LostBytes, made_anew, pdf_of, render, stored_path
from tests.documents.helpers import fonts_of, pdf_text, qr_texts
from tests.documents.sample import PAYLOAD

pytestmark = pytest.mark.django_db


def test_stored_bytes_have_the_hash(issued):
    document = issued()
    content = stored_path(document.sha256).read_bytes()
    assert hashlib.sha256(content).hexdigest() == document.sha256
    assert render(document) == content


def test_same_snapshot_same_bytes(issued):
    document = issued()
    issued(payload=PAYLOAD | {"words": "boshqa hujjat ЎҚҒҲ 12345"})
    again = Document.objects.get(pk=document.pk)
    with translation.override("ru"):
        assert made_anew(again) == render(document) == made_anew(document)


@pytest.mark.parametrize(
    "surroundings", [{"TZ": "UTC", "LANG": "C"}, {"TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"}]
)
def test_a_fresh_process_makes_the_same_bytes(issued, surroundings):
    document = issued()
    document.refresh_from_db()
    snapshot = {"payload": document.payload, "token": document.token, "version": document.template_version}
    made = subprocess.run(
        [sys.executable, "-m", "tests.documents.fresh_process"],
        input=json.dumps(snapshot),
        capture_output=True,
        text=True,
        check=True,
        cwd=django_settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "PYTHONHASHSEED": "77",
            "DJANGO_SETTINGS_MODULE": "hemis.settings",
            "DATABASE_URL": "postgresql://nobody@nowhere.invalid/none",
            "REDIS_URL": "redis://nowhere.invalid:1/0",
            **surroundings,
        },
    )
    assert made.stdout.split()[-1] == document.sha256


def test_lost_file_is_made_anew(issued):
    document = issued()
    path = stored_path(document.sha256)
    content = path.read_bytes()
    path.unlink()
    assert render(document) == content == path.read_bytes()


def test_damaged_file_is_not_handed_out(issued):
    document = issued()
    path = stored_path(document.sha256)
    content = path.read_bytes()
    path.write_bytes(content[:-10] + b"0123456789")
    assert render(document) == content == path.read_bytes()


def test_other_bytes_are_never_handed_out(issued, monkeypatch):
    document = issued()
    stored_path(document.sha256).unlink()
    monkeypatch.setattr(rendering, "pdf_of", lambda html, token, style: b"%PDF- of another engine")
    with pytest.raises(LostBytes):
        render(document)
    assert not stored_path(document.sha256).exists()


def test_pdf_a_with_embedded_fonts_and_all_letters(issued):
    content = render(issued())
    reader = PdfReader(io.BytesIO(content))
    metadata = reader.xmp_metadata.stream.get_data().decode()
    assert re.search(r"pdfaid:part[^0-9]+3\b", metadata)
    assert "/OutputIntents" in reader.trailer["/Root"]
    fonts = fonts_of(content)
    assert fonts and all(fonts.values())
    assert {name.rpartition("+")[2] for name in fonts} <= {"Document", "Document-Bold"}
    text = pdf_text(content)
    assert "Oʻzbekiston gʻunchasi" in text
    assert "maʼlumotnoma" in text
    assert "ЎҚҒҲ ўқғҳ" in text


def test_qr_leads_to_the_public_page(issued):
    document = issued()
    content = render(document)
    assert qr_texts(content) == [f"https://hemis.namuna.uz/v/{document.token}/"]
    assert document.token in pdf_text(content).replace("\n", "")


def test_qr_stays_when_the_address_of_the_site_changes(issued, settings):
    document = issued()
    settings.PUBLIC_URL = "https://new.example.uz"
    assert hashlib.sha256(made_anew(document)).hexdigest() == document.sha256


def test_dates_are_those_of_the_snapshot(issued):
    document = issued()
    information = PdfReader(io.BytesIO(render(document))).metadata
    assert information.creation_date == document.issued_at.replace(microsecond=0)


def test_older_template_versions_stay(issued, sample, monkeypatch):
    first = issued()
    monkeypatch.setattr(sample, "template_version", 2)
    second = issued()
    assert (first.template_version, second.template_version) == (1, 2)
    assert "Yangi namuna" in pdf_text(render(second))
    assert hashlib.sha256(made_anew(first)).hexdigest() == first.sha256


def test_text_of_a_payload_is_never_markup(issued):
    document = issued(payload=PAYLOAD | {"words": '<img src="file:///etc/passwd"><b>x</b>'})
    assert "<b>x</b>" in pdf_text(render(document))


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://example.org/x.png", "../actions.py"])
def test_documents_load_nothing_from_elsewhere(address):
    with pytest.raises(FatalURLFetchingError):
        pdf_of(f'<img src="{address}">', "token")


@pytest.mark.parametrize("value", [1.5, {"deep": [2.5]}, object(), {1: "x"}])
def test_payload_must_come_back_as_it_was(issued, value):
    with pytest.raises(TypeError):
        issued(payload={"value": value})


def test_words_of_documents_stand_in_their_templates():
    """A changed translation must not change what was issued."""
    templates = (django_settings.BASE_DIR / "templates" / "documents").glob("*/v*.html")
    found = [
        str(path) for path in templates if re.search(r"{%\s*(translate|trans|blocktrans)", path.read_text())
    ]
    assert found == []
