"""One-time links for first passwords (law 11)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from hemis.access.history import acting
from hemis.access.models import Activation
from hemis.people.models import User


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def create_activation(user: User) -> str:
    """A fresh link for ``user``; earlier unused links of the account end. Returns the full address."""
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        Activation.objects.filter(user=user, used_at=None).delete()
        Activation.objects.create(
            user=user,
            token_hash=_hash(token),
            expires_at=timezone.now() + timedelta(days=settings.ACTIVATION_DAYS),
        )
    return settings.PUBLIC_URL + reverse("activate", args=[token])


def find_activation(token: str) -> Activation | None:
    """The link, if it exists, was not used and has not expired."""
    return (
        Activation.objects.select_related("user__person")
        .filter(token_hash=_hash(token), used_at=None, expires_at__gt=timezone.now(), user__is_active=True)
        .first()
    )


def use_activation(activation: Activation, password: str, *, request_id: str = "") -> bool:
    """Set the password and spend the link; False when somebody spent it meanwhile.

    The history says that the owner of the account did it: nobody else holds the link.
    """
    with transaction.atomic(), acting(activation.user_id, request_id):
        spent = Activation.objects.filter(pk=activation.pk, used_at=None).update(used_at=timezone.now())
        if not spent:
            return False
        activation.user.set_password(password)
        activation.user.save(update_fields=["password"])
    return True
