"""What was done each night, and the backups, for administrators (duty A)."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from hemis.access.guard import page
from hemis.access.holders import holders
from hemis.base import Request
from hemis.jobs.actions import start, worker_is_alive
from hemis.nightly import backups, models
from hemis.nightly.models import NightRun
from hemis.notices.actions import notify
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter
from hemis.pages.menu import MenuItem
from hemis.pages.menu import register as menu_entry
from hemis.pages.register import Register


class Nights(Register):
    app, name, title, title_one = "nightly", "runs", _("Night's work"), _("night's work")
    model, permission, menu, menu_place = NightRun, "user", "system", 50
    columns = [
        Column("day", link=True),
        Column("state", badge=models.COLOURS),
        Column("started_at"),
        Column("finished_at"),
        Column("already", numeric=True),
    ]
    filters = [Filter("state"), RangeFilter("day", "date")]
    empty = _("The night's work has not run yet: manage.py nightly, or the timer of deploy/.")
    detail_template = "nightly/run.html"

    @classmethod
    def detail_context(cls, request, obj: Any) -> dict[str, Any]:
        """Every step of the run with what it did and found."""
        return {"steps": list(obj.steps.all())}


menu_entry(MenuItem("system", _("Backups"), "backups", "user.manage", 52))


@page("user.manage")
def list_backups(request: Request) -> HttpResponse:
    """What lies in the folder of backups, and whether the newest was restored in rehearsal."""
    context = {
        "title": gettext("Backups"),
        "backups": backups.in_folder(),
        "is_set_up": bool(settings.BACKUP_FOLDER),
        "worker": worker_is_alive(),
    }
    return render(request, "nightly/backups.html", context)


def _begin(request: Request, kind: str) -> HttpResponse:
    if not settings.BACKUP_FOLDER:
        messages.error(request, gettext("No folder for backups is named (BACKUP_FOLDER)."))
        return redirect("backups")
    return redirect("job", pk=start(kind, user=request.user, params={}, access=request.access).pk)


@page("user.manage")
@require_POST
def make_backup(request: Request) -> HttpResponse:
    """A backup now, beside those of the night."""
    return _begin(request, "nightly.backup")


@page("user.manage")
@require_POST
def rehearse_backup(request: Request) -> HttpResponse:
    """Restore the newest into a database of its own, and say what came back."""
    return _begin(request, "nightly.rehearsal")


@page("user.manage")
@reauthentication_required
def download_backup(request: Request, stamp: str, name: str) -> FileResponse:
    """A file of a backup: everything there is about everybody, so the password is asked again and the others told.

    Raises:
        Http404: no such file.
    """
    found = backups.file_of(stamp, name)
    if found is None:
        raise Http404(stamp)
    notify(
        holders("user.manage").exclude(pk=request.user.pk),
        "backup.downloaded",
        {"who": str(request.user), "file": name, "made": stamp},
        "/nightly/backups/",
    )
    answer = FileResponse(found.open("rb"), as_attachment=True, filename=f"hemis-{stamp}-{name}")
    answer["Cache-Control"] = "private, no-store"
    return answer
