"""Accounts, roles and history in Django admin."""

from __future__ import annotations

from functools import cache

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Model, OuterRef, Q, Subquery
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.activation import create_activation
from hemis.access.admin_site import ByDuty, ReadOnly
from hemis.access.models import HistoryEntry, RoleAssignment
from hemis.people.models import Person, User
from hemis.people.names import sort_key

LINKS_AT_ONCE = 20

# Roles come from the duty table, and nobody reads another's second factor or adds one to an account.
for model in (Group, EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class PersonField(forms.ModelChoiceField):
    """A person, by PINFL or passport: a list of forty thousand names helps nobody."""

    widget = forms.TextInput

    def prepare_value(self, value):
        person = value if isinstance(value, Person) else Person.objects.filter(pk=value or None).first()
        return (person.pinfl or person.passport) if person else value

    def to_python(self, value):
        typed = str(value or "").replace(" ", "").upper()
        if not typed:
            return None
        found = Person.objects.filter(Q(pinfl=typed) | Q(passport=typed)).first()
        if found is None:
            raise forms.ValidationError(_("Nobody has this PINFL or passport. Enter the person first."))
        return found


class UserForm(forms.ModelForm):
    person = PersonField(
        queryset=Person.objects.all(),
        required=False,
        label=gettext_lazy("Person (PINFL or passport)"),
    )
    language = forms.ChoiceField(
        choices=[("", "–"), *settings.LANGUAGES], required=False, label=gettext_lazy("language")
    )

    class Meta:
        model = User
        fields = ("login", "email", "person", "is_active", "language")


class AssignmentInline(ByDuty, admin.TabularInline):
    model = RoleAssignment
    extra = 0


@admin.register(User)
class UserAdmin(ByDuty, admin.ModelAdmin):
    """Accounts with their roles, from a date to a date."""

    list_display = ["login", "person", "email", "is_active", "last_login"]
    list_filter = ["is_active", "assignments__role"]
    search_fields = ["login", "email", "person__last_name", "person__first_name"]
    list_select_related = ["person"]
    fields = ["login", "email", "person", "is_active", "language"]
    form = UserForm
    inlines = [AssignmentInline]
    actions = ["new_activation_link", "sign_out_everywhere", "remove_second_factor"]

    def save_model(self, request, obj, form, change) -> None:
        """A new account has no password until its activation link is used (law 11)."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    @admin.action(description=gettext_lazy("New activation link (shown once)"))
    def new_activation_link(self, request, queryset):
        """Links are shown once; only their hashes are kept."""
        for user in queryset[:LINKS_AT_ONCE]:
            messages.info(request, f"{user.login}: {create_activation(user)}")

    @admin.action(description=gettext_lazy("Sign out everywhere"))
    def sign_out_everywhere(self, request, queryset):
        """End all sessions of the accounts: a lost laptop, a colleague who left."""
        ended = 0
        for session in UserSession.objects.filter(user__in=queryset):
            session.end()
            ended += 1
        messages.success(request, _("%(count)d sessions are ended.") % {"count": ended})

    @admin.action(description=gettext_lazy("Remove the second factor (lost phone)"))
    def remove_second_factor(self, request, queryset):
        """The holder sets up a new one at the next sign-in; the history keeps who removed the old one."""
        count, _rows = Authenticator.objects.filter(user__in=queryset).delete()
        messages.success(request, _("%(count)d second factors are removed.") % {"count": count})

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(ByDuty, admin.ModelAdmin):
    list_display = ["user", "role", "unit", "valid_from", "valid_to", "note"]
    list_filter = ["role", "valid_to"]
    search_fields = ["user__login", "user__person__last_name"]
    list_select_related = ["user__person", "unit"]
    raw_id_fields = ["user"]


@cache
def _models_by_table() -> dict[str, type[Model]]:
    return {model._meta.db_table: model for model in apps.get_models()}


def table_name(table: str) -> str:
    """A table as people call what it keeps; a table of no model by its own name."""
    model = _models_by_table().get(table)
    return capfirst(str(model._meta.verbose_name)) if model else table


class TableFilter(admin.SimpleListFilter):
    """What was changed, by the names that people know."""

    title = gettext_lazy("What")
    parameter_name = "table"

    def lookups(self, request, model_admin):
        tables = HistoryEntry.objects.order_by("table").values_list("table", flat=True).distinct()
        return sorted(((table, table_name(table)) for table in tables), key=lambda one: sort_key(one[1]))

    def queryset(self, request, queryset):
        return queryset.filter(table=self.value()) if self.value() else queryset


@admin.register(HistoryEntry)
class HistoryAdmin(ReadOnly, admin.ModelAdmin):
    """Read only: the database refuses anything else."""

    duty_to_view = "history.view"
    list_display = ["at", "what", "row_id", "action", "who", "request_id"]
    list_filter = [TableFilter, "action"]
    search_fields = ["=row_id", "=request_id"]
    date_hierarchy = "at"

    def get_queryset(self, request):
        """With the login of whoever acted; accounts are never deleted, so it is always known."""
        login = User.objects.filter(pk=OuterRef("actor_id")).values("login")
        return super().get_queryset(request).annotate(actor_login=Subquery(login))

    @admin.display(description=gettext_lazy("What"), ordering="table")
    def what(self, entry) -> str:
        return table_name(entry.table)

    @admin.display(description=gettext_lazy("Who"), ordering="actor_id")
    def who(self, entry) -> str:
        return entry.actor_login or _("the program")
