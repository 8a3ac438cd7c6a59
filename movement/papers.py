"""Scans of basis documents: what a file is, by what it holds and not by its name."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

MAX_BYTES = 10 * 1024 * 1024
PDF_MARK = b"%PDF-"
IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png"}


@dataclass(frozen=True)
class Scan:
    content: bytes
    content_type: str
    sha256: str


def read_scan(upload: UploadedFile) -> Scan:
    """The scan, if it is a whole PDF, JPEG or PNG of at most ten megabytes.

    Raises:
        ValueError: it is something else, with what to upload instead.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise ValueError(_("The file is larger than 10 MB: scan it at 200 dpi, or as several files."))
    content = upload.read()
    return Scan(content, _type_of(content), hashlib.sha256(content).hexdigest())


def _type_of(content: bytes) -> str:
    wrong = ValueError(_("The file is neither PDF nor JPEG nor PNG, or it is damaged."))
    if content.startswith(PDF_MARK):
        try:
            pages = len(PdfReader(io.BytesIO(content)).pages)
        except (PyPdfError, ValueError, KeyError, OSError) as error:
            raise wrong from error
        if not pages:
            raise wrong
        return "application/pdf"
    try:
        with Image.open(io.BytesIO(content)) as image:
            found = IMAGES.get(image.format or "")
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise wrong from error
    if not found:
        raise wrong
    return found
