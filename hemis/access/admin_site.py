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
        """Holding the administrator's duty in the role in use; the role from a date to a date is all it takes."""
        return request.user.is_active and request.access.can("user.manage")

    def login(self, request, extra_context=None):
        """The one sign-in page, with its throttling and second factor."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")


class ByDuty:
    """Permissions of an admin page come from the duty table, not from Django's own table of permissions."""

    duty_to_view = "user.view"
    duty_to_change = "user.manage"

    def has_view_permission(self, request, obj=None) -> bool:
        return request.access.can(self.duty_to_view)

    def has_module_permission(self, request) -> bool:
        return request.access.can(self.duty_to_view)

    def has_change_permission(self, request, obj=None) -> bool:
        return request.access.can(self.duty_to_change)

    def has_add_permission(self, request, obj=None) -> bool:
        return request.access.can(self.duty_to_change)

    def has_delete_permission(self, request, obj=None) -> bool:
        return request.access.can(self.duty_to_change)


class ReadOnly(ByDuty):
    """To be looked at; nothing is added, changed or deleted here."""

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class HemisAdminConfig(AdminConfig):
    default_site = "hemis.access.admin_site.HemisAdminSite"
