"""Django admin, open to the administrator's duty only."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
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


class HemisAdminConfig(AdminConfig):
    default_site = "hemis.access.admin_site.HemisAdminSite"
