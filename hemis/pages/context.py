"""What the shell around every page needs."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language

from hemis.access.adapter import must_have_second_factor
from hemis.base import Request
from hemis.pages.register import REGISTERS


def shell(request: Request) -> dict:
    """Roles, languages and theme; costs no query beyond the access itself."""
    signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
    access = getattr(request, "access", None)
    theme = request.COOKIES.get("theme")
    return {
        "finds_people": signed_in and access is not None and _finds_people(access),
        "access": access,
        "may_administer": signed_in and access is not None and access.can("user.manage"),
        "languages": settings.LANGUAGES,
        "language": get_language(),
        "must_have_second_factor": signed_in and access is not None and must_have_second_factor(access),
        "public_timetable": settings.PUBLIC_TIMETABLE,
        "theme": theme if theme in {"light", "dark"} else "",
    }


def _finds_people(access) -> bool:
    """Whether the search of the header has anything to search."""
    return any(one.is_about_people and access.can(one.view_permission()) for one in REGISTERS.values())
