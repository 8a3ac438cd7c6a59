"""The help: what one may do and where, how it goes, shortcuts, whom to ask. Live, from the tables that rule it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from hemis.access.guard import signed_in
from hemis.base import Request
from hemis.help import own


@signed_in
def help_page(request: Request) -> HttpResponse:
    """The whole help of one's roles; ``q`` searches it, ``about`` is the page that one comes from."""
    access, text = request.access, request.GET.get("q", "").strip()[:200]
    topics, work = own.topics(access), own.work(access)
    if text:
        topics, work = own.matching(text, said=topics, done=work)
    context = {
        "title": _("Help"), "q": text, "topics": own.with_links(access, topics), "work": work,
        "about": None if text else own.about_page(access, request.GET.get("about", "")),
        "sheets": own.sheets(access), "keys": own.keys(access), "asked": own.asked(access),
    }  # fmt: skip
    template = "help/_found.html" if request.htmx and not request.htmx.boosted else "help/help.html"
    return render(request, template, context)
