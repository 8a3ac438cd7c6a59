"""Register of documents, downloads, and the public page that says what is genuine."""

from __future__ import annotations

import hashlib
import io
import re

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from hemis.access.guard import public, signed_in
from hemis.documents import actions
from hemis.documents.batch import file_name
from hemis.documents.kinds import KINDS
from hemis.documents.models import Document
from hemis.documents.rendering import render as render_pdf
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter
from hemis.pages.register import Register

STATE_COLOURS = {Document.ISSUED: "green", Document.REPLACED: "orange", Document.REVOKED: "red"}
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")
CHECKS_PER_MINUTE = 30
MAX_UPLOAD = 20 * 1024 * 1024


def may_read(access, document: Document) -> bool:
    """Whether the person may open the PDF: by the kind's duty in scope, or as the one it was issued to."""
    kind = KINDS.get(document.kind)
    if kind is None:
        return False
    for permission in (kind.permission, kind.own_permission):
        scope = access.scope(permission) if access.can(permission) else None
        if scope and Document.objects.for_scope(scope).filter(pk=document.pk).exists():
            return True
    return False


class Documents(Register):
    app, name, title, title_one = "documents", "documents", gettext_lazy("Documents"), gettext_lazy("document")
    model, permission, menu = Document, "document", "archive"
    columns = [
        Column("number", link=True), Column("title"), Column("owner", sort="owner__sort_key"),
        Column("issued_at"), Column("state", badge=STATE_COLOURS), Column("reason", hidden=True),
    ]
    filters = [
        Filter("kind", choices=lambda access: [(code, str(kind.title)) for code, kind in sorted(KINDS.items())]),
        Filter("state"), RangeFilter("issued_at", "date"),
    ]
    search = ("number", "title")
    search_person = "owner"
    select_related = ("owner", "faculty")
    fields = (
        "number", "title", "owner", "faculty", "issued_at", "issued_by", "state", "reason", "state_at", "state_by",
        "sha256", "engine", "template_version",
    )
    empty = gettext_lazy("Documents appear here when orders are signed and contracts formed.")

    @classmethod
    def rows(cls, access, permission=""):
        """Only kinds that a duty of the person opens."""
        kinds = [code for code, kind in KINDS.items() if access.can(kind.permission)]
        return super().rows(access, permission).filter(kind__in=kinds)


@signed_in
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF as it was issued."""
    document = get_object_or_404(Document, pk=pk)
    if not may_read(request.access, document):
        raise Http404
    response = HttpResponse(render_pdf(document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{file_name(document)}"'
    response["Cache-Control"] = "private, no-store"
    return response


class CheckForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code or address from the document"), required=False, max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=gettext_lazy("or the PDF itself"), required=False,
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": "application/pdf"}),
    )


def _too_many(request: HttpRequest) -> bool:
    """More than ``CHECKS_PER_MINUTE`` from one address within a minute."""
    key = "verify:" + hashlib.sha256(request.META.get("REMOTE_ADDR", "").encode()).hexdigest()[:16]
    cache.add(key, 0, 60)
    try:
        return cache.incr(key) > CHECKS_PER_MINUTE
    except ValueError:
        return False


def _answer(request: HttpRequest, status: int = 200, **context) -> HttpResponse:
    context.setdefault("form", CheckForm())
    response = render(request, "documents/verify.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _facts(document: Document) -> dict:
    kind = KINDS.get(document.kind)
    return {
        "document": document,
        "kind_title": kind.title if kind else document.kind,
        "facts": kind.public_fields(document.payload) if kind else [],
    }


@public
@never_cache
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """What the QR code leads to: genuine, replaced, revoked or unknown."""
    if _too_many(request):
        return _answer(request, 429, limited=True)
    document = Document.objects.filter(token=token).first()
    if document is None:
        return _answer(request, 404, unknown=True)
    return _answer(request, **_facts(document))


@public
@never_cache
def verify_form(request: HttpRequest) -> HttpResponse:
    """Check a code, or a PDF bit for bit."""
    if request.method != "POST":
        return _answer(request)
    if _too_many(request):
        return _answer(request, 429, limited=True)
    form = CheckForm(request.POST, request.FILES)
    if not form.is_valid():
        return _answer(request, 422, form=form)
    upload = form.cleaned_data["file"]
    if upload:
        return _check_file(request, upload)
    found = TOKEN.findall(form.cleaned_data["code"])
    return redirect("verify", token=found[-1]) if found else _answer(request, 404, unknown=True)


def _check_file(request: HttpRequest, upload) -> HttpResponse:
    if upload.size > MAX_UPLOAD:
        return _answer(request, 422, refused=_("The file is larger than 20 MB."))
    content = upload.read()
    if not content.startswith(b"%PDF-"):
        return _answer(request, 422, refused=_("This is not a PDF file."))
    document = Document.objects.filter(sha256=hashlib.sha256(content).hexdigest()).first()
    if document:
        return _answer(request, identical=True, **_facts(document))
    named = Document.objects.filter(token__in=_tokens_in(content)).first()
    if named:
        return _answer(request, changed=True, **_facts(named))
    return _answer(request, 404, unknown_file=True)


def _tokens_in(content: bytes) -> list[str]:
    """Verification codes that the text or the metadata of a PDF mentions."""
    try:
        reader = PdfReader(io.BytesIO(content))
        text = " ".join(page.extract_text() for page in reader.pages[:50]) + str(reader.metadata or "")
    except (PyPdfError, ValueError, KeyError, TypeError, OSError, RecursionError, AttributeError):
        text = content.decode("latin-1")
    return [match.group(1) for match in re.finditer(r"/v/([A-Za-z0-9_-]{20,64})", text.replace("\n", ""))][:50]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}))


@signed_in
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke a document with a reason; who issues a kind may also revoke it."""
    document = get_object_or_404(Document, pk=pk)
    kind = KINDS.get(document.kind)
    permission = getattr(kind, "revoke_permission", "")
    if not permission:
        raise Http404
    request.access.require(permission)
    if not Document.objects.for_scope(request.access.scope(permission)).filter(pk=pk).exists():
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.revoke(document, reason=form.cleaned_data["reason"], by=request.user)
        except actions.NotIssued:
            messages.error(request, _("The document is not in force any more."))
        else:
            messages.success(request, _("The document is revoked; its public page says so."))
        return redirect(Documents.url_of(document))
    return render(request, "documents/revoke.html", {"form": form, "document": document, "title": str(document)})
