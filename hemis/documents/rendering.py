"""From a frozen snapshot to a PDF: the same snapshot gives the same bytes (law 8)."""

from __future__ import annotations

import base64
import hashlib
import io
from functools import cache
from pathlib import Path
from typing import Any

import qrcode
import qrcode.image.svg
import weasyprint
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint.text.fonts import FontConfiguration

from hemis.documents.kinds import KINDS

HERE = Path(__file__).resolve().parent
ENGINE = f"WeasyPrint {weasyprint.__version__}"
PDF_VARIANT = "pdf/a-3b"


@cache
def _fonts() -> tuple[FontConfiguration, weasyprint.CSS]:
    """Fonts and the house style, read once per process."""
    configuration = FontConfiguration()
    style = weasyprint.CSS(filename=HERE / "style" / "document.css", font_config=configuration)
    return configuration, style


def qr_image(url: str) -> str:
    """The QR code of an address, as an SVG data URL."""
    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(url)
    out = io.BytesIO()
    code.make_image(image_factory=qrcode.image.svg.SvgPathImage).save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def html_of(kind: str, version: int, payload: dict[str, Any], token: str) -> str:
    """The document's HTML; always in the document's own language, whoever renders it."""
    url = f"{payload['_site']}/v/{token}/"
    with translation.override(payload.get("_language", "uz")):
        return render_to_string(KINDS[kind].template(version), {"p": payload, "url": url, "qr": qr_image(url)})


def pdf_of(html: str, token: str) -> bytes:
    """PDF/A with embedded fonts; nothing in it depends on the moment of rendering."""
    configuration, style = _fonts()
    document = weasyprint.HTML(string=html, base_url=str(HERE), url_fetcher=_only_own_files)
    return document.write_pdf(
        stylesheets=[style],
        font_config=configuration,
        pdf_variant=PDF_VARIANT,
        pdf_identifier=hashlib.sha256(token.encode()).digest()[:16],
    )


def _only_own_files(url: str, *args, **kwargs):
    """A template may use data URLs and the house's own files, nothing from elsewhere."""
    if url.startswith("data:") or url.startswith(HERE.as_uri()):
        return weasyprint.default_url_fetcher(url, *args, **kwargs)
    raise ValueError(f"A document refers to {url}.")


def render(document) -> bytes:
    """The PDF of an issued document: from the store, or made anew from the snapshot."""
    path = stored_path(document.sha256)
    if path.exists():
        return path.read_bytes()
    content = pdf_of(html_of(document.kind, document.template_version, document.payload, document.token), document.token)
    store(content, document.sha256)
    return content


def stored_path(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "documents" / sha256[:2] / f"{sha256}.pdf"


def store(content: bytes, sha256: str) -> None:
    """Keep the bytes under their hash; bytes of another hash are not kept."""
    if hashlib.sha256(content).hexdigest() != sha256:
        return
    path = stored_path(sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{hashlib.sha256(str(id(content)).encode()).hexdigest()[:8]}")
    half.write_bytes(content)
    half.replace(path)
