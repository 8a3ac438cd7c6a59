"""The code of the second factor: what is held up for too many wrong ones stands in the history of signing in."""

from __future__ import annotations

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from django.core.exceptions import ValidationError

from hemis.access.models import SignIn
from hemis.access.sign_ins import record


class _Recorded(BaseAuthenticateForm):
    def clean_code(self) -> str:
        try:
            return super().clean_code()
        except ValidationError as error:
            if error.code == "too_many_login_attempts":
                record(context.request, SignIn.HELD, self.user)
            raise


class CodeForm(_Recorded, AuthenticateForm):
    """Signing in."""


class CodeAgainForm(_Recorded, ReauthenticateForm):
    """Changing one's protection."""
