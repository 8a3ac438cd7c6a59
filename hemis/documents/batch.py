"""Many documents at once: one PDF to print, or a ZIP of named files."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable

from pypdf import PdfWriter

from hemis.documents.models import Document
from hemis.documents.rendering import render


def file_name(document: Document) -> str:
    """A safe file name that tells kind and number."""
    return re.sub(r"[^\w.-]+", "-", f"{document.kind}-{document.number}") + ".pdf"


def batch_pdf(documents: Iterable[Document]) -> bytes:
    """All documents one after another, for the printer; single files stay the originals."""
    writer = PdfWriter()
    for document in documents:
        writer.append(io.BytesIO(render(document)))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def batch_zip(documents: Iterable[Document]) -> bytes:
    """A ZIP of the original files, byte for byte."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for document in documents:
            archive.writestr(f"{document.pk}-{file_name(document)}", render(document))
    return out.getvalue()
