"""Files that people hand in: judged by their content, kept outside the web root, shown by permission.

A picture is decoded and written anew, so that neither metadata (where it was
taken) nor anything hidden behind the pixels is kept. A scan is a PDF that opens,
without a password and without actions, or a picture. The name on the sender's
disk is never used for storing: files lie under a random name. A form takes them
by ``ScanField``, ``PhotoField``, ``PictureField`` or ``MaterialField``
(``PicturesField``, ``MaterialsField``: several at once); a model keeps one in a
``FileField(upload_to=random_path)`` or, with its hash, as a ``StoredFile``; a
view that knows the access gives it out by ``response``.
"""

from __future__ import annotations

import hashlib
import io
import secrets
import uuid
import zipfile
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

MEGABYTE = 2**20
PHOTO_BYTES, PICTURE_SIDE = 8 * MEGABYTE, 900
PHOTO_SIZE, SMALLEST_PHOTO = (450, 600), (150, 200)  # 3 × 4, as on documents
SCAN_BYTES, SCAN_SIDE = 10 * MEGABYTE, 2400
MOST_PIXELS = 60_000_000
PICTURES = ("JPEG", "PNG", "WEBP")
PDF, JPEG = "application/pdf", "image/jpeg"
TYPES = {"jpg": JPEG, "pdf": PDF}
# What teaching uses besides: office documents without programs, archives, plain text.
MATERIAL_BYTES, UNPACKED_BYTES, MOST_MEMBERS = 30 * MEGABYTE, 300 * MEGABYTE, 5000
_OFFICE = "application/vnd.openxmlformats-officedocument."
MATERIAL_TYPES = TYPES | {
    "docx": _OFFICE + "wordprocessingml.document",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "pptx": _OFFICE + "presentationml.presentation",
    "zip": "application/zip",
    "rar": "application/vnd.rar",
    "txt": "text/plain",
}
# The part that makes a package a document, a workbook or a presentation.
_MAIN_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}


def random_path(instance: models.Model, filename: str) -> str:
    """Where a file is kept: a name that nobody guesses and that says nothing about the person."""
    ending = filename.rsplit(".", 1)[-1].lower()
    token = secrets.token_hex(16)
    return f"{instance._meta.app_label}/{token[:2]}/{token}.{ending if ending in MATERIAL_TYPES else 'bin'}"


def clean_picture(content: bytes, *, side: int) -> ContentFile:
    """The picture as a fresh JPEG, no side longer than ``side`` pixels, without metadata.

    Raises:
        ValidationError: it is no picture, whatever its name says, or far too large.
    """
    picture = _decoded(content)
    picture.thumbnail((side, side))
    return _jpeg(picture)


def clean_photo(content: bytes) -> ContentFile:
    """A portrait of 3 × 4, cut to the middle and a little upwards, where the face is.

    Raises:
        ValidationError: it is no picture, or too small to be recognised on a card.
    """
    picture = _decoded(content)
    if picture.width < SMALLEST_PHOTO[0] or picture.height < SMALLEST_PHOTO[1]:
        raise forms.ValidationError(_("The photo is too small: at least 150 × 200 points."))
    return _jpeg(ImageOps.fit(picture, PHOTO_SIZE, centering=(0.5, 0.3)))


def _decoded(content: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(content), formats=PICTURES) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise forms.ValidationError(_("The picture has too many pixels; make it smaller."))
            return ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise forms.ValidationError(_("This is not a picture (JPEG, PNG or WebP).")) from error


def _jpeg(picture: Image.Image) -> ContentFile:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88, optimize=True)
    return ContentFile(out.getvalue(), name=f"{uuid.uuid4().hex}.jpg")


def clean_pdf(content: bytes) -> ContentFile:
    """The PDF as it is, if it opens.

    Raises:
        ValidationError: it does not open, needs a password, or would run something when opened.
    """
    # Read when a PDF comes: not every command needs it.
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise forms.ValidationError(_("The PDF is protected by a password; save it without one."))
        root: Any = reader.trailer["/Root"].get_object()
        names: Any = root.get("/Names", {})
        acts = "/OpenAction" in root and _is_action(root["/OpenAction"])
        pages = len(reader.pages)
    except forms.ValidationError:
        raise
    except (PyPdfError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise forms.ValidationError(_("The PDF is damaged; save it once more.")) from error
    if not pages:
        raise forms.ValidationError(_("The PDF is damaged; save it once more."))
    if acts or "/JavaScript" in names or "/EmbeddedFiles" in names:
        raise forms.ValidationError(_("The PDF has programs or files inside; print it to a plain PDF."))
    return ContentFile(content, name=f"{uuid.uuid4().hex}.pdf")


def _is_action(found: Any) -> bool:
    """Whether opening does more than show a page."""
    found = found.get_object() if hasattr(found, "get_object") else found
    return isinstance(found, dict) and found.get("/S") not in (None, "/GoTo")


def clean_scan(content: bytes) -> ContentFile:
    """A PDF or a picture, by its content.

    Raises:
        ValidationError: it is neither.
    """
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return clean_pdf(content)
    try:
        return clean_picture(content, side=SCAN_SIDE)
    except forms.ValidationError as error:
        raise forms.ValidationError(_("A scan is a PDF or a picture (JPEG, PNG or WebP).")) from error


def clean_material(content: bytes) -> ContentFile:
    """A file for teaching, told by its content: PDF, picture, DOCX, XLSX, PPTX, ZIP, RAR or plain text.

    Raises:
        ValidationError: of another kind, broken, with macros, protected, or a zip bomb.
    """
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return clean_pdf(content)
    if content.startswith(b"PK\x03\x04"):
        return ContentFile(content, name=f"{uuid.uuid4().hex}.{_package_kind(content)}")
    if content.startswith((b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00")):
        return ContentFile(content, name=f"{uuid.uuid4().hex}.rar")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise forms.ValidationError(_("Old office files may hold programs; save it as DOCX, XLSX or PPTX."))
    if _is_text(content):
        return ContentFile(content, name=f"{uuid.uuid4().hex}.txt")
    try:
        return clean_picture(content, side=SCAN_SIDE)
    except forms.ValidationError as error:
        raise forms.ValidationError(
            _("Taken are PDF, DOCX, XLSX, PPTX, pictures, ZIP, RAR and plain text.")
        ) from error


def _package_kind(content: bytes) -> str:
    """Which ending a ZIP package deserves.

    Raises:
        ValidationError: broken, protected, with macros, or far too large inside.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise forms.ValidationError(_("The file is broken; save it once more.")) from error
    if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > UNPACKED_BYTES:
        raise forms.ValidationError(_("The archive holds too much; divide it."))
    if any(one.flag_bits & 0x1 for one in members):
        raise forms.ValidationError(_("The file is protected by a password; save it without one."))
    names = {one.filename for one in members}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise forms.ValidationError(_("The file has macros; save it without them."))
    return next((kind for part, kind in _MAIN_PARTS.items() if part in names), "zip")


def _is_text(content: bytes) -> bool:
    """UTF-8 without control characters; a web page is none, whatever it is called."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char in "\r\n\t" for char in text) and bool(text.strip())


class KeptFileInput(forms.ClearableFileInput):
    """A file field that says whether something is kept, without an open link to it."""

    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        plain = forms.FileInput(attrs=self.attrs).render(name, None, attrs, renderer)
        if not self.is_initial(value):
            return plain
        if self.is_required:
            return format_html("{}<div class='form-hint'>{}</div>", plain, _("A file is kept already."))
        return format_html(
            "{}<label class='form-check mt-1'><input type='checkbox' class='form-check-input' name='{}'>"
            "<span class='form-check-label'>{}</span></label>",
            plain,
            self.clear_checkbox_name(name),
            _("Remove the file that is kept"),
        )


class _CheckedFile(forms.FileField):
    """What is handed in becomes a new, clean file."""

    widget = KeptFileInput
    limit = SCAN_BYTES
    accept = ""

    def widget_attrs(self, widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"accept": self.accept}

    def clean(self, data, initial=None):
        found = super().clean(data, initial)
        if found is None or found is False or isinstance(found, FieldFile | ContentFile):
            return found
        if found.size > self.limit:
            raise forms.ValidationError(
                _("The file is larger than %(size)d MB.") % {"size": self.limit // MEGABYTE}
            )
        made = self.made(found.read())
        # What the sender calls it is worth showing, never worth trusting.
        made.original_name = (found.name or "").replace("\\", "/").rsplit("/", 1)[-1][:255]  # type: ignore[attr-defined]
        return made

    def made(self, content: bytes) -> ContentFile:
        return clean_scan(content)


class ScanField(_CheckedFile):
    """A document: PDF or picture, at most 10 MB."""

    accept = ".pdf,.jpg,.jpeg,.png,.webp"


class MaterialField(_CheckedFile):
    """A file for teaching, at most 30 MB."""

    limit = MATERIAL_BYTES
    accept = ".pdf,.docx,.xlsx,.pptx,.jpg,.jpeg,.png,.webp,.zip,.rar,.txt"

    def made(self, content: bytes) -> ContentFile:
        return clean_material(content)


class _ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class _SeveralFiles(_CheckedFile):
    """Several files at once; ``clean`` gives a list."""

    widget = _ManyFilesInput  # type: ignore[assignment]

    def __init__(self, *, most: int, **options: Any):
        self.most = most
        super().__init__(**options)

    def clean(self, data, initial=None):
        given = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not given:
            super().clean(None, initial)  # Raises where a file is asked for.
            return []
        if len(given) > self.most:
            raise forms.ValidationError(_("At most %(most)d files.") % {"most": self.most})
        faults, made = [], []
        for one in given:
            try:
                made.append(super().clean(one, initial))
            except forms.ValidationError as error:
                faults += [f"{one.name}: {text}" for text in error.messages]
        if faults:
            raise forms.ValidationError(faults)
        return made


class MaterialsField(_SeveralFiles, MaterialField):
    """Several files for teaching."""


class PictureField(_CheckedFile):
    """A picture, kept as JPEG of at most 900 pixels a side."""

    limit = PHOTO_BYTES
    accept = ".jpg,.jpeg,.png,.webp"

    def made(self, content: bytes) -> ContentFile:
        return clean_picture(content, side=PICTURE_SIDE)


class PicturesField(_SeveralFiles, PictureField):
    """Several pictures."""


class PhotoField(PictureField):
    """A photo of a person, kept as 3 × 4."""

    def made(self, content: bytes) -> ContentFile:
        return clean_photo(content)


class StoredFile(models.Model):
    """One file as it was handed in; never changed, only added and, while that is allowed, taken away."""

    file = models.FileField(gettext_lazy("file"), upload_to=random_path, max_length=255)
    name = models.CharField(gettext_lazy("name of the file"), max_length=255)
    content_type = models.CharField(max_length=64, choices=[(one, one) for one in (PDF, JPEG)])
    size = models.PositiveIntegerField(gettext_lazy("size"))
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(gettext_lazy("handed in"), auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=gettext_lazy("handed in by"),
    )

    types = TYPES

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def take(self, clean: ContentFile) -> None:
        """Fill the columns from what ``ScanField`` has made; the caller saves."""
        content = clean.read()
        clean.seek(0)
        self.content_type = self.types[str(clean.name).rsplit(".", 1)[-1]]
        self.size, self.sha256 = len(content), hashlib.sha256(content).hexdigest()
        self.name = getattr(clean, "original_name", "") or str(clean.name)
        self.file = clean


def response(file: FieldFile, *, name: str) -> FileResponse:
    """The file for whoever may see its row: pictures on the page, all else as a download.

    Raises:
        Http404: nothing is kept, or the disk has lost it.
    """
    suffix = file.name.rsplit(".", 1)[-1].lower() if file else ""
    if suffix not in MATERIAL_TYPES:
        raise Http404(name)
    try:
        opened = file.open("rb")
    except OSError as error:
        raise Http404(name) from error
    answer = FileResponse(
        opened,
        content_type=MATERIAL_TYPES[suffix],
        as_attachment=suffix not in ("jpg",),
        filename=f"{name}.{suffix}",
    )
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
