"""What a code or a PDF file is worth: genuine, changed, replaced, revoked or unknown."""

from __future__ import annotations

import hashlib
import io
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from hemis.documents.models import Document

if TYPE_CHECKING:
    from pypdf import PdfReader

logger = logging.getLogger("hemis.documents")
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
ADDRESS = re.compile(r"/v/([A-Za-z0-9_-]{20,64})")
# A hostile file must not keep the server busy: only this much of it is read for codes.
MAX_PAGES, MAX_PAGE_BYTES, MAX_TOKENS = 6, 500_000, 20

IDENTICAL, CHANGED, UNKNOWN = "identical", "changed", "unknown"


@dataclass(frozen=True)
class Finding:
    """How a file compares with what was issued."""

    outcome: str
    document: Document | None = None


def by_token(token: str) -> Document | None:
    """The document with this public token; what has not the form of a token is not looked for."""
    if not TOKEN.fullmatch(token):
        return None
    return Document.objects.filter(token=token).first()


def code_in(text: str) -> str:
    """The code in what somebody typed or pasted: the code alone or the whole address; empty if none."""
    found = ADDRESS.search(text)
    if found:
        return found.group(1)
    alone = TOKEN.findall(text)
    return alone[-1] if alone else ""


def check_file(content: bytes) -> Finding:
    """Compare a PDF with what was issued, bit for bit."""
    document = Document.objects.filter(sha256=hashlib.sha256(content).hexdigest()).first()
    if document:
        return Finding(IDENTICAL, document)
    named = Document.objects.filter(token__in=tokens_in(content)).order_by("pk").first()
    return Finding(CHANGED, named) if named else Finding(UNKNOWN)


def tokens_in(content: bytes) -> list[str]:
    """Verification codes that a PDF mentions: in its bytes, its metadata, its links or its text."""
    from pypdf import PdfReader

    found = _codes(content.decode("latin-1"))
    if not found:
        # The parser meets files made to break it: whatever it raises, the file names nothing.
        try:
            found = _codes(_text_of(PdfReader(io.BytesIO(content))))
        except Exception:
            logger.info("A file to check could not be read.")
    return found


def _codes(text: str) -> list[str]:
    return list(dict.fromkeys(ADDRESS.findall(text)))[:MAX_TOKENS]


def _text_of(reader: PdfReader) -> str:
    parts = [str(dict(reader.metadata or {}))]
    count = len(reader.pages)
    for index in sorted({*range(min(count, MAX_PAGES // 2)), *range(max(count - MAX_PAGES // 2, 0), count)}):
        page = reader.pages[index]
        for annotation in list(page.get("/Annots") or [])[:50]:
            parts.append(str((annotation.get_object().get("/A") or {}).get("/URI", "")))
        contents = page.get_contents()
        if contents is not None and len(contents.get_data()) <= MAX_PAGE_BYTES:
            # An address that the page breaks over two lines is still one address.
            parts.append(re.sub(r"\s*\n\s*", "", page.extract_text()))
    return " ".join(parts)


def count(document: Document, outcome: str) -> None:
    """Remember that a document was checked: how often on which day, not by whom."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_verificationcount (document_id, day, count) VALUES (%s, %s, 1) "
            "ON CONFLICT (document_id, day) DO UPDATE SET count = documents_verificationcount.count + 1",
            [document.pk, timezone.localdate()],
        )
    logger.info("verified", extra={"document": document.pk, "outcome": outcome, "state": document.state})
