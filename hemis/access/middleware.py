"""Access on every request: who, in which role, and whether the page is theirs."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject

from hemis.access.adapter import must_have_second_factor
from hemis.access.guard import PUBLIC, SIGNED_IN, rule_for
from hemis.access.scope import Access

SESSION_KEY = "hemis_role"
SECOND_FACTOR_KEY = "hemis_second_factor"


class AccessMiddleware:
    """Puts ``request.access`` and refuses every view that does not say whose it is."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.access = SimpleLazyObject(lambda: self._access(request))
        return self.get_response(request)

    def _access(self, request) -> Access:
        if not request.user.is_authenticated:
            return Access()
        return Access.for_user(request.user, chosen=request.session.get(SESSION_KEY))

    def process_view(self, request, view, args, kwargs):
        match = request.resolver_match
        rule = rule_for(
            view, url_name=(match and match.url_name) or "", app_name=match.app_name if match else ""
        )
        if rule is None:
            raise PermissionDenied("The page does not say whose duty it is.")
        if rule.kind == PUBLIC:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if rule.needs_second_factor and self._lacks_second_factor(request):
            return redirect("mfa_activate_totp")
        if rule.kind == SIGNED_IN or request.access.can(rule.permission):
            return None
        raise PermissionDenied(rule.permission)

    def _lacks_second_factor(self, request) -> bool:
        """Whether a role that signs or holds money is used without a second factor."""
        if request.session.get(SECOND_FACTOR_KEY) or not must_have_second_factor(request.access):
            return False
        if not is_mfa_enabled(request.user):
            return True
        request.session[SECOND_FACTOR_KEY] = True
        return False
