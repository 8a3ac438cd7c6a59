"""WeasyPrint as the house uses it. Loaded with the first PDF of a process: reading it takes a good second."""

from __future__ import annotations

import hashlib
import threading
from functools import cache
from pathlib import Path

import weasyprint
from weasyprint.text.ffi import pango
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

HERE = Path(__file__).resolve().parent
ENGINE = f"WeasyPrint {weasyprint.__version__}, Pango {pango.pango_version()}"
PDF_VARIANT = "pdf/a-3b"
# Pango's font map is shared by all documents of a process and is not made for two threads.
_one_at_a_time = threading.Lock()


class OwnFilesOnly(URLFetcher):
    """A template may use data URLs and the house's own files, nothing from elsewhere."""

    def fetch(self, url: str, headers: dict | None = None):
        if not url.startswith(("data:", HERE.as_uri() + "/")) or ".." in url:
            raise FatalURLFetchingError(f"A document refers to {url[:100]}.")
        return super().fetch(url, headers)


@cache
def _fonts(style: int) -> tuple[FontConfiguration, weasyprint.CSS]:
    """Fonts and a house style, read once per process."""
    configuration = FontConfiguration()
    sheet = weasyprint.CSS(
        filename=HERE / "style" / f"v{style}.css", font_config=configuration, url_fetcher=OwnFilesOnly()
    )
    return configuration, sheet


def pdf_of(html: str, token: str, style: int) -> bytes:
    """PDF/A with embedded fonts; nothing in it depends on the moment or the place of rendering."""
    with _one_at_a_time:
        configuration, sheet = _fonts(style)
        document = weasyprint.HTML(string=html, base_url=str(HERE) + "/", url_fetcher=OwnFilesOnly())
        return document.write_pdf(
            stylesheets=[sheet],
            font_config=configuration,
            pdf_variant=PDF_VARIANT,
            pdf_identifier=hashlib.sha256(token.encode()).digest()[:16],
        )
