"""Appeals against the rating: the teacher asks, academic affairs answer (duties 3.6, B6.7)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hemis.access.guard import get_in_scope, is_in_scope, page
from hemis.base import Request
from hemis.pages.columns import Column, display
from hemis.pages.filters import Filter, RelatedFilter
from hemis.pages.home import Todo, register_todo
from hemis.pages.register import Register
from research.rating import actions, forms
from research.rating.models import RatingAppeal, RatingLine
from research.rating.pages.criteria import years
from research.rating.pages.ratings import TeacherLines

COLOURS = {RatingAppeal.ASKED: "blue", RatingAppeal.UPHELD: "green", RatingAppeal.REJECTED: "secondary"}


class Appeals(Register):
    app, name = "research", "appeals"
    title, title_one = gettext_lazy("Appeals against the rating"), gettext_lazy("appeal against the rating")
    model, permission, menu, menu_place = RatingAppeal, "rating_appeal", "rating", 70
    columns = [
        Column("line__employee", gettext_lazy("Teacher"), link=True, sort="line__employee__person__sort_key"),
        Column("line__kafedra", sort="line__kafedra__name"),
        Column("line__rating", sort="line__rating__academic_year_id"),
        Column("asked_at"),
        Column("state", badge=COLOURS),
        Column("decided_at"),
        Column("result", sort="result__edition", hidden=True),
    ]
    filters = [
        Filter("state"),
        RelatedFilter(
            "year", years, lookup="line__rating__academic_year", label=gettext_lazy("Academic year")
        ),
    ]
    search_person = "line__employee__person"
    select_related = (
        "line__employee__person", "line__kafedra", "line__rating__academic_year", "decided_by__person",
        "result__academic_year",
    )  # fmt: skip
    files = ("evidence",)
    fields = (
        "line__employee", "line__kafedra", "line__rating", "text", "asked_at", "state", "decision", "decided_by",
        "decided_at", "result",
    )  # fmt: skip
    detail_template = "rating/appeal.html"
    empty = gettext_lazy("A teacher appeals on the card of the own rating, while the term runs.")

    @classmethod
    def detail_context(cls, request, obj):
        """Whether this person answers, and where the line is."""
        own = request.user.person_id == obj.line.employee.person_id
        waits = obj.state == RatingAppeal.ASKED
        return {
            "may_decide": waits and not own and is_in_scope(obj, request.access, "rating_appeal.decide"),
            "line_url": TeacherLines.url_of(obj.line),
        }


@page("rating_appeal.edit")
def ask(request: Request, pk: int) -> HttpResponse:
    """Appeal against the own line."""
    line = get_in_scope(RatingLine, request, "rating_appeal.edit", pk=pk)
    form = forms.AppealForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            appeal = actions.ask(line, access=request.access, **form.cleaned_data)
        except actions.RatingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The appeal is sent to academic affairs."))
            return redirect(Appeals.url_of(appeal))
    context = {
        "title": _("Appeal against the rating"),
        "form": form,
        "button": _("Appeal"),
        "note": f"{line.rating} · {display(line.total)}",
        "back_url": TeacherLines.url_of(line),
        "has_files": True,
    }
    return render(request, "rating/ask.html", context, status=422 if form.errors else 200)


@page("rating_appeal.decide")
def decide(request: Request, pk: int) -> HttpResponse:
    """Answer an appeal."""
    appeal = get_in_scope(RatingAppeal, request, "rating_appeal.decide", pk=pk)
    form = forms.DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.decide(
                appeal, access=request.access, upheld=data["upheld"] == "1", decision=data["decision"]
            )
        except actions.RatingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The appeal is decided and the teacher is told."))
            return redirect(Appeals.url_of(appeal))
    context = {
        "title": _("Answer the appeal"),
        "form": form,
        "button": _("Decide"),
        "note": appeal.text,
        "back_url": Appeals.url_of(appeal),
    }
    return render(request, "rating/ask.html", context, status=422 if form.errors else 200)


def _waiting(access) -> int:
    rows = RatingAppeal.objects.for_scope(access.scope("rating_appeal.decide"))
    return rows.filter(state=RatingAppeal.ASKED).order_by().count()


register_todo(
    Todo(
        gettext_lazy("Appeals against the rating"), "rating_appeal.decide", _waiting,
        lambda: f"{reverse('research_appeals_list')}?state={RatingAppeal.ASKED}", "trophy",
    )
)  # fmt: skip
