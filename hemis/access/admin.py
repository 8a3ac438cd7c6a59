"""Accounts, roles and history in Django admin."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from hemis.access.activation import create_activation
from hemis.access.models import HistoryEntry, RoleAssignment
from hemis.people.models import User

if admin.site.is_registered(Group):
    admin.site.unregister(Group)


class AssignmentInline(admin.TabularInline):
    model = RoleAssignment
    extra = 0


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Accounts with their roles, from a date to a date."""

    list_display = ["login", "person", "email", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "assignments__role"]
    search_fields = ["login", "email", "person__last_name", "person__first_name"]
    list_select_related = ["person"]
    fields = ["login", "email", "person", "is_active", "is_staff", "language"]
    raw_id_fields = ["person"]
    inlines = [AssignmentInline]
    actions = ["new_activation_link"]

    @admin.action(description=_("New activation link (shown once)"))
    def new_activation_link(self, request, queryset):
        """Links are shown once; only their hashes are kept."""
        for user in queryset[:20]:
            messages.info(request, f"{user.login}: {create_activation(user)}")

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(admin.ModelAdmin):
    list_display = ["user", "role", "unit", "valid_from", "valid_to", "note"]
    list_filter = ["role", "valid_to"]
    search_fields = ["user__login", "user__person__last_name"]
    list_select_related = ["user__person", "unit"]
    raw_id_fields = ["user"]


@admin.register(HistoryEntry)
class HistoryAdmin(admin.ModelAdmin):
    """Read only: the database refuses anything else."""

    list_display = ["at", "table", "row_id", "action", "actor_id", "request_id"]
    list_filter = ["table", "action"]
    search_fields = ["=row_id"]
    date_hierarchy = "at"

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
