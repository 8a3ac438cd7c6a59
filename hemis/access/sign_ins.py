"""The history of signing in: who came in, who tried and did not, from where (System, "Kirishlar tarixi").

Only the program writes it, the database lets nobody change it. What is typed as a login is kept
only where it is the login of an account: people type passwords into that field.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa import signals as second_factor
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models import Q
from django.dispatch import receiver
from django.http import HttpRequest

from hemis.access.models import SignIn
from hemis.access.visitor import visitor
from hemis.people.models import User

LONGEST_AGENT = 255


def account_of(credentials: dict[str, Any]) -> User | None:
    """The account that the typed login or e-mail belongs to, open or closed."""
    found = Q(pk__in=[])
    for field, name in (("login", "username"), ("email", "email")):
        if typed := credentials.get(name):
            found |= Q(**{f"{field}__iexact": typed})
    return User.objects.filter(found).first()


def record(request: HttpRequest | None, outcome: str, user: User | None) -> SignIn:
    """Add one line: ``outcome`` is one of ``SignIn.OUTCOMES``; ``user`` is None for a login that is nobody's."""
    meta = request.META if request else {}
    return SignIn.objects.create(
        user=user,
        outcome=outcome,
        address=(visitor(request) or None) if request else None,
        agent=str(meta.get("HTTP_USER_AGENT", ""))[:LONGEST_AGENT],
    )


@receiver(user_logged_in, dispatch_uid="sign_in_recorded")
def _came_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    record(request, SignIn.IN, user)


@receiver(user_logged_out, dispatch_uid="sign_out_recorded")
def _went_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record(request, SignIn.OUT, user)


@receiver(second_factor.authentication_failed, dispatch_uid="wrong_code_recorded")
def _wrong_code(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    record(request, SignIn.WRONG_CODE, user)
