"""Photos and scans that people bring: checked by content, cleaned, kept under random names.

What a file is called or claims to be decides nothing. Pictures are decoded and
written anew, so that nothing but the picture comes through (no place, no camera,
no hidden part); a PDF must open and must not carry programs. Files lie outside
the web root and are only handed out by views that checked the access.
"""

from __future__ import annotations

import io
import secrets
from typing import Any

import pypdf
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

MEGABYTE = 2**20
MAX_SCAN = 10 * MEGABYTE
MAX_PHOTO = 8 * MEGABYTE
MAX_PIXELS = 50_000_000
SCAN_SIDE = 2400
PHOTO_SIZE = (450, 600)  # 3 × 4, as on documents
PDF, JPEG, PNG = "pdf", "jpg", "png"
TYPES = {PDF: "application/pdf", JPEG: "image/jpeg", PNG: "image/png"}
_BEGINNINGS = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
# What a PDF must not hold: programs, and files within the file.
_ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFiles")
_ACTIVE_KEYS = ("/OpenAction", "/AA")


def random_path(instance: Any, filename: str) -> str:
    """Where an uploaded file is kept: a random name; only the ending of the checked kind stays."""
    ending = filename.rsplit(".", 1)[-1].lower()
    token = secrets.token_hex(16)
    return f"scans/{token[:2]}/{token}.{ending if ending in TYPES else 'bin'}"


def kind_of(content: bytes) -> str:
    """``pdf``, ``jpg`` or ``png`` by the first bytes; else nothing."""
    return next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), "")


def clean_scan(upload: UploadedFile) -> ContentFile:
    """A scan as it is kept.

    Raises:
        ValidationError: too large, neither PDF nor picture, damaged, locked, or with programs in it.
    """
    content = _content(upload, MAX_SCAN)
    kind = kind_of(content)
    if kind == PDF:
        _check_pdf(content)
        return ContentFile(content, name="scan.pdf")
    if not kind:
        raise ValidationError(_("The file must be a PDF, JPEG or PNG; this one is none by its content."))
    picture = _picture(content)
    picture.thumbnail((SCAN_SIDE, SCAN_SIDE))
    return ContentFile(_jpeg(picture, 85), name="scan.jpg")


def clean_photo(upload: UploadedFile) -> ContentFile:
    """A portrait of 3 × 4 as it is kept.

    Raises:
        ValidationError: too large, too small, or no picture by its content.
    """
    content = _content(upload, MAX_PHOTO)
    if kind_of(content) not in (JPEG, PNG):
        raise ValidationError(_("A photo must be a JPEG or PNG; this file is none by its content."))
    picture = _picture(content)
    if min(picture.size) < 150:
        raise ValidationError(_("The photo is too small: at least 150 × 200 points."))
    return ContentFile(_jpeg(ImageOps.fit(picture, PHOTO_SIZE, centering=(0.5, 0.3)), 88), name="photo.jpg")


def _content(upload: UploadedFile, limit: int) -> bytes:
    if (upload.size or 0) > limit:
        raise ValidationError(_("The file is larger than %(size)d MB.") % {"size": limit // MEGABYTE})
    upload.seek(0)
    return upload.read()


def _picture(content: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
        if picture.width * picture.height > MAX_PIXELS:
            raise ValidationError(_("The picture has too many points; make it smaller."))
        return ImageOps.exif_transpose(picture).convert("RGB")
    except ValidationError:
        raise
    except Exception as error:  # Pillow raises whatever a damaged file leads to.
        raise ValidationError(_("The picture is damaged and cannot be read.")) from error


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def _check_pdf(content: bytes) -> None:
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        locked = reader.is_encrypted
        pages = 0 if locked else len(reader.pages)
        active = not locked and any(_is_program(reader.root_object.get(key)) for key in _ACTIVE_KEYS)
    except Exception as error:  # pypdf raises whatever a damaged file leads to.
        raise ValidationError(_("The PDF is damaged and cannot be read.")) from error
    if locked:
        raise ValidationError(_("The PDF is locked with a password; save it without one."))
    if not pages:
        raise ValidationError(_("The PDF has no pages."))
    if active or any(mark in content for mark in _ACTIVE):
        raise ValidationError(_("The PDF carries programs or other files; print it anew to a plain PDF."))


def _is_program(action: Any) -> bool:
    """Whether opening the file does more than to show a page."""
    found = action.get_object() if hasattr(action, "get_object") else action
    return isinstance(found, dict) and found.get("/S") not in (None, "/GoTo")


class ScanField(forms.FileField):
    """A form field of a scan; ``cleaned`` is what is kept."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = ".pdf,.jpg,.jpeg,.png"

    def clean(self, data, initial=None):
        found = super().clean(data, initial)
        return clean_scan(found) if isinstance(found, UploadedFile) else found


class PhotoField(forms.FileField):
    """A form field of a photo."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = ".jpg,.jpeg,.png"

    def clean(self, data, initial=None):
        found = super().clean(data, initial)
        return clean_photo(found) if isinstance(found, UploadedFile) else found


def served(file: FieldFile, name: str, *, inline: bool = False) -> FileResponse:
    """A kept file for somebody whose access was checked; no browser or proxy keeps it.

    Raises:
        Http404: there is no file.
    """
    if not file:
        raise Http404
    ending = file.name.rsplit(".", 1)[-1]
    try:
        content = file.open("rb")
    except OSError as error:
        raise Http404 from error
    response = FileResponse(
        content,
        as_attachment=not inline,
        filename=f"{name}.{ending}",
        content_type=TYPES.get(ending, "application/octet-stream"),
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
