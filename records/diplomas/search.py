"""The public search of a diploma: by its number and by what only its holder's papers say (duty 2.7).

Two marks must agree, and whatever does not is answered alike: nobody learns by
counting numbers whose diplomas there are. What is found is shown by the page that
its QR code leads to, so there is one page that says what is genuine.
"""

from __future__ import annotations

import re

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from attendance.forms import dress
from hemis.access.guard import public
from hemis.base import Request
from hemis.documents.models import Document
from hemis.pages.limits import too_many
from hemis.people.names import search_text
from records.models import Diploma
from structure.models import University

ASKED_A_MINUTE = 6
# So many last figures of the PINFL; fewer could be tried out.
PINFL_END = 6
REGISTERED = re.compile(r"(\d{1,9})/(\d{4})(-\d+)?")
BLANK = re.compile(r"([A-Z]{1,4})(\d{1,9})")
# Cyrillic letters that look like Latin ones, as people type the series of a blank.
LOOKALIKES = str.maketrans("АВЕКМНОРСТХ", "ABEKMHOPCTX")


class SearchForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Number of the diploma"), max_length=32,
        help_text=gettext_lazy("Series and number of the blank (B 0001234) or the registration number (15/2026)."),
    )  # fmt: skip
    holder = forms.CharField(
        label=gettext_lazy("Surname of the graduate, or the last 6 figures of the PINFL"), max_length=100
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        dress(self)


def find(number: str, holder: str) -> Document | None:
    """The paper of the diploma with this number, if the second mark is its holder's too: one query."""
    which = _which(number)
    if which is None:
        return None
    rows = Diploma.objects.filter(which, document__isnull=False)
    for one in rows.select_related("document", "student__person").order_by("-pk"):
        if _is_holder(one, holder):
            return one.document
    return None


def _which(number: str) -> Q | None:
    text = "".join(number.upper().split()).replace("№", "").translate(LOOKALIKES)
    if found := REGISTERED.fullmatch(text):
        return Q(serial=int(found[1]), year=int(found[2]))
    if found := BLANK.fullmatch(text):
        return Q(blank__series=found[1], blank__number=int(found[2]))
    return None


def _is_holder(diploma: Diploma, holder: str) -> bool:
    """By the surname on the diploma, the present one, or the end of the PINFL."""
    person = diploma.student.person
    figures = "".join(holder.split())
    if figures.isascii() and figures.isdigit():
        return len(figures) >= PINFL_END and (person.pinfl or "").endswith(figures)
    asked = set(search_text(holder).split())
    surnames = (diploma.facts["full_name"]["uz"].split(" ")[0], person.last_name, person.passport_last_name)
    return bool(asked) and any(asked & set(search_text(one).split()) for one in surnames if one)


@public
@never_cache
def search(request: Request) -> HttpResponse:
    """Ask for a diploma; POST, so that no name stands in an address or a log."""
    form = SearchForm(request.POST or None)
    if request.method == "POST" and too_many(request, "diploma", a_minute=ASKED_A_MINUTE):
        return _answer(request, 429, form=form, limited=True)
    if request.method == "POST" and form.is_valid():
        document = find(form.cleaned_data["number"], form.cleaned_data["holder"])
        if document is not None:
            return redirect("verify", token=document.token)
        return _answer(request, 404, form=form, unknown=True)
    return _answer(request, 422 if form.errors else 200, form=form)


def _answer(request: Request, code: int = 200, **context) -> HttpResponse:
    context |= {"university": University.objects.first(), "title": _("Look up a diploma")}
    response = render(request, "records/diploma_search.html", context, status=code)
    response["Referrer-Policy"] = "same-origin"
    if code == 429:  # noqa: PLR2004
        response["Retry-After"] = "60"
    return response
