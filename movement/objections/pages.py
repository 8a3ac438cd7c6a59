"""Pages of objections: the student's cabinet, the register of who decides, the terms as rows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from hemis.access.guard import get_in_scope, page
from hemis.base import Request
from hemis.legal import cited
from hemis.pages import home
from hemis.pages.columns import Column
from hemis.pages.filters import BooleanFilter, Filter, RangeFilter, RelatedFilter
from hemis.pages.register import Register, Tab
from movement.applications.models import Application
from movement.applications.pages import Applications, faculties_seen
from movement.applications.queries import with_card as with_application_card
from movement.objections import actions, forms, queries
from movement.objections.models import Objection, ObjectionTerm

STATE_COLOURS = {
    Objection.SENT: "azure",
    Objection.GRANTED: "green",
    Objection.REJECTED: "red",
    Objection.WITHDRAWN: "secondary",
}


class Objections(Register):
    app, name = "movement", "objections"
    title, title_one = gettext_lazy("Objections to refusals"), gettext_lazy("objection to a refusal")
    model, permission, menu = Objection, "objection", "movement"
    columns = [
        Column("number", sort="pk", link=True),
        Column("received_on"),
        Column("application__student__person__full_name", gettext_lazy("Student"),
               sort="application__student__person__sort_key"),
        Column("application__student__number", gettext_lazy("Student number"), hidden=True),
        Column("application__kind"),
        Column("application__number", gettext_lazy("Application"), hidden=True),
        Column("application__faculty", gettext_lazy("Faculty"), sort="application__faculty__name"),
        Column("state", badge=STATE_COLOURS),
        Column("due_on"),
        Column("is_for_rectorate", hidden=True),
        Column("refused_by", sort=None, hidden=True),
        Column("decided_by", sort=None, hidden=True),
        Column("decided_at", hidden=True),
        Column("is_paper", hidden=True),
    ]  # fmt: skip
    filters = [
        Filter("state"),
        Filter("application__kind", label=gettext_lazy("Kind of application")),
        RelatedFilter(
            "application__faculty", lambda access: faculties_seen(access, "objection.view"),
            label=gettext_lazy("Faculty"),
        ),
        BooleanFilter("is_for_rectorate"),
        RangeFilter("received_on", "date"),
        RangeFilter("due_on", "date"),
    ]  # fmt: skip
    search = ("number", "application__number", "application__student__number")
    search_person = "application__student__person"
    select_related = queries.CARD
    fields = (
        "number", "state", "received_on", "application__student", "application__kind", "application__number",
        "application__faculty", "text", "refused_by", "refused_at", "refusal", "refusal_source", "is_paper",
        "created_by", "due_on", "is_for_rectorate", "decided_by", "decided_at", "protocol", "reason",
        "withdrawn_at",
    )  # fmt: skip
    empty = gettext_lazy("Objections of students to refused applications come here.")
    detail_template = "movement/objections/objection.html"

    @classmethod
    def card(cls, obj):
        """Only what is known so far."""
        return [(label, text) for label, text in super().card(obj) if text]

    @classmethod
    def detail_context(cls, request, obj):
        waits = obj.state == Objection.SENT
        hindrance = actions.why_not(obj, request.access)
        return {
            "state_colour": STATE_COLOURS[obj.state],
            "waits": waits,
            "may_decide": waits and not hindrance,
            "hindrance": hindrance if request.access.can(actions.DECIDE) else "",
            "term": cited(obj.due_source, confirmed=obj.due_confirmed),
            "documents": obj.application.documents.all(),
            "application_url": _application_url(request, obj),
        }


def _application_url(request: Request, objection: Objection) -> str:
    if not request.access.can("application.view"):
        return ""
    return Applications.url_of(objection.application)


@page("objection.decide")
def decide(request: Request, pk: int) -> HttpResponse:
    """Grant or reject, with the reason."""
    rows = Objections.rows(request.access, actions.DECIDE)
    objection = get_object_or_404(rows, pk=pk)
    terms = queries.terms_of(objection.application.kind, objection.received_on)
    form = forms.DecisionForm(request.POST or None, needs_protocol=terms.needs_protocol)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide(objection, access=request.access, **form.for_action())
        except actions.ObjectionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The decision is made; the student and the dean's office are told."))
            return redirect(Objections.url_of(objection))
    context = {
        "title": f"{_('Decide on the objection')} · № {objection.number}", "form": form, "button": _("Decide"),
        "application": objection, "card": Objections.card(objection),
        "documents": objection.application.documents.all(), "back_url": Objections.url_of(objection),
    }  # fmt: skip
    return render(request, "movement/applications/decide.html", context, status=422 if form.errors else 200)


@page("objection.decide")
def paper(request: Request, pk: int) -> HttpResponse:
    """Register an objection that came on paper."""
    application = get_in_scope(Application, request, actions.DECIDE, pk=pk)
    form = forms.PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.register_paper(
                application, access=request.access, text=data["text"], received_on=data["received_on"],
                upload=data["file"],
            )  # fmt: skip
        except actions.ObjectionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The objection is registered."))
            return redirect(Objections.url_of(made))
    return _asked(request, application, form, back=Applications.url_of(application), button=_("Register"))


@page("own.application")
def new(request: Request, pk: int) -> HttpResponse:
    """Object to the refusal of one's own application."""
    own = Application.objects.for_scope(request.access.scope("own.application"))
    application = get_object_or_404(with_application_card(own), pk=pk)
    back = reverse("my_application", args=[pk])
    standing = queries.standing(application, timezone.localdate())
    if not standing.is_open:
        messages.error(request, standing.text)
        return redirect(back)
    form = forms.ObjectionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.lodge(
                application, access=request.access, text=form.cleaned_data["text"],
                upload=form.cleaned_data["file"],
            )  # fmt: skip
        except actions.ObjectionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The objection is sent. You are told when it is decided."))
            return redirect(back)
    return _asked(request, application, form, back=back, button=_("Send the objection"))


def _asked(request: Request, application: Application, form, *, back: str, button: str) -> HttpResponse:
    context = {
        "title": f"{_('Objection to the refusal')} · № {application.number}", "form": form, "button": button,
        "application": application, "due": queries.last_day(application) if application.decided_at else None,
        "back_url": back,
    }  # fmt: skip
    return render(request, "movement/objections/new.html", context, status=422 if form.errors else 200)


@page("own.application")
@require_POST
def withdraw(request: Request, pk: int) -> HttpResponse:
    """Take one's own objection back."""
    own = Objection.objects.for_scope(request.access.scope("own.application"))
    objection = get_object_or_404(own, pk=pk)
    try:
        actions.withdraw(objection, access=request.access)
    except actions.ObjectionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The objection is withdrawn."))
    return redirect("my_application", pk=objection.application_id)


class ObjectionTerms(Register):
    app, name = "movement", "objection_terms"
    title, title_one = gettext_lazy("Terms for objections"), gettext_lazy("term for objections")
    model, permission, menu = ObjectionTerm, "application_rule", "movement"
    columns = [
        Column("kind", link=True),
        Column("valid_from"),
        Column("days_to_object", numeric=True),
        Column("days_to_decide", numeric=True),
        Column("needs_protocol"),
        Column("days_above", numeric=True),
        Column("source"),
        Column("is_confirmed"),
    ]
    filters = [Filter("kind"), BooleanFilter("is_confirmed")]
    search = ("source",)
    form = forms.TermForm


# --- elsewhere


def _of_application(request: Request, application) -> dict[str, Any]:
    rows = Objection.objects.for_scope(request.access.scope("objection.view"))
    standing = queries.standing(application, timezone.localdate())
    return {
        "objections": [(one, STATE_COLOURS[one.state]) for one in rows.filter(application=application)],
        "standing": standing if application.state == Application.REFUSED else None,
        "may_register": standing.is_open and request.access.can(actions.DECIDE),
    }


def _waiting(access) -> int:
    rows = Objection.objects.for_scope(access.scope(actions.DECIDE))
    return queries.waiting(rows, last=access.can(actions.DECIDE_LAST)).count()


Applications.add_tab(
    Tab(
        "objections", gettext_lazy("Objections"), "movement/objections/_of_application.html", _of_application,
        "objection.view", shown=lambda one: one.state == Application.REFUSED or one.objections.exists(),
    )
)  # fmt: skip
home.register_todo(
    home.Todo(
        gettext_lazy("Objections to decide"), actions.DECIDE, _waiting,
        lambda: reverse("movement_objections_list") + "?state=sent&sort=due_on", "mail",
    )
)  # fmt: skip
