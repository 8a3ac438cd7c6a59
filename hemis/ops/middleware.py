"""What every request passes: health, an id, who acts, and the content security policy."""

from __future__ import annotations

import logging
import time
import uuid

from django.http import HttpResponse

logger = logging.getLogger("hemis.request")
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


class HealthMiddleware:
    """``/healthz`` (the process lives) and ``/readyz`` (it can serve), before hosts and sessions."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        if request.path == "/readyz":
            from hemis.ops.health import readiness

            return readiness()
        return self.get_response(request)


class RequestMiddleware:
    """Gives each request an id and logs it without personal data: no query string, no body, no name."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = uuid.uuid4().hex
        started = time.monotonic()
        response = self.get_response(request)
        response["X-Request-ID"] = request.id
        match = request.resolver_match
        logger.info(
            "request",
            extra={
                "request_id": request.id,
                "method": request.method,
                "route": match.route if match else "",
                "status": response.status_code,
                "ms": round((time.monotonic() - started) * 1000),
                "user_id": getattr(getattr(request, "user", None), "pk", None),
            },
        )
        return response


class ActorMiddleware:
    """Tells the database who writes (law 5): set before a changing request, cleared after it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in UNSAFE or not request.user.is_authenticated:
            return self.get_response(request)
        from hemis.access.history import acting

        with acting(request.user.pk, request.id):
            return self.get_response(request)
