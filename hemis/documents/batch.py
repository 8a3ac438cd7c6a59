"""Many documents at once: one PDF to print, or a ZIP of named files."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from typing import IO

from hemis.documents.models import Document
from hemis.documents.rendering import render

PDF, ZIP = "pdf", "zip"


def file_name(document: Document) -> str:
    """A safe file name that tells kind and number."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", f"{document.kind}-{document.number}").strip("-.") + ".pdf"


def write_pdf(documents: Iterable[Document], out: IO[bytes]) -> None:
    """All documents one after another, for the printer; the single files stay the originals."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    for document in documents:
        writer.append(io.BytesIO(render(document)), outline_item=str(document), import_outline=False)
    writer.write(out)


def write_zip(documents: Iterable[Document], out: IO[bytes]) -> None:
    """The original files, byte for byte; a name that comes twice gets the document's key."""
    names: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for document in documents:
            name = file_name(document)
            if name in names:
                name = f"{name.removesuffix('.pdf')}-{document.pk}.pdf"
            names.add(name)
            archive.writestr(name, render(document))


def batch_pdf(documents: Iterable[Document]) -> bytes:
    """One PDF with all documents."""
    out = io.BytesIO()
    write_pdf(documents, out)
    return out.getvalue()


def batch_zip(documents: Iterable[Document]) -> bytes:
    """One ZIP with all documents."""
    out = io.BytesIO()
    write_zip(documents, out)
    return out.getvalue()
