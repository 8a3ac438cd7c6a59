"""Access on every request: who, in which role, and whether the page is theirs."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject

from hemis.access import duties
from hemis.access.guard import PUBLIC, SIGNED_IN, rule_of
from hemis.access.scope import Access

SESSION_KEY = "hemis_role"
SECOND_FACTOR_KEY = "hemis_second_factor"
# Pages of the libraries we mount; their own views ask for a sign-in where one is needed.
OPEN_MODULES = ("allauth.account", "allauth.mfa", "allauth.usersessions", "django.contrib.staticfiles")


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
        rule = rule_of(view)
        if rule is None:
            return self._library_view(request, view)
        if rule.kind == PUBLIC:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if self._lacks_second_factor(request):
            return redirect("mfa_activate_totp")
        if rule.kind == SIGNED_IN or request.access.can(rule.permission):
            return None
        raise PermissionDenied(rule.permission)

    def _lacks_second_factor(self, request) -> bool:
        """Whether a role that signs or holds money is used without a second factor."""
        if not settings.REQUIRE_SECOND_FACTOR or request.session.get(SECOND_FACTOR_KEY):
            return False
        if not any(duties.ROLES[one.role].needs_second_factor for one in request.access.assignments):
            return False
        if not is_mfa_enabled(request.user):
            return True
        request.session[SECOND_FACTOR_KEY] = True
        return False

    def _library_view(self, request, view):
        module = getattr(view, "__module__", "")
        if module.startswith(OPEN_MODULES):
            return None
        if request.resolver_match and request.resolver_match.app_name == "admin":
            if request.user.is_authenticated and self._lacks_second_factor(request):
                return redirect("mfa_activate_totp")
            return None
        raise PermissionDenied("The page does not say whose duty it is.")
