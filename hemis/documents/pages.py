"""Register of documents, downloads, and the public page that says what is genuine."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from hemis.access.guard import public, signed_in
from hemis.access.scope import Access
from hemis.base import Request
from hemis.documents import actions, batch, verification
from hemis.documents.jobs import in_order
from hemis.documents.kinds import KINDS
from hemis.documents.models import Document, in_scope
from hemis.documents.rendering import LostBytes
from hemis.documents.rendering import render as render_pdf
from hemis.documents.verification import code_in
from hemis.jobs.actions import start
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter
from hemis.pages.limits import too_many
from hemis.pages.register import BulkAction, Register, Tab

logger = logging.getLogger("hemis.documents")
STATE_COLOURS = {Document.ISSUED: "green", Document.REPLACED: "orange", Document.REVOKED: "red"}
CHECKS_PER_MINUTE = 30
MAX_UPLOAD = 20 * 1024 * 1024
PRINTED_AT_ONCE = 20


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


def readable(access: Access) -> Q:
    """Documents of the kinds that a duty of the person opens, each within the scope of that duty."""
    found = Q(pk__in=[])
    for code, kind in KINDS.items():
        if access.can(kind.permission):
            found |= Q(kind=code) & in_scope(access.scope(kind.permission))
    return found


def _print(form: str) -> Callable[[Request, QuerySet], HttpResponse]:
    def run(request: Request, rows: QuerySet) -> HttpResponse:
        """A few at once; many as a job."""
        keys = list(rows.order_by("issued_at", "pk").values_list("pk", flat=True))
        if len(keys) > PRINTED_AT_ONCE:
            started = start("documents.batch", user=request.user, params={"documents": keys, "form": form})
            return redirect("job", started.pk)
        out = io.BytesIO()
        (batch.write_zip if form == batch.ZIP else batch.write_pdf)(in_order(keys), out)
        response = HttpResponse(out.getvalue(), content_type=f"application/{form}")
        response["Content-Disposition"] = f'attachment; filename="documents.{form}"'
        response["Cache-Control"] = "private, no-store"
        return response

    return run


def _state_tab(request: Request, document: Document) -> dict:
    kind = KINDS.get(document.kind)
    may = document.state == Document.ISSUED and may_end(request.access, document)
    return {
        "document": document,
        "checks": sum(document.checks.values_list("count", flat=True)),
        "may_revoke": may,
        "may_issue_again": bool(may and kind and kind.payload_again(document) is not None),
    }


def _kinds(access: Access) -> list[tuple[str, str]]:
    return [(code, str(kind.title)) for code, kind in sorted(KINDS.items()) if access.can(kind.permission)]


class Documents(Register):
    app, name = "documents", "documents"
    title, title_one = gettext_lazy("Documents"), gettext_lazy("document")
    model, permission, menu = Document, "document", "archive"
    columns = [
        Column("number", link=True),
        Column("title"),
        Column("owner", sort="owner__sort_key"),
        Column("issued_at"),
        Column("state", badge=STATE_COLOURS),
        Column("reason", hidden=True),
    ]
    filters = [
        Filter("kind", choices=_kinds),
        Filter("state"),
        RangeFilter("issued_at", "date", lookup="issued_at__date", label=gettext_lazy("Issued")),
    ]
    search = ("number", "title")
    search_person = "owner"
    select_related = ("owner", "faculty")
    fields = (
        "number", "title", "owner", "faculty", "issued_at", "issued_by",
        "state", "reason", "state_at", "state_by", "sha256", "engine", "template_version",
    )  # fmt: skip
    tabs = [Tab("state", gettext_lazy("File and state"), "documents/_state.html", _state_tab)]
    actions = [
        BulkAction(
            "pdf", gettext_lazy("Print as one PDF"), "document.view", _print(batch.PDF), icon="printer"
        ),
        BulkAction(
            "zip", gettext_lazy("Download as ZIP"), "document.view", _print(batch.ZIP), icon="download"
        ),
    ]
    empty = gettext_lazy("Documents appear here when orders are signed and contracts formed.")

    @classmethod
    def rows(cls, access, permission=""):
        """Only kinds that a duty of the person opens."""
        return super().rows(access, permission).filter(readable(access))


@signed_in
def pdf(request: Request, pk: int) -> HttpResponse:
    """The PDF as it was issued."""
    document = get_object_or_404(Document, pk=pk)
    if not may_read(request.access, document):
        raise Http404
    try:
        content = render_pdf(document)
    except LostBytes:
        logger.exception("A stored file is lost.", extra={"document": document.pk})
        context = {"document": document, "title": str(document)}
        return render(request, "documents/lost.html", context, status=503)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{batch.file_name(document)}"'
    response["Cache-Control"] = "private, no-store"
    return response


class CheckForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code or address from the document"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=gettext_lazy("or the PDF itself"),
        required=False,
        max_length=255,
        widget=forms.FileInput(attrs={"class": "form-control", "accept": "application/pdf"}),
    )

    def clean(self):
        """One of the two is needed."""
        data = super().clean() or {}
        if not self.errors and not data.get("file") and not code_in(data.get("code", "")):
            self.add_error("code", _("Enter the code or choose the PDF."))
        return data

    def clean_file(self):
        """A PDF by its content, not by its name."""
        upload = self.cleaned_data["file"]
        if upload is None:
            return None
        if upload.size > MAX_UPLOAD:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        if not upload.read(5) == b"%PDF-":
            raise forms.ValidationError(_("This is not a PDF file."))
        upload.seek(0)
        return upload


def _too_many(request: Request) -> bool:
    return too_many(request, "verify", a_minute=CHECKS_PER_MINUTE)


def _answer(request: Request, status: int = 200, **context) -> HttpResponse:
    context.setdefault("form", CheckForm())
    response = render(request, "documents/verify.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    # The code stays here; with "no-referrer" browsers would send "Origin: null" and the upload be refused.
    response["Referrer-Policy"] = "same-origin"
    if status == 429:
        response["Retry-After"] = "60"
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
def verify(request: Request, token: str) -> HttpResponse:
    """What the QR code leads to: genuine, replaced, revoked or unknown."""
    if _too_many(request):
        return _answer(request, 429, limited=True)
    document = verification.by_token(token)
    if document is None:
        return _answer(request, 404, unknown=True)
    verification.count(document, "code")
    return _answer(request, **_facts(document))


@public
@never_cache
def verify_form(request: Request) -> HttpResponse:
    """Check a code, or a PDF bit for bit."""
    if request.method != "POST":
        return _answer(request)
    if _too_many(request):
        return _answer(request, 429, limited=True)
    form = CheckForm(request.POST, request.FILES)
    if not form.is_valid():
        return _answer(request, 422, form=form)
    if not form.cleaned_data["file"]:
        return redirect("verify", token=code_in(form.cleaned_data["code"]))
    finding = verification.check_file(form.cleaned_data["file"].read())
    if finding.document is None:
        return _answer(request, unknown_file=True)
    verification.count(finding.document, finding.outcome)
    return _answer(request, **{finding.outcome: True}, **_facts(finding.document))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        help_text=gettext_lazy("Whoever checks the document reads it: name no people here."),
    )


def may_end(access: Access, document: Document) -> bool:
    """Whether the person may revoke the document or issue it anew."""
    permission = getattr(KINDS.get(document.kind), "revoke_permission", "")
    if not permission or not access.can(permission):
        return False
    return Document.objects.for_scope(access.scope(permission)).filter(pk=document.pk).exists()


def _end(request: Request, pk: int, *, act: Callable, template: str, done: str) -> HttpResponse:
    """Ask for a reason and end the validity of a document with ``act``."""
    document = get_object_or_404(Document, pk=pk)
    if not may_end(request.access, document):
        if may_read(request.access, document):
            raise PermissionDenied
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            document = act(document, reason=form.cleaned_data["reason"], by=request.user)
        except actions.NotIssued:
            messages.error(request, _("The document is not in force any more."))
        else:
            messages.success(request, done)
        return redirect(Documents.url_of(document))
    return render(request, template, {"form": form, "document": document, "title": str(document)})


@signed_in
def revoke(request: Request, pk: int) -> HttpResponse:
    """Revoke a document with a reason, by the duty that its kind names."""
    return _end(
        request,
        pk,
        act=actions.revoke,
        template="documents/revoke.html",
        done=_("The document is revoked; its public page says so."),
    )


@signed_in
def issue_again(request: Request, pk: int) -> HttpResponse:
    """Issue a document anew from today's facts; the older one says that it was replaced."""
    document = get_object_or_404(Document, pk=pk)
    kind = KINDS.get(document.kind)
    if kind is None or kind.payload_again(document) is None:
        raise Http404
    return _end(
        request,
        pk,
        act=actions.issue_again,
        template="documents/issue_again.html",
        done=_("A new document is issued; the public page of the older one says that it was replaced."),
    )
