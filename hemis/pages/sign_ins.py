"""The history of signing in, for administrators (duty A); everybody sees the own one on "My account"."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hemis.access.models import SignIn
from hemis.pages.columns import Column
from hemis.pages.filters import Filter, RangeFilter
from hemis.pages.register import Register
from hemis.pages.templatetags.hemis import browser

COLOURS = {
    SignIn.IN: "green",
    SignIn.WRONG_PASSWORD: "yellow",
    SignIn.WRONG_CODE: "orange",
    SignIn.HELD: "red",
}


class SignIns(Register):
    app, name, title, title_one = "pages", "sign_ins", _("History of signing in"), _("sign-in")
    model, permission, menu, menu_place = SignIn, "user", "system", 58
    columns = [
        Column("at", link=True),
        Column("user__login"),
        Column("user__person", value=lambda row: row.user and str(row.user), sort="user__person__sort_key"),
        Column("outcome", badge=COLOURS),
        Column("address"),
        Column("agent", value=lambda row: browser(row.agent)),
    ]
    filters = [Filter("outcome"), RangeFilter("at", "date", lookup="at__date", label=_("When"))]
    search = ("user__login", "user__email", "address")
    search_person = "user__person"
    select_related = ("user__person",)
    ordering = ("-at",)
    empty = _("Nobody has signed in yet.")
