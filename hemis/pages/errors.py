"""Pages for what went wrong; the last two need neither a session nor the database."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader


def _bare(request: HttpRequest, status: int) -> HttpResponse:
    """A page that can be shown when nothing else works."""
    template = loader.get_template(f"{status}.html")
    return HttpResponse(template.render({"request_id": getattr(request, "id", "")}), status=status)


def _within_the_house(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    if not hasattr(request, "access"):
        return _bare(request, 400)
    return render(request, template or f"{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The request cannot be understood."""
    return _bare(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The duty of somebody else."""
    return _within_the_house(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Absent or out of scope: both look the same."""
    return _within_the_house(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault; the number leads the administrator to the log."""
    return _bare(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: too old, or sent from another site."""
    return _within_the_house(request, 403, "403_csrf.html")
