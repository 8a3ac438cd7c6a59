"""Django admin, open to the administrator's duty only."""

from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class HemisAdminSite(AdminSite):
    """The administration of accounts, roles and classifiers."""

    site_title = _("HEMIS administration")
    site_header = _("HEMIS administration")
    index_title = _("Accounts, roles and classifiers")

    def has_permission(self, request) -> bool:
        """Active, allowed into the administration, and holding the administrator's duty in the role in use."""
        user = request.user
        return user.is_active and user.is_staff and request.access.can("user.manage")

    def login(self, request, extra_context=None):
        """The one sign-in page, with its throttling and second factor."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")


class HemisAdminConfig(AdminConfig):
    default_site = "hemis.access.admin_site.HemisAdminSite"
