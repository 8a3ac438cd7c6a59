"""From a frozen snapshot to a PDF: the same snapshot gives the same bytes (law 8)."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qrcode
import qrcode.image.svg
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from hemis.documents.kinds import KINDS

if TYPE_CHECKING:
    from hemis.documents.models import Document

# The frame and the style sheet new documents get. Issued documents keep theirs:
# a change of the look is a new file ``base/v2.html`` + ``style/v2.css`` and a 2 here.
STYLE = 1


class LostBytes(Exception):
    """The stored file is gone and this engine does not make the same bytes again."""


def frozen(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload as the database will give it back, with its keys in order.

    Raises:
        TypeError: it holds something that JSON would not give back as it was
            (floats too: sums are text or whole numbers).
    """
    _refuse_floats(payload)
    return json.loads(json.dumps(payload, sort_keys=True, ensure_ascii=False))


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("A payload holds sums as text, not as float.")
    if isinstance(value, dict):
        for key, one in value.items():
            if not isinstance(key, str):
                raise TypeError("Keys of a payload are text.")
            _refuse_floats(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _refuse_floats(one)


def qr_image(url: str) -> str:
    """The QR code of an address, as an SVG data URL."""
    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(url)
    out = io.BytesIO()
    code.make_image(image_factory=qrcode.image.svg.SvgPathImage).save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def html_of(kind: str, version: int, payload: dict[str, Any], token: str) -> str:
    """The document's HTML; in the document's own language, whoever renders it."""
    url = f"{payload['_site']}/v/{token}/"
    language = payload.get("_language", "uz")
    context = {
        "p": frozen(payload),
        "number": payload["_number"],
        "issued": payload["_issued"],
        "language": language,
        "url": url,
        "qr": qr_image(url),
        "base": f"documents/base/v{payload.get('_style', 1)}.html",
    }
    with translation.override(language):
        return render_to_string(KINDS[kind].template_of(version), context)


def draft_pdf(kind: str, payload: dict[str, Any], *, language: str = "uz") -> bytes:
    """What the paper will say, before it is issued: marked as a draft, without number and QR code, kept nowhere."""
    context = {
        "p": frozen(payload), "number": "—", "issued": "", "language": language, "url": "", "qr": "",
        "base": "documents/base/draft.html",
    }  # fmt: skip
    with translation.override(language):
        html = render_to_string(KINDS[kind].template_of(KINDS[kind].template_version), context)
    return pdf_of(html, "draft")


def pdf_of(html: str, token: str, style: int = STYLE) -> bytes:
    """PDF/A with embedded fonts; nothing in it depends on the moment or the place of rendering."""
    from hemis.documents import engine

    return engine.pdf_of(html, token, style)


def engine_name() -> str:
    """What makes the bytes: another version may make others of the same snapshot."""
    from hemis.documents import engine

    return engine.ENGINE


def made_anew(document: Document) -> bytes:
    """The bytes that the snapshot gives with the present engine."""
    html = html_of(document.kind, document.template_version, document.payload, document.token)
    return pdf_of(html, document.token, document.payload.get("_style", 1))


def render(document: Document) -> bytes:
    """The PDF of an issued document, byte for byte: from the store, or made anew from the snapshot.

    One that was issued without being drawn is drawn now, and keeps its hash from then on.

    Raises:
        LostBytes: the store has lost it and another version of the engine makes other bytes.
    """
    if not document.sha256:
        return _drawn(document)
    stored = _stored(document.sha256)
    if stored is not None:
        return stored
    content = made_anew(document)
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise LostBytes(f"Document {document.pk} was made by {document.engine}, this is {engine_name()}.")
    store(content, document.sha256)
    return content


def _drawn(document: Document) -> bytes:
    """The first PDF of a document; where two ask at once, the second gets what the first has made."""
    content = made_anew(document)
    digest = hashlib.sha256(content).hexdigest()
    undrawn = type(document).objects.filter(pk=document.pk, sha256="")
    if not undrawn.update(sha256=digest, engine=engine_name()):
        document.refresh_from_db(fields=["sha256", "engine"])
        return render(document)
    document.sha256, document.engine = digest, engine_name()
    store(content, digest)
    return content


def stored_path(sha256: str) -> Path:
    """Where the bytes with this hash are kept."""
    return Path(settings.MEDIA_ROOT) / "documents" / sha256[:2] / f"{sha256}.pdf"


def _stored(sha256: str) -> bytes | None:
    """The kept bytes; a file that was damaged on the disk counts as lost."""
    try:
        content = stored_path(sha256).read_bytes()
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def store(content: bytes, sha256: str) -> None:
    """Keep the bytes under their hash, whole or not at all."""
    path = stored_path(sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, half = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    Path(half).replace(path)
