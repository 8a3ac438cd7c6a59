"""How people sign in: accounts are given by the university, nobody signs up."""

from __future__ import annotations

import time

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from hemis.access import duties, sealing, sign_ins
from hemis.access.models import SignIn
from hemis.access.scope import Access
from hemis.access.visitor import visitor

REAUTHENTICATION_TIMEOUT = 300


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up; one message for every failure, that does not tell whether the login exists."""

    error_messages = DefaultAccountAdapter.error_messages | dict.fromkeys(
        ("username_password_mismatch", "email_password_mismatch", "phone_password_mismatch"),
        _("The login or the password is wrong. Mind capital letters and the language of the keyboard."),
    )

    def is_open_for_signup(self, request) -> bool:
        return False

    def get_client_ip(self, request) -> str:
        """Limits count the visitor's own address, not that of our proxy: a campus is not one visitor."""
        return visitor(request)

    def pre_authenticate(self, request, **credentials) -> None:
        """An attempt that is held up for too many wrong ones stands in the history too."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            sign_ins.record(request, SignIn.HELD, sign_ins.account_of(credentials))
            raise

    def authentication_failed(self, request, **credentials) -> None:
        sign_ins.record(request, SignIn.WRONG_PASSWORD, sign_ins.account_of(credentials))

    def respond_user_inactive(self, request, user):
        sign_ins.record(request, SignIn.CLOSED, user)
        return super().respond_user_inactive(request, user)

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Nobody is asked again who signed in just now: enrolment follows the first sign-in at once."""
        methods = get_authentication_records(context.request, context.request.user)
        just_now = any(time.time() - one["at"] < REAUTHENTICATION_TIMEOUT for one in methods)
        return not just_now and super().is_reauthentication_required(app=app, **kwargs)


def must_have_second_factor(access: Access) -> bool:
    """Whether one of the roles in force signs or holds money; never, where the operator switched it off."""
    return settings.REQUIRE_SECOND_FACTOR and any(
        duties.ROLES[one.role].needs_second_factor for one in access.assignments
    )


class SecondFactorAdapter(DefaultMFAAdapter):
    """A second factor that a role needs is not taken off by its holder; its key lies sealed."""

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator) -> bool:
        return not must_have_second_factor(Access.for_user(authenticator.user))
