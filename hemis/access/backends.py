"""Who signs in: allauth's backend, which brings the person along."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from hemis.people.models import User


class PersonBackend(AuthenticationBackend):
    """Every page greets the user by name, so the person comes with the account in one query."""

    def get_user(self, user_id: Any) -> User | None:
        """The account of a session with its person; none when it is closed."""
        user = User.objects.select_related("person").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
