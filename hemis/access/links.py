"""Activation links that an office gives out: whose account may get one, and the sheet on which they stand once."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from hemis.access import duties
from hemis.access.activation import create_activation
from hemis.access.models import RoleAssignment
from hemis.base import Request
from hemis.people.models import User

MOST_LINKS = 200


def _with_roles(roles) -> Exists:
    """Accounts that hold one of ``roles``, today or later."""
    coming = Q(valid_to=None) | Q(valid_to__gte=timezone.localdate())
    return Exists(RoleAssignment.objects.filter(coming, user=OuterRef("pk"), role__in=roles))


def accounts_of_students() -> QuerySet[User]:
    """Open accounts that can do nothing but study.

    A student who also works here holds more rights than the dean's office: a new password
    for such an account would hand them over, so its link comes from personnel or the administrator.
    """
    return User.objects.filter(~_with_roles(duties.STAFF_ROLES), is_active=True, is_superuser=False)


def accounts_of_staff() -> QuerySet[User]:
    """Open accounts but those that manage accounts: an administrator gets the link from an administrator."""
    managing = {role for duty in duties.duties_granting("user.manage") for role in duty.roles}
    return User.objects.filter(~_with_roles(managing), is_active=True, is_superuser=False)


def sheet_of_links(
    request: Request, accounts: QuerySet[User], *, left_out: int, back_url: str
) -> HttpResponse:
    """New links of ``accounts`` on one page to print and cut; they are shown this once and kept nowhere.

    Earlier unused links of the accounts end. At most ``MOST_LINKS``, in order of names.
    """
    found = list(accounts.select_related("person").order_by("person__sort_key", "login")[:MOST_LINKS])
    context = {
        "title": _("Activation links"),
        "links": [{"account": one, "link": create_activation(one)} for one in found],
        "days": settings.ACTIVATION_DAYS,
        "left_out": left_out,
        "more": accounts.count() - len(found),
        "back_url": back_url,
    }
    answer = render(request, "access/links.html", context)
    answer["Cache-Control"] = "private, no-store"
    return answer
