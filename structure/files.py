"""Scans and photos: what is taken, and handing them out to those who may see them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

MAX_BYTES = 10 * 2**20
# The first bytes tell what a file is, whatever its name says.
SIGNATURES = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}
PICTURES = ("jpg", "png")
SCANS = ("pdf", *PICTURES)


def kind_of(file: File) -> tuple[str, str] | None:
    """Content type and ending by the first bytes; ``None`` for what is not taken."""
    file.seek(0)
    head = file.read(8)
    file.seek(0)
    return next((kind for mark, kind in SIGNATURES.items() if head.startswith(mark)), None)


def check(file: File | None, allowed: tuple[str, ...]) -> None:
    """Refuse a file that is too large or of another kind.

    Raises:
        ValidationError: says what is taken.
    """
    if not file:
        return
    if file.size > MAX_BYTES:
        raise ValidationError(_("The file is larger than %(size)d MB.") % {"size": MAX_BYTES // 2**20})
    kind = kind_of(file)
    if kind is None or kind[1] not in allowed:
        names = ", ".join(one.upper() for one in allowed)
        raise ValidationError(_("Only these kinds of file are taken: %(kinds)s.") % {"kinds": names})


def answer(file: FieldFile, name: str) -> FileResponse:
    """The file for the browser to show; nothing in it is run.

    Raises:
        Http404: there is none.
    """
    try:
        opened = file.open("rb") if file else None
    except OSError:
        opened = None
    kind = kind_of(opened) if opened else None
    if opened is None or kind is None:
        raise Http404(name)
    response = FileResponse(opened, content_type=kind[0], filename=f"{name}.{kind[1]}")
    response["X-Content-Type-Options"] = "nosniff"
    return response
