"""Role switcher, one's own account, activation and the page "Who may do what"."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.forms import SetPasswordForm
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import get_resolver
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from hemis.access import duties
from hemis.access.activation import find_activation, use_activation
from hemis.access.adapter import must_have_second_factor
from hemis.access.guard import PERMISSION, own_account, public, rule_of, signed_in
from hemis.access.middleware import SESSION_KEY
from hemis.access.models import RoleAssignment, SignIn
from hemis.base import Request

SHOWN_SIGN_INS = 10


@signed_in
@require_POST
def switch(request: Request) -> HttpResponse:
    """Choose the role in use, or all together."""
    chosen = request.POST.get("assignment", "all")
    own = {str(one.pk) for one in request.access.assignments}
    if chosen in own:
        request.session[SESSION_KEY] = int(chosen)
    else:
        request.session.pop(SESSION_KEY, None)
    target = request.POST.get("next", "")
    return redirect(target if url_has_allowed_host_and_scheme(target, {request.get_host()}) else "/")


@own_account
def my_account(request: Request) -> HttpResponse:
    """Whose account this is, with the roles in force and how they are protected."""
    active = {one.pk for one in request.access.active}
    roles = [
        {
            "assignment": one,
            "title": duties.ROLES[one.role].title,
            "scope": one.unit or duties.SCOPES[duties.ROLES[one.role].scope],
            "active": one.pk in active,
        }
        for one in request.access.assignments
    ]
    protected = is_mfa_enabled(request.user)
    context = {
        "title": _("My account"),
        "roles": roles,
        "has_second_factor": protected,
        "sign_ins": SignIn.objects.filter(user=request.user)[:SHOWN_SIGN_INS],
        "lacks_second_factor": must_have_second_factor(request.access) and not protected,
    }
    return render(request, "access/my_account.html", context)


@own_account
@require_POST
def sign_out_everywhere(request: Request) -> HttpResponse:
    """End all sessions of the account, this one too."""
    for session in UserSession.objects.filter(user=request.user):
        session.end()
    logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return redirect("account_login")


@public
@never_cache
def activate(request: Request, token: str) -> HttpResponse:
    """Set the first password by a one-time link."""
    activation = find_activation(token)
    if activation is None:
        return render(request, "access/activation_ended.html", status=410)
    form = SetPasswordForm(activation.user, request.POST or None)
    for field in form.fields.values():
        field.widget.attrs["class"] = "form-control"
    if request.method == "POST" and form.is_valid():
        if use_activation(activation, form.cleaned_data["new_password1"], request_id=request.id):
            messages.success(
                request,
                _("The password is set. Sign in with your login %(login)s.")
                % {"login": activation.user.login},
            )
            return redirect("account_login")
        return render(request, "access/activation_ended.html", status=410)
    return render(request, "access/activate.html", {"form": form, "login": activation.user.login})


def pages_by_permission() -> dict[str, int]:
    """How many addresses each permission opens."""
    counts: dict[str, int] = {}

    def walk(patterns) -> None:
        for one in patterns:
            if hasattr(one, "url_patterns"):
                walk(one.url_patterns)
                continue
            rule = rule_of(one.callback)
            if rule and rule.kind == PERMISSION:
                counts[rule.permission] = counts.get(rule.permission, 0) + 1

    walk(get_resolver().url_patterns)
    return counts


@signed_in
def who_may_do_what(request: Request) -> HttpResponse:
    """The duty table, live: from the data that the permissions come from."""
    holders = dict(
        RoleAssignment.objects.in_force().values_list("role").annotate(people=Count("user", distinct=True))
    )
    pages = pages_by_permission()
    menus = {menu.code: menu.title for menu in (*duties.MENUS, *duties.EXTRA_MENUS)}
    rows = [
        {
            "duty": duty,
            "roles": [
                {
                    "title": duties.ROLES[role].title,
                    "people": holders.get(role, 0),
                    "mine": role in request.access.roles,
                }
                for role in duty.roles
            ],
            "menus": [menus[code] for code in duty.menus] if len(duty.menus) <= 3 else [_("all menus")],
            "scope": duties.SCOPES[duty.scope],
            "pages": sum(pages.get(permission, 0) for permission in duty.permissions),
            "mine": bool(set(duty.roles) & request.access.roles),
        }
        for duty in duties.DUTIES
    ]
    return render(request, "access/who_may_do_what.html", {"title": _("Who may do what"), "rows": rows})
