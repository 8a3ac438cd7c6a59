"""A scan as it is uploaded."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter


def a_scan(content: bytes | None = None) -> SimpleUploadedFile:
    """An empty page of PDF, or whatever else is called one."""
    if content is None:
        writer, out = PdfWriter(), io.BytesIO()
        writer.add_blank_page(width=200, height=200)
        writer.write(out)
        content = out.getvalue()
    return SimpleUploadedFile("skan.pdf", content)
