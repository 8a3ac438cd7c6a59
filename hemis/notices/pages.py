"""One's own notices: unread first, read by opening what they tell of."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hemis.access.guard import signed_in
from hemis.base import Request
from hemis.notices import actions
from hemis.notices.models import Notice

ON_A_PAGE = 25


@signed_in
def my_notices(request: Request) -> HttpResponse:
    """All notices of the user."""
    rows = Notice.objects.filter(user=request.user).order_by(
        F("read_at").desc(nulls_first=True), "-created_at", "-pk"
    )
    shown = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    unread = Notice.objects.filter(user=request.user, read_at=None).count()
    return render(request, "notices/list.html", {"title": _("Notices"), "notices": shown, "unread": unread})


@signed_in
@require_POST
def open_notice(request: Request, pk: int) -> HttpResponse:
    """Mark it read and go where it leads."""
    notice = get_object_or_404(Notice, pk=pk, user=request.user)
    actions.mark_read(request.user, [notice.pk])
    return redirect(notice.url or "my_notices")


@signed_in
@require_POST
def read_all(request: Request) -> HttpResponse:
    """Mark all as read."""
    count = actions.mark_read(request.user)
    messages.success(request, _("Marked as read: %(count)d.") % {"count": count})
    return redirect("my_notices")


@signed_in
def bell(request: Request) -> HttpResponse:
    """How many are unread; asked for by the header after the page, so no page waits for it."""
    unread = Notice.objects.filter(user=request.user, read_at=None).count()
    return render(request, "notices/_bell.html", {"unread": unread})
