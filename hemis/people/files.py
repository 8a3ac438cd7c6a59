"""Scans that people hand in: checked by their content, kept outside the web root, given out by a view.

A model of an app inherits ``StoredFile``; its form uses ``ScanField``; its view,
once it knows that the person may see the row, answers with ``send``.
"""

from __future__ import annotations

import hashlib
import secrets
import warnings
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, UnidentifiedImageError

MAX_BYTES = 10 * 1024 * 1024
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
EXTENSIONS = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
_IMAGES = {"JPEG": JPEG, "PNG": PNG}
ACCEPT = ",".join(EXTENSIONS)


def sniff(file: UploadedFile) -> str:
    """The content type by what the file holds, whatever its name says; empty: none of the three."""
    file.seek(0)
    begin = file.read(5)
    file.seek(0)
    if begin == b"%PDF-":
        return PDF
    try:
        with warnings.catch_warnings():
            # An image that unpacks to hundreds of megapixels is no scan.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=tuple(_IMAGES)) as image:  # type: ignore[arg-type]
                image.verify()
                return _IMAGES[str(image.format)]
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombWarning,
            Image.DecompressionBombError):  # fmt: skip
        return ""
    finally:
        file.seek(0)


def sha256_of(file: UploadedFile) -> str:
    """The hash of the content."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


class ScanField(forms.FileField):
    """A PDF or a picture of at most ``MAX_BYTES``; says in words what is wrong."""

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("widget", forms.FileInput(attrs={"class": "form-control", "accept": ACCEPT}))
        kwargs.setdefault("help_text", gettext_lazy("PDF, JPEG or PNG, at most 10 MB."))
        super().__init__(*args, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The upload with ``content_type`` set to what it holds."""
        upload = super().clean(data, initial)
        if not upload or not isinstance(upload, UploadedFile):
            return upload
        if (upload.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB: scan it with fewer dots per inch."))
        found = sniff(upload)
        if not found:
            raise forms.ValidationError(_("This is neither a PDF nor a JPEG or PNG picture."))
        upload.content_type = found
        return upload


def random_path(instance: models.Model, filename: str) -> str:
    """A name that nobody guesses and that says nothing about the person."""
    token = secrets.token_hex(16)
    return f"scans/{instance._meta.db_table}/{token[:2]}/{token}"


class StoredFile(models.Model):
    """One file as it was handed in; never changed, only added and, while that is allowed, taken away."""

    file = models.FileField(gettext_lazy("file"), upload_to=random_path, max_length=255)
    name = models.CharField(gettext_lazy("name of the file"), max_length=255)
    content_type = models.CharField(max_length=64, choices=[(one, one) for one in EXTENSIONS])
    size = models.PositiveIntegerField(gettext_lazy("size"))
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(gettext_lazy("handed in"), auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+",
        verbose_name=gettext_lazy("handed in by"),
    )  # fmt: skip

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def take(self, upload: UploadedFile) -> None:
        """Fill the columns from an upload that ``ScanField`` has let through; the caller saves."""
        self.content_type = upload.content_type or ""
        self.size = upload.size or 0
        self.sha256 = sha256_of(upload)
        self.name = (upload.name or "").replace("\\", "/").rsplit("/", 1)[-1][:255]
        self.file = upload


def send(stored: StoredFile) -> FileResponse:
    """The file to whoever the caller has found entitled; shown in the browser, kept by no cache."""
    response = FileResponse(
        stored.file.open("rb"), content_type=stored.content_type,
        filename=f"{stored.name.rpartition('.')[0] or stored.name}.{EXTENSIONS[stored.content_type]}",
    )  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
    )
    response["Cache-Control"] = "private, no-store"
    return response
